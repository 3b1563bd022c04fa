//! What the trials of a method say of each other.

use std::collections::HashMap;

use hntf_experiment::metrics::TRAINING_ERROR;
use rayon::prelude::*;

use crate::error::RunError;
use crate::fit::{Done, Fitter};
use crate::measures::{LayerTopics, Traits, across};
use crate::plan::Job;
use crate::record::Cell;
use crate::store::{About, Key, Kind, StoreError, Value, of_comparison};

/// The cells that compare the trials of every method that is to be compared, from the store where
/// the same fits were compared before.
pub(crate) fn compare_trials(
    fitter: &Fitter<'_, '_>,
    jobs: &[Job<'_>],
    done: &HashMap<(String, u32), Done>,
) -> Result<Vec<Cell>, RunError> {
    let prepared = fitter.prepared;
    let methods = prepared.experiment.methods.iter();
    let compared: Vec<_> = methods.filter(|m| prepared.compares(m)).collect();
    let cells = compared.par_iter().map(|method| {
        let sound = |job: &&Job<'_>| done.get(&job.id()).is_some_and(|d| !d.summary.failed);
        let of_method = jobs.iter().filter(|job| job.method.id == method.id);
        let fits: Vec<_> = of_method.filter(sound).collect();
        let values = compare(fitter, &fits, done)?;
        let cell = |(trial, layer, metric, value)| Cell {
            method: method.id.clone(),
            trial,
            layer,
            metric,
            value,
        };
        Ok(values.into_iter().map(cell).collect())
    });
    let cells: Vec<Result<Vec<Cell>, RunError>> = cells.collect();
    cells.into_iter().try_fold(Vec::new(), |mut all, cells| {
        all.extend(cells?);
        Ok(all)
    })
}

fn compare(
    fitter: &Fitter<'_, '_>,
    fits: &[&Job<'_>],
    done: &HashMap<(String, u32), Done>,
) -> Result<Vec<Value>, RunError> {
    let (prepared, store) = (fitter.prepared, fitter.store);
    let Some(choice) = &prepared.experiment.rank_choice else {
        return Ok(Vec::new());
    };
    let keys: Vec<Key> = fits.iter().map(|job| fitter.key(job)).collect();
    let mode = prepared.grouped_mode();
    let key = of_comparison(&keys, &fitter.keys, choice.near, mode);
    if let Some(values) = store.values(&key) {
        return Ok(values);
    }
    let mut traits = Vec::new();
    for (job, key) in fits.iter().zip(&keys) {
        let kept = store.fit(key);
        let hierarchy = kept.map(|kept| store.hierarchy(&kept)).transpose()?;
        let hierarchy = hierarchy.ok_or_else(|| StoreError::Damaged {
            path: store.root().to_path_buf(),
            reason: format!("{key} was there and is gone"),
        })?;
        let cells = done.get(&job.id()).map_or(&[][..], |done| &done.cells);
        let errors = cells.iter().filter(|c| c.metric == TRAINING_ERROR);
        let errors: Vec<f64> = errors.map(|c| c.value).collect();
        let layers: Vec<_> = hierarchy.layers.iter().map(LayerTopics::from).collect();
        traits.push((job.trial, Traits::of(&layers, mode, &errors)));
    }
    let values = across(&traits, choice.near);
    if let Some(job) = fits.first()
        && values.iter().all(|(_, _, _, value)| value.is_finite())
    {
        let about = About {
            seed: 0,
            variant: 0,
            ..fitter.about(job)
        };
        store.keep_values(&key, Kind::Comparison, (about, 0.0), &values)?;
    }
    Ok(values)
}
