//! The folder of results: written whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use hntf_experiment::Experiment;
use hntf_run::{FitSummary, Fits};

use crate::error::{ReportError, refuse};
use crate::factors::export_into;
use crate::manifest::{Earlier, MANIFEST, failed_in, manifest};
use crate::pages::pages;
use crate::place::{self, Owner};
use crate::staging::{self, Staging};

/// The command that made the results in a folder, if any stand there.
pub fn command_of(folder: &Path) -> Option<String> {
    Earlier::read(folder).map(|earlier| earlier.command)
}

/// The files of a figure beside its data.
pub fn picture_files(stem: &str) -> [String; 3] {
    ["svg", "png", "pdf"].map(|format| format!("figures/{stem}.{format}"))
}

/// Where the results of one experiment will stand.
pub struct Target {
    out: PathBuf,
    folder: PathBuf,
    owner: Owner,
}

impl Target {
    /// The target of an experiment, `out/name`; `owner` says whose experiment it is. Nothing is written.
    ///
    /// # Errors
    /// A folder that a file is in the way of, or that holds something else than results of this
    /// experiment.
    pub fn at(out: &Path, experiment: &Experiment, owner: Owner) -> Result<Self, ReportError> {
        let target = Self {
            out: out.to_path_buf(),
            folder: out.join(&experiment.name),
            owner,
        };
        let folder = &target.folder;
        if let Some(there) = folder.ancestors().find(|place| place.exists())
            && !there.is_dir()
        {
            let source = io::Error::new(io::ErrorKind::AlreadyExists, "a file is in the way");
            return Err(refuse(there)(source));
        }
        staging::restore(folder);
        place::check(folder, experiment, target.file(experiment).as_deref())?;
        Ok(target)
    }

    /// Finds out whether results can be written, before any time is spent.
    ///
    /// # Errors
    /// A folder that cannot be made or written.
    pub fn probe(&self) -> Result<(), ReportError> {
        std::fs::create_dir_all(&self.out).map_err(refuse(&self.out))?;
        let probe = tempfile::tempfile_in(&self.out);
        probe.map(drop).map_err(refuse(&self.out))
    }

    /// The file of a user's own experiment, seen from the folder.
    fn file(&self, experiment: &Experiment) -> Option<PathBuf> {
        match self.owner {
            Owner::User => place::seen_from(&self.out, experiment).ok(),
            Owner::Repository => None,
        }
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
    pub fn commit(&self, fits: &Fits<'_>, command: &str) -> Result<(), ReportError> {
        std::fs::create_dir_all(&self.out).map_err(refuse(&self.out))?;
        let staging = Staging::beside(&self.folder).map_err(refuse(&self.out))?;
        let root = staging.path();
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
        let file = self.file(fits.prepared.experiment);
        let manifest = manifest(fits, command, &stems, file.as_deref());
        let text = serde_json::to_string_pretty(&manifest).map_err(|e| refuse(root)(e.into()))?;
        write(MANIFEST, format!("{text}\n").as_bytes())?;
        staging.put(&self.folder).map_err(refuse(&self.folder))
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
