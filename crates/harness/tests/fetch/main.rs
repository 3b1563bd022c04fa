//! What a user sees of fetching data files, against a server on the loopback
//! address that misbehaves on request.
#![allow(
    clippy::unwrap_used,
    reason = "the helpers of a test may fail as the test itself may"
)]

mod sources;

#[cfg(feature = "fetch")]
mod download;
#[cfg(feature = "fetch")]
mod server;
#[cfg(feature = "fetch")]
mod trouble;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hntf_harness::fetch::{FetchError, FetchOptions, Progress, Sha256Sum, Source, fetch};

/// The published file of the tests: larger than one piece, and no two pieces alike.
pub(crate) fn published() -> Vec<u8> {
    (0..300_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

/// A source of [`published`] at these addresses.
pub(crate) fn source(addresses: &[String]) -> Source {
    let file = published();
    Source {
        name: "sample".to_owned().try_into().unwrap(),
        description: "made for the tests".to_owned(),
        file: "data.bin".to_owned().try_into().unwrap(),
        address: addresses[0].clone().try_into().unwrap(),
        mirrors: addresses[1..]
            .iter()
            .map(|address| address.clone().try_into().unwrap())
            .collect(),
        size: Some(file.len() as u64),
        sha256: Sha256Sum::of(&file),
        licence: "none".to_owned(),
    }
}

/// Patience for a loopback address; no proxy, whatever the environment says.
pub(crate) fn options() -> FetchOptions {
    FetchOptions {
        connect_timeout: Duration::from_secs(5),
        stall_timeout: Duration::from_secs(5),
        retry_delay: Duration::from_millis(1),
        proxy_from_environment: false,
        ..FetchOptions::default()
    }
}

/// Fetches to the end.
pub(crate) fn run(source: &Source, cache: &Path) -> Result<PathBuf, FetchError> {
    fetch(source, cache, &options(), &mut go_on)
}

pub(crate) fn go_on(_: Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Length of the unfinished file, if there is one.
pub(crate) fn part_len(cache: &Path) -> Option<u64> {
    Some(fs::metadata(cache.join("data.bin.part")).ok()?.len())
}

/// Nothing in the cache may bear the final name unless it is the published file.
#[cfg(feature = "fetch")]
pub(crate) fn assert_no_file(cache: &Path) {
    assert!(!cache.join("data.bin").exists());
}

/// The file has arrived whole, and nothing else is left.
pub(crate) fn assert_fetched(result: Result<PathBuf, FetchError>, cache: &Path) {
    let path = result.unwrap();
    assert_eq!(path, cache.join("data.bin"));
    assert_eq!(fs::read(path).unwrap(), published());
    assert_eq!(part_len(cache), None);
}

#[cfg(not(feature = "fetch"))]
#[test]
fn a_program_built_without_the_client_says_so_and_where_to_put_the_file() {
    let cache = tempfile::tempdir().unwrap();
    let source = source(&["http://example.org/data.bin".to_owned()]);
    let text = run(&source, cache.path()).unwrap_err().to_string();
    assert!(text.contains("built without the feature `fetch`"), "{text}");
    assert!(
        text.contains("download http://example.org/data.bin by hand"),
        "{text}"
    );

    fs::write(cache.path().join("data.bin"), published()).unwrap();
    assert_fetched(run(&source, cache.path()), cache.path());
}
