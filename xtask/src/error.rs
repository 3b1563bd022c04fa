//! What the command line says in place of a result.

use std::path::PathBuf;

use hntf_experiment::{ConfigError, ExperimentError};
use hntf_report::ReportError;
use hntf_run::apply::ApplyError;
use hntf_run::export::ExportError;
use hntf_run::store::StoreError;
use hntf_run::{RecordError, RunError};
use thiserror::Error;

use crate::fetch::error::FetchError;

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
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// A method that an experiment has not.
    #[error("{experiment} has no method `{method}`; its methods: {}", known.join(", "))]
    NoMethod {
        experiment: String,
        method: String,
        known: Vec<String>,
    },
    /// A trial that a method has not, or that failed.
    #[error("method `{method}` has no {}; {}", trial_or_any(*trial), trials(known))]
    NoTrial {
        method: String,
        trial: Option<u32>,
        known: Vec<u32>,
    },
    /// The user stopped what leaves nothing behind.
    #[error("interrupted; nothing was written")]
    Interrupted,
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
            Self::Interrupted
                | Self::Fetch(FetchError::Interrupted)
                | Self::Run(RunError::Interrupted { .. })
                | Self::Report(ReportError::Run(RunError::Interrupted { .. }))
        )
    }
}

fn trial_or_any(trial: Option<u32>) -> String {
    match trial {
        Some(trial) => format!("trial {trial} that could be exported"),
        None => "trial that could be exported".to_owned(),
    }
}

fn trials(known: &[u32]) -> String {
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    match known.is_empty() {
        true => "all of its fits failed".to_owned(),
        false => format!("those that did not fail: {}", known.join(", ")),
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
