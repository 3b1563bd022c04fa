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
use crate::progress::print;

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
    let wanted = chosen
        .into_iter()
        .map(|method| wanted(&fits, method, which));
    // All of them are known before the first is written.
    let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
    for (method, trial) in wanted.into_iter().flatten() {
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
fn wanted(fits: &Fits<'_>, method: usize, which: Which) -> Result<Vec<(usize, u32)>, CliError> {
    let id = &fits.prepared.experiment.methods[method].id;
    let trials = fits.summaries.iter().filter(|fit| fit.method == *id);
    let sound = trials.filter(|fit| !fit.failed).map(|fit| fit.trial);
    let sound: Vec<u32> = sound.collect();
    let none = |trial| CliError::NoTrial {
        method: id.clone(),
        trial,
        known: sound.clone(),
    };
    let trials = match which {
        Which::All if !sound.is_empty() => sound.clone(),
        Which::All | Which::Best => vec![fits.best_trial(id).ok_or_else(|| none(None))?],
        Which::One(trial) if sound.contains(&trial) => vec![trial],
        Which::One(trial) => return Err(none(Some(trial))),
    };
    Ok(trials.into_iter().map(|trial| (method, trial)).collect())
}

fn told(fits: &Fits<'_>, method: usize, trial: u32, folder: &Path) -> String {
    let id = &fits.prepared.experiment.methods[method].id;
    format!("{id}, trial {trial}: {}", folder.display())
}
