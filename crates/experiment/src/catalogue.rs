//! The experiments of the repository: the TOML files of one folder.

use std::path::{Path, PathBuf};

use crate::error::ExperimentError;
use crate::words::suggestion;

/// All experiments of a folder, by name; folders in it are not looked into.
///
/// # Errors
/// A folder that cannot be read.
pub fn all(folder: &Path) -> Result<Vec<PathBuf>, ExperimentError> {
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|source| ExperimentError::Folder {
        path: folder.to_path_buf(),
        source,
    })?;
    let mut paths: Vec<_> = entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    Ok(paths)
}

/// The experiment of that name.
///
/// # Errors
/// A name there is no file of, or a file in place of a name.
pub fn find(folder: &Path, name: &str) -> Result<PathBuf, ExperimentError> {
    let all = all(folder)?;
    let stem = |path: &PathBuf| path.file_stem().map(|s| s.to_string_lossy().into_owned());
    if let Some(path) = all.iter().find(|p| stem(p).as_deref() == Some(name)) {
        return Ok(path.clone());
    }
    if Path::new(name).is_file() {
        return Err(ExperimentError::OtherCommand {
            given: name.to_owned(),
            problem: "a file; experiments of the repository go by their name, and a file of your own is run with",
            command: format!("cargo xtask run {name}"),
        });
    }
    let names: Vec<String> = all.iter().filter_map(stem).collect();
    let hint = suggestion(name, names.iter().map(String::as_str));
    let (name, folder) = (name.to_owned(), folder.to_path_buf());
    Err(ExperimentError::UnknownExperiment { name, folder, hint })
}
