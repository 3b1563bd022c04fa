//! Tables, aggregates and comparisons of small records.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

#[path = "../../run/tests/common/mod.rs"]
mod common;

use common::{cell, experiment, tensor, with_fits};
use hntf_experiment::{Experiment, Origin};
use hntf_report::drift::{Drift, compare};
use hntf_report::{ClaimVerdict, Format, Verdict, claims, comparisons, json, render, rows};
use hntf_run::Record;
use insta::assert_snapshot;

const TEXT: &str = r#"
title = "Three methods on a small tensor"
notes = ["A note of where the numbers come from."]
ranks = [3, 2]
trials = 2
dataset = { kind = "file", path = "x.npy" }

[[method]]
id = "own"
label = "Our own"
origin = "beyond"
model = { kind = "multi-hntf", iterations = 20, balance = true }

[[method]]
id = "multi-hntf"
label = "Multi-HNTF"
model = { kind = "multi-hntf", iterations = 20 }
published = { values = { relative-error = [0.1, 0.5] }, tolerance = 0.45 }

[[method]]
id = "ncpd"
label = "NCPD"
trials = 1
model = { kind = "ncpd" }
published.values = { relative-error = [nan, 0.9], terms = [3.0] }

[[view]]
id = "best"
label = "Multi-HNTF, best"
of = "multi-hntf"
aggregate = "best"
origin = "beyond"
"#;

fn rendered(format: Format) -> String {
    let folder = tempfile::tempdir().unwrap();
    tensor(folder.path(), &[6, 5, 4]);
    let experiment = experiment(folder.path(), TEXT);
    with_fits(&experiment, |f| {
        render(f, "cargo xtask run tiny.toml", format)
    })
}

#[test]
fn a_report_for_a_terminal() {
    assert_snapshot!(rendered(Format::Terminal));
}

#[test]
fn a_report_in_markdown() {
    assert_snapshot!(rendered(Format::Markdown));
}

#[test]
fn a_report_of_the_choice_of_ranks() {
    let text = r#"
ranks = [4, 3, 2, 1]
trials = 4
dataset = { kind = "file", path = "x.npy", modes = ["person", "place", "time"] }
[rank-choice]
held-out = 0.2
mode = 1
[[method]]
id = "random"
label = "NCPD"
model = { kind = "ncpd", ncpd = { update = "hals", start = "random" } }
[[method]]
id = "svd"
label = "NCPD, one start"
model = { kind = "ncpd" }
"#;
    let folder = tempfile::tempdir().unwrap();
    tensor(folder.path(), &[6, 5, 4]);
    let experiment = experiment(folder.path(), text);
    with_fits(&experiment, |f| {
        assert_snapshot!(render(f, "cargo xtask run tiny.toml", Format::Terminal));
        let report = json(f, "command");
        let random = &report["rank-choice"][0];
        assert_eq!(random["method"], "random");
        assert_eq!(random["ranks"][0]["rank"], 1);
        assert_eq!(random["ranks"][3]["held-out"].as_array().unwrap().len(), 4);
        assert_eq!(report["rank-choice"][1]["seedless"], true);
    });
}

#[test]
fn a_report_with_topic_losses() {
    let text = r#"
ranks = [4, 2]
dataset = { kind = "synthetic-blocks" }
[[method]]
id = "multi-hntf"
model = { kind = "multi-hntf", iterations = 50 }
"#;
    let experiment = experiment("".as_ref(), text);
    with_fits(&experiment, |f| {
        assert_snapshot!(render(f, "cargo xtask run tiny.toml", Format::Terminal));
    });
}

#[test]
fn json_holds_rows_comparisons_and_cells() {
    let folder = tempfile::tempdir().unwrap();
    tensor(folder.path(), &[6, 5, 4]);
    let experiment = experiment(folder.path(), TEXT);
    with_fits(&experiment, |fits| {
        let object = json(fits, "command");
        let count = |key: &str| object[key].as_array().unwrap().len();
        assert_eq!(count("cells"), fits.record.cells().len());
        assert_eq!(count("fits"), 5);
        // Four rows, two layers, four metrics.
        assert_eq!(count("rows"), 4 * 2 * 4);
        assert_eq!(count("published"), 4);
    });
}

/// An experiment to hang hand-made records on; its data is never loaded.
fn plain(rows: &str) -> Experiment {
    let head = "ranks = [3, 2]\ndataset = { kind = \"synthetic-blocks\" }\n";
    experiment("".as_ref(), &format!("{head}{rows}"))
}

fn method(id: &str, more: &str) -> String {
    format!("[[method]]\nid = \"{id}\"\nmodel = {{ kind = \"ncpd\" }}\n{more}\n")
}

/// Trial 1 explains the data best as a whole, trial 2 its second layer, trial 0 the reference.
fn three_trials() -> Record {
    let errors = [
        (0, [0.5, 0.60], [0.1, 0.2]),
        (1, [0.2, 0.50], [0.4, 0.5]),
        (2, [0.9, 0.45], [0.6, 0.7]),
    ];
    let cells = errors.iter().flat_map(|(trial, training, relative)| {
        (0..2).flat_map(move |layer| {
            [
                cell("a", *trial, layer, "training-error", training[layer]),
                cell("a", *trial, layer, "relative-error", relative[layer]),
            ]
        })
    });
    Record::new(cells.collect())
}

fn summarised(aggregate: &str) -> [f64; 2] {
    let experiment = plain(&method("a", &format!("aggregate = \"{aggregate}\"")));
    let record = three_trials();
    let rows = rows(&experiment, &record);
    [0, 1].map(|layer| {
        let summary = rows[0].summary(&record, layer, "relative-error").unwrap();
        assert_eq!(summary.trials, 3);
        assert_eq!(summary.range, [(0.1, 0.6), (0.2, 0.7)][layer]);
        summary.value
    })
}

#[test]
fn aggregates_choose_by_training_error_alone() {
    let [first, second] = summarised("mean");
    assert!((first - 1.1 / 3.0).abs() < 1e-15 && (second - 1.4 / 3.0).abs() < 1e-15);
    assert_eq!(summarised("best"), [0.4, 0.5]);
    assert_eq!(summarised("best-per-layer"), [0.4, 0.7]);
}

#[test]
fn a_row_that_is_no_mean_says_so_if_there_are_several_trials() {
    let name = |aggregate: &str, record: &Record| {
        let experiment = plain(&method("a", &format!("aggregate = \"{aggregate}\"")));
        rows(&experiment, record)[0].name.clone()
    };
    let named = |aggregate| name(aggregate, &three_trials());
    assert_eq!(named("mean"), "a");
    assert_eq!(named("best"), "a, best of 3");
    assert_eq!(named("best-per-layer"), "a, best of 3 at each layer");
    assert_eq!(name("best", &Record::default()), "a");
}

#[test]
fn a_metric_that_was_not_measured_has_no_summary() {
    let experiment = plain(&(method("a", "aggregate = \"best\"") + &method("b", "")));
    let rows = rows(&experiment, &three_trials());
    assert_eq!(rows[0].summary(&three_trials(), 0, "terms"), None);
    assert_eq!(rows[1].summary(&three_trials(), 0, "relative-error"), None);
    assert_eq!(
        rows[0].summary(&Record::default(), 0, "relative-error"),
        None
    );
}

#[test]
fn rows_of_the_literature_stand_first_and_views_behind_their_method() {
    let view = |id: &str, of: &str| {
        format!("[[view]]\nid = \"{id}\"\nlabel = \"\"\nof = \"{of}\"\naggregate = \"best\"\n")
    };
    let beyond = method("ours", "origin = \"beyond\"");
    let text = [
        beyond,
        method("a", ""),
        method("b", ""),
        view("a-best", "a"),
    ]
    .concat();
    let experiment = plain(&text);
    let ids: Vec<_> = rows(&experiment, &Record::default())
        .iter()
        .map(|r| (r.id, r.origin))
        .collect();
    let paper = ["a", "a-best", "b"].map(|id| (id, Origin::Paper));
    assert_eq!(ids, [&paper[..], &[("ours", Origin::Beyond)]].concat());
}

#[test]
fn comparisons_judge_every_published_cell_that_was_measured() {
    let published = "published = { values.relative-error = [0.367, 0.5], tolerance = 0.05 }";
    let experiment = plain(&(method("a", published) + &method("b", published)));
    let found = comparisons(&experiment, &three_trials());
    let verdicts: Vec<_> = found
        .iter()
        .map(|c| (c.row.as_str(), c.layer, c.verdict))
        .collect();
    let expected = [
        ("a", 0, Verdict::Reproduced),
        ("a", 1, Verdict::WithinTolerance),
    ];
    assert_eq!(verdicts, expected);
    assert!((found[1].difference - (1.4 / 3.0 - 0.5)).abs() < 1e-15);
}

#[test]
fn drift_is_relative_above_one_and_absolute_below() {
    let experiment = plain(&method("a", "drift = 1e-3"));
    let record = |small: f64, large: f64| {
        Record::new(vec![
            cell("a", 0, 0, "small", small),
            cell("a", 0, 0, "large", large),
        ])
    };
    let committed = record(0.01, 1000.0);
    let drifts = |now| compare(&experiment, &committed, &now);
    assert_eq!(drifts(committed.clone()), []);
    assert_eq!(drifts(record(0.0109, 1000.9)), []);
    assert_eq!(drifts(record(0.0111, 1001.1)).len(), 2);
}

#[test]
fn a_value_that_is_no_number_has_moved() {
    let experiment = plain(&method("a", "drift = 1.0"));
    let record = |value| Record::new(vec![cell("a", 0, 0, "relative-error", value)]);
    for (before, now) in [
        (0.5, f64::NAN),
        (f64::NAN, 0.5),
        (f64::NAN, f64::NAN),
        (0.5, f64::INFINITY),
    ] {
        let drifts = compare(&experiment, &record(before), &record(now));
        assert_eq!(drifts.len(), 1, "{before} {now}");
    }
}

#[test]
fn cells_that_are_gone_or_new_are_told_apart_in_words() {
    let experiment = plain(&method("a", ""));
    let committed = Record::new(vec![cell("a", 0, 0, "x", 0.5), cell("a", 0, 0, "y", 0.25)]);
    let now = Record::new(vec![cell("a", 0, 0, "y", 0.75), cell("b", 0, 0, "x", 0.5)]);
    let drifts = compare(&experiment, &committed, &now);
    assert_eq!(drifts[0], Drift::Gone(cell("a", 0, 0, "x", 0.5)));
    assert_eq!(drifts[2], Drift::New(cell("b", 0, 0, "x", 0.5)));
    let words: Vec<String> = drifts.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "a trial 0 layer 0 x: was 0.5, is no longer there",
            "a trial 0 layer 0 y: was 0.25, is 0.75 (moved by +5.0e-1, allowed 1.0e-6)",
            "b trial 0 layer 0 x: is 0.5, was not there",
        ]
    );
    assert_eq!(compare(&experiment, &Record::default(), &now).len(), 2);
    assert_eq!(
        compare(&experiment, &committed, &Record::default()).len(),
        2
    );
}

#[test]
fn claims_are_held_to_methods_and_views_layer_by_layer() {
    let text = [
        method("a", ""),
        method("b", ""),
        "[[view]]\nid = \"a-best\"\nlabel = \"\"\nof = \"a\"\naggregate = \"best\"\n".to_owned(),
        "[[claim]]\ntext = \"mean below best\"\norder = [\"a\", \"a-best\"]\n".to_owned(),
        "[[claim]]\ntext = \"within\"\norder = [\"a-best\", \"a\"]\ntolerance = 0.034\nmetric = \"relative-error\"\n".to_owned(),
        "[[claim]]\ntext = \"of none\"\norder = [\"a\", \"b\"]\nlayers = [1]\n".to_owned(),
    ]
    .concat();
    let found = claims(&plain(&text), &three_trials());
    let verdicts = |i: usize| -> Vec<_> { found[i].layers.iter().map(|l| l.verdict).collect() };
    // Means 0.3667 and 0.4667, the best trial 0.4 and 0.5.
    assert_eq!(verdicts(0), [ClaimVerdict::Holds; 2]);
    assert_eq!(verdicts(1), [ClaimVerdict::Holds; 2]);
    assert_eq!(verdicts(2), [ClaimVerdict::NotMeasured]);
    assert_eq!((found[2].layers[0].layer, found[2].layers[0].rank), (1, 2));
    assert!(found[0].holds() && !found[2].holds());
    let strict = text.replace("tolerance = 0.034", "tolerance = 0.033");
    let found = claims(&plain(&strict), &three_trials());
    assert_eq!(found[1].layers[0].verdict, ClaimVerdict::Fails);
}

/// Terms of the models, which no processor rounds.
const CLAIMS: &str = r#"
[[claim]]
text = "Fewer terms in Multi-HNTF"
order = ["multi-hntf", "hncpd"]
metric = "terms"
[[claim]]
text = "More terms in Multi-HNTF"
order = ["hncpd", "best"]
metric = "terms"
layers = [1]
tolerance = 0.5
[[method]]
id = "hncpd"
label = "Standard HNCPD"
model = { kind = "standard-hncpd" }
"#;

#[test]
fn a_report_with_claims() {
    let folder = tempfile::tempdir().unwrap();
    tensor(folder.path(), &[6, 5, 4]);
    let text = format!("{TEXT}{CLAIMS}");
    let experiment = experiment(folder.path(), &text);
    with_fits(&experiment, |fits| {
        let section = |format| {
            let report = render(fits, "command", format);
            let from = report.find("Claims").unwrap();
            let to = report.find("Size of the models").unwrap();
            report[from..to].to_owned()
        };
        let both = section(Format::Terminal) + &section(Format::Markdown);
        assert_snapshot!(both);
        let object = json(fits, "command");
        assert_eq!(object["claims"][0]["layers"][1]["verdict"], "holds");
        assert_eq!(object["claims"][1]["layers"][0]["verdict"], "fails");
        assert_eq!(object["claims"][1]["order"][1], "best");
    });
}
