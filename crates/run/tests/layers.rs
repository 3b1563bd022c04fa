//! Methods that fit fewer layers than the table has, fits that diverge, and accuracy by layer.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod common;

use std::path::Path;

use common::{on, with_fits};
use hntf_experiment::Experiment;
use hntf_run::store::Store;
use hntf_run::{Unwatched, run};
use hntf_solvers::StopReason;
use hntf_tensor::npy::write_npy;

const TEXT: &str = r#"
ranks = [4, 2]
trials = 2
metrics = ["relative-error", "accuracy-of-layer"]
dataset = { kind = "nested-blocks" }

[[method]]
id = "one"
layers = 1
model = { kind = "neural-nmf" }

[[method]]
id = "two"
model = { kind = "neural-nmf", labels = "pseudo-inverse" }

[[method]]
id = "wild"
model = { kind = "neural-nmf", start = "uniform", training = "gradient", gradient = { step = 1e200, clamp = false } }
"#;

/// Blocks of 9 columns within blocks of 4 and 2, all columns with known classes.
fn blocks(folder: &Path) {
    let folder = folder.join("nested-blocks");
    std::fs::create_dir(&folder).unwrap();
    let write = |name: &str, shape: &[usize], values: Vec<f64>| {
        write_npy(&folder.join(name), shape, &values).unwrap();
    };
    let columns = 18;
    let class = |classes: usize| (0..columns).map(move |j| j * classes / columns);
    for classes in [9, 4, 2] {
        let values = class(classes).map(|c| c as f64).collect();
        write(&format!("labels{classes}.npy"), &[columns], values);
    }
    let (fine, coarse): (Vec<_>, Vec<_>) = (class(4).collect(), class(2).collect());
    let entry = |i: usize, j: usize| {
        let within = |c: &[usize]| f64::from(u8::from(c[i] == c[j]));
        0.1 + 0.01 * ((i * 7 + j * 3) % 5) as f64 + within(&fine) + within(&coarse)
    };
    let values = (0..columns).flat_map(|i| (0..columns).map(move |j| (i, j)));
    let values = values.map(|(i, j)| entry(i, j)).collect();
    write("X.npy", &[columns, columns], values);
}

fn experiment(folder: &Path) -> Experiment {
    blocks(folder);
    common::experiment(folder, TEXT)
}

#[test]
fn a_method_fits_the_layers_it_says_and_leaves_the_other_cells_empty() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = experiment(folder.path());
    let layers: Vec<_> = experiment.methods.iter().map(|m| m.layers).collect();
    assert_eq!(layers, [1, 2, 2]);
    let prepared = experiment
        .prepare_in(&[folder.path().to_path_buf()])
        .unwrap();
    let store = Store::temporary().unwrap();
    let fits = run(&prepared, on(2), &store, &Unwatched).unwrap();
    let layers_of = |method: &str| {
        let cells = fits.record.cells().iter();
        let layers = cells.filter(|c| c.method == method).map(|c| c.layer);
        layers.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(layers_of("one"), [0].into());
    assert_eq!(layers_of("two"), [0, 1].into());
    assert_eq!(fits.hierarchy(0, 1).unwrap().layers.len(), 1);
    // Every layer on its own classes: nine at the first, four at the second.
    let values: Vec<_> = fits
        .record
        .trials("two", 1, "accuracy-of-layer")
        .map(|(_, x)| x)
        .collect();
    assert_eq!(values.len(), 2);
    assert!(values.iter().all(|x| (0.4..=1.0).contains(x)), "{values:?}");
}

#[test]
fn a_diverged_fit_is_told_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = experiment(folder.path());
    let prepared = experiment
        .prepare_in(&[folder.path().to_path_buf()])
        .unwrap();
    let store = Store::temporary().unwrap();
    let fits = run(&prepared, on(2), &store, &Unwatched).unwrap();
    for fit in &fits.summaries {
        assert_eq!(fit.failed, fit.method == "wild", "{fit:?}");
        if fit.failed {
            assert!(fit.reasons.iter().all(|r| *r == StopReason::Diverged));
            assert!(fit.iterations.iter().all(|i| *i < 5), "{fit:?}");
        }
    }
    let cells = fits.record.cells();
    assert!(
        cells
            .iter()
            .all(|c| c.value.is_finite() && c.method != "wild")
    );
}

#[test]
fn labels_are_needed_by_a_model_that_learns_them() {
    let folder = tempfile::tempdir().unwrap();
    common::tensor(folder.path(), &[6, 5]);
    let text = r#"
ranks = [3, 2]
dataset = { kind = "file", path = "x.npy" }
[[method]]
id = "model"
model = { kind = "neural-nmf", labels = "trained-b" }
"#;
    let experiment = common::experiment(folder.path(), text);
    let error = experiment.prepare().err().unwrap().to_string();
    assert!(error.contains("needs labels"), "{error}");
    let without = text.replace("trained-b", "none");
    let experiment = common::experiment(folder.path(), &without);
    with_fits(&experiment, |f| {
        assert!(f.summaries.iter().all(|fit| !fit.failed));
    });
}
