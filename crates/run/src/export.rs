//! A fit as files that other programs read, and back.
//!
//! | file | content |
//! |---|---|
//! | `fit.json` | the model with its parameters, the data it was fitted to, and which array is what |
//! | `layer-L-mode-M.npy` … | the arrays (see [`archive`](crate::archive)) |
//! | `fit.npz` | the same arrays and names in one file |
//! | `names-mode-M.npy` | names of the items of a mode, where they have any |
//! | `text.json` | how texts became words, of fits to documents |

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hntf_datasets::text::FittedText;
use hntf_experiment::known_labels;
use hntf_experiment::registry::{MODELS, model};
use hntf_models::{Hierarchy, Model};
use hntf_tensor::Tensor;
use hntf_tensor::npy::{NpyError, read_npy_strings, write_npy, write_npy_strings};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::archive::{Layout, pack, unpack};
use crate::arrays::{Names, read_arrays, write_arrays};
use crate::error::RunError;
use crate::fits::Fits;

/// The layout of `fit.json`.
const FORMAT: u32 = 1;
const FIT: &str = "fit.json";
const ARCHIVE: &str = "fit.npz";
const TEXT: &str = "text.json";

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
    /// The file that says how documents became the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Sets of classes that fits could learn, from fine to coarse.
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
    /// How documents became the data, of fits to documents.
    pub text: Option<FittedText>,
}

impl Exported {
    /// The classes that the classifier of a layer tells apart; `None` if it has none.
    pub fn classes(&self, layer: usize) -> Option<&[String]> {
        let classifier = self.hierarchy.layers[layer].classifier.as_ref()?;
        let sets = &self.description.classes;
        let classes = sets.get(layer).or(sets.last())?;
        (classes.len() == classifier.rows()).then_some(classes)
    }
}

/// Why files are no exported fit.
#[derive(Debug, Error)]
pub enum ExportError {
    /// They are not there.
    #[error("{}: cannot be read ({source}): name a folder with {FIT}, {}", path.display(), such_as(near))]
    Absent {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
        /// Fits in folders below.
        near: Vec<PathBuf>,
    },
    /// Names that cannot be read.
    #[error(transparent)]
    Names(#[from] NpyError),
    /// They are of another version, damaged, or something else.
    #[error("{}: {reason}: the fit is damaged or of another version; write it again with cargo xtask export", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

fn such_as(near: &[PathBuf]) -> String {
    let near: Vec<String> = near.iter().map(|p| p.display().to_string()).collect();
    match near.is_empty() {
        true => "such as results/NAME/factors/METHOD, which `reproduce` and `run` write".to_owned(),
        false => format!("here {}", near.join(" or ")),
    }
}

/// The fits of a folder of results, or of its factors.
fn fits_below(folder: &Path) -> Vec<PathBuf> {
    let entries = [folder.to_path_buf(), folder.join("factors")];
    let entries = entries.iter().flat_map(fs::read_dir).flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.retain(|path| path.join(FIT).exists());
    found.sort_unstable();
    found
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
    let items = dataset.items.iter().enumerate();
    let items = items.filter_map(|(m, items)| Some((format!("names-mode-{m}"), items.as_ref()?)));
    let named: Vec<(String, &Vec<String>)> = items.collect();
    for (name, items) in &named {
        let path = folder.join(format!("{name}.npy"));
        write_npy_strings(&path, items).map_err(io::Error::other)?;
    }
    let modes = dataset.mode_names.iter().enumerate().map(|(m, mode)| {
        let name = format!("names-mode-{m}");
        let file = named.iter().find(|(known, _)| *known == name);
        Mode {
            name: mode.clone(),
            items: file.map(|_| format!("{name}.npy")),
        }
    });
    let modes = modes.collect();
    for (name, array) in &arrays {
        let path = folder.join(format!("{name}.npy"));
        write_npy(&path, &array.shape, &array.values).map_err(io::Error::other)?;
    }
    let names: Vec<Names<'_>> = named
        .iter()
        .map(|(name, items)| (&**name, &***items))
        .collect();
    write_arrays(&folder.join(ARCHIVE), &arrays, &names)?;
    let cells = fits.record.cells().iter();
    let cells = cells.filter(|c| (&c.method, c.trial) == (&of.id, trial));
    if let Some(text) = &dataset.text {
        write_json(&folder.join(TEXT), text)?;
    }
    // Those of which fits know nothing are passed over by them, too.
    let sets = dataset.labels.iter();
    let sets = sets.filter(|set| known_labels(set).is_some());
    let classes = sets.map(|set| set.classes.clone());
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
        text: dataset.text.as_ref().map(|_| TEXT.to_owned()),
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
    let read = fs::read_to_string(&path);
    let text = read.map_err(|source| ExportError::Absent {
        path: path.clone(),
        source,
        near: fits_below(folder),
    })?;
    let description = describe(&text).map_err(unreadable(&path))?;
    let entry = MODELS.iter().find(|e| e.id == description.model);
    let entry = entry.ok_or_else(|| {
        let reason = format!("of the model `{}`, which is not known", description.model);
        unreadable(&path)(reason)
    })?;
    let model = model(entry, &description.parameters);
    let model = model.map_err(|e| unreadable(&path)(e.to_string()))?;
    let archive = folder.join(ARCHIVE);
    let arrays = read_arrays(&archive).map_err(unreadable(&archive))?;
    let hierarchy = unpack(&description.layout, &arrays);
    let hierarchy = hierarchy.map_err(unreadable(&archive))?;
    let checked = hierarchy.check().map_err(|e| e.to_string());
    checked.map_err(unreadable(&archive))?;
    let shape = hierarchy.layers[0].approximation.shape();
    if description.shape != shape || description.modes.len() != shape.len() {
        let reason = "shape and modes are not those of the arrays".to_owned();
        return Err(unreadable(&path)(reason));
    }
    let items = description.modes.iter().zip(shape).map(|(mode, size)| {
        let file = mode.items.as_ref().map(|file| folder.join(file));
        file.map(|file| names(&file, *size)).transpose()
    });
    let items = items.collect::<Result<Vec<_>, _>>()?;
    let text = description.text.as_ref().map(|file| folder.join(file));
    let text = text.map(|file| fitted_text(&file, shape)).transpose()?;
    Ok(Exported {
        description,
        hierarchy,
        model,
        items,
        text,
    })
}

/// Blames a file for a reason.
fn unreadable(path: &Path) -> impl Fn(String) -> ExportError + use<> {
    let path = path.to_path_buf();
    move |reason| ExportError::Unreadable {
        path: path.clone(),
        reason,
    }
}

/// What only says of which version a description is.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

/// What a file describes; another version is not read for what it does not say.
fn describe(text: &str) -> Result<Description, String> {
    let version: Version = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if version.format != FORMAT {
        let found = version.format;
        return Err(format!("of layout {found}, this program knows {FORMAT}"));
    }
    serde_json::from_str(text).map_err(|e| e.to_string())
}

/// The names of the items of a mode.
fn names(path: &Path, size: usize) -> Result<Vec<String>, ExportError> {
    let names = read_npy_strings(path)?;
    if names.len() == size {
        return Ok(names);
    }
    let found = names.len();
    Err(unreadable(path)(format!(
        "{found} names for a mode of {size}"
    )))
}

/// How documents became data of that shape.
fn fitted_text(path: &Path, shape: &[usize]) -> Result<FittedText, ExportError> {
    let text = fs::read_to_string(path).map_err(|e| unreadable(path)(e.to_string()))?;
    let text: FittedText =
        serde_json::from_str(&text).map_err(|e| unreadable(path)(e.to_string()))?;
    let words = text.vectorizer.vocabulary().len();
    if shape.get(text.mode) == Some(&words) {
        return Ok(text);
    }
    let reason = format!("its {words} words are not those of the factors");
    Err(unreadable(path)(reason))
}
