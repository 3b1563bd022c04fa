//! 20 Newsgroups that is not there, or not whole.
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use std::fs::{self, File};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use hntf_datasets::newsgroups::{ARCHIVE, GROUPS};
use insta::assert_snapshot;

use crate::lab::Lab;

/// An experiment on the collection with an empty folder `data`.
fn lab() -> Lab {
    let lab = Lab::on("kind = \"newsgroups\"\n");
    fs::create_dir(lab.path("data")).unwrap();
    lab
}

fn refused(lab: &Lab) -> String {
    lab.refused(&["run", "mine.toml", "--data-dir", "data", "--out", "results"])
}

/// The archive with as many posts as the real one in all groups but one.
fn write_archive_without(path: &Path, missing: &str) {
    let encoder = GzEncoder::new(File::create(path).unwrap(), Compression::fast());
    let mut archive = tar::Builder::new(encoder);
    for group in GROUPS.iter().filter(|group| group.name != missing) {
        for (part, posts) in [("train", group.train), ("test", group.test)] {
            for file in 0..posts {
                let text = format!("From: x\n\n{} {file}\n", group.name);
                let name = format!("20news-bydate-{part}/{}/{file}", group.name);
                let mut header = tar::Header::new_gnu();
                header.set_size(text.len() as u64);
                header.set_mode(0o644);
                let bytes = text.as_bytes();
                archive.append_data(&mut header, name, bytes).unwrap();
            }
        }
    }
    archive.into_inner().unwrap().finish().unwrap();
}

/// What is said of an archive whose bytes were tampered with. How many entries come before the
/// damage depends on the compressor.
fn refused_archive(tamper: impl Fn(&mut Vec<u8>)) -> String {
    let lab = lab();
    let path = lab.path("data").join(ARCHIVE);
    write_archive_without(&path, "");
    let mut bytes = fs::read(&path).unwrap();
    tamper(&mut bytes);
    fs::write(&path, bytes).unwrap();
    let said = refused(&lab);
    let (before, after) = said.split_once("truncated after ").unwrap();
    let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}truncated after N{after}")
}

#[test]
fn a_truncated_archive() {
    assert_snapshot!(refused_archive(|bytes| bytes.truncate(bytes.len() / 2)));
}

#[test]
fn a_corrupt_archive() {
    // The last four bytes but four are the checksum of what was packed.
    assert_snapshot!(refused_archive(|bytes| {
        let at = bytes.len() - 8;
        bytes[at] ^= 1;
    }));
}

#[test]
fn an_archive_that_is_none() {
    assert_snapshot!(refused_archive(|bytes| *bytes = b"<html>".to_vec()));
}

#[test]
fn an_archive_without_a_group() {
    let lab = lab();
    write_archive_without(&lab.path("data").join(ARCHIVE), "sci.med");
    assert_snapshot!(refused(&lab));
}

#[test]
fn a_folder_without_a_group() {
    let lab = lab();
    let folder = "data/20news-bydate/20news-bydate-train";
    for post in 0..GROUPS[0].train {
        let name = format!("{folder}/{}/{post}", GROUPS[0].name);
        lab.write(&name, "From: x\n\ntea\n");
    }
    assert_snapshot!(refused(&lab));
}

#[test]
fn a_group_that_the_collection_does_not_have() {
    let lab = Lab::on("kind = \"newsgroups\"\ngroups = [\"sci.space\", \"sci.medicine\"]\n");
    fs::create_dir(lab.path("data")).unwrap();
    write_archive_without(&lab.path("data").join(ARCHIVE), "");
    assert_snapshot!(refused(&lab));
}

#[test]
fn nothing_in_the_folders_named_and_nothing_downloaded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let cache = root.join("datasets/cache");
    if cache.join(ARCHIVE).exists() || cache.join("20news-bydate").exists() {
        println!("skipped: the collection is in {}", cache.display());
        return;
    }
    let lab = lab();
    let told = |said: String| said.replace(&*root.to_string_lossy(), "ROOT");
    let run = told(refused(&lab));
    assert_snapshot!("run_without_data", run);
    let options = ["--data-dir", "data", "--out", "results"];
    let reproduce = told(lab.refused(&[&["reproduce", "newsgroups"], &options[..]].concat()));
    assert_snapshot!("reproduce_without_data", reproduce);
}
