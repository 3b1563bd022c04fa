//! The lines of a report that say how its numbers are to be read.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

#[path = "../../run/tests/common/mod.rs"]
mod common;

use common::{cell, experiment, on, tensor, with_fits, with_run};
use hntf_report::{Comparison, Format, comparisons, render};
use hntf_run::store::Store;
use hntf_run::{Options, Record, Unwatched, run};

#[test]
fn fewer_trials_than_the_experiment_has_are_named_beside_published_cells() {
    let folder = tempfile::tempdir().unwrap();
    tensor(folder.path(), &[6, 5, 4]);
    let text = r#"
ranks = [3, 2]
trials = 2
dataset = { kind = "file", path = "x.npy" }
[[method]]
id = "multi-hntf"
model = { kind = "multi-hntf", iterations = 20 }
published.values.relative-error = [0.1, 0.5]
[[method]]
id = "ncpd"
trials = 1
model = { kind = "ncpd" }
published.values.relative-error = [nan, 0.9]
"#;
    let experiment = experiment(folder.path(), text);
    let prepared = experiment.prepare().unwrap();
    let report = |trials| {
        let options = Options { trials, ..on(2) };
        with_run(&prepared, options, |fits| {
            render(fits, "command", Format::Markdown)
        })
    };
    // NCPD has one trial of its own, which is all it has.
    let line = "This run has fewer trials than the experiment (1 of 2)";
    assert!(report(Some(1)).contains(line));
    assert!(!report(Some(2)).contains("fewer trials"));
    assert!(!report(Some(3)).contains("fewer trials"));
    assert!(!report(None).contains("fewer trials"));
}

#[test]
fn a_tolerance_as_wide_as_the_distance_to_another_row_is_counted() {
    let row = |id: &str, published: &str, tolerance: f64| {
        format!(
            "[[method]]\nid = \"{id}\"\nmodel = {{ kind = \"ncpd\" }}\npublished = {{ values.relative-error = {published}, tolerance = {tolerance} }}\n"
        )
    };
    let text = format!(
        "ranks = [3, 2]\ndataset = {{ kind = \"file\", path = \"x.npy\" }}\n{}{}{}",
        row("a", "[0.5, 0.7]", 0.2),
        row("b", "[0.6, nan]", 0.05),
        row("c", "[0.9, nan]", 0.3),
    );
    let folder = tempfile::tempdir().unwrap();
    tensor(folder.path(), &[6, 5, 4]);
    let experiment = experiment(folder.path(), &text);
    let value = |id: &str, layer, value| cell(id, 0, layer, "relative-error", value);
    let cells = vec![
        value("a", 0, 0.55),
        value("a", 1, 0.71),
        value("b", 0, 0.62),
        value("c", 0, 0.9),
    ];
    let found = comparisons(&experiment, &Record::new(cells));
    let nearest: Vec<_> = found.iter().map(|c| c.nearest_other).collect();
    let rounded = |x: f64| (1e9 * x).round() / 1e9;
    let nearest: Vec<_> = nearest.into_iter().map(|d| d.map(rounded)).collect();
    // Nobody else has a number at the second layer of a; of c the digits agree.
    assert_eq!(nearest, [Some(0.1), None, Some(0.1), Some(0.3)]);
    let blurred: Vec<_> = found.iter().map(Comparison::is_blurred).collect();
    assert_eq!(blurred, [true, false, false, false]);
}

#[test]
fn errors_above_those_of_a_model_of_zeros_are_told() {
    let folder = tempfile::tempdir().unwrap();
    tensor(folder.path(), &[6, 5, 4]);
    let text = "ranks = [3, 2]\ntrials = 2\ndataset = { kind = \"file\", path = \"x.npy\" }\n[[method]]\nid = \"m\"\nlabel = \"M\"\nmodel = { kind = \"ncpd\" }\n";
    let experiment = experiment(folder.path(), text);
    let prepared = experiment.prepare().unwrap();
    let store = Store::temporary().unwrap();
    let mut fits = run(&prepared, on(1), &store, &Unwatched).unwrap();
    let line = "with a training error above 1: M (1 of 2 fits).";
    assert!(!render(&fits, "command", Format::Terminal).contains("above 1"));
    let worse = [0, 1].map(|layer| cell("m", 1, layer, "training-error", 1.25));
    let others = fits.record.cells().iter();
    let others = others.filter(|c| c.trial == 0 || c.metric != "training-error");
    fits.record = Record::new(others.cloned().chain(worse).collect());
    assert!(render(&fits, "command", Format::Terminal).contains(line));
}

#[test]
fn fits_stopped_by_their_limit_are_counted_but_not_those_of_a_published_protocol() {
    let folder = tempfile::tempdir().unwrap();
    tensor(folder.path(), &[6, 5, 4]);
    let report = |published: &str, origin: &str| {
        let text = format!(
            "ranks = [3]\ntrials = 2\ndataset = {{ kind = \"file\", path = \"x.npy\" }}\n[[method]]\nid = \"m\"\nlabel = \"M\"\norigin = \"{origin}\"\nmodel = {{ kind = \"ncpd\", ncpd.stopping = {{ max-iterations = 2, tolerance = 1e-9 }} }}\n{published}"
        );
        let experiment = experiment(folder.path(), &text);
        with_fits(&experiment, |f| render(f, "command", Format::Terminal))
    };
    let line = "before they had settled: M (2 of 2 fits); a larger `max-iterations`";
    let numbers = "published.values.relative-error = [0.1]\n";
    assert!(report("", "paper").contains(line));
    assert!(report(numbers, "beyond").contains(line));
    assert!(!report(numbers, "paper").contains("settled"));
}
