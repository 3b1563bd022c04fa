//! What can keep a result from being shown or written.

use std::io;
use std::path::{Path, PathBuf};

use hntf_figures::FigureError;
use hntf_run::{RecordError, RunError};
use thiserror::Error;

/// Everything a user can be told in place of a report.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A fit that cannot be read.
    #[error(transparent)]
    Run(#[from] RunError),
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
        source: io::Error,
    },
    /// A folder of results that holds something else.
    #[error("{}: holds {holds}; nothing was written: name another folder with --out, rename the experiment's file, or move that folder away", folder.display())]
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// What is in it.
        holds: String,
    },
}

/// A folder or file that cannot be written.
pub(crate) fn refuse(path: &Path) -> impl FnOnce(io::Error) -> ReportError + use<> {
    let path = path.to_path_buf();
    move |source| ReportError::Write { path, source }
}
