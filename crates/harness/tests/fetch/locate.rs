//! Finding files that are already there.

use std::fs;

use hntf_harness::fetch::{Checksum, LocateError, Sha256Sum, Source, locate};
use tempfile::tempdir;

use crate::published;

fn sample() -> Source {
    crate::source(&["http://example.org/data.bin".to_owned()])
}

#[test]
fn data_folders_go_before_the_cache_in_the_order_given() {
    let root = tempdir().unwrap();
    let folders: Vec<_> = ["a", "b", "cache"]
        .iter()
        .map(|f| root.path().join(f))
        .collect();
    for folder in &folders {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("data.bin"), published()).unwrap();
    }
    for expected in &folders {
        let found = locate(&sample(), &folders[..2], &folders[2]).unwrap();
        assert_eq!(found.path, expected.join("data.bin"));
        assert_eq!(found.checksum, Checksum::Matches);
        fs::remove_file(found.path).unwrap();
    }
}

#[test]
fn a_file_with_another_checksum_is_found_and_its_checksum_told() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("data.bin"), b"packed again").unwrap();
    let found = locate(&sample(), &[folder.path().to_owned()], "cache".as_ref()).unwrap();
    let checksum = Sha256Sum::of(b"packed again");
    assert_eq!(found.checksum, Checksum::Differs(checksum));
}

#[test]
fn an_unfinished_download_is_not_found() {
    let cache = tempdir().unwrap();
    fs::write(cache.path().join("data.bin.part"), published()).unwrap();
    let error = locate(&sample(), &[], cache.path()).unwrap_err();
    assert!(matches!(error, LocateError::Nowhere { .. }));
}

#[test]
fn a_file_that_is_nowhere_names_the_folders_and_the_command() {
    let cache = tempdir().unwrap();
    let error = locate(&sample(), &["no/such/place".into()], cache.path()).unwrap_err();
    let expected = format!(
        "no `data.bin` (data set `sample`) in any of these folders:\n  \
         no/such/place (no such folder)\n  {}\n\
         run `cargo xtask fetch sample` to download it, or point --data-dir (or HNTF_DATA_DIR) \
         at a folder that has it",
        cache.path().display()
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_folder_with_the_name_of_the_file_is_refused_by_name() {
    let cache = tempdir().unwrap();
    fs::create_dir(cache.path().join("data.bin")).unwrap();
    let text = locate(&sample(), &[], cache.path())
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("data.bin") && text.contains("directory"),
        "{text}"
    );
}
