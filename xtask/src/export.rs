//! `cargo xtask export`: kept fits as files for other programs.

use std::path::Path;
use std::process::ExitCode;

use hntf_experiment::Experiment;
use hntf_report::factors::Factors;
use hntf_run::store::Store;
use hntf_run::{Fits, collect};

use crate::args::{KeptArgs, Which};
use crate::asked::Asked;
use crate::error::CliError;
use crate::places::data_folders;
use crate::progress::{print, say};

pub(crate) fn export(
    name: &str,
    which: Which,
    methods: &[String],
    args: &KeptArgs,
) -> Result<ExitCode, CliError> {
    let asked = Asked::named(name)?;
    let chosen = chosen(&asked.experiment, methods)?;
    let prepared = asked.experiment.prepare_in(&data_folders(&args.data)?)?;
    let factors = Factors::open(&asked.out(args), &asked.experiment, asked.owner)?;
    let store = Store::existing(&asked.store(args))?;
    let failed = factors.failed_before();
    let command = asked.command(args);
    let fits = collect(&prepared, args.trials, &store, &failed, &command)?;
    // All of them are known before the first is written.
    let (mut wanted, mut without) = (Vec::new(), Vec::new());
    for method in chosen {
        match trials(&fits, method, which) {
            Ok(trials) => wanted.extend(trials.into_iter().map(|trial| (method, trial))),
            Err(error) => without.push(error),
        }
    }
    // Only a method that was named has to have what is asked for.
    if !methods.is_empty() || wanted.is_empty() {
        without.drain(..).next().map_or(Ok(()), Err)?;
    }
    without.iter().for_each(|error| say(&error.to_string()));
    for (method, trial) in wanted {
        let folder = match which {
            Which::Best => factors.best(&fits, method, trial)?,
            Which::All | Which::One(_) => factors.trial(&fits, method, trial)?,
        };
        print(&told(&fits, method, trial, &folder));
    }
    Ok(ExitCode::SUCCESS)
}

/// The methods that are meant, by their places.
fn chosen(experiment: &Experiment, ids: &[String]) -> Result<Vec<usize>, CliError> {
    if ids.is_empty() {
        return Ok((0..experiment.methods.len()).collect());
    }
    let place = |id: &String| {
        let found = experiment.method(id).map(|(place, _)| place);
        found.ok_or_else(|| {
            let known = experiment.methods.iter().map(|m| m.id.clone());
            CliError::NoMethod {
                experiment: experiment.name.clone(),
                method: id.clone(),
                known: known.collect(),
            }
        })
    };
    ids.iter().map(place).collect()
}

/// The trials of a method that are meant; of all of them those that did not fail.
fn trials(fits: &Fits<'_>, method: usize, which: Which) -> Result<Vec<u32>, CliError> {
    let id = &fits.prepared.experiment.methods[method].id;
    let trials = fits.summaries.iter().filter(|fit| fit.method == *id);
    let sound = trials.filter(|fit| !fit.failed).map(|fit| fit.trial);
    let sound: Vec<u32> = sound.collect();
    let none = |trial| CliError::NoTrial {
        method: id.clone(),
        trial,
        known: sound.clone(),
    };
    match which {
        Which::All if !sound.is_empty() => Ok(sound.clone()),
        Which::One(trial) if sound.contains(&trial) => Ok(vec![trial]),
        Which::One(trial) => Err(none(Some(trial))),
        Which::All | Which::Best => {
            let best = fits.best_trial(id);
            best.map(|trial| vec![trial]).ok_or_else(|| none(None))
        }
    }
}

fn told(fits: &Fits<'_>, method: usize, trial: u32, folder: &Path) -> String {
    let id = &fits.prepared.experiment.methods[method].id;
    format!("{id}, trial {trial}: {}", folder.display())
}
