//! The factors of fits as files for other programs: `factors/METHOD/` has the best trial of a method,
//! `factors/METHOD/trial-N/` any other.

use std::fs;
use std::path::{Path, PathBuf};

use hntf_experiment::Experiment;
use hntf_run::export::{ExportFailure, export};
use hntf_run::{FitSummary, Fits};

use crate::error::{ReportError, refuse};
use crate::manifest::failed_in;
use crate::place::{self, FACTORS, Owner};
use crate::staging::{Staging, parent};

/// What the folders of single trials begin with.
const TRIAL: &str = "trial-";

/// Where the factors of one experiment are exported to.
pub struct Factors {
    /// The results they stand among.
    folder: PathBuf,
}

impl Factors {
    /// Those of an experiment, `out/name/factors`; `owner` says whose experiment it is. Nothing is
    /// written.
    ///
    /// # Errors
    /// A folder that holds something else than results of this experiment.
    pub fn open(out: &Path, experiment: &Experiment, owner: Owner) -> Result<Self, ReportError> {
        let folder = out.join(&experiment.name);
        let file = match owner {
            Owner::User => place::seen_from(out, experiment).ok(),
            Owner::Repository => None,
        };
        place::check(&folder, experiment, file.as_deref())?;
        Ok(Self { folder })
    }

    /// The fits of the results that stand there which failed: a store has nothing of them.
    pub fn failed_before(&self) -> Vec<FitSummary> {
        failed_in(&self.folder)
    }

    /// Writes the factors of a method's best trial; where they are.
    ///
    /// # Errors
    /// A fit that cannot be read, a folder that cannot be written; what was there is then untouched.
    pub fn best(&self, fits: &Fits<'_>, method: usize, trial: u32) -> Result<PathBuf, ReportError> {
        let folder = self.of_method(fits, method);
        replace(fits, (method, trial), &folder)?;
        Ok(folder)
    }

    /// Writes the factors of one of a method's trials; where they are.
    ///
    /// # Errors
    /// As [`Factors::best`].
    pub fn trial(
        &self,
        fits: &Fits<'_>,
        method: usize,
        trial: u32,
    ) -> Result<PathBuf, ReportError> {
        let folder = self.of_method(fits, method);
        let folder = folder.join(format!("{TRIAL}{trial}"));
        replace(fits, (method, trial), &folder)?;
        Ok(folder)
    }

    fn of_method(&self, fits: &Fits<'_>, method: usize) -> PathBuf {
        let id = &fits.prepared.experiment.methods[method].id;
        self.folder.join(FACTORS).join(id)
    }
}

/// Writes factors as a whole in the place of others; folders of trials in it stay.
fn replace(fits: &Fits<'_>, fit: (usize, u32), folder: &Path) -> Result<(), ReportError> {
    let beside = parent(folder);
    fs::create_dir_all(beside).map_err(refuse(beside))?;
    let staging = Staging::beside(folder).map_err(refuse(beside))?;
    export_into(fits, fit, staging.path())?;
    let put = staging.put_keeping(folder, |name| name.starts_with(TRIAL));
    put.map_err(refuse(folder))
}

/// Writes the factors of a fit into a folder.
///
/// # Errors
/// A fit that cannot be read, a folder that cannot be written.
pub(crate) fn export_into(
    fits: &Fits<'_>,
    (method, trial): (usize, u32),
    folder: &Path,
) -> Result<(), ReportError> {
    fs::create_dir_all(folder).map_err(refuse(folder))?;
    match export(fits, method, trial, folder) {
        Ok(()) => Ok(()),
        Err(ExportFailure::Run(error)) => Err(error.into()),
        Err(ExportFailure::Write(source)) => Err(refuse(folder)(source)),
    }
}
