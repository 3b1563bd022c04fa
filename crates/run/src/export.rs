//! A fit as files that other programs read, and back.
//!
//! | file | content |
//! |---|---|
//! | `fit.json` | the model with its parameters, the data it was fitted to, and which array is what |
//! | `layer-L-mode-M.npy` … | the arrays (see [`archive`](crate::archive)) |
//! | `fit.npz` | the same arrays in one file |
//! | `names-mode-M.npy` | names of the items of a mode, where they have any |
//! | `text.json` | how texts became words, of fits to documents |

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use hntf_experiment::registry::{MODELS, model};
use hntf_models::{Hierarchy, Model};
use hntf_tensor::npy::{read_npy_strings, write_npy, write_npy_strings};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::archive::{Layout, pack, unpack};
use crate::arrays::{read_arrays, write_arrays};
use crate::error::RunError;
use crate::fits::Fits;

/// The layout of `fit.json`.
const FORMAT: u32 = 1;
const FIT: &str = "fit.json";
const ARCHIVE: &str = "fit.npz";

/// `fit.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Description {
    /// The version of this file.
    pub format: u32,
    /// The program that wrote it.
    pub hntf: String,
    /// The experiment.
    pub experiment: String,
    /// The method's id and name.
    pub method: String,
    /// Its name.
    pub label: String,
    /// The trial.
    pub trial: u32,
    /// The model.
    pub model: String,
    /// All parameters of the model.
    pub parameters: toml::Table,
    /// What the data are called.
    pub data: String,
    /// Their shape.
    pub shape: Vec<usize>,
    /// The modes.
    pub modes: Vec<Mode>,
    /// Classes that a classifier tells apart, from fine to coarse.
    pub classes: Vec<Vec<String>>,
    /// Every measured value: layer, metric, value.
    pub cells: Vec<(usize, String, f64)>,
    /// Which array is what.
    pub layout: Layout,
}

/// A mode of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mode {
    /// What it is called.
    pub name: String,
    /// The file with the names of its items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<String>,
}

/// A fit that was exported.
pub struct Exported {
    /// What it says of itself.
    pub description: Description,
    /// Its factors and relations.
    pub hierarchy: Hierarchy,
    /// Its model.
    pub model: Box<dyn Model>,
    /// Names of the items of every mode.
    pub items: Vec<Option<Vec<String>>>,
}

/// Why files are no exported fit.
#[derive(Debug, Error)]
pub enum ExportError {
    /// They are not there.
    #[error("{}: cannot be read ({source}): name a folder with {FIT}, such as results/NAME/factors/METHOD, which `reproduce` and `run` write", path.display())]
    Absent {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// They are of another version, damaged, or something else.
    #[error("{}: {reason}: write the fit again with cargo xtask export", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Writes a fit into a folder, which must exist.
///
/// # Errors
/// A fit that cannot be read, files that cannot be written.
pub fn export(
    fits: &Fits<'_>,
    method: usize,
    trial: u32,
    folder: &Path,
) -> Result<(), ExportFailure> {
    let (experiment, dataset) = (fits.prepared.experiment, &fits.prepared.dataset);
    let of = &experiment.methods[method];
    let hierarchy = fits.hierarchy(method, trial)?;
    let (layout, arrays) = pack(&hierarchy);
    let mut modes = Vec::new();
    for (m, name) in dataset.mode_names.iter().enumerate() {
        let items = dataset.items.get(m).and_then(Option::as_ref);
        let file = items.map(|_| format!("names-mode-{m}.npy"));
        if let (Some(items), Some(file)) = (items, &file) {
            write_npy_strings(&folder.join(file), items).map_err(io::Error::other)?;
        }
        let (name, items) = (name.clone(), file);
        modes.push(Mode { name, items });
    }
    for (name, array) in &arrays {
        let path = folder.join(format!("{name}.npy"));
        write_npy(&path, &array.shape, &array.values).map_err(io::Error::other)?;
    }
    write_arrays(&folder.join(ARCHIVE), &arrays)?;
    let cells = fits.record.cells().iter();
    let cells = cells.filter(|c| (&c.method, c.trial) == (&of.id, trial));
    let classes = dataset.labels.iter().map(|set| set.classes.clone());
    let description = Description {
        format: FORMAT,
        hntf: env!("CARGO_PKG_VERSION").to_owned(),
        experiment: experiment.name.clone(),
        method: of.id.clone(),
        label: of.label.clone(),
        trial,
        model: of.model.kind.to_owned(),
        parameters: of.model.parameters.clone(),
        data: dataset.data_name.clone(),
        shape: dataset.data.shape().to_vec(),
        modes,
        classes: classes.collect(),
        cells: cells
            .map(|c| (c.layer, c.metric.clone(), c.value))
            .collect(),
        layout,
    };
    write_json(&folder.join(FIT), &description)?;
    Ok(())
}

/// Why a fit was not exported.
#[derive(Debug, Error)]
pub enum ExportFailure {
    /// It cannot be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A file that cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    fs::write(path, text + "\n")
}

/// Reads what [`export`] wrote.
///
/// # Errors
/// Files that are missing, damaged, or of another version.
pub fn read_export(folder: &Path) -> Result<Exported, ExportError> {
    let path = folder.join(FIT);
    let description: Description = read_json(&path)?;
    let unreadable = |path: &Path, reason: String| ExportError::Unreadable {
        path: path.to_path_buf(),
        reason,
    };
    if description.format != FORMAT {
        let found = description.format;
        let reason = format!("of layout {found}, this program knows {FORMAT}");
        return Err(unreadable(&path, reason));
    }
    let Some(entry) = MODELS.iter().find(|e| e.id == description.model) else {
        let reason = format!("of the model `{}`, which is not known", description.model);
        return Err(unreadable(&path, reason));
    };
    let model = model(entry, &description.parameters);
    let model = model.map_err(|e| unreadable(&path, e.to_string()))?;
    let archive = folder.join(ARCHIVE);
    File::open(&archive).map_err(|source| ExportError::Absent {
        path: archive.clone(),
        source,
    })?;
    let arrays = read_arrays(&archive).map_err(|reason| unreadable(&archive, reason))?;
    let hierarchy = unpack(&description.layout, &arrays);
    let hierarchy = hierarchy.map_err(|reason| unreadable(&archive, reason))?;
    let items = description.modes.iter().map(|mode| {
        let file = mode.items.as_ref().map(|file| folder.join(file));
        let names =
            file.map(|file| read_npy_strings(&file).map_err(|e| unreadable(&file, e.to_string())));
        names.transpose()
    });
    let items = items.collect::<Result<Vec<_>, _>>()?;
    Ok(Exported {
        description,
        hierarchy,
        model,
        items,
    })
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, ExportError> {
    let text = fs::read_to_string(path).map_err(|source| ExportError::Absent {
        path: path.to_path_buf(),
        source,
    })?;
    serde_json::from_str(&text).map_err(|e| ExportError::Unreadable {
        path: path.to_path_buf(),
        reason: e.to_string(),
    })
}
