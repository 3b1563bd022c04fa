//! The finished fits of a run that has not ended: one line of JSON each, in a file named after
//! everything the result depends on; and beside it the topics of trials that are to be compared.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use hntf_tensor::Matrix;
use hntf_tensor::npy::{read_npy, write_npy};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{FitSummary, lock};
use crate::config::Prepared;
use crate::rank_choice::LayerTopics;
use crate::{Cell, HarnessError};

/// One fit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) summary: FitSummary,
    pub(super) cells: Vec<Cell>,
}

impl Line {
    pub(super) fn key(&self) -> (String, u32) {
        (self.summary.method.clone(), self.summary.trial)
    }
}

/// The file of a run.
pub(super) struct Partial {
    path: PathBuf,
    content: String,
    file: Mutex<File>,
}

impl Partial {
    pub(super) fn open(folder: &Path, prepared: &Prepared<'_>) -> Result<Self, HarnessError> {
        let path = path(folder, prepared);
        let refuse = |source| HarnessError::Write {
            path: path.clone(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(|source| HarnessError::Write {
            path: folder.to_path_buf(),
            source,
        })?;
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(refuse)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(refuse)?;
        let content = String::from_utf8_lossy(&bytes).into_owned();
        // A line cut short by a crash must not swallow the next one.
        if !content.is_empty() && !content.ends_with('\n') {
            file.write_all(b"\n").map_err(refuse)?;
        }
        Ok(Self {
            path,
            content,
            file: Mutex::new(file),
        })
    }

    /// What an earlier run left; lines that cannot be read are fitted again, and so are failures.
    pub(super) fn lines(&self) -> Vec<Line> {
        let readable = self
            .content
            .lines()
            .filter_map(|l| serde_json::from_str::<Line>(l).ok());
        readable.filter(|l| !l.summary.failed).collect()
    }

    /// Keeps the topics of a fit, before its line says that it is finished.
    pub(super) fn keep_topics(
        &self,
        (method, trial): (usize, u32),
        layers: &[LayerTopics],
    ) -> Result<(), HarnessError> {
        let mut values = Vec::new();
        for layer in layers {
            values.push(f64::from(u8::from(layer.terms)));
            layer
                .topics
                .iter()
                .for_each(|t| values.extend_from_slice(t.as_slice()));
        }
        let path = topics_path(&self.path, method, trial);
        let written = write_npy(&path, &[values.len()], &values);
        written.map_err(|error| HarnessError::Write {
            path,
            source: std::io::Error::other(error),
        })
    }

    /// The topics an earlier run kept of a fit; `None` if they cannot be read: it is fitted again.
    pub(super) fn topics(
        &self,
        (method, trial): (usize, u32),
        ranks: &[usize],
        shape: &[usize],
    ) -> Option<Vec<LayerTopics>> {
        let values = read_npy(&topics_path(&self.path, method, trial))
            .ok()?
            .values;
        let of_layer = |rank: &usize| 1 + rank * shape.iter().sum::<usize>();
        if values.len() != ranks.iter().map(of_layer).sum::<usize>() {
            return None;
        }
        let mut rest = &values[..];
        let mut take = |len: usize| {
            let (taken, left) = rest.split_at(len);
            rest = left;
            taken
        };
        let layers = ranks.iter().map(|rank| LayerTopics {
            terms: take(1)[0] != 0.0,
            topics: shape
                .iter()
                .map(|n| Matrix::from_vec(*n, *rank, take(n * rank).to_vec()))
                .collect(),
        });
        Some(layers.collect())
    }

    pub(super) fn append(&self, line: &Line) -> Result<(), HarnessError> {
        let refuse = |source| HarnessError::Write {
            path: self.path.clone(),
            source,
        };
        let mut text = serde_json::to_string(line).map_err(|e| refuse(e.into()))?;
        text.push('\n');
        lock(&self.file).write_all(text.as_bytes()).map_err(refuse)
    }
}

/// Removes the file of a run that has been written; a file that stays does no harm.
pub(super) fn forget(folder: &Path, prepared: &Prepared<'_>) {
    let path = path(folder, prepared);
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&format!("{stem}-")) && name.ends_with(".npy") {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    let _ = std::fs::remove_file(path);
    // Succeeds only when no other run has left anything.
    let _ = std::fs::remove_dir(folder);
}

/// Beside the record, by the number of the method, whose id may be no name of a file.
fn topics_path(record: &Path, method: usize, trial: u32) -> PathBuf {
    let stem = record.file_stem().unwrap_or_default().to_string_lossy();
    record.with_file_name(format!("{stem}-{method}-{trial}.npy"))
}

/// The name carries a digest of the configuration, the program and the data, so that what is found
/// under it is what would be computed again. The data enters by shape, norm and sum.
fn path(folder: &Path, prepared: &Prepared<'_>) -> PathBuf {
    let data = &prepared.dataset.data;
    let mut digest = Sha256::new();
    digest.update(prepared.experiment.source_text());
    digest.update(program());
    let numbers = [data.squared_norm(), data.sum()].map(f64::to_bits);
    digest.update(format!("{:?} {numbers:?}", data.shape()));
    let hex: String = digest
        .finalize()
        .iter()
        .take(8)
        .map(|b| format!("{b:02x}"))
        .collect();
    folder.join(format!("{}-{hex}.jsonl", prepared.experiment.name))
}

/// What tells one build of the program from another: after a change of code nothing that an older
/// build computed is used.
fn program() -> String {
    let build = std::env::current_exe().and_then(std::fs::metadata);
    let build = build.map(|m| (m.len(), m.modified().ok()));
    format!("{} {build:?}", env!("CARGO_PKG_VERSION"))
}
