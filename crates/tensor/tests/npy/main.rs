//! Arrays go between NumPy and this crate unchanged, and a bad file is refused in plain words.
//!
//! The files under ../fixtures/npy were written by NumPy (make.py there).
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

mod archives;
mod arrays;
mod errors;
mod strings;

use std::fs;
use std::path::{Path, PathBuf};

use hntf_tensor::npy::{NpyArray, NpyError, read_npy};
use tempfile::TempDir;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/npy")
        .join(name)
}

/// The bytes of a version 1.0 file.
fn file(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let length = u16::try_from(dictionary.len()).expect("a short header");
    bytes.extend(length.to_le_bytes());
    bytes.extend(dictionary.as_bytes());
    bytes.extend(data);
    bytes
}

fn dictionary(descr: &str, shape: &str) -> String {
    format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}")
}

fn read_bytes(bytes: &[u8]) -> Result<NpyArray, NpyError> {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("x.npy");
    fs::write(&path, bytes).expect("a temporary file");
    read_npy(&path)
}
