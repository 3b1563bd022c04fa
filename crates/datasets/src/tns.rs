//! A sparse tensor from a FROSTT file.

use std::path::{Path, PathBuf};

use hntf_tensor::coordinates::{Duplicates, read_tns};
use hntf_tensor::{SparseTensor, Tensor};
use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

use crate::corpus::a_quarter;
use crate::named::{classes, items, mode_names};
use crate::{About, Dataset, DatasetError, Field, NamedSource, Places, Source};

parameters! {
    /// A sparse nonnegative tensor of order 2 or more, and what its indices are called.
    ///
    /// A line of the file is one entry: an index per mode, counted from 1, and the value. Entries at the
    /// same place are added up. Relative paths are tried in the data folders first, then from the folder
    /// of the configuration.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
        /// A file with the class of every index of the last mode: a text file has one a line, a CSV file
        /// a header and a column for each set of classes, the finest first. Default: no classes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub labels: Option<PathBuf>,
        /// The share of each class, its last indices, whose label is kept from the fit and used to
        /// measure accuracy. Default: 0.25.
        #[serde(default = "a_quarter")]
        pub hold_out: f64,
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
        Self::new(PathBuf::new())
    }
}

impl TnsFile {
    /// All defaults, for a file.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            modes: Vec::new(),
            items: Vec::new(),
            labels: None,
            hold_out: a_quarter(),
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
        let mode_names = mode_names(&self.modes, order)?;
        let find = |key, file: &Path| places.find_or_resolve(key, file);
        let items = items(&self.items, &shape, &find)?;
        let classes = classes(self.labels.as_ref(), self.hold_out, shape[order - 1], &find)?;
        let mut notes = vec![format!("{} nonzeros.", tensor.nnz())];
        if tensor.duplicates() > 0 {
            let note = "entries of the file stand where another one does and were added to it.";
            notes.push(format!("{} {note}", tensor.duplicates()));
        }
        notes.extend(classes.notes);
        Ok(Dataset {
            items,
            labels: classes.sets,
            notes,
            ..Dataset::new(Box::new(tensor), "data", mode_names)
        })
    }
}
