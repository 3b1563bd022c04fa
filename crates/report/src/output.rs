//! The folder of results: written whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;

use hntf_experiment::Experiment;
use hntf_run::{FitSummary, Fits};

use crate::error::ReportError;
use crate::factors::export_into;
use crate::manifest::{MANIFEST, failed_in, manifest};
use crate::pages::pages;
use crate::place::{self, Owner};
use crate::whole::{put, refuse, stage};

/// Where the results of one experiment will stand. Opening it finds out whether they can be
/// written before any time is spent; dropping it without [`Target::commit`] leaves nothing behind.
pub struct Target {
    folder: PathBuf,
    /// The file of a user's own experiment, seen from the folder.
    file: Option<PathBuf>,
    staging: TempDir,
}

impl Target {
    /// The target of an experiment, `out/name`; `owner` says whose experiment it is.
    ///
    /// # Errors
    /// A folder that cannot be made or written, or that holds something else than results of this
    /// experiment.
    pub fn open(out: &Path, experiment: &Experiment, owner: Owner) -> Result<Self, ReportError> {
        let name = &experiment.name;
        let folder = out.join(name);
        for place in [out, &folder] {
            if place.exists() && !place.is_dir() {
                let source = io::Error::new(io::ErrorKind::AlreadyExists, "a file is in the way");
                return Err(refuse(place)(source));
            }
        }
        std::fs::create_dir_all(out).map_err(refuse(out))?;
        let file = match owner {
            Owner::User => place::seen_from(out, experiment).ok(),
            Owner::Repository => None,
        };
        place::check(&folder, experiment, file.as_deref())?;
        let staging = stage(&folder)?;
        Ok(Self {
            folder,
            file,
            staging,
        })
    }

    /// Where the results will be.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The fits of the results that stand there which failed: a store has nothing of them.
    pub fn failed_before(&self) -> Vec<FitSummary> {
        failed_in(&self.folder)
    }

    /// Writes everything and puts it in place of what was there.
    ///
    /// # Errors
    /// Anything that cannot be drawn or written; the old results are then untouched.
    pub fn commit(self, fits: &Fits<'_>, command: &str) -> Result<(), ReportError> {
        let root = self.staging.path();
        let write = |name: &str, bytes: &[u8]| {
            let path = root.join(name);
            std::fs::write(&path, bytes).map_err(refuse(&path))
        };
        let mut cells = Vec::new();
        fits.record
            .write(&mut cells)
            .map_err(|e| refuse(root)(e.into()))?;
        write("cells.csv", &cells)?;
        write(
            "seconds.csv",
            &seconds(&fits.summaries).map_err(|e| refuse(root)(e.into()))?,
        )?;
        let figures = root.join("figures");
        std::fs::create_dir(&figures).map_err(refuse(&figures))?;
        let pages = pages(fits, command)?;
        for (name, text) in &pages.texts {
            write(name, text.as_bytes())?;
        }
        let drawn = pages.figures.par_iter();
        let drawn = drawn.map(|(stem, figure)| figure.save(&figures, stem));
        drawn.collect::<Result<Vec<()>, _>>()?;
        let factors = root.join("factors");
        std::fs::create_dir(&factors).map_err(refuse(&factors))?;
        for (index, method) in fits.prepared.experiment.methods.iter().enumerate() {
            if let Some(trial) = fits.best_trial(&method.id) {
                export_into(fits, (index, trial), &factors.join(&method.id))?;
            }
        }
        let stems: Vec<String> = pages.figures.into_iter().map(|(stem, _)| stem).collect();
        let manifest = manifest(fits, command, &stems, self.file.as_deref());
        let text = serde_json::to_string_pretty(&manifest).map_err(|e| refuse(root)(e.into()))?;
        write(MANIFEST, format!("{text}\n").as_bytes())?;
        put(&self.staging, &self.folder, |_| false)
    }
}

/// Times are kept apart from cells: they are never the same twice.
fn seconds(fits: &[FitSummary]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["method", "trial", "seconds"])?;
    for fit in fits {
        let (trial, seconds) = (fit.trial.to_string(), format!("{:.4}", fit.seconds));
        writer.write_record([&fit.method, &trial, &seconds])?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}
