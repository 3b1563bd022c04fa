//! New items as files.

use std::fs;
use std::io;
use std::path::Path;

use csv::Writer;
use hntf_run::apply::AppliedFit;
use hntf_tensor::npy::{write_npy, write_npy_strings};

use crate::error::{ReportError, refuse};
use crate::staging::{Staging, parent};

const COEFFICIENTS: &str = "coefficients.csv";
const CLASSES: &str = "classes.csv";
const ITEMS: &str = "items.npy";

/// Writes a folder as a whole, in the place of one that was written before: `coefficients-L.npy` (items
/// × topics of layer L, from 0), `items.npy` (their names), `coefficients.csv` (item, layer from 0,
/// topic from 1, weight, share) and, where a layer has a classifier, `classes.csv` (item, layer, class,
/// score).
///
/// # Errors
/// A folder that cannot be written or holds other files.
pub fn write(applied: &AppliedFit, folder: &Path) -> Result<(), ReportError> {
    check(folder)?;
    let beside = parent(folder);
    fs::create_dir_all(beside).map_err(refuse(beside))?;
    let staging = Staging::beside(folder).map_err(refuse(beside))?;
    fill(applied, staging.path()).map_err(refuse(folder))?;
    staging.put(folder).map_err(refuse(folder))
}

/// Refuses a folder with files of somebody else's.
fn check(folder: &Path) -> Result<(), ReportError> {
    if !folder.exists() {
        return Ok(());
    }
    let entries = fs::read_dir(folder).map_err(refuse(folder))?;
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut others = names.filter(|name| !ours(&name.to_string_lossy()));
    match others.next() {
        None => Ok(()),
        Some(other) => {
            let source = format!("it holds {} already", other.to_string_lossy());
            let source = io::Error::new(io::ErrorKind::AlreadyExists, source);
            Err(refuse(folder)(source))
        }
    }
}

fn ours(name: &str) -> bool {
    let layer = name.strip_prefix("coefficients-");
    let layer = layer.and_then(|name| name.strip_suffix(".npy"));
    let numbered = layer.is_some_and(|l| l.parse::<usize>().is_ok());
    numbered || [COEFFICIENTS, CLASSES, ITEMS].contains(&name)
}

fn fill(applied: &AppliedFit, folder: &Path) -> io::Result<()> {
    write_npy_strings(&folder.join(ITEMS), &applied.names).map_err(io::Error::other)?;
    let mut all = Writer::from_path(folder.join(COEFFICIENTS))?;
    all.write_record(["item", "layer", "topic", "weight", "share"])?;
    for (l, layer) in applied.layers.iter().enumerate() {
        let matrix = &layer.coefficients;
        let path = folder.join(format!("coefficients-{l}.npy"));
        let shape = [matrix.rows(), matrix.cols()];
        write_npy(&path, &shape, matrix.as_slice()).map_err(io::Error::other)?;
        for (i, name) in applied.names.iter().enumerate() {
            let both = matrix.row(i).iter().zip(layer.shares.row(i));
            for (j, (weight, share)) in both.enumerate() {
                all.serialize((name, l, j + 1, weight, share))?;
            }
        }
    }
    all.flush()?;
    if applied.layers.iter().all(|layer| layer.classes.is_none()) {
        return Ok(());
    }
    let mut all = Writer::from_path(folder.join(CLASSES))?;
    all.write_record(["item", "layer", "class", "score"])?;
    for (l, layer) in applied.layers.iter().enumerate() {
        let Some(classes) = &layer.classes else {
            continue;
        };
        for (i, name) in applied.names.iter().enumerate() {
            for (class, score) in classes.names.iter().zip(classes.scores.row(i)) {
                all.serialize((name, l, class, score))?;
            }
        }
    }
    all.flush()
}
