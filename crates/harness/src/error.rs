//! What can keep an experiment from being run or written.

use std::path::PathBuf;

use hntf_datasets::DatasetError;
use hntf_models::ModelError;
use thiserror::Error;

use crate::config::ConfigError;
use crate::figures::FigureError;
use crate::record::RecordError;

/// Everything a user can be told instead of a result.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HarnessError {
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
    /// A model that refused its data.
    #[error("method `{method}`: {source}")]
    Model {
        /// Its id.
        method: String,
        /// What it said.
        source: ModelError,
    },
    /// Records that cannot be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A figure that cannot be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// A folder or file that cannot be written.
    #[error("{}: cannot be written ({source}): choose another folder with --out", path.display())]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder of results that holds something else.
    #[error("{}: holds {holds}; nothing was written: name another folder with --out, rename the experiment's file, or move that folder away", folder.display())]
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// What is in it.
        holds: String,
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
    /// A folder of data there is not.
    #[error("--data-dir {}: no such folder; name one that exists, or leave the option out", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
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
    /// No experiment with committed results.
    #[error("nothing to check, of the experiments in {} none has results in {}: write them with cargo xtask reproduce, or with check --bless", experiments.display(), results.display())]
    NothingToCheck {
        /// Where experiments are looked for.
        experiments: PathBuf,
        /// Where their results are looked for.
        results: PathBuf,
    },
    /// The user stopped the run.
    #[error(
        "interrupted after {done} of {total} fits; they are kept: the same command goes on from there"
    )]
    Interrupted {
        /// Fits finished.
        done: usize,
        /// Fits planned.
        total: usize,
    },
    /// A pool of threads the system refused.
    #[error("cannot start {threads} threads ({reason}): choose fewer with --threads")]
    Threads {
        /// The number asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
}
