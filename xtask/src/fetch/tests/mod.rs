//! What a user sees of fetching data files, against a server on the loopback address that misbehaves
//! on request.

mod download;
mod server;
mod sources;
mod trouble;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::download::{News, Options, agent, fetch};
use super::error::FetchError;
use super::sources::{Address, Source};

/// The published file of the tests: larger than one piece, and no two pieces alike.
fn published() -> Vec<u8> {
    (0..300_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A source of [`published`] at these addresses.
fn source(addresses: &[String]) -> Source {
    let file = published();
    Source {
        name: "sample".to_owned(),
        description: "made for the tests".to_owned(),
        file: "data.bin".to_owned(),
        address: Address(addresses[0].clone()),
        mirrors: addresses[1..].iter().cloned().map(Address).collect(),
        size: file.len() as u64,
        sha256: sha256(&file),
        licence: "none".to_owned(),
    }
}

/// Patience for a loopback address; no proxy, whatever the environment says.
fn options() -> Options {
    Options {
        agent: agent(Duration::from_secs(5), None),
        retry_delay: Duration::from_millis(1),
        replace: false,
    }
}

/// Fetches to the end.
fn run(source: &Source, cache: &Path) -> Result<PathBuf, FetchError> {
    fetch(source, cache, &options(), &mut |_| true)
}

/// Length of the unfinished file, if there is one.
fn part_len(cache: &Path) -> Option<u64> {
    Some(fs::metadata(cache.join("data.bin.part")).ok()?.len())
}

/// Nothing in the cache may bear the final name unless it is the published file.
fn assert_no_file(cache: &Path) {
    assert!(!cache.join("data.bin").exists());
}

/// The file has arrived whole, and nothing else is left.
fn assert_fetched(result: Result<PathBuf, FetchError>, cache: &Path) {
    let path = result.unwrap();
    assert_eq!(path, cache.join("data.bin"));
    assert_eq!(fs::read(path).unwrap(), published());
    assert_eq!(part_len(cache), None);
}
