//! Names and classes of the indices of an array, from files beside it.

use std::path::{Path, PathBuf};

use crate::corpus::{Records, check_share, split};
use crate::{DatasetError, LabelSet};

/// Where a file lies that a configuration names, under a key.
pub(crate) type Find<'a> = &'a dyn Fn(&'static str, &Path) -> Result<PathBuf, DatasetError>;

/// The names given to the modes, or "mode 1", "mode 2", …
pub(crate) fn mode_names(given: &[String], order: usize) -> Result<Vec<String>, DatasetError> {
    let expected = "one name per mode of the file is needed, or none";
    one_each("modes", expected, given.len(), order, || {
        format!("{given:?}")
    })?;
    Ok(match given {
        [] => (1..=order).map(|m| format!("mode {m}")).collect(),
        names => names.to_vec(),
    })
}

/// The names of the indices of each mode, from `files`: one for each mode, empty for a mode without
/// names, or none at all.
pub(crate) fn items(
    files: &[PathBuf],
    shape: &[usize],
    find: Find<'_>,
) -> Result<Vec<Option<Vec<String>>>, DatasetError> {
    let expected = "one file per mode is needed (\"\" for a mode without names), or none";
    one_each("items", expected, files.len(), shape.len(), || {
        format!("{files:?}")
    })?;
    let mut items = vec![None; shape.len()];
    for ((items, file), size) in items.iter_mut().zip(files).zip(shape) {
        if !file.as_os_str().is_empty() {
            *items = Some(names(&find("items", file)?, *size)?);
        }
    }
    Ok(items)
}

/// The lines of a text file, one for each of `size` indices.
fn names(path: &Path, size: usize) -> Result<Vec<String>, DatasetError> {
    let text = read_text("items", path)?;
    let names: Vec<String> = text.lines().map(str::to_owned).collect();
    if names.len() == size {
        return Ok(names);
    }
    Err(DatasetError::Names {
        path: path.to_owned(),
        found: names.len(),
        expected: size,
    })
}

/// Classes that were read, and what a reader of the results has to know of them.
#[derive(Default)]
pub(crate) struct Classes {
    pub(crate) sets: Vec<LabelSet>,
    pub(crate) notes: Vec<String>,
}

/// The classes of the last mode's `size` indices: a text file has one a line; a CSV file has a header
/// and a column for each set, the finest first. A share `hold_out` of each class of the finest set is
/// kept from fits.
pub(crate) fn classes(
    file: Option<&PathBuf>,
    hold_out: f64,
    size: usize,
    find: Find<'_>,
) -> Result<Classes, DatasetError> {
    check_share(hold_out)?;
    let Some(file) = file else {
        return Ok(Classes::default());
    };
    let path = find("labels", file)?;
    let columns = columns(&path)?;
    if columns.is_empty() {
        let (found, expected) = (0, size);
        return Err(DatasetError::LabelCount {
            path,
            found,
            expected,
        });
    }
    let mut sets = Vec::new();
    for (name, labels) in columns {
        if labels.len() != size {
            return Err(DatasetError::LabelCount {
                path,
                found: labels.len(),
                expected: size,
            });
        }
        if let Some(at) = labels.iter().position(|label| label.trim().is_empty()) {
            return Err(DatasetError::NoLabel { path, name, at });
        }
        let mut classes = labels.clone();
        classes.sort_unstable();
        classes.dedup();
        if classes.len() < 2 {
            let label = classes.pop().unwrap_or_default();
            return Err(DatasetError::OneClass { path, name, label });
        }
        let of = labels
            .iter()
            .map(|label| classes.partition_point(|class| class < label));
        sets.push(LabelSet {
            name,
            of: of.collect(),
            classes,
            known: Vec::new(),
        });
    }
    let mut notes = Vec::new();
    if let Some(finest) = sets.first() {
        let split = split(&finest.classes, &finest.of, hold_out);
        notes = split.notes;
        for set in &mut sets {
            set.known.clone_from(&split.known);
        }
    }
    Ok(Classes { sets, notes })
}

/// The columns of a file of labels, with their names.
fn columns(path: &Path) -> Result<Vec<(String, Vec<String>)>, DatasetError> {
    let text = read_text("labels", path)?;
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let delimiter = match ending.to_lowercase().as_str() {
        "csv" => b',',
        "tsv" => b'\t',
        _ => {
            let labels = text.lines().map(str::to_owned).collect();
            return Ok(vec![("class".to_owned(), labels)]);
        }
    };
    let Some(mut records) = Records::of(path, &text, delimiter)? else {
        return Ok(Vec::new());
    };
    let names = records
        .header
        .iter()
        .map(|name| (name.to_owned(), Vec::new()));
    let mut columns: Vec<(String, Vec<String>)> = names.collect();
    while let Some((_, record)) = records.next()? {
        for ((_, labels), field) in columns.iter_mut().zip(record) {
            labels.push(field.to_owned());
        }
    }
    Ok(columns)
}

/// A whole file of names or labels, which stands under a key.
fn read_text(key: &'static str, path: &Path) -> Result<String, DatasetError> {
    let read = std::fs::read_to_string(path);
    let text = read.map_err(|source| DatasetError::Beside {
        key,
        path: path.to_owned(),
        source,
    })?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

fn one_each(
    parameter: &'static str,
    expected: &'static str,
    given: usize,
    order: usize,
    found: impl FnOnce() -> String,
) -> Result<(), DatasetError> {
    if given == 0 || given == order {
        return Ok(());
    }
    Err(DatasetError::Parameter {
        parameter,
        found: found(),
        expected,
    })
}
