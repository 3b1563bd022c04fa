//! `cargo xtask reproduce`, `run` and `draw`: fits made or found, results written and printed.

use std::path::Path;
use std::process::ExitCode;

use hntf_experiment::{ExperimentError, Prepared, catalogue};
use hntf_report::output::Target;
use hntf_report::{Format, ReportError, json, render, topics};
use hntf_run::store::{Store, StoreError};
use hntf_run::{Fits, Options, RunError, collect, run as run_fits};

use crate::args::RunArgs;
use crate::asked::Asked;
use crate::error::CliError;
use crate::places::{data_folders, experiments};
use crate::progress::{Bar, listen_for_interrupts, print, say};

type Outcome = Result<ExitCode, CliError>;

pub(crate) fn reproduce(names: &[String], args: &RunArgs) -> Outcome {
    let paths = if names.is_empty() {
        catalogue::all(&experiments())?
    } else {
        let find = |name: &String| catalogue::find(&experiments(), name);
        names.iter().map(find).collect::<Result<Vec<_>, _>>()?
    };
    for path in paths {
        match execute(&Asked::published(&path)?, args) {
            // Asked for everything, a user gets what can be had.
            Err(CliError::Experiment(ExperimentError::Absent { experiment, source }))
                if names.is_empty() =>
            {
                say(&format!("{experiment}: skipped, {source}"));
            }
            other => other?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run(file: &Path, args: &RunArgs) -> Outcome {
    let name = file.to_string_lossy();
    if !file.exists() && catalogue::find(&experiments(), &name).is_ok() {
        return Err(CliError::Experiment(ExperimentError::OtherCommand {
            problem: "no such file, but there is an experiment of that name",
            command: format!("cargo xtask reproduce {name}"),
            given: name.into_owned(),
        }));
    }
    execute(&Asked::own(file)?, args)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn draw(names: &[String], args: &RunArgs) -> Outcome {
    let asked = if names.is_empty() {
        let paths = catalogue::all(&experiments())?;
        let asked = paths.iter().map(|path| Asked::published(path));
        asked.collect::<Result<Vec<_>, _>>()?
    } else {
        let asked = names.iter().map(|name| Asked::named(name));
        asked.collect::<Result<Vec<_>, _>>()?
    };
    for asked in asked {
        match redraw(&asked, args) {
            Err(
                error @ CliError::Experiment(ExperimentError::Absent { .. })
                | error @ CliError::Run(RunError::Missing { .. }),
            ) if names.is_empty() => {
                say(&format!("{}: skipped, {error}", asked.experiment.name));
            }
            other => other?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs, writes and prints one experiment.
fn execute(asked: &Asked, args: &RunArgs) -> Result<(), CliError> {
    let prepared = asked
        .experiment
        .prepare_in(&data_folders(&args.kept.data)?)?;
    let target = Target::at(&asked.out(&args.kept), &asked.experiment, asked.owner)?;
    let store = Store::open(&asked.store(&args.kept))?;
    target.probe()?;
    let attempt = || {
        let fits = fit(&prepared, args.threads, args.kept.trials, &store)?;
        show(asked, args, &target, &fits)
    };
    loop {
        match attempt() {
            // A kept fit turns out to be damaged when a figure shows it. It no longer counts as kept,
            // so there is an end to this.
            Err(CliError::Report(ReportError::Run(RunError::Store(StoreError::Damaged {
                ..
            })))) => {}
            other => return other,
        }
    }
}

/// The same from kept fits alone.
fn redraw(asked: &Asked, args: &RunArgs) -> Result<(), CliError> {
    let prepared = asked
        .experiment
        .prepare_in(&data_folders(&args.kept.data)?)?;
    let target = Target::at(&asked.out(&args.kept), &asked.experiment, asked.owner)?;
    let store = Store::existing(&asked.store(&args.kept))?;
    let command = asked.command(&args.kept);
    let failed = target.failed_before();
    let fits = collect(&prepared, args.kept.trials, &store, &failed, &command);
    store.notes().iter().for_each(|note| say(note));
    let fits = fits?;
    show(asked, args, &target, &fits)
}

fn show(asked: &Asked, args: &RunArgs, target: &Target, fits: &Fits<'_>) -> Result<(), CliError> {
    let folder = target.folder().to_path_buf();
    let command = asked.command(&args.kept);
    target.commit(fits, &command)?;
    if args.json {
        print(&json(fits, &command).to_string());
        return Ok(());
    }
    print(&render(fits, &command, Format::Terminal));
    let topics = topics(fits, Format::Terminal)?;
    if !topics.is_empty() {
        print(&topics);
    }
    let (all, made) = (fits.summaries.len(), fits.made);
    let kept = match made {
        0 => "none was made, all were kept".to_owned(),
        1 => "1 model fitted".to_owned(),
        _ => format!("{made} models fitted"),
    };
    print(&format!(
        "{all} fits: {kept}. Written to {}: {}\n",
        folder.display(),
        written(&folder)
    ));
    Ok(())
}

/// What stands in a folder of results, tables first.
fn written(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| {
            let slash = if entry.path().is_dir() { "/" } else { "" };
            format!("{}{slash}", entry.file_name().to_string_lossy())
        })
        .collect();
    let rank = |name: &str| {
        ["table.md", "topics.md", "cells.csv"]
            .iter()
            .position(|n| *n == name)
    };
    names.sort_by_key(|name| (rank(name).unwrap_or(usize::MAX), name.clone()));
    names.join(", ")
}

/// Fits what the store has not, with a bar.
pub(crate) fn fit<'a>(
    prepared: &'a Prepared<'a>,
    threads: Option<usize>,
    trials: Option<u32>,
    store: &'a Store,
) -> Result<Fits<'a>, CliError> {
    listen_for_interrupts();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.unwrap_or(cores);
    let bar = Bar::new(&prepared.experiment.name);
    let fits = run_fits(prepared, Options { threads, trials }, store, &bar);
    bar.clear();
    Ok(fits?)
}
