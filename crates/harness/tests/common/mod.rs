//! Small experiments for tests.
#![allow(dead_code, reason = "every test file uses its share of these")]

use std::path::Path;

use hntf_harness::run::{Finished, Options, Unwatched, run};
use hntf_harness::{Cell, Experiment};
use hntf_tensor::npy::write_npy;

/// Writes positive numbers as `x.npy`.
pub(crate) fn tensor(folder: &Path, shape: &[usize]) {
    let len: usize = shape.iter().product();
    let values: Vec<f64> = (0..len)
        .map(|i| 1.0 + ((i * 7919 + 13) % 101) as f64)
        .collect();
    write_npy(&folder.join("x.npy"), shape, &values).unwrap();
}

/// The experiment as if it stood in that folder.
pub(crate) fn experiment(folder: &Path, text: &str) -> Experiment {
    Experiment::parse(&folder.join("tiny.toml"), text).unwrap_or_else(|e| panic!("{e}"))
}

/// Options without a partial record.
pub(crate) fn on(threads: usize) -> Options<'static> {
    Options {
        threads,
        trials: None,
        partial: None,
    }
}

/// Prepares, runs and hands the result on.
pub(crate) fn with_finished<T>(
    experiment: &Experiment,
    then: impl FnOnce(&Finished<'_>) -> T,
) -> T {
    let prepared = experiment.prepare().unwrap_or_else(|e| panic!("{e}"));
    then(&run(&prepared, on(2), &Unwatched).unwrap_or_else(|e| panic!("{e}")))
}

pub(crate) fn cell(method: &str, trial: u32, layer: usize, metric: &str, value: f64) -> Cell {
    Cell {
        method: method.to_owned(),
        trial,
        layer,
        metric: metric.to_owned(),
        value,
    }
}
