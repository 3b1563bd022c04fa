//! The arrays of an entry as one `.npz` file.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::archive::{Array, Named};

pub(super) fn write_arrays(path: &Path, arrays: &[Named]) -> io::Result<()> {
    let text: Vec<(String, [usize; 2], Vec<u64>)> = arrays
        .iter()
        .map(|(n, a)| {
            (
                n.clone(),
                a.shape,
                a.values.iter().map(|v| v.to_bits()).collect(),
            )
        })
        .collect();
    std::fs::write(path, serde_json::to_string(&text)?)
}

pub(super) fn read_arrays(path: &Path) -> Result<BTreeMap<String, Array>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    let arrays: Vec<(String, [usize; 2], Vec<u64>)> =
        serde_json::from_str(&text).map_err(|e| e.to_string())?;
    Ok(arrays
        .into_iter()
        .map(|(n, shape, v)| {
            let values = v.into_iter().map(f64::from_bits).collect();
            (n, Array { shape, values })
        })
        .collect())
}
