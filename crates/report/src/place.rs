//! Whose results stand in a folder: a run replaces its own and nobody else's.

use std::io;
use std::path::{Path, PathBuf};

use hntf_experiment::Experiment;

use crate::error::ReportError;
use crate::manifest::{Configuration, Earlier};

/// The folder of exported factors, among results or alone.
pub(crate) const FACTORS: &str = "factors";

/// Whose an experiment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// One of the repository's, of which there is one of a name.
    Repository,
    /// A user's own, known by the place of its file.
    User,
}

/// The experiment's file as seen from the folder of its results, so that a project may be moved as a
/// whole. `out` must exist.
pub(crate) fn seen_from(out: &Path, experiment: &Experiment) -> io::Result<PathBuf> {
    let folder = out.canonicalize()?.join(&experiment.name);
    let file = experiment.path().canonicalize()?;
    Ok(pathdiff::diff_paths(&file, folder).unwrap_or(file))
}

/// Refuses a folder that is neither empty nor has results of this experiment: of its file, or of one
/// with the same content. `file` is the path of a user's own experiment seen from there; the
/// repository's are known by their name.
pub(crate) fn check(
    folder: &Path,
    experiment: &Experiment,
    file: Option<&Path>,
) -> Result<(), ReportError> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    let occupied = |holds: String| {
        Err(ReportError::Occupied {
            folder: folder.to_path_buf(),
            holds,
        })
    };
    // Factors can be exported again.
    let mut others = entries.flatten().filter(|e| e.file_name() != FACTORS);
    if others.next().is_none() {
        return Ok(());
    }
    let Some(earlier) = Earlier::read(folder) else {
        return occupied("files that no run has written".to_owned());
    };
    let this = Configuration::of(experiment, file);
    if earlier.configuration.sha256 == this.sha256 {
        return Ok(());
    }
    match (earlier.configuration.file, file) {
        (Some(held), _) => {
            let this = this
                .file
                .or_else(|| seen_from(folder.parent()?, experiment).ok());
            if this.as_ref() == Some(&held) {
                return Ok(());
            }
            let held = folder.join(held);
            let held = held.canonicalize().unwrap_or(held);
            let held = held.display();
            occupied(format!("the results of another experiment, {held}"))
        }
        (None, Some(_)) => occupied(format!(
            "the results of the published experiment `{}`",
            earlier.experiment
        )),
        (None, None) => Ok(()),
    }
}
