//! The experiment a command is about, and where its results and fits are.

use std::path::{Path, PathBuf};

use hntf_experiment::{Experiment, catalogue};
use hntf_report::Owner;

use crate::args::KeptArgs;
use crate::error::CliError;
use crate::places::{experiments, own_results, results, store, users_results, users_store};

/// An experiment, whose it is, and the command that runs it.
pub(crate) struct Asked {
    pub(crate) experiment: Experiment,
    pub(crate) owner: Owner,
    command: String,
}

impl Asked {
    pub(crate) fn published(path: &Path) -> Result<Self, CliError> {
        let experiment = Experiment::load(path)?;
        Ok(Self {
            command: format!("cargo xtask reproduce {}", experiment.name),
            experiment,
            owner: Owner::Repository,
        })
    }

    pub(crate) fn own(file: &Path) -> Result<Self, CliError> {
        Ok(Self {
            experiment: Experiment::load(file)?,
            owner: Owner::User,
            command: format!("cargo xtask run {}", file.display()),
        })
    }

    /// A name of an experiment of the repository, or a file.
    pub(crate) fn named(name: &str) -> Result<Self, CliError> {
        match catalogue::find(&experiments(), name) {
            Ok(path) => Self::published(&path),
            Err(_) if Path::new(name).exists() => Self::own(Path::new(name)),
            Err(error) => Err(error.into()),
        }
    }

    /// Where its results go. A run with another number of trials is not the published protocol: it
    /// must not take the place of the committed results.
    pub(crate) fn out(&self, args: &KeptArgs) -> PathBuf {
        args.out.clone().unwrap_or_else(|| match self.owner {
            Owner::User => users_results(),
            Owner::Repository if args.trials.is_some() => own_results(),
            Owner::Repository => results(),
        })
    }

    /// Where its fits are kept.
    pub(crate) fn store(&self, args: &KeptArgs) -> PathBuf {
        args.store.clone().unwrap_or_else(|| match self.owner {
            Owner::User => users_store(),
            Owner::Repository => store(),
        })
    }

    /// The command with the number of trials.
    pub(crate) fn command(&self, args: &KeptArgs) -> String {
        match args.trials {
            Some(trials) => format!("{} --trials {trials}", self.command),
            None => self.command.clone(),
        }
    }
}
