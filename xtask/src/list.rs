//! `cargo xtask list`: what a configuration can name.

use std::process::ExitCode;

use hntf_experiment::figures::FIGURES;
use hntf_experiment::registry::{DATASETS, Entry, MODELS};
use hntf_experiment::{Experiment, catalogue, metrics};

use crate::error::CliError;
use crate::places::experiments;
use crate::progress::print;

pub(crate) fn list() -> Result<ExitCode, CliError> {
    let paths = catalogue::all(&experiments())?;
    let loaded = paths.iter().map(|path| Experiment::load(path));
    let experiments = loaded.collect::<Result<Vec<_>, _>>()?;
    let names = experiments.iter().map(|e| e.name.as_str());
    let names = names.chain(MODELS.iter().map(|e| e.id));
    let names = names.chain(DATASETS.iter().map(|e| e.id));
    let names = names.chain(FIGURES.iter().map(|e| e.id));
    let metrics = metrics::described();
    let names = names.chain(metrics.iter().map(|(name, _)| name.as_str()));
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
    describe(FIGURES, width);
    print("\nMetrics (metrics = [\"…\"], and of claims)");
    for (name, title) in &metrics {
        print(&format!("  {name:width$} {title}"));
    }
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
