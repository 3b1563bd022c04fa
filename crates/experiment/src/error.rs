//! What can keep an experiment from being read or prepared.

use std::path::PathBuf;

use hntf_datasets::DatasetError;
use thiserror::Error;

use crate::diagnostic::ConfigError;

/// Everything a user can be told in place of an experiment that is ready to run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// A configuration that cannot be used as written.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A public data set that is not on this machine.
    #[error("{experiment}: {source}")]
    Absent {
        /// The experiment that needs it.
        experiment: String,
        /// What is missing, and how to get it.
        source: Box<DatasetError>,
    },
    /// A file given in place of an experiment's name, or the other way round.
    #[error("{given}: {problem}: {command}")]
    OtherCommand {
        /// What was given.
        given: String,
        /// What is wrong.
        problem: &'static str,
        /// The command that does it.
        command: String,
    },
    /// A folder that cannot be read.
    #[error("{}: cannot be read ({source}): name a folder that exists", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No experiment of that name.
    #[error("no experiment `{name}` in {}; {hint}", folder.display())]
    UnknownExperiment {
        /// The name asked for.
        name: String,
        /// Where experiments are looked for.
        folder: PathBuf,
        /// The nearest name, and all of them.
        hint: String,
    },
}
