//! The 20 Newsgroups loader: small collections made on the spot, and the real one if
//! `HNTF_DATA_DIR` names a folder that holds it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use hntf_datasets::newsgroups::{
    ARCHIVE, ColumnOrder, Newsgroups, NewsgroupsError, NewsgroupsOptions, Part, PerGroup, Post,
    Split, load, read_posts, validate,
};
use hntf_datasets::text::{FittedText, Scaling, TermDocuments};
use serde::Deserialize;

/// A collection of two groups with three train posts each and one test post each.
fn small_posts() -> Vec<(String, String)> {
    let mut posts = Vec::new();
    for (group, word) in [("sci.space", "orbit"), ("rec.autos", "engine")] {
        for file in 1..=3 {
            let text = format!("From: x\n\ncommon {word} number{file} {word}s caf\u{e9}\n");
            posts.push((format!("20news-bydate-train/{group}/{file}"), text));
        }
        let text = format!("From: y\n\nlater {word}\n");
        posts.push((format!("20news-bydate-test/{group}/9"), text));
    }
    posts
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap()).collect()
}

fn write_archive(path: &Path, posts: &[(String, String)]) {
    let encoder = GzEncoder::new(fs::File::create(path).unwrap(), Compression::fast());
    let mut archive = tar::Builder::new(encoder);
    for (name, text) in posts {
        let bytes = latin1(text);
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap();
}

fn write_folder(root: &Path, posts: &[(String, String)]) {
    for (name, text) in posts {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, latin1(text)).unwrap();
    }
}

fn small_options() -> NewsgroupsOptions {
    NewsgroupsOptions {
        groups: vec!["sci.space".to_owned(), "rec.autos".to_owned()],
        documents_per_group: PerGroup::First(2),
        labelled_per_group: PerGroup::First(1),
        ..NewsgroupsOptions::default()
    }
}

#[test]
fn archive_and_folder_load_alike() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join(ARCHIVE);
    write_archive(&archive, &small_posts());
    let unpacked = folder.path().join("unpacked");
    write_folder(&unpacked, &small_posts());
    fs::write(unpacked.join("20news-bydate-train/.DS_Store"), "x").unwrap();
    fs::write(unpacked.join("20news-bydate-train/sci.space/.hidden"), "x").unwrap();

    let packed = load(&archive, &small_options()).unwrap();
    assert_eq!(packed, load(&unpacked, &small_options()).unwrap());
    // The folder the archive lies in will do, too.
    assert_eq!(packed, load(folder.path(), &small_options()).unwrap());

    assert_eq!(packed.classes, ["rec.autos", "sci.space"]);
    assert_eq!(packed.class_of, [0, 0, 1, 1]);
    assert_eq!(packed.super_classes, ["recreation", "science"]);
    assert_eq!(packed.super_class_of, [0, 0, 1, 1]);
    assert_eq!(packed.labelled, [true, false, true, false]);
    assert_eq!(packed.posts, 6);
    // Learnt from all six posts, digits stripped: "number1", "number2" and "number3" are one.
    let vocabulary = [
        "café", "common", "engine", "engines", "number", "orbit", "orbits",
    ];
    assert_eq!(packed.matrix.vocabulary, vocabulary);
    assert_eq!(packed.matrix.shape(), (7, 4));
}

#[test]
fn parts_of_the_collection_can_be_read_alone_or_together() {
    let folder = tempfile::tempdir().unwrap();
    write_archive(&folder.path().join(ARCHIVE), &small_posts());
    let groups = ["sci.space".to_owned()];
    let texts = |split| {
        let parts = [Part::Headers];
        let posts = read_posts(folder.path(), split, &groups, &parts).unwrap();
        posts.into_iter().map(|post| post.text).collect::<Vec<_>>()
    };
    assert_eq!(texts(Split::Test), ["later orbit\n"]);
    assert_eq!(texts(Split::Train).len(), 3);
    assert_eq!(texts(Split::All).len(), 4);
}

#[test]
fn options_survive_writing_and_reading_and_unknown_ones_are_refused() {
    let options = NewsgroupsOptions {
        documents_per_group: PerGroup::All,
        order: ColumnOrder::Stable,
        ..NewsgroupsOptions::default()
    };
    let written = serde_json::to_string(&options).unwrap();
    assert_eq!(options, serde_json::from_str(&written).unwrap());
    let read = |json: &str| serde_json::from_str::<NewsgroupsOptions>(json);
    assert_eq!(read("{}").unwrap(), NewsgroupsOptions::default());
    assert!(read(r#"{"group": []}"#).is_err());
    for wrong in ["0", "-1", "\"most\""] {
        let error = read(&format!(r#"{{"documents-per-group": {wrong}}}"#)).unwrap_err();
        assert!(error.to_string().contains("or \"all\""), "{error}");
    }
}

#[test]
fn a_truncated_archive_is_refused_wherever_it_breaks_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(ARCHIVE);
    write_archive(&path, &small_posts());
    let whole = fs::read(&path).unwrap();
    for length in [0, 5, 20, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let error = load(&path, &small_options()).unwrap_err();
        let message = error.to_string();
        assert!(
            matches!(error, NewsgroupsError::Corrupt { .. }),
            "{length}: {message}"
        );
        assert!(message.contains(ARCHIVE), "{message}");
        assert!(message.contains("corrupt or truncated"), "{message}");
        assert!(
            message.contains("`cargo xtask fetch newsgroups`"),
            "{message}"
        );
    }
}

#[test]
fn a_corrupt_archive_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(ARCHIVE);
    write_archive(&path, &small_posts());
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(&path, &bytes).unwrap();
    let error = load(&path, &small_options()).unwrap_err();
    assert!(matches!(error, NewsgroupsError::Corrupt { .. }), "{error}");

    fs::write(&path, "<html>Not found</html>").unwrap();
    let error = validate(&path).unwrap_err();
    assert!(matches!(error, NewsgroupsError::Corrupt { .. }), "{error}");
}

#[test]
fn a_missing_group_is_named_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    write_archive(&folder.path().join(ARCHIVE), &small_posts());
    let options = NewsgroupsOptions {
        groups: vec!["rec.auto".to_owned()],
        ..small_options()
    };
    let message = load(folder.path(), &options).unwrap_err().to_string();
    assert!(
        message.contains("no group `rec.auto` (did you mean `rec.autos`?)"),
        "{message}"
    );
    assert!(
        message.contains("its groups: rec.autos, sci.space"),
        "{message}"
    );
}

#[test]
fn other_bad_requests_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    write_archive(&folder.path().join(ARCHIVE), &small_posts());
    let message = |change: &dyn Fn(&mut NewsgroupsOptions)| {
        let mut options = small_options();
        change(&mut options);
        load(folder.path(), &options).unwrap_err().to_string()
    };
    let too_many = message(&|options| options.documents_per_group = PerGroup::First(4));
    assert_eq!(
        too_many,
        "group `rec.autos` has 3 posts, `documents-per-group` asks for 4; lower it or write \"all\""
    );
    assert!(message(&|options| options.groups.clear()).contains("an empty list"));
    let twice = message(&|options| options.groups.push("sci.space".to_owned()));
    assert!(twice.contains("`sci.space` twice"), "{twice}");

    let nowhere = load(&folder.path().join("none"), &small_options()).unwrap_err();
    assert!(nowhere.to_string().starts_with("cannot read "), "{nowhere}");
    let empty = tempfile::tempdir().unwrap();
    let nothing = load(empty.path(), &small_options())
        .unwrap_err()
        .to_string();
    assert!(
        nothing.contains("holds no posts of the train part"),
        "{nothing}"
    );
}

#[test]
fn a_collection_of_other_size_does_not_validate() {
    let folder = tempfile::tempdir().unwrap();
    write_archive(&folder.path().join(ARCHIVE), &small_posts());
    let message = validate(folder.path()).unwrap_err().to_string();
    assert!(
        message.contains("0 posts in train group `alt.atheism`, the official collection 480"),
        "{message}"
    );
}

/// The folder with the real collection, or a note that there is none.
#[allow(
    clippy::disallowed_methods,
    reason = "where the data lies is the tester's to say"
)]
fn real_collection() -> Option<PathBuf> {
    let folder = std::env::var_os("HNTF_DATA_DIR").map(PathBuf::from);
    let found = folder.filter(|folder| folder.join(ARCHIVE).is_file());
    if found.is_none() {
        println!("skipped: HNTF_DATA_DIR does not name a folder with {ARCHIVE}");
    }
    found
}

#[derive(Deserialize)]
struct PublishedOrder {
    files: BTreeMap<String, Vec<u32>>,
    authors_order: Vec<usize>,
}

fn published_order() -> (Vec<String>, Vec<String>) {
    let json = include_str!("fixtures/newsgroups-order.json");
    let published: PublishedOrder = serde_json::from_str(json).unwrap();
    let stable: Vec<String> = published
        .files
        .iter()
        .flat_map(|(group, files)| files.iter().map(move |file| format!("{group}/{file}")))
        .collect();
    let order = published.authors_order.iter();
    let authors = order.map(|&i| stable[i].clone()).collect();
    (stable, authors)
}

fn assert_published_numbers(loaded: &Newsgroups) {
    assert_eq!(loaded.posts, 5_616);
    assert_eq!(loaded.matrix.shape(), (45_534, 1_000));
    assert_eq!(loaded.matrix.nnz(), 62_872);
    assert_eq!(loaded.matrix.empty_columns().len(), 25);
    let squares: f64 = loaded.matrix.entries.data().iter().map(|x| x * x).sum();
    assert!((squares - 975.0).abs() < 1e-9);
    // The sum of scikit-learn's matrix of the same posts.
    let sum: f64 = loaded.matrix.entries.data().iter().sum();
    assert!((sum - 5_665.946_721_675_413).abs() < 1e-8);
    let super_class = [0, 0, 1, 2, 2, 3, 3, 4, 4, 5];
    for column in 0..1_000 {
        assert_eq!(loaded.class_of[column], column / 100);
        assert_eq!(loaded.super_class_of[column], super_class[column / 100]);
        assert_eq!(loaded.labelled[column], column % 100 < 75);
    }
}

/// The posts that became columns, as documents.
fn columns_again(source: &Path, options: &NewsgroupsOptions) -> (Newsgroups, TermDocuments) {
    let loaded = load(source, options).unwrap();
    let posts = read_posts(source, options.split, &options.groups, &options.remove).unwrap();
    let text_of = |document: &String| {
        let is_it = |post: &&Post| format!("{}/{}", post.group, post.file) == *document;
        posts.iter().find(is_it).unwrap().text.clone()
    };
    let texts: Vec<String> = loaded.documents.iter().map(text_of).collect();
    let text = FittedText::new(0, loaded.fitted.clone(), Scaling::None);
    let applied = text.apply(&texts).unwrap();
    (loaded, applied.documents)
}

#[test]
fn posts_give_their_columns_again_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    write_folder(folder.path(), &small_posts());
    let (loaded, again) = columns_again(folder.path(), &small_options());
    assert_eq!(loaded.matrix, again);
    if let Some(folder) = real_collection() {
        let (loaded, again) = columns_again(&folder, &NewsgroupsOptions::default());
        assert_eq!(loaded.matrix, again);
    }
}

#[test]
fn the_published_matrix_is_rebuilt_in_both_orders() {
    let Some(folder) = real_collection() else {
        return;
    };
    let (stable_order, authors_order) = published_order();
    let authors = load(&folder, &NewsgroupsOptions::default()).unwrap();
    assert_published_numbers(&authors);
    assert_eq!(authors.documents, authors_order);

    let options = NewsgroupsOptions {
        order: ColumnOrder::Stable,
        ..NewsgroupsOptions::default()
    };
    let stable = load(&folder, &options).unwrap();
    assert_published_numbers(&stable);
    assert_eq!(stable.documents, stable_order);
}

#[test]
fn the_real_collection_validates() {
    let Some(folder) = real_collection() else {
        return;
    };
    let counts = validate(&folder).unwrap();
    let of = |split| {
        let counts = counts.iter().filter(|count| count.split == split);
        counts.map(|count| count.documents).sum::<usize>()
    };
    assert_eq!(counts.len(), 40);
    assert_eq!((of(Split::Train), of(Split::Test)), (11_314, 7_532));
}

/// Run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, not a check"]
#[allow(clippy::disallowed_methods, reason = "measures time")]
fn time_to_load_and_vectorise() {
    let Some(folder) = real_collection() else {
        return;
    };
    let start = std::time::Instant::now();
    let loaded = load(&folder, &NewsgroupsOptions::default()).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    println!("{} entries in {seconds:.2} s", loaded.matrix.nnz());
    assert!(seconds < 8.0);
}
