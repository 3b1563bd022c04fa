//! The commands.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hntf_harness::config::Prepared;
use hntf_harness::output::Target;
use hntf_harness::registry::{DATASETS, Entry, MODELS, PICTURES};
use hntf_harness::report::{Format, json, render, topics};
use hntf_harness::run::{self, Finished, Options};
use hntf_harness::{Experiment, HarnessError, Record, catalogue, drift};

use crate::progress::{Bar, listen_for_interrupts, print, say};
use crate::{CheckArgs, DataArgs, RunArgs};

/// Committed results, below the root of the repository.
const RESULTS: &str = "results";
/// Results that are the user's own and not committed.
const OWN_RESULTS: &str = "out";

type Outcome = Result<ExitCode, HarnessError>;

/// The root of the repository: the folder above this package.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where downloaded data sets are kept.
pub(crate) fn cache() -> PathBuf {
    root().join("datasets/cache")
}

pub(crate) fn sources() -> PathBuf {
    root().join("datasets/sources.toml")
}

/// Where public data sets are looked for: the folders named, else the environment's, then the cache.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
fn data_folders(args: &DataArgs) -> Vec<PathBuf> {
    let mut folders = args.data_dir.clone();
    if folders.is_empty() {
        let named = std::env::var_os("HNTF_DATA_DIR").filter(|folder| !folder.is_empty());
        folders.extend(named.map(PathBuf::from));
    }
    folders.push(cache());
    folders
}

fn experiments() -> PathBuf {
    root().join("experiments")
}

pub(crate) fn list() -> Outcome {
    let paths = catalogue::all(&experiments())?;
    let loaded = paths.iter().map(|path| Experiment::load(path));
    let experiments = loaded.collect::<Result<Vec<_>, _>>()?;
    let names = experiments.iter().map(|e| e.name.as_str());
    let names = names.chain(MODELS.iter().map(|e| e.id));
    let names = names.chain(DATASETS.iter().map(|e| e.id));
    let names = names.chain(PICTURES.iter().map(|e| e.id));
    let width = names.map(str::len).max().unwrap_or(0);
    print("Experiments (cargo xtask reproduce NAME)");
    for experiment in &experiments {
        print(&format!(
            "  {:width$} {}",
            experiment.name, experiment.title
        ));
    }
    print("\nModels (model = { kind = \"…\" })");
    describe(MODELS, width);
    print("\nData sets (dataset = { kind = \"…\" })");
    describe(DATASETS, width);
    print("\nFigures ([[figure]] kind = \"…\")");
    describe(PICTURES, width);
    Ok(ExitCode::SUCCESS)
}

/// Summaries, citations and parameters in a second column, behind `width` characters of ids.
fn describe<T: ?Sized>(entries: &[Entry<T>], width: usize) {
    for entry in entries {
        print(&format!("  {:width$} {}", entry.id, entry.summary));
        if !entry.citation.is_empty() {
            print(&format!("  {:width$} {}", "", entry.citation));
        }
        for line in (entry.defaults)().lines().filter(|l| !l.is_empty()) {
            print(&format!("  {:width$}   {line}", ""));
        }
    }
}

pub(crate) fn reproduce(names: &[String], args: &RunArgs) -> Outcome {
    let paths = if names.is_empty() {
        catalogue::all(&experiments())?
    } else {
        let find = |name: &String| catalogue::find(&experiments(), name);
        names.iter().map(find).collect::<Result<Vec<_>, _>>()?
    };
    // A run with another number of trials is not the published protocol: it must not take the
    // place of the committed results.
    let default = if args.trials.is_some() {
        OWN_RESULTS
    } else {
        RESULTS
    };
    let out = args.out.clone().unwrap_or_else(|| root().join(default));
    for path in paths {
        let experiment = Experiment::load(&path)?;
        let command = format!("cargo xtask reproduce {}", experiment.name);
        match execute(&experiment, args, &out, &command) {
            // Asked for everything, a user gets what can be had.
            Err(HarnessError::Absent { experiment, source }) if names.is_empty() => {
                say(&format!("{experiment}: skipped, {source}"));
            }
            other => other?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run(file: &Path, args: &RunArgs) -> Outcome {
    let experiment = Experiment::load(file)?;
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(OWN_RESULTS));
    execute(
        &experiment,
        args,
        &out,
        &format!("cargo xtask run {}", file.display()),
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Runs, writes and prints one experiment.
fn execute(
    experiment: &Experiment,
    args: &RunArgs,
    out: &Path,
    command: &str,
) -> Result<(), HarnessError> {
    let prepared = experiment.prepare_in(&data_folders(&args.data))?;
    let target = Target::open(out, &experiment.name)?;
    let partial = out.join(".partial");
    let finished = fit(&prepared, args.threads, args.trials, Some(&partial))?;
    let folder = target.folder().to_path_buf();
    let command = match args.trials {
        Some(trials) => format!("{command} --trials {trials}"),
        None => command.to_owned(),
    };
    target.commit(&finished, &command)?;
    run::forget_partial(&partial, &prepared);
    if args.json {
        print(&json(&finished, &command).to_string());
    } else {
        print(&render(&finished, &command, Format::Terminal));
        let topics = topics(&finished, Format::Terminal)?;
        if !topics.is_empty() {
            print(&topics);
        }
        print(&format!(
            "Written to {}: cells.csv, table.md, figures/\n",
            folder.display()
        ));
    }
    Ok(())
}

fn fit<'a>(
    prepared: &'a Prepared<'a>,
    threads: Option<usize>,
    trials: Option<u32>,
    partial: Option<&Path>,
) -> Result<Finished<'a>, HarnessError> {
    listen_for_interrupts();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options {
        threads: threads.unwrap_or(cores),
        trials,
        partial,
    };
    let bar = Bar::new(&prepared.experiment.name);
    let finished = run::run(prepared, options, &bar);
    bar.clear();
    finished
}

/// Compares with committed results; with `--bless`, writes the new ones in their place.
pub(crate) fn check(names: &[String], args: &CheckArgs) -> Outcome {
    let sources = args.experiments.clone().unwrap_or_else(experiments);
    let results = args.results.clone().unwrap_or_else(|| root().join(RESULTS));
    let mut moved = false;
    for path in to_check(names, &sources, &results, args.bless)? {
        let experiment = Experiment::load(&path)?;
        match check_one(&experiment, &results, args) {
            Err(HarnessError::Absent { experiment, source }) if names.is_empty() => {
                say(&format!("{experiment}: skipped, {source}"));
            }
            same => moved |= !same? && !args.bless,
        }
    }
    if moved {
        say(
            "numbers have moved: find out why; if it is right, write them with check --bless and say the reason in the commit",
        );
    }
    Ok(ExitCode::from(u8::from(moved)))
}

/// The experiments named; else those with committed results, or all of them to be blessed.
fn to_check(
    names: &[String],
    sources: &Path,
    results: &Path,
    bless: bool,
) -> Result<Vec<PathBuf>, HarnessError> {
    if !names.is_empty() {
        let find = |name: &String| catalogue::find(sources, name);
        return names.iter().map(find).collect();
    }
    let committed = |path: &PathBuf| {
        path.file_stem()
            .is_some_and(|stem| cells_of(results, &stem.to_string_lossy()).exists())
    };
    let mut paths = catalogue::all(sources)?;
    paths.retain(|path| bless || committed(path));
    if paths.is_empty() {
        return Err(HarnessError::NothingToCheck {
            experiments: sources.to_path_buf(),
            results: results.to_path_buf(),
        });
    }
    Ok(paths)
}

fn cells_of(results: &Path, name: &str) -> PathBuf {
    results.join(name).join("cells.csv")
}

/// Whether the numbers are as committed.
fn check_one(
    experiment: &Experiment,
    results: &Path,
    args: &CheckArgs,
) -> Result<bool, HarnessError> {
    let name = &experiment.name;
    let prepared = experiment.prepare_in(&data_folders(&args.data))?;
    let committed = match (Record::read(&cells_of(results, name)), args.bless) {
        (Ok(record), _) => record,
        (Err(_), true) => Record::default(),
        (Err(error), false) => return Err(error.into()),
    };
    let target = args
        .bless
        .then(|| Target::open(results, name))
        .transpose()?;
    let finished = fit(&prepared, args.threads, None, None)?;
    let drifts = drift::compare(experiment, &committed, &finished.record);
    let cells = finished.record.cells().len();
    if drifts.is_empty() {
        print(&format!("{name}: {cells} cells as committed"));
    } else {
        let moved = drifts.len();
        print(&format!("{name}: {cells} cells, {moved} not as committed"));
        drifts.iter().for_each(|drift| print(&format!("  {drift}")));
    }
    if let Some(target) = target {
        target.commit(&finished, &format!("cargo xtask reproduce {name}"))?;
        print(&format!("{name}: new results written"));
    }
    Ok(drifts.is_empty())
}
