//! Small experiments for tests.
#![allow(dead_code, reason = "every test file uses its share of these")]

use std::path::Path;

use hntf_experiment::{Experiment, Prepared};
use hntf_run::store::Store;
use hntf_run::{Cell, Fits, Options, Unwatched, run};
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

/// All trials on so many threads.
pub(crate) fn on(threads: usize) -> Options {
    Options {
        threads,
        trials: None,
    }
}

/// Runs with a store of its own and hands the result on.
pub(crate) fn with_run<T>(
    prepared: &Prepared<'_>,
    options: Options,
    then: impl FnOnce(&Fits<'_>) -> T,
) -> T {
    let store = Store::temporary().unwrap();
    then(&run(prepared, options, &store, &Unwatched).unwrap_or_else(|e| panic!("{e}")))
}

/// Prepares, runs and hands the result on.
pub(crate) fn with_fits<T>(experiment: &Experiment, then: impl FnOnce(&Fits<'_>) -> T) -> T {
    let prepared = experiment.prepare().unwrap_or_else(|e| panic!("{e}"));
    with_run(&prepared, on(2), then)
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
