//! Items and classes of the user's own arrays, from files beside them.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use std::fs;
use std::path::PathBuf;

use hntf_datasets::{Dataset, DatasetError, MatrixMarket, Places, Source, TensorFile, TnsFile};
use hntf_tensor::npy::write_npy;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A 2 × 4 matrix in every format.
const MATRIX: &str = "%%MatrixMarket matrix coordinate real general\n2 4 2\n1 1 1\n2 4 2\n";
const TENSOR: &str = "1 1 1\n2 4 2\n";

fn load<S: Source + DeserializeOwned>(
    file: &str,
    keys: Value,
    files: &[(&str, &str)],
) -> Result<Dataset, DatasetError> {
    let folder = TempDir::new().unwrap();
    let values = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0];
    write_npy(&folder.path().join("x.npy"), &[2, 4], &values).unwrap();
    for (name, text) in [("x.mtx", MATRIX), ("x.tns", TENSOR)].iter().chain(files) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut keys = keys;
    keys["path"] = json!(file);
    let source: S = serde_json::from_value(keys).unwrap();
    source.load(&Places {
        base: folder.path().to_owned(),
        data: vec![PathBuf::from("no/such/folder")],
    })
}

/// All three formats.
fn load_all(keys: &Value, files: &[(&str, &str)]) -> [Result<Dataset, DatasetError>; 3] {
    [
        load::<TensorFile>("x.npy", keys.clone(), files),
        load::<MatrixMarket>("x.mtx", keys.clone(), files),
        load::<TnsFile>("x.tns", keys.clone(), files),
    ]
}

/// What a user reads, without the folder, and the key that it is about.
fn refused(keys: &Value, files: &[(&str, &str)]) -> (String, &'static str) {
    let errors = load_all(keys, files).map(|loaded| {
        let error = loaded.err().unwrap();
        let said = error.to_string();
        let start = said
            .rfind("/labels")
            .or(said.rfind("/words"))
            .map_or(0, |at| at + 1);
        (said[start..].to_owned(), error.key())
    });
    assert_eq!(errors[0], errors[1]);
    assert_eq!(errors[0], errors[2]);
    errors[0].clone()
}

#[test]
fn every_array_can_have_named_items_and_labels() {
    let keys = json!({"items": ["words.txt", ""], "labels": "labels.txt", "hold-out": 0.5});
    let files = [("words.txt", "tea\nbeer"), ("labels.txt", "b\na\nb\na\n")];
    for dataset in load_all(&keys, &files) {
        let dataset = dataset.unwrap();
        let words = ["tea", "beer"].map(str::to_owned).to_vec();
        assert_eq!(dataset.items, [Some(words), None]);
        let set = dataset.label_set().unwrap();
        assert_eq!((set.name.as_str(), dataset.labels.len()), ("class", 1));
        assert_eq!(set.classes, ["a", "b"]);
        assert_eq!(set.of, [1, 0, 1, 0]);
        // The last one of each class is held out, and the notes say so.
        assert_eq!(set.known, [true, true, false, false]);
        let note = dataset.notes.iter().find(|note| note.contains("held out"));
        assert!(note.is_some(), "{:?}", dataset.notes);
    }
}

#[test]
fn a_csv_file_has_a_column_for_each_set_and_all_hide_the_same() {
    let csv = "group,subject\nmac,computers\npc,computers\nski,sport\nski,sport\n";
    let keys = json!({"labels": "labels.csv"});
    for dataset in load_all(&keys, &[("labels.csv", csv)]) {
        let sets = dataset.unwrap().labels;
        assert_eq!(
            (sets[0].name.as_str(), sets[1].name.as_str()),
            ("group", "subject")
        );
        assert_eq!(sets[0].of, [0, 1, 2, 2]);
        assert_eq!(sets[1].of, [0, 0, 1, 1]);
        assert_eq!(sets[0].known, [true, true, true, false]);
        assert_eq!(sets[1].known, sets[0].known);
    }
}

#[test]
fn without_the_keys_nothing_is_named() {
    for dataset in load_all(&json!({}), &[]) {
        let dataset = dataset.unwrap();
        assert_eq!(dataset.items, [None, None]);
        assert!(dataset.labels.is_empty() && dataset.label_set().is_none());
    }
}

#[test]
fn files_that_do_not_go_with_the_array_are_refused() {
    let labels = |text| refused(&json!({"labels": "labels.txt"}), &[("labels.txt", text)]);
    assert_eq!(
        labels("a\nb\na\n"),
        (
            "labels.txt: 3 labels for the 4 indices of the last mode; one each is needed, a line each \
             (in a CSV file below a header)"
                .to_owned(),
            "labels"
        )
    );
    assert_eq!(
        labels("a\nb\n\na\n").0,
        "labels.txt: label 3 of `class` is empty: give every index of the last mode a class, and \
         hold-out for those that fits shall not see"
    );
    assert_eq!(
        labels("a\na\na\na").0,
        "labels.txt: all labels of `class` are `a`, but at least two classes are needed: check the \
         file, or leave it out"
    );
    let csv = json!({"labels": "labels.csv"});
    assert!(
        refused(&csv, &[("labels.csv", "")])
            .0
            .contains("0 labels for the 4 indices")
    );
    let ragged = refused(&csv, &[("labels.csv", "a,b\nx,y\nx\n")]).0;
    assert!(
        ragged.starts_with("labels.csv, line 3: found 1 fields, expected 2"),
        "{ragged}"
    );
    let items = json!({"items": ["words.txt", ""]});
    assert_eq!(
        refused(&items, &[("words.txt", "one\n")]),
        (
            "words.txt: 1 names for a mode of 2 indices; one a line is needed".to_owned(),
            "items"
        )
    );
    let (said, key) = refused(&json!({"items": ["words.txt"]}), &[]);
    assert!(said.contains("one file per mode is needed"), "{said}");
    assert_eq!(key, "items");
    let (said, key) = refused(&json!({"labels": "labels.txt", "hold-out": 1.0}), &[]);
    assert!(
        said.starts_with("hold-out = 1: the share of documents"),
        "{said}"
    );
    assert_eq!(key, "hold-out");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    for dataset in load_all(&json!({"labels": "labels.txt"}), &[]) {
        let error = dataset.err().unwrap();
        assert_eq!(error.key(), "labels");
        assert!(error.to_string().contains("labels.txt"), "{error}");
    }
}

#[test]
fn rows_have_one_file_of_names() {
    let keys = json!({"items": ["words.txt", ""], "vocabulary": "words.txt"});
    let words = [("words.txt", "tea\nbeer")];
    let error = load::<MatrixMarket>("x.mtx", keys, &words).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("`vocabulary` names the rows already"),
        "{error}"
    );
    let keys = json!({"items": ["", "words.txt"], "vocabulary": "words.txt"});
    let files = [("words.txt", "tea\nbeer")];
    let error = load::<MatrixMarket>("x.mtx", keys, &files).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("2 names for a mode of 4 indices"),
        "{error}"
    );
}

#[test]
fn slices_without_known_entries_are_told_by_their_names() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_npy(&path("x.npy"), &[2, 2], &[1.0, f64::NAN, 2.0, f64::NAN]).unwrap();
    fs::write(path("people.txt"), "Ada\nGrace\n").unwrap();
    let source: TensorFile = serde_json::from_value(json!({
        "path": "x.npy", "missing": "nan", "modes": ["week", "person"], "items": ["", "people.txt"],
    }))
    .unwrap();
    let places = Places {
        base: folder.path().to_owned(),
        ..Places::default()
    };
    let notes = source.load(&places).unwrap().notes;
    assert!(
        notes[1].starts_with("1 of 2 in the mode `person` have no known entry at all: Grace."),
        "{notes:?}"
    );
}
