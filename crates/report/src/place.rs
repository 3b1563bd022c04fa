//! Whose results stand in a folder: a run replaces its own and nobody else's.

use std::io;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::digest;
use crate::error::ReportError;
use hntf_experiment::Experiment;

/// The experiment's file as seen from the folder of its results, so that a project may be moved as a
/// whole. `out` must exist.
pub(super) fn seen_from(out: &Path, experiment: &Experiment) -> io::Result<PathBuf> {
    let folder = out.canonicalize()?.join(&experiment.name);
    let file = experiment.text.path.canonicalize()?;
    let (mut from, mut to) = (folder.components().peekable(), file.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    Ok(from.map(|_| Component::ParentDir).chain(to).collect())
}

/// Refuses a folder that is neither empty nor has results of this experiment: of its file, or of one
/// with the same content. `file` is the path of a user's own experiment seen from there; the
/// repository's are known by their name.
pub(super) fn check(
    folder: &Path,
    experiment: &Experiment,
    file: Option<&Path>,
) -> Result<(), ReportError> {
    let Ok(mut entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    let occupied = |holds: String| {
        Err(ReportError::Occupied {
            folder: folder.to_path_buf(),
            holds,
        })
    };
    let text = std::fs::read_to_string(folder.join("manifest.json")).unwrap_or_default();
    let Ok(manifest) = serde_json::from_str::<Value>(&text) else {
        // A damaged manifest is a manifest.
        return match entries.next() {
            Some(_) if text.is_empty() => occupied("files that no run has written".to_owned()),
            _ => Ok(()),
        };
    };
    let configuration = &manifest["configuration"];
    if configuration["sha256"] == digest(experiment) {
        return Ok(());
    }
    let command = manifest["command"].as_str().unwrap_or_default();
    match configuration["file"].as_str().map(Path::new) {
        Some(held) => {
            let this = file
                .map(Path::to_path_buf)
                .or_else(|| seen_from(folder.parent()?, experiment).ok());
            if this.as_deref() == Some(held) {
                return Ok(());
            }
            let held = folder.join(held);
            let held = held.canonicalize().unwrap_or(held);
            occupied(format!(
                "the results of another experiment, {}",
                held.display()
            ))
        }
        // Written by `reproduce`.
        None if file.is_some() && command.starts_with("cargo xtask reproduce") => {
            occupied(format!("the results of `{command}`"))
        }
        None => Ok(()),
    }
}
