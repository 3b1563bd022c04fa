//! One entry: what it says and how it is read and written.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use hntf_models::Hierarchy;
use serde::{Deserialize, Serialize};

use super::sealed;
use crate::archive::{Array, FIRST, Layout, Named, pack_compactly, unpack};
use crate::arrays::{read_arrays, write_arrays};
use crate::files::staged;

const ENTRY: &str = "entry.json";
pub(super) const ARRAYS: &str = "arrays.npz";

/// What an entry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A model in a trial.
    Fit,
    /// A first layer that fits share.
    FirstLayer,
    /// Errors at entries that a fit has not seen.
    HeldOut,
    /// What the trials of a method say of each other.
    Comparison,
}

impl Kind {
    /// In words, of so many.
    pub fn words(self, count: usize) -> String {
        let (one, more) = match self {
            Self::Fit => ("fit", "fits"),
            Self::FirstLayer => ("first layer", "first layers"),
            Self::HeldOut => ("held-out error", "held-out errors"),
            Self::Comparison => ("comparison of trials", "comparisons of trials"),
        };
        format!("{count} {}", if count == 1 { one } else { more })
    }
}

/// What an entry depends on, for its reader; its name is a digest of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct About {
    /// The model, or the settings of a first layer's solver.
    pub model: String,
    /// The revision of the model.
    pub revision: u32,
    /// The revision of the solvers.
    pub solvers: u32,
    /// All parameters, as TOML.
    pub parameters: String,
    /// The ranks of its layers.
    pub ranks: Vec<usize>,
    /// The seed.
    pub seed: u32,
    /// The variant.
    pub variant: usize,
    /// The digest of the data.
    pub data: String,
    /// The shape of the data.
    pub shape: Vec<usize>,
}

/// A measured value: trial, layer, metric, value.
pub type Value = (u32, usize, String, f64);

/// What was measured of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Measured {
    /// The digest of all that the measures depend on beside the fit.
    pub context: String,
    /// The metrics that were asked for beyond those of every fit.
    pub on_demand: Vec<String>,
    /// The values.
    pub values: Vec<Value>,
}

/// `entry.json` in memory.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) about: About,
    /// How long it took.
    pub(super) seconds: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) layout: Option<Layout>,
    /// The entry of the first layer whose arrays are this one's too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first_layer: Option<String>,
    /// The error that a first layer ended with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) measured: Option<Measured>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) values: Option<Vec<Value>>,
    #[serde(skip)]
    arrays: Vec<Named>,
}

impl Entry {
    pub(super) fn new(kind: Kind, about: About, seconds: f64) -> Self {
        Self {
            kind,
            about,
            seconds,
            layout: None,
            first_layer: None,
            error: None,
            measured: None,
            values: None,
            arrays: Vec::new(),
        }
    }

    pub(super) fn with(mut self, hierarchy: &Hierarchy, first: Option<&Hierarchy>) -> Self {
        let (layout, arrays) = pack_compactly(hierarchy, first);
        self.layout = Some(layout);
        self.arrays = arrays;
        self
    }

    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(folder.join(ENTRY)).map_err(|e| e.to_string())?;
        sealed::open(&text).map_err(|reason| format!("{ENTRY}: {reason}"))
    }

    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        if self.layout.is_some() {
            write_arrays(&folder.join(ARRAYS), &self.arrays, &[])?;
        }
        self.write_json(folder)
    }

    pub(super) fn write_json(&self, folder: &Path) -> io::Result<()> {
        let mut staged = staged(folder, ".tmp")?;
        io::Write::write_all(&mut staged, sealed::seal(self)?.as_bytes())?;
        staged.persist(folder.join(ENTRY))?;
        Ok(())
    }

    /// Its arrays.
    pub(super) fn arrays(&self, folder: &Path) -> Result<BTreeMap<String, Array>, String> {
        read_arrays(&folder.join(ARRAYS)).map_err(|reason| format!("{ARRAYS}: {reason}"))
    }

    /// Its hierarchy; `first` are the arrays of its first layer, if that is an entry of its own.
    pub(super) fn hierarchy(
        &self,
        folder: &Path,
        first: BTreeMap<String, Array>,
    ) -> Result<Hierarchy, String> {
        let layout = self.layout.as_ref().ok_or("it has no arrays")?;
        let mut arrays = self.arrays(folder)?;
        let shared = first.into_iter();
        arrays.extend(shared.map(|(name, array)| (format!("{FIRST}{name}"), array)));
        unpack(layout, &arrays)
    }
}
