//! Named arrays as one `.npz` file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Cursor};
use std::path::Path;

use hntf_tensor::npy::{NpzReader, NpzValue, NpzWriter};

use crate::archive::{Array, Named};

/// Names of items, under a name.
pub(crate) type Names<'a> = (&'a str, &'a [String]);

/// Made in memory first: a zip writer that a disk refuses says so on standard error when it is dropped.
pub(crate) fn write_arrays(path: &Path, arrays: &[Named], names: &[Names<'_>]) -> io::Result<()> {
    let mut writer = NpzWriter::new(Cursor::new(Vec::new()));
    for (name, array) in arrays {
        let written = writer.numbers(name, &array.shape, &array.values);
        written.map_err(io::Error::other)?;
    }
    for (name, strings) in names {
        writer.strings(name, strings).map_err(io::Error::other)?;
    }
    let archive = writer.finish().map_err(io::Error::other)?;
    fs::write(path, archive.into_inner())
}

/// The arrays of numbers by name; what is wrong in words.
pub(crate) fn read_arrays(path: &Path) -> Result<BTreeMap<String, Array>, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let mut reader = NpzReader::new(file).map_err(|e| e.to_string())?;
    let mut arrays = BTreeMap::new();
    for (name, value) in reader.all().map_err(|e| e.to_string())? {
        let NpzValue::Numbers(array) = value else {
            continue;
        };
        let [rows, cols] = array.shape[..] else {
            return Err(format!("{name} has {} modes", array.shape.len()));
        };
        let (shape, values) = ([rows, cols], array.values);
        arrays.insert(name, Array { shape, values });
    }
    Ok(arrays)
}
