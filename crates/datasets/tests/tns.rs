//! Sparse tensors from `.tns` files as data sets.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use hntf_datasets::{Dataset, DatasetError, Places, Source, TnsFile};
use tempfile::TempDir;

const ENTRIES: &str = "# who, whom, week\n1 2 1 3\n2 1 3 1.5\n\n1 2 1 2\n";

/// A folder with files, and where they are looked for.
fn lab(files: &[(&str, &str)]) -> (TempDir, Places) {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let places = Places {
        base: folder.path().to_owned(),
        data: vec![folder.path().join("data")],
    };
    (folder, places)
}

fn tns(path: &str) -> TnsFile {
    TnsFile::new(PathBuf::from(path))
}

fn load(content: &str) -> Result<Dataset, DatasetError> {
    let (_folder, places) = lab(&[("x.tns", content)]);
    tns("x.tns").load(&places)
}

fn refused(content: &str) -> String {
    let said = load(content).err().unwrap().to_string();
    said[said.find("x.tns").unwrap()..].to_owned()
}

#[test]
fn entries_at_the_same_place_are_added_up_and_said_to_be() {
    let dataset = load(ENTRIES).unwrap();
    assert_eq!(dataset.data.shape(), [2, 2, 3]);
    assert_eq!(dataset.data.squared_norm(), 25.0 + 2.25);
    assert_eq!(dataset.mode_names, ["mode 1", "mode 2", "mode 3"]);
    assert_eq!(dataset.notes[0], "2 nonzeros.");
    assert!(
        dataset.notes[1].starts_with("1 entries of the file"),
        "{:?}",
        dataset.notes
    );
    assert_eq!(load("1 1 1\n2 2 1\n").unwrap().notes, ["2 nonzeros."]);
}

#[test]
fn a_compressed_file_is_the_same() {
    let (folder, places) = lab(&[]);
    let file = std::fs::File::create(folder.path().join("x.tns.gz")).unwrap();
    let mut encoder = GzEncoder::new(file, Compression::fast());
    encoder.write_all(ENTRIES.as_bytes()).unwrap();
    encoder.finish().unwrap();
    let dataset = tns("x.tns.gz").load(&places).unwrap();
    assert_eq!(dataset.data.squared_norm(), 27.25);
}

#[test]
fn a_data_folder_goes_before_the_configurations() {
    let (_folder, places) = lab(&[("real/x.tns", "1 1 1\n"), ("data/real/x.tns", "1 1 2\n")]);
    let found = tns("real/x.tns").load(&places).unwrap();
    assert_eq!(found.data.squared_norm(), 4.0);
    let (_folder, places) = lab(&[("real/x.tns", "1 1 1\n")]);
    let found = tns("real/x.tns").load(&places).unwrap();
    assert_eq!(found.data.squared_norm(), 1.0);
    let said = tns("real/y.tns").load(&places).err().unwrap().to_string();
    let base = places.base.display();
    assert!(said.starts_with("real/y.tns was not found in "), "{said}");
    assert!(said.contains(&format!("{base}/data, {base}:")), "{said}");
}

#[test]
fn modes_and_indices_take_names() {
    let (_folder, places) = lab(&[("x.tns", ENTRIES), ("who.txt", "Ann\nBob\n")]);
    let mut file = tns("x.tns");
    file.modes = ["who", "whom", "week"].map(str::to_owned).to_vec();
    file.items = ["who.txt", "", ""].map(PathBuf::from).to_vec();
    let dataset = file.load(&places).unwrap();
    assert_eq!(dataset.mode_names, file.modes);
    let names = Some(vec!["Ann".to_owned(), "Bob".to_owned()]);
    assert_eq!(dataset.items, [names, None, None]);

    file.items = ["", "", "who.txt"].map(PathBuf::from).to_vec();
    let said = file.load(&places).err().unwrap().to_string();
    assert!(
        said.ends_with("who.txt: 2 names for a mode of 3 indices; one a line is needed"),
        "{said}"
    );
    file.items = vec![PathBuf::from("nobody.txt"); 3];
    let missing = file.load(&places);
    assert!(matches!(missing, Err(DatasetError::Nowhere { .. })));
    file.items = vec![PathBuf::from("."); 3];
    let folder = file.load(&places);
    assert!(matches!(
        folder,
        Err(DatasetError::Beside { key: "items", .. })
    ));
    file.items.truncate(2);
    let said = file.load(&places).err().unwrap().to_string();
    assert!(
        said.starts_with("items = [") && said.contains("one file per mode"),
        "{said}"
    );
    file.modes.truncate(1);
    let said = file.load(&places).err().unwrap().to_string();
    assert!(said.starts_with("modes = [\"who\"]"), "{said}");
}

#[test]
fn a_bad_line_is_told_by_its_number() {
    for (content, said) in [
        (
            "1 1 1 2\n1 0 1 2\n",
            "x.tns, line 2: the index in mode 2 is 0",
        ),
        (
            "1 1 1 2\n1 1 2\n",
            "x.tns, line 2: found 3 numbers, expected 4",
        ),
        ("1 1 1\n2 1 -3\n", "x.tns, line 2: the value is -3"),
        ("1 1 1\n2 1 NaN\n", "x.tns, line 2: the value is NaN"),
        ("1 1 1\n2 1 inf\n", "x.tns, line 2: the value is inf"),
        ("1 1 1\n2 1 x\n", "x.tns, line 2: found \"x\" as the value"),
        ("1 1 1\n2 1\n", "x.tns, line 2: found 2 numbers, expected 3"),
        (
            "1 1 1\n1.5 1 1\n",
            "x.tns, line 2: found \"1.5\" as the index in mode 1",
        ),
        (
            "1 1 1\n1 4294967297 1\n",
            "x.tns, line 2: the index in mode 2 is 4294967297",
        ),
    ] {
        let found = refused(content);
        assert!(found.starts_with(said), "{found}");
    }
}

#[test]
fn what_cannot_be_factorized_is_refused() {
    assert!(refused("# nothing\n").contains("the file holds no entries"));
    assert!(refused("1 2\n2 1\n").contains("an array of order 1"));
    assert!(refused("1 1 0\n2 1 0\n").starts_with("x.tns: "));
    assert!(refused("1 1 1e200\n").contains("leave the range of f64"));
    assert!(refused("1 1 1e-200\n").contains("leave the range of f64"));
}
