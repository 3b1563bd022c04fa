//! The folder of results: written whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use hntf_experiment::Experiment;
use hntf_run::files::share;
use hntf_run::{FitSummary, Fits};

use crate::error::ReportError;
use crate::format::Format;
use crate::pictures::draw;
use crate::place;
use crate::tables::render;
use crate::topics::topics;

/// Whose an experiment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// One of the repository's, of which there is one of a name.
    Repository,
    /// A user's own, known by the place of its file.
    User,
}

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
        // In the same folder, so that the last step is a rename.
        let staging = tempfile::Builder::new()
            .prefix(&format!(".{name}-"))
            .tempdir_in(out)
            .map_err(refuse(out))?;
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
        fits
            .record
            .write(&mut cells)
            .map_err(|e| refuse(root)(e.into()))?;
        write("cells.csv", &cells)?;
        write(
            "seconds.csv",
            &seconds(&fits.summaries).map_err(|e| refuse(root)(e.into()))?,
        )?;
        write(
            "table.md",
            render(fits, command, Format::Markdown).as_bytes(),
        )?;

        for (name, format) in [
            ("topics.md", Format::Markdown),
            ("topics.tex", Format::Latex),
        ] {
            let text = topics(fits, format)?;
            if !text.is_empty() {
                write(name, text.as_bytes())?;
            }
        }

        let figures = root.join("figures");
        std::fs::create_dir(&figures).map_err(refuse(&figures))?;
        let mut stems = Vec::new();
        for section in &fits.prepared.experiment.figures {
            let stem = section.value.stem();
            if let Some(figure) = draw(&section.value, fits)? {
                figure.save(&figures, &stem)?;
                stems.push(stem);
            }
        }
        let manifest = manifest(fits, command, &stems, self.file.as_deref());
        let text = serde_json::to_string_pretty(&manifest).map_err(|e| refuse(root)(e.into()))?;
        write("manifest.json", format!("{text}\n").as_bytes())?;
        self.exchange()
    }

    /// Two renames; the old results are deleted only when the new ones stand.
    fn exchange(self) -> Result<(), ReportError> {
        share(self.staging.path()).map_err(refuse(&self.folder))?;
        let old = self.staging.path().with_extension("old");
        let had_old = self.folder.exists();
        if had_old {
            std::fs::rename(&self.folder, &old).map_err(refuse(&self.folder))?;
        }
        if let Err(source) = std::fs::rename(self.staging.path(), &self.folder) {
            if had_old {
                let _ = std::fs::rename(&old, &self.folder);
            }
            return Err(ReportError::Write {
                path: self.folder,
                source,
            });
        }
        if had_old {
            std::fs::remove_dir_all(&old).map_err(refuse(&old))?;
        }
        Ok(())
    }
}

fn refuse(path: &Path) -> impl FnOnce(io::Error) -> ReportError + use<> {
    let path = path.to_path_buf();
    move |source| ReportError::Write { path, source }
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

/// What identifies the text of an experiment.
fn digest(experiment: &Experiment) -> String {
    let digest = Sha256::digest(experiment.source_text().as_bytes());
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

/// Everything the results depend on, and how the fits ended.
fn manifest(
    fits: &Fits<'_>,
    command: &str,
    figures: &[String],
    file: Option<&Path>,
) -> Value {
    let experiment = fits.prepared.experiment;
    let mut configuration = json!({ "sha256": digest(experiment) });
    if let (Some(file), Some(known)) = (file, configuration.as_object_mut()) {
        known.insert("file".to_owned(), file.to_string_lossy().into());
    }
    let methods: Vec<Value> = experiment
        .methods
        .iter()
        .map(|method| {
            let fits = fits.summaries.iter().filter(|f| f.method == method.id);
            let ends: Vec<Value> = fits
                .map(|f| {
                    let failed = f.failed.then_some(true);
                    let mut end = json!({ "trial": f.trial, "iterations": f.iterations, "reasons": f.reasons });
                    if let (Some(failed), Some(end)) = (failed, end.as_object_mut()) {
                        end.insert("failed".to_owned(), failed.into());
                    }
                    end
                })
                .collect();
            json!({
                "id": method.id,
                "label": method.label,
                "origin": method.origin,
                "model": method.model.kind,
                "parameters": method.model.parameters,
                "fits": ends,
            })
        })
        .collect();
    let data = &fits.prepared.dataset.data;
    json!({
        "experiment": experiment.name,
        "command": command,
        "hntf": env!("CARGO_PKG_VERSION"),
        "configuration": configuration,
        "dataset": {
            "kind": experiment.dataset.kind,
            "parameters": experiment.dataset.parameters,
            "shape": data.shape(),
            "norm": data.squared_norm().sqrt(),
        },
        "ranks": experiment.ranks,
        "methods": methods,
        "figures": figures,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Experiment;
    use hntf_experiment::Section;
    use hntf_harness::figures::{Figure, HeatmapGrid, Panel};
    use crate::pictures::{Picture, PictureError};
    use crate::run::{Options, Unwatched, run};
    use hntf_datasets::Dataset;

    /// A figure whose data contradict themselves.
    struct Broken;

    impl Picture for Broken {
        fn stem(&self) -> String {
            "broken".to_owned()
        }

        fn validate(&self, _: &Experiment, _: &Dataset) -> Result<(), PictureError> {
            Ok(())
        }

        fn draw(&self, _: &Fits<'_>) -> Result<Box<dyn Figure>, ReportError> {
            let panel = Panel {
                rows: 2,
                cols: 2,
                values: vec![0.0],
                ..Panel::default()
            };
            Ok(Box::new(HeatmapGrid {
                panels: vec![vec![Some(panel)]],
                ..HeatmapGrid::default()
            }))
        }
    }

    fn experiment() -> Experiment {
        let text = r#"
            ranks = [3, 2]
            dataset = { kind = "synthetic-blocks" }
            [[method]]
            id = "multi-hntf"
            model = { kind = "multi-hntf", iterations = 5 }
        "#;
        Experiment::parse(Path::new("tiny.toml"), text).unwrap()
    }

    /// Everything below a folder.
    fn names(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
            if path.is_dir() {
                found.extend(names(&path));
            }
        }
        found.sort();
        found
    }

    #[test]
    fn a_figure_that_fails_leaves_the_old_results_as_they_were() {
        let out = tempfile::tempdir().unwrap();
        let commit = |experiment: &Experiment| {
            let prepared = experiment.prepare().unwrap();
            let options = Options {
                threads: 1,
                trials: None,
                partial: None,
            };
            let target = Target::open(out.path(), experiment, Owner::User).unwrap();
            let fits = run(&prepared, options, &Unwatched).unwrap();
            target.commit(&fits, "command")
        };
        let mut experiment = experiment();
        commit(&experiment).unwrap();
        let before = names(out.path());
        experiment.figures.push(Section {
            kind: "broken",
            value: Box::new(Broken),
            parameters: toml::Table::new(),
            span: 0..0,
            keys: hntf_experiment::KeySpans::new(),
        });
        let refused = commit(&experiment);
        assert!(matches!(refused, Err(ReportError::Figure(_))));
        assert_eq!(names(out.path()), before);
        assert!(before.contains(&"errors.svg".to_owned()));
    }

    #[test]
    fn a_target_that_is_dropped_leaves_nothing() {
        let out = tempfile::tempdir().unwrap();
        drop(Target::open(out.path(), &experiment(), Owner::User).unwrap());
        assert!(names(out.path()).is_empty());
    }
}
