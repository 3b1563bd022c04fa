//! What the command line says in place of a result.

use std::path::PathBuf;

use hntf_experiment::{ConfigError, ExperimentError};
use hntf_report::ReportError;
use hntf_run::store::StoreError;
use hntf_run::{RecordError, RunError};
use thiserror::Error;

use crate::fetch::FetchError;

/// Everything a user can be told instead.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A folder of data there is not.
    #[error("--data-dir {}: no such folder; name one that exists, or leave the option out", path.display())]
    NoFolder { path: PathBuf },
    /// A folder of a store there is not.
    #[error("{}: no store is there; fits are kept from the first run on, or name another folder with --store", path.display())]
    NoStore { path: PathBuf },
    /// A folder that cannot be read or changed.
    #[error("{}: {source}", path.display())]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    /// No experiment with committed results.
    #[error("nothing to check, of the experiments in {} none has results in {}: write them with cargo xtask reproduce, or with check --bless", experiments.display(), results.display())]
    NothingToCheck {
        experiments: PathBuf,
        results: PathBuf,
    },
}

impl CliError {
    /// Whether the user stopped it.
    pub(crate) fn is_interrupted(&self) -> bool {
        matches!(
            self,
            Self::Fetch(FetchError::Interrupted)
                | Self::Run(RunError::Interrupted { .. })
                | Self::Report(ReportError::Run(RunError::Interrupted { .. }))
        )
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::Experiment(error.into())
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Run(error.into())
    }
}

impl From<RecordError> for CliError {
    fn from(error: RecordError) -> Self {
        Self::Report(error.into())
    }
}
