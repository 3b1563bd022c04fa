//! Named arrays as one `.npz` file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Cursor};
use std::path::Path;

use hntf_tensor::npy::{NpzReader, NpzWriter};

use crate::archive::{Array, Named};

/// Made in memory first: a zip writer that a disk refuses says so on standard error when it is dropped.
pub(crate) fn write_arrays(path: &Path, arrays: &[Named]) -> io::Result<()> {
    let mut writer = NpzWriter::new(Cursor::new(Vec::new()));
    for (name, array) in arrays {
        let written = writer.numbers(name, &array.shape, &array.values);
        written.map_err(io::Error::other)?;
    }
    let archive = writer.finish().map_err(io::Error::other)?;
    fs::write(path, archive.into_inner())
}

/// The arrays by name; what is wrong in words.
pub(crate) fn read_arrays(path: &Path) -> Result<BTreeMap<String, Array>, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let mut reader = NpzReader::new(file).map_err(|e| e.to_string())?;
    let names: Vec<String> = reader.names().iter().map(ToString::to_string).collect();
    let mut arrays = BTreeMap::new();
    for name in names {
        let array = reader.numbers(&name).map_err(|e| e.to_string())?;
        let [rows, cols] = array.shape[..] else {
            return Err(format!("{name} has {} modes", array.shape.len()));
        };
        let (shape, values) = ([rows, cols], array.values);
        arrays.insert(name, Array { shape, values });
    }
    Ok(arrays)
}
