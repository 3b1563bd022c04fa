//! The fits of an experiment, made or found: cells, how they ended, and the hierarchies on demand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hntf_experiment::Prepared;
use hntf_experiment::metrics::TRAINING_ERROR;
use hntf_models::Hierarchy;

use crate::error::RunError;
use crate::fit::{FitSummary, key_of};
use crate::plan::Job;
use crate::record::{Cell, Record};
use crate::store::{DataKeys, KeptFit, Store, StoreError};
use crate::sync::lock;

/// All that views are made of. Hierarchies are read from the store when they are asked for.
pub struct Fits<'a> {
    /// What was run.
    pub prepared: &'a Prepared<'a>,
    /// All cells.
    pub record: Record,
    /// One entry per fit, in the order of methods and trials.
    pub summaries: Vec<FitSummary>,
    /// How many models were fitted for it; the others were in the store.
    pub made: usize,
    store: &'a Store,
    keys: DataKeys,
    read: Mutex<HashMap<Place, Arc<Hierarchy>>>,
}

/// Method, trial and ranks.
type Place = (usize, u32, Vec<usize>);

impl<'a> Fits<'a> {
    pub(crate) fn new(
        prepared: &'a Prepared<'a>,
        store: &'a Store,
        keys: DataKeys,
        record: Record,
        summaries: Vec<FitSummary>,
    ) -> Self {
        Self {
            prepared,
            record,
            summaries,
            made: 0,
            store,
            keys,
            read: Mutex::default(),
        }
    }

    /// The hierarchy of a fit, read once.
    ///
    /// # Errors
    /// One that has been damaged or removed since.
    pub fn hierarchy(&self, method: usize, trial: u32) -> Result<Arc<Hierarchy>, RunError> {
        let experiment = self.prepared.experiment;
        let ranks = experiment.ranks_of(&experiment.methods[method]);
        self.at_ranks(method, trial, ranks)
    }

    /// The same at other ranks than the method's, as figures may ask for.
    ///
    /// # Errors
    /// As [`Fits::hierarchy`].
    pub fn at_ranks(
        &self,
        method: usize,
        trial: u32,
        ranks: &[usize],
    ) -> Result<Arc<Hierarchy>, RunError> {
        let place = (method, trial, ranks.to_vec());
        if let Some(known) = lock(&self.read).get(&place) {
            return Ok(Arc::clone(known));
        }
        let hierarchy = Arc::new(self.store.hierarchy(&self.kept(method, trial, ranks)?)?);
        lock(&self.read).insert(place, Arc::clone(&hierarchy));
        Ok(hierarchy)
    }

    /// A fit as it is kept.
    ///
    /// # Errors
    /// As [`Fits::hierarchy`].
    fn kept(&self, method: usize, trial: u32, ranks: &[usize]) -> Result<KeptFit, RunError> {
        let job = Job {
            method: &self.prepared.experiment.methods[method],
            trial,
            ranks,
        };
        let key = key_of(self.prepared, &self.keys, &job);
        let gone = || StoreError::Damaged {
            path: self.store.root().to_path_buf(),
            reason: format!("{key} was there and is gone"),
        };
        Ok(self.store.fit(&key).ok_or_else(gone)?)
    }

    /// The trial with the smallest sum of squared training errors; `None` if all trials failed.
    pub fn best_trial(&self, method: &str) -> Option<u32> {
        best_of(&self.record, method)
    }

    /// How many trials of a method there are.
    pub fn trials(&self, method: &str) -> usize {
        let fits = self.summaries.iter().filter(|fit| fit.method == method);
        fits.count()
    }
}

/// The trial with the smallest sum of squared training errors over its layers: the hierarchy that
/// explains the data best as a whole. Of equal ones the first.
pub fn best_of(record: &Record, method: &str) -> Option<u32> {
    let cells = record.cells();
    let trials = cells.chunk_by(|a, b| (&a.method, a.trial) == (&b.method, b.trial));
    let of_method = trials.filter(|cells| cells[0].method == method);
    let misfits = of_method.filter_map(|cells| Some((misfit(cells)?, cells[0].trial)));
    let best = misfits.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    best.map(|(_, trial)| trial)
}

/// The squared training errors of one fit, summed over its layers; `None` for a fit that failed and
/// has no cells.
fn misfit(cells: &[Cell]) -> Option<f64> {
    let errors = cells.iter().filter(|c| c.metric == TRAINING_ERROR);
    let squares: Vec<f64> = errors.map(|c| c.value.powi(2)).collect();
    (!squares.is_empty()).then(|| squares.iter().sum())
}
