//! What commands print and write when all is well.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hntf_experiment::figures::FIGURES as KINDS;
use hntf_experiment::registry::{DATASETS, MODELS};
use hntf_run::Record;

use crate::lab::{EXPERIMENT, Lab};

const FIGURES: &str = r#"
[[view]]
id = "multi-hntf-best"
label = "Multi-HNTF, best"
of = "multi-hntf"
origin = "beyond"
aggregate = "best"

[[method]]
id = "standard-hncpd"
model = { kind = "standard-hncpd" }

[[figure]]
kind = "errors"

[[figure]]
kind = "projections"
method = "multi-hntf"

[[figure]]
kind = "relations"
method = "standard-hncpd"
"#;

#[test]
fn list_names_everything_that_can_be_named() {
    let listed = Lab::new().done(&["list"]);
    let ids = MODELS.iter().map(|e| (e.id, e.summary));
    let ids = ids.chain(DATASETS.iter().map(|e| (e.id, e.summary)));
    let ids = ids.chain(KINDS.iter().map(|e| (e.id, e.summary)));
    let experiments = [("synthetic", ""), ("synthetic-low-noise", "")];
    let metrics = [
        ("accuracy", "classifier (L*Y) S⁺"),
        ("topic-loss-FROM-TO", "of data with known groups"),
        ("stability", "[rank-choice]"),
    ];
    let experiments = experiments.into_iter().chain(metrics);
    for (id, summary) in ids.chain(experiments) {
        let found = listed
            .lines()
            .any(|line| line.split_whitespace().next() == Some(id) && line.ends_with(summary));
        assert!(found, "{id} is not in\n{listed}");
    }
}

#[test]
fn summaries_stand_in_one_column() {
    let listed = Lab::new().done(&["list"]);
    let entries = MODELS.iter().map(|e| (e.id, e.summary));
    let entries = entries.chain(DATASETS.iter().map(|e| (e.id, e.summary)));
    let entries = entries.chain(KINDS.iter().map(|e| (e.id, e.summary)));
    let column = |(id, summary): (&str, &str)| {
        let mut lines = listed.lines();
        let of_id = |line: &&str| line.split_whitespace().next() == Some(id);
        let line = lines.find(|line| of_id(line) && line.ends_with(summary));
        line.map(|line| line.len() - summary.len())
    };
    let columns: BTreeSet<_> = entries.map(column).collect();
    assert!(columns.len() == 1 && !columns.contains(&None), "{listed}");
}

#[test]
fn a_run_leaves_records_a_table_and_figures() {
    let lab = Lab::and(FIGURES);
    let printed = lab.done(&["run", "mine.toml"]);
    assert!(printed.contains("A small tensor"), "{printed}");
    assert!(printed.contains("Multi-HNTF, best †"), "{printed}");
    let line = "4 fits: 4 models fitted. Written to out/mine: table.md, cells.csv, factors/, figures/, manifest.json, seconds.csv\n";
    assert!(printed.contains(line), "{printed}");
    let mut expected = vec![
        "cells.csv",
        "factors",
        "figures",
        "manifest.json",
        "seconds.csv",
        "table.md",
    ];
    let figures = [
        "errors",
        "projections-multi-hntf",
        "relations-standard-hncpd",
    ];
    let of_figures = figures.iter().flat_map(|stem| {
        ["json", "pdf", "png", "svg"].map(|format| format!("figures/{stem}.{format}"))
    });
    let of_figures: Vec<String> = of_figures.collect();
    expected.extend(of_figures.iter().map(String::as_str));
    let methods = ["factors/multi-hntf", "factors/standard-hncpd"];
    expected.extend(methods);
    let mut names = lab.names("out/mine");
    // What stands in them is another test's.
    names.retain(|name| !methods.iter().any(|m| name.starts_with(&format!("{m}/"))));
    expected.sort_unstable();
    assert_eq!(names, expected, "and nothing else stays");
    let beside = fs::read_dir(lab.path("out")).unwrap();
    let beside: BTreeSet<_> = beside.map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside, ["mine", "store"].map(Into::into).into());
    assert!(
        lab.read("out/mine/table.md")
            .starts_with("# A small tensor\n")
    );
    let svg = lab.read("out/mine/figures/errors.svg");
    assert!(svg.starts_with("<svg") || svg.starts_with("<?xml"));
    let png = fs::read(lab.path("out/mine/figures/errors.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    let manifest: serde_json::Value =
        serde_json::from_str(&lab.read("out/mine/manifest.json")).unwrap();
    assert_eq!(manifest["command"], "cargo xtask run mine.toml");
    assert_eq!(manifest["dataset"]["shape"], serde_json::json!([6, 5, 4]));
    assert_eq!(manifest["methods"][0]["parameters"]["iterations"], 20);
    assert!(
        lab.read("out/mine/seconds.csv")
            .starts_with("method,trial,seconds\n")
    );
}

#[test]
fn cells_are_sorted_rows_that_read_back_to_the_same_bits() {
    let lab = Lab::and(FIGURES);
    lab.done(&["run", "mine.toml"]);
    let text = lab.read("out/mine/cells.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("method,trial,layer,metric,value"));
    let keys: Vec<(String, u32, usize, String)> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let [method, trial, layer, metric, value] = fields[..] else {
                panic!("{line} has not five fields");
            };
            assert!(value.parse::<f64>().unwrap().is_finite(), "{line}");
            (
                method.into(),
                trial.parse().unwrap(),
                layer.parse().unwrap(),
                metric.into(),
            )
        })
        .collect();
    assert!(keys.is_sorted());
    // Two methods, two trials, two layers, four metrics.
    assert_eq!(keys.len(), 2 * 2 * 2 * 4);
    let mut again = Vec::new();
    let record = Record::read(&lab.path("out/mine/cells.csv")).unwrap();
    record.write(&mut again).unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), text);
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let lab = Lab::and(FIGURES);
    let output = lab
        .command(&["run", "mine.toml", "--json"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["experiment"], "mine");
    assert_eq!(document["ranks"], serde_json::json!([3, 2]));
    let record = Record::read(&lab.path("out/mine/cells.csv")).unwrap();
    let cells = document["cells"].as_array().unwrap();
    assert_eq!(cells.len(), record.cells().len());
    for (json, cell) in cells.iter().zip(record.cells()) {
        assert_eq!(
            json["value"].as_f64().map(f64::to_bits),
            Some(cell.value.to_bits())
        );
    }
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn results_do_not_depend_on_threads_and_come_again_bit_by_bit() {
    let lab = Lab::and(FIGURES);
    let run = |out: &str, threads: &str| {
        // A store each, so that every one of them fits.
        let store = format!("store-{out}-{threads}");
        let options = ["--out", out, "--store", &store, "--threads", threads];
        let printed = lab.done(&[&["run", "mine.toml"], &options[..]].concat());
        assert!(printed.contains("4 fits: 4 models fitted."), "{printed}");
        let mut tree = lab.tree(out);
        tree.remove(Path::new("mine/seconds.csv")).unwrap();
        tree
    };
    let one = run("one", "1");
    assert!(one.contains_key(Path::new("mine/factors/multi-hntf/fit.npz")));
    assert!(one == run("two", "2"), "two threads change something");
    fs::remove_dir_all(lab.path("store-one-1")).unwrap();
    assert!(one == run("one", "1"), "a second run changes something");
    assert!(
        one == run("many", "100000"),
        "many threads change something"
    );
}

#[test]
fn order_2_and_order_4_run() {
    for shape in [&[9, 7][..], &[4, 3, 5, 3]] {
        let lab = Lab::and(
            "[[method]]\nid = \"hntf-2\"\nmodel = { kind = \"hntf\", mode = 2 }\n[[figure]]\nkind = \"relations\"\nmethod = \"multi-hntf\"\n",
        );
        lab.tensor("x.npy", shape);
        lab.done(&["run", "mine.toml"]);
        let record = Record::read(&lab.path("out/mine/cells.csv")).unwrap();
        let variants = if shape.len() == 2 { 1 } else { 2 };
        let hntf = record.trials("hntf-2", 1, "relative-error").count();
        assert_eq!(hntf, 2 * variants, "shape {shape:?}");
        assert!(record.cells().iter().all(|c| c.value.is_finite()));
    }
}

#[test]
fn trials_as_an_option_are_a_prefix_of_more() {
    let lab = Lab::new();
    lab.done(&["run", "mine.toml", "--out", "one", "--trials", "1"]);
    lab.done(&["run", "mine.toml", "--out", "three", "--trials", "3"]);
    let read = |name: &str| Record::read(&lab.path(name)).unwrap();
    let (one, three) = (read("one/mine/cells.csv"), read("three/mine/cells.csv"));
    assert_eq!(three.cells().len(), 3 * one.cells().len());
    let first = three.cells().iter().filter(|c| c.trial == 0);
    assert!(first.eq(one.cells()));
    assert!(
        lab.read("one/mine/table.md")
            .contains("mine.toml --trials 1")
    );
}

#[test]
fn old_results_are_replaced_whole() {
    let lab = Lab::and(FIGURES);
    lab.done(&["run", "mine.toml"]);
    lab.write("out/mine/notes.txt", "left behind");
    lab.write("mine.toml", EXPERIMENT);
    lab.done(&["run", "mine.toml"]);
    let names = lab.names("out/mine");
    assert!(
        !names
            .iter()
            .any(|n| n.contains("projections") || n.contains("notes"))
    );
    assert_eq!(
        lab.names("").iter().filter(|n| n.contains("out/.")).count(),
        0
    );
}

#[test]
fn the_example_for_a_users_own_tensor_runs() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments/examples");
    let lab = Lab::new();
    let file = examples.join("own-tensor.toml");
    lab.done(&["run", &file.to_string_lossy(), "--trials", "1"]);
    let record = Record::read(&lab.path("out/own-tensor/cells.csv")).unwrap();
    let error = |layer| {
        record
            .trials("multi-hntf", layer, "relative-error")
            .next()
            .unwrap()
            .1
    };
    assert!(
        error(0) < 0.2,
        "six blocks explain the example, error {}",
        error(0)
    );
    assert!(error(0) < error(1) && error(1) < error(2));
    assert!(
        lab.path("out/own-tensor/figures/relations-multi-hntf.svg")
            .exists()
    );
}

#[test]
fn the_example_for_a_users_own_documents_runs() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments/examples");
    let lab = Lab::new();
    let file = examples.join("own-documents.toml");
    let said = lab.done(&["run", &file.to_string_lossy(), "--trials", "1"]);
    let note = "4 authors × 6 periods × 30 words, 326 nonzeros, from 72 of 72 documents.";
    assert!(said.contains(note), "{said}");
    assert!(said.contains("Topics of Multi-HNTF"), "{said}");
}

/// What is printed of a corpus with two classes of three documents and one of one.
fn accuracy_of_small_classes(hold_out: &str) -> String {
    let keys = format!(
        "kind = \"corpus\"\npath = \"posts\"\nlabels = true\ntext = {{ min-df = 1 }}\n{hold_out}"
    );
    let lab = Lab::on(&keys);
    let experiment = lab.read("mine.toml");
    lab.write(
        "mine.toml",
        format!("metrics = [\"accuracy\"]\n{experiment}"),
    );
    for (class, words) in [("tea", "green black leaf"), ("coffee", "roast bean dark")] {
        for (i, word) in words.split(' ').enumerate() {
            lab.write(
                &format!("posts/{class}/{i}.txt"),
                format!("{class} {word} cup"),
            );
        }
    }
    lab.write("posts/water/0.txt", "water cup");
    lab.done(&["run", "mine.toml"])
}

#[test]
fn small_classes_hold_out_a_document_and_the_report_counts_them() {
    let said = accuracy_of_small_classes("");
    for line in [
        "Accuracy on documents with unseen labels",
        "The labels of 2 of 7 documents are held out of the fits, the last of each class: coffee 1 of 3, tea 1 of 3, water 0 of 1.",
        "Classes of one document, whose label is seen and whose accuracy is not measured: water.",
        "× 7 documents, ",
        " 0 documents without a word",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
}

#[test]
fn nothing_held_out_is_nothing_and_the_table_says_so() {
    let said = accuracy_of_small_classes("hold-out = 0\n");
    assert!(
        said.contains("Accuracy on all documents, none of whose labels is unseen"),
        "{said}"
    );
    assert!(
        said.contains("All 7 labels are seen by supervised fits (hold-out is 0)"),
        "{said}"
    );
    assert!(!said.contains("with unseen labels"), "{said}");
}

#[test]
fn help_says_what_commands_do() {
    let help = Lab::new().done(&["--help"]);
    for command in ["list", "reproduce", "run", "check"] {
        assert!(help.contains(command), "{help}");
    }
    assert!(Lab::new().done(&["check", "--help"]).contains("--bless"));
}
