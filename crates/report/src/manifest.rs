//! `manifest.json`: what results depend on, how the fits ended, and whose they are.

use std::path::{Path, PathBuf};

use hntf_experiment::Experiment;
use hntf_run::{FitSummary, Fits};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const MANIFEST: &str = "manifest.json";

/// The configuration that results were made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Configuration {
    /// The digest of its text.
    pub(crate) sha256: String,
    /// The file of a user's own experiment, seen from the folder of results; the repository's are
    /// known by their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<PathBuf>,
}

impl Configuration {
    pub(crate) fn of(experiment: &Experiment, file: Option<&Path>) -> Self {
        let digest = Sha256::digest(experiment.source_text().as_bytes());
        Self {
            sha256: hex::encode(digest),
            file: file.map(Path::to_path_buf),
        }
    }
}

/// What is read of the manifest of earlier results.
#[derive(Deserialize)]
pub(crate) struct Earlier {
    pub(crate) experiment: String,
    pub(crate) command: String,
    pub(crate) configuration: Configuration,
    #[serde(default)]
    methods: Vec<EarlierMethod>,
}

#[derive(Deserialize)]
struct EarlierMethod {
    id: String,
    #[serde(default)]
    fits: Vec<End>,
}

/// How a fit ended.
#[derive(Serialize, Deserialize)]
struct End {
    trial: u32,
    iterations: Vec<usize>,
    reasons: Vec<hntf_solvers::StopReason>,
    /// What the store would name it, of a fit that failed: so it is known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
}

impl Earlier {
    /// That of a folder of results; none if there is none, or something else.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join(MANIFEST)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// The fits that failed, of which a store has nothing.
    pub(crate) fn failed(self) -> Vec<FitSummary> {
        let methods = self.methods.into_iter();
        let failed = methods.flat_map(|EarlierMethod { id, fits }| {
            fits.into_iter().filter_map(move |end| {
                Some(FitSummary {
                    method: id.clone(),
                    trial: end.trial,
                    seconds: 0.0,
                    reasons: end.reasons,
                    iterations: end.iterations,
                    failed: true,
                    key: end.failed?,
                })
            })
        });
        failed.collect()
    }
}

/// The fits of the results in a folder which failed: a store has nothing of them.
pub(crate) fn failed_in(folder: &Path) -> Vec<FitSummary> {
    let earlier = Earlier::read(folder);
    earlier.map(Earlier::failed).unwrap_or_default()
}

/// Everything the results depend on, and how the fits ended.
pub(crate) fn manifest(
    fits: &Fits<'_>,
    command: &str,
    figures: &[String],
    file: Option<&Path>,
) -> Value {
    let experiment = fits.prepared.experiment;
    let methods = experiment.methods.iter().map(|method| {
        let of_method = fits.summaries.iter().filter(|f| f.method == method.id);
        let ends = of_method.map(|f| End {
            trial: f.trial,
            iterations: f.iterations.clone(),
            reasons: f.reasons.clone(),
            failed: f.failed.then(|| f.key.clone()),
        });
        json!({
            "id": method.id,
            "label": method.label,
            "origin": method.origin,
            "model": method.model.kind,
            "parameters": method.model.parameters,
            "fits": ends.collect::<Vec<End>>(),
        })
    });
    let data = &fits.prepared.dataset.data;
    json!({
        "experiment": experiment.name,
        "command": command,
        "hntf": env!("CARGO_PKG_VERSION"),
        "configuration": Configuration::of(experiment, file),
        "dataset": {
            "kind": experiment.dataset.kind,
            "parameters": experiment.dataset.parameters,
            "shape": data.shape(),
            "norm": data.squared_norm().sqrt(),
        },
        "ranks": experiment.ranks,
        "methods": methods.collect::<Vec<Value>>(),
        "figures": figures,
    })
}
