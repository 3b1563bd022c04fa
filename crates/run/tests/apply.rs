//! Fits that are exported, read and applied to new data.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::experiment;
use hntf_datasets::corpus::CorpusOptions;
use hntf_run::apply::{AppliedFit, ApplyError, NewItems, Reading, apply};
use hntf_run::export::{Exported, export, read_export};
use hntf_solvers::{Silent, StopReason};
use hntf_tensor::Matrix;
use hntf_tensor::coordinates::{Coordinates, write_matrix_market, write_tns};
use hntf_tensor::npy::{read_npy, write_npy, write_npy_strings};
use serde_json::Value;
use tempfile::TempDir;

const SETTLED: &str = "update = \"hals\", stopping = { max-iterations = 20000, tolerance = 0 }";

/// Twelve short documents of two classes.
const DOCUMENTS: [(&str, &str); 12] = [
    ("tea", "green tea with fresh water"),
    ("tea", "black tea, hot water and milk"),
    ("tea", "tea leaves in hot water"),
    ("tea", "a pot of black tea and a cup of green tea"),
    ("tea", "milk in the cup, tea in the pot"),
    ("tea", "fresh leaves, hot water, one pot"),
    ("bread", "flour, yeast and salt in the oven"),
    ("bread", "bread of rye flour from the oven"),
    ("bread", "salt and yeast, flour and warm water"),
    ("bread", "rye bread with salt"),
    ("bread", "the oven is hot, the bread is warm"),
    ("bread", "yeast dough for bread and warm rolls"),
];

/// A fit of an experiment's first method, exported.
struct Lab {
    folder: TempDir,
}

impl Lab {
    fn new(prepare: impl FnOnce(&Path), text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let experiment = experiment(folder.path(), text);
        common::with_fits(&experiment, |fits| {
            fs::create_dir(folder.path().join("fit")).unwrap();
            export(fits, 0, 0, &folder.path().join("fit")).unwrap();
        });
        Self { folder }
    }

    fn corpus(model: &str) -> Self {
        let write = |folder: &Path| {
            let lines = DOCUMENTS.map(|(class, text)| format!("\"{text}\",{class}\n"));
            let text = format!("body,class\n{}", lines.concat());
            fs::write(folder.join("docs.csv"), text).unwrap();
        };
        let text = format!(
            r#"
ranks = [3, 2]
[dataset]
kind = "corpus"
path = "docs.csv"
read = {{ text-column = "body", label-column = "class" }}
labels = true
[[method]]
id = "method"
model = {model}
"#
        );
        Self::new(write, &text)
    }

    fn tensor(model: &str) -> Self {
        let text = format!(
            "ranks = [3, 2]\n[dataset]\nkind = \"file\"\npath = \"x.npy\"\n[[method]]\nid = \"method\"\nmodel = {model}\n"
        );
        Self::new(|folder| common::tensor(folder, &[6, 5, 4]), &text)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fit(&self) -> Exported {
        read_export(&self.path("fit")).unwrap_or_else(|e| panic!("{e}"))
    }

    fn read(&self, name: &str, reading: &Reading) -> Result<NewItems, ApplyError> {
        NewItems::read(&self.fit(), &self.path(name), reading)
    }

    /// New items of the mode given or found.
    fn apply(&self, name: &str, mode: Option<usize>) -> AppliedFit {
        let mut reading = Reading {
            mode,
            ..Reading::default()
        };
        reading.corpus = body();
        let new = self.read(name, &reading).unwrap_or_else(|e| panic!("{e}"));
        apply(&self.fit(), &new, &mut Silent).unwrap_or_else(|e| panic!("{e}"))
    }

    fn refused(&self, name: &str, mode: Option<usize>) -> String {
        let mut reading = Reading {
            mode,
            ..Reading::default()
        };
        reading.corpus = body();
        let refused = self.read(name, &reading).err().unwrap().to_string();
        refused.replace(&*self.folder.path().to_string_lossy(), "TMP")
    }

    /// Changes what the fit says of itself.
    fn describe(&self, change: impl FnOnce(&mut Value)) {
        let path = self.path("fit/fit.json");
        let mut value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut value);
        fs::write(&path, value.to_string()).unwrap();
    }

    /// Why the fit cannot be read.
    fn unreadable(&self) -> String {
        let error = read_export(&self.path("fit")).err().unwrap().to_string();
        error.replace(&*self.folder.path().to_string_lossy(), "TMP")
    }
}

fn body() -> CorpusOptions {
    CorpusOptions {
        text_column: "body".to_owned(),
        ..CorpusOptions::default()
    }
}

fn near(found: &Matrix, expected: &Matrix, tolerance: f64) {
    assert_eq!(
        (found.rows(), found.cols()),
        (expected.rows(), expected.cols())
    );
    let largest = expected.as_slice().iter().fold(0.0, |m: f64, x| m.max(*x));
    for (a, b) in found.as_slice().iter().zip(expected.as_slice()) {
        assert!((a - b).abs() <= tolerance * largest, "{a} is not {b}");
    }
}

fn own_rows_come_back(lab: &Lab, applied: &AppliedFit) {
    let fit = lab.fit();
    assert_eq!(applied.layers.len(), 2);
    for (l, layer) in applied.layers.iter().enumerate() {
        let own = &fit.hierarchy.layers[l].topics[applied.mode];
        near(&layer.coefficients, own, 1e-6);
        for i in 0..own.rows() {
            let sum: f64 = layer.shares.row(i).iter().sum();
            assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        }
    }
    assert_eq!(applied.reason, StopReason::Converged);
}

#[test]
fn training_documents_get_their_own_coefficients_back() {
    for model in [
        format!("{{ kind = \"hnmf\", nmf = {{ {SETTLED} }} }}"),
        format!("{{ kind = \"multi-hntf\", first-layer = {{ {SETTLED} }}, iterations = 50 }}"),
    ] {
        let lab = Lab::corpus(&model);
        let applied = lab.apply("docs.csv", None);
        own_rows_come_back(&lab, &applied);
        assert_eq!((applied.mode, applied.unknown), (1, Some(vec![0; 12])));
        assert_eq!(applied.names[..2], ["2", "3"]);
    }
}

#[test]
fn indices_of_every_mode_of_a_tensor_get_their_own_coefficients_back() {
    let model =
        format!("{{ kind = \"multi-hntf\", first-layer = {{ {SETTLED} }}, iterations = 50 }}");
    let lab = Lab::tensor(&model);
    for mode in 0..3 {
        own_rows_come_back(&lab, &lab.apply("x.npy", Some(mode)));
    }
    assert_eq!(lab.apply("x.npy", None).mode, 2);
}

#[test]
fn part_of_the_items_gets_what_all_of_them_get_and_formats_agree() {
    let lab = Lab::tensor("{ kind = \"ncpd\" }");
    let whole = lab.apply("x.npy", Some(1));
    let array = read_npy(&lab.path("x.npy")).unwrap();
    // Items 2 and 5 of the middle mode.
    let (mut values, mut indices) = (Vec::new(), Vec::new());
    for i in 0..6 {
        for (new, j) in [1, 4].into_iter().enumerate() {
            for k in 0..4 {
                values.push(array.values[(i * 5 + j) * 4 + k]);
                indices.extend([i as u32, new as u32, k as u32]);
            }
        }
    }
    write_npy(&lab.path("two.npy"), &[6, 2, 4], &values).unwrap();
    let entries = Coordinates::new(vec![6, 2, 4], indices, values).unwrap();
    write_tns(&lab.path("two.tns.gz"), &entries).unwrap();
    let dense = lab.apply("two.npy", None);
    assert_eq!(
        (dense.mode, &dense.names),
        (1, &vec!["1".to_owned(), "2".to_owned()])
    );
    let sparse = lab.apply("two.tns.gz", Some(1));
    for (l, layer) in dense.layers.iter().enumerate() {
        let all = &whole.layers[l].coefficients;
        let rows = Matrix::from_fn(2, all.cols(), |i, r| all[([1, 4][i], r)]);
        near(&layer.coefficients, &rows, 1e-12);
        near(&sparse.layers[l].coefficients, &rows, 1e-9);
    }
}

#[test]
fn a_tns_file_is_as_long_as_the_fit_where_its_last_indices_are_empty() {
    let lab = Lab::tensor("{ kind = \"ncpd\" }");
    // Nothing at the last index of the first two modes, and two items more than were fitted.
    fs::write(lab.path("new.tns"), "1 1 1 3\n5 4 6 2.5\n").unwrap();
    let applied = lab.apply("new.tns", None);
    assert_eq!((applied.mode, applied.names.len()), (2, 6));
    let said: Vec<bool> = (0..6)
        .map(|i| applied.layers[0].says_something_of(i))
        .collect();
    assert!(!said[1] && !said[4], "{said:?}");
    // Of a mode that was named: a single item.
    fs::write(lab.path("one.tns"), "1 1 1 3\n1 5 4 2\n").unwrap();
    assert_eq!(lab.apply("one.tns", Some(0)).names, ["1"]);
}

#[test]
fn hidden_entries_are_left_out() {
    let lab = Lab::tensor("{ kind = \"multi-hntf\" }");
    // Entries of the model itself are explained by the rest of the item alone.
    let fit = lab.fit();
    let [f, g, h] = fit.hierarchy.layers[0].approximation.factors() else {
        panic!("of order 3");
    };
    let entry = |i: usize, j: usize, k: usize| -> f64 {
        let terms = (0..3).map(|r| f[(i, r)] * g[(j, r)] * h[(k, r)]);
        terms.sum()
    };
    let mut values = Vec::new();
    for i in 0..6 {
        for j in 0..5 {
            for k in 0..4 {
                let hidden = (i + 2 * j + k) % 4 == 0;
                values.push(if hidden { f64::NAN } else { entry(i, j, k) });
            }
        }
    }
    write_npy(&lab.path("new.npy"), &[6, 5, 4], &values).unwrap();
    let applied = lab.apply("new.npy", Some(1));
    near(&applied.layers[0].coefficients, g, 1e-8);
}

#[test]
fn a_sparse_matrix_is_read_and_its_columns_are_the_items() {
    let lab = Lab::corpus("{ kind = \"hnmf\" }");
    let words = lab.fit().description.shape[0];
    let entries = Coordinates::new(vec![words, 1], vec![0, 0, 3, 0], vec![1.0, 2.0]).unwrap();
    write_matrix_market(&lab.path("new.mtx"), &entries).unwrap();
    let applied = lab.apply("new.mtx", None);
    assert_eq!(
        (applied.mode, &applied.names[..]),
        (1, &["1".to_owned()][..])
    );
    assert!(applied.unknown.is_none() && applied.layers[0].says_something_of(0));
}

#[test]
fn unknown_words_are_counted_and_documents_without_a_known_one_are_told() {
    let lab = Lab::corpus("{ kind = \"hnmf\" }");
    fs::create_dir(lab.path("new")).unwrap();
    fs::write(lab.path("new/b.txt"), "quantum tea, quantum bread").unwrap();
    fs::write(lab.path("new/a.txt"), "tea with milk").unwrap();
    fs::write(lab.path("new/c.txt"), "nothing known").unwrap();
    let applied = lab.apply("new", None);
    assert_eq!(applied.names, ["a.txt", "b.txt", "c.txt"]);
    assert_eq!(applied.unknown, Some(vec![0, 2, 2]));
    let said = |i| applied.layers.iter().all(|l| l.says_something_of(i));
    assert!(said(0) && said(1) && !said(2));
}

#[test]
fn a_supervised_fit_says_the_class_of_new_documents() {
    let lab = Lab::corpus("{ kind = \"supervised-hnmf\" }");
    let text = "{\"body\": \"hot black tea in a cup\"}\n{\"body\": \"rye flour, yeast, salt\"}\n";
    fs::write(lab.path("new.jsonl"), text).unwrap();
    let applied = lab.apply("new.jsonl", None);
    let scored = applied.layers.iter().filter_map(|l| l.classes.as_ref());
    let best: Vec<_> = scored
        .map(|c| [0, 1].map(|i| c.best(i).unwrap().0.to_owned()))
        .collect();
    assert!(!best.is_empty());
    assert!(best.iter().all(|b| *b == ["tea", "bread"]), "{best:?}");
    // Words have no classes.
    let words = lab.fit().description.shape[0];
    write_npy(&lab.path("words.npy"), &[words, 12], &vec![1.0; words * 12]).unwrap();
    let applied = lab.apply("words.npy", Some(0));
    assert!(applied.layers.iter().all(|l| l.classes.is_none()));
}

#[test]
fn documents_of_other_words_are_refused() {
    let lab = Lab::corpus("{ kind = \"hnmf\" }");
    fs::write(lab.path("new.csv"), "body\nquantum chromodynamics\n\n").unwrap();
    says(
        &lab.refused("new.csv", None),
        "no word of the documents (1 of them, 2 words) is among the 28 of the fit: the topics say nothing of them; \
         are they in the same language?",
    );
    says(
        &lab.refused("docs.csv", Some(0)),
        "mode 1 of the fit are the words: documents are items of mode 2, leave --mode out",
    );
    says(
        &lab.refused("docs.csv", Some(7)),
        "TMP/docs.csv: the fit has no mode 8: its modes are 1 to 2",
    );
    let plain = lab.read("docs.csv", &Reading::default()).err().unwrap();
    let plain = plain.to_string();
    assert!(
        plain.contains("no column `text`") && plain.contains("--text-column"),
        "{plain}"
    );
}

fn says(found: &str, expected: &str) {
    assert_eq!(found, expected);
}

#[test]
fn documents_are_refused_by_a_fit_to_an_array() {
    let lab = Lab::tensor("{ kind = \"ncpd\" }");
    fs::write(lab.path("new.csv"), "body\nsome words\n").unwrap();
    says(
        &lab.refused("new.csv", None),
        "documents cannot be applied to a fit to tiny: nothing says how text would become mode 1 × mode 2 × mode 3; \
         give an array (.npy, .tns or .mtx)",
    );
}

#[test]
fn arrays_of_other_shapes_and_files_of_other_kinds_are_refused() {
    let lab = Lab::tensor("{ kind = \"ncpd\" }");
    let refused = |shape: &[usize], mode| {
        let ones = vec![1.0; shape.iter().product()];
        write_npy(&lab.path("new.npy"), shape, &ones).unwrap();
        lab.refused("new.npy", mode)
    };
    assert!(refused(&[6, 5], None).starts_with("TMP/new.npy: it has 2 modes (6 × 5)"));
    assert!(refused(&[7, 5, 3], None).contains("modes 1, 3 differ"));
    assert!(refused(&[7, 5, 4], Some(1)).contains("new items of mode 2 must have"));
    assert!(refused(&[6, 5, 4], Some(3)).contains("the fit has no mode 4"));
    fs::write(lab.path("new.tns"), "7 1 1 1\n1 6 1 1\n").unwrap();
    let said = lab.refused("new.tns", None);
    assert!(
        said.contains("it is 7 × 6 × 4") && said.contains("modes 1, 2 differ"),
        "{said}"
    );
    fs::write(lab.path("new.tns"), "1 1 1\n").unwrap();
    assert!(
        lab.refused("new.tns", None)
            .contains("it has 2 modes (1 × 1)")
    );
    fs::write(lab.path("new.parquet"), "").unwrap();
    assert!(
        lab.refused("new.parquet", None)
            .contains("cannot tell from the name")
    );
    says(
        &lab.refused("none.npy", None),
        "TMP/none.npy: there is no such file or folder: check the path",
    );
    write_npy(&lab.path("new.npy"), &[6, 5, 1], &[-1.0; 30]).unwrap();
    assert!(lab.refused("new.npy", None).contains("-1"));
    write_npy(&lab.path("new.npy"), &[6, 5, 1], &[0.0; 30]).unwrap();
    assert!(lab.refused("new.npy", None).contains("zero"));
    write_npy(&lab.path("new.npy"), &[6, 5, 0], &[]).unwrap();
    assert!(lab.refused("new.npy", None).starts_with("TMP/new.npy"));
}

#[test]
fn a_fit_that_diverged_has_nothing_to_apply() {
    let lab = Lab::tensor("{ kind = \"ncpd\" }");
    let mut fit = lab.fit();
    fit.hierarchy.layers[1].outcome.reason = StopReason::Diverged;
    let new = lab.read("x.npy", &Reading::default()).unwrap();
    let refused = apply(&fit, &new, &mut Silent).unwrap_err().to_string();
    says(
        &refused,
        "the fit method, trial 0 of tiny, diverged: it has no topics to apply; export another trial",
    );
    // Or it does not say so itself.
    let mut fit = lab.fit();
    fit.hierarchy.layers[1].topics[0].row_mut(0)[0] = f64::NAN;
    let refused = apply(&fit, &new, &mut Silent).unwrap_err().to_string();
    assert!(refused.contains("its fit diverged"), "{refused}");
}

#[test]
fn a_fit_that_is_damaged_or_of_another_version_is_told_by_file() {
    let lab = Lab::corpus("{ kind = \"hnmf\" }");
    let again = "the fit is damaged or of another version; write it again with cargo xtask export";
    let whole: Vec<_> = fs::read_dir(lab.path("fit"))
        .unwrap()
        .map(|f| f.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    let restore = || {
        for (path, bytes) in &whole {
            fs::write(path, bytes).unwrap();
        }
    };

    lab.describe(|fit| fit["format"] = Value::from(2));
    says(
        &lab.unreadable(),
        &format!("TMP/fit/fit.json: of layout 2, this program knows 1: {again}"),
    );
    restore();
    lab.describe(|fit| fit["model"] = Value::from("hcp"));
    assert!(
        lab.unreadable()
            .contains("of the model `hcp`, which is not known")
    );
    restore();
    lab.describe(|fit| fit["shape"] = Value::from(vec![3, 4]));
    assert!(lab.unreadable().contains("not those of the arrays"));
    restore();
    lab.describe(|fit| drop(fit.as_object_mut().unwrap().remove("layout")));
    assert!(lab.unreadable().contains("missing field `layout`"));
    restore();
    write_npy_strings(&lab.path("fit/names-mode-1.npy"), &["one"]).unwrap();
    says(
        &lab.unreadable(),
        &format!("TMP/fit/names-mode-1.npy: 1 names for a mode of 12: {again}"),
    );
    restore();
    let text = fs::read_to_string(lab.path("fit/text.json")).unwrap();
    fs::write(
        lab.path("fit/text.json"),
        text.replacen("\"bread\",", "", 1),
    )
    .unwrap();
    assert!(lab.unreadable().starts_with("TMP/fit/text.json: "));
    restore();
    for name in ["fit.npz", "text.json", "names-mode-0.npy", "fit.json"] {
        fs::remove_file(lab.path("fit").join(name)).unwrap();
        let said = lab.unreadable();
        assert!(said.starts_with(&format!("TMP/fit/{name}")), "{said}");
        let bytes = vec![0; 100];
        fs::write(lab.path("fit").join(name), bytes).unwrap();
        let said = lab.unreadable();
        assert!(said.starts_with(&format!("TMP/fit/{name}")), "{said}");
        restore();
    }
    read_export(&lab.path("fit")).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn items_of_another_fit_are_refused_by_the_model() {
    let (corpus, tensor) = (
        Lab::corpus("{ kind = \"hnmf\" }"),
        Lab::tensor("{ kind = \"ncpd\" }"),
    );
    let new = tensor.read("x.npy", &Reading::default()).unwrap();
    let refused = apply(&corpus.fit(), &new, &mut Silent).unwrap_err();
    assert!(matches!(refused, ApplyError::Model(_)), "{refused}");
}
