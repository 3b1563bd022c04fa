//! A sparse tensor from a FROSTT file.

use std::path::{Path, PathBuf};

use hntf_tensor::coordinates::{Duplicates, read_tns};
use hntf_tensor::{SparseTensor, Tensor};
use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

use crate::{About, Dataset, DatasetError, Field, NamedSource, Places, Source};

parameters! {
    /// A sparse nonnegative tensor of order 2 or more, and what its indices are called.
    ///
    /// A line of the file is one entry: an index per mode, counted from 1, and the value. Entries at the
    /// same place are added up. Relative paths are tried in the data folders first, then from the folder
    /// of the configuration.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    pub struct TnsFile {
        /// The `.tns` or `.tns.gz` file.
        pub path: PathBuf,
        /// What the modes are called; "mode 1", "mode 2", … if empty.
        #[serde(default)]
        pub modes: Vec<String>,
        /// A text file per mode with the name of an index a line; "" for a mode without names. Default:
        /// no names.
        #[serde(default)]
        pub items: Vec<PathBuf>,
    }
}

impl NamedSource for TnsFile {
    const ABOUT: About = About {
        id: "tns",
        summary: "a sparse nonnegative tensor in FROSTT's .tns format, of order 2 or more",
        citation: "your own data; frostt.io for public ones",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    fn with_defaults() -> Self {
        Self {
            path: PathBuf::new(),
            modes: Vec::new(),
            items: Vec::new(),
        }
    }
}

impl Source for TnsFile {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        let path = places.find_or_resolve("path", &self.path)?;
        let coordinates = read_tns(&path, None, Duplicates::Sum)?;
        let shape = coordinates.shape().to_vec();
        let order = shape.len();
        if order < 2 {
            return Err(DatasetError::Order { path, order, shape });
        }
        let content = |source| DatasetError::Content {
            path: path.clone(),
            source,
        };
        let tensor = SparseTensor::new(coordinates).map_err(content)?;
        tensor.check_not_zero().map_err(content)?;
        let norm = tensor.squared_norm().sqrt();
        if !(norm > 0.0 && norm.is_finite()) {
            return Err(DatasetError::Norm { path, norm });
        }
        let one_each = |parameter, found: String, given: usize| {
            if given == 0 || given == order {
                return Ok(());
            }
            let expected = "one per mode of the file is needed, or none";
            Err(DatasetError::Parameter {
                parameter,
                found,
                expected,
            })
        };
        one_each("modes", format!("{:?}", self.modes), self.modes.len())?;
        one_each("items", format!("{:?}", self.items), self.items.len())?;
        let mode_names = match self.modes.as_slice() {
            [] => (1..=order).map(|m| format!("mode {m}")).collect(),
            names => names.to_vec(),
        };
        let mut items = vec![None; order];
        for ((items, file), size) in items.iter_mut().zip(&self.items).zip(&shape) {
            if !file.as_os_str().is_empty() {
                *items = Some(names(&places.find_or_resolve("items", file)?, *size)?);
            }
        }
        let mut notes = vec![format!("{} nonzeros.", tensor.nnz())];
        if tensor.duplicates() > 0 {
            let note = "entries of the file stand where another one does and were added to it.";
            notes.push(format!("{} {note}", tensor.duplicates()));
        }
        Ok(Dataset {
            items,
            notes,
            ..Dataset::new(Box::new(tensor), "data", mode_names)
        })
    }
}

/// The lines of a file, one for each index of a mode.
fn names(path: &Path, size: usize) -> Result<Vec<String>, DatasetError> {
    let text = std::fs::read_to_string(path).map_err(|source| DatasetError::Vocabulary {
        path: path.to_owned(),
        source,
    })?;
    let names: Vec<String> = text.lines().map(str::to_owned).collect();
    if names.len() == size {
        return Ok(names);
    }
    Err(DatasetError::Names {
        path: path.to_owned(),
        found: names.len(),
        expected: size,
    })
}
