//! A tensor from a file of the user's.

use std::path::PathBuf;

use hntf_tensor::DenseTensor;
use hntf_tensor::npy::read_npy;
use serde::{Deserialize, Serialize};

use crate::{About, Dataset, DatasetError, NamedSource, Places, Source};

/// Any nonnegative array of order ≥ 2 in NumPy's `.npy` format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TensorFile {
    /// The file; a relative path starts from the folder of the configuration.
    pub path: PathBuf,
    /// What the modes are called; "mode 1", "mode 2", … if empty.
    #[serde(default)]
    pub modes: Vec<String>,
}

impl NamedSource for TensorFile {
    const ABOUT: About = About {
        id: "file",
        summary: "a nonnegative .npy array of order 2 or more",
        citation: "your own data",
    };
}

impl Source for TensorFile {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        let path = places.resolve(&self.path);
        let array = read_npy(&path)?;
        let order = array.shape.len();
        if order < 2 {
            return Err(DatasetError::Order {
                path,
                order,
                shape: array.shape,
            });
        }
        if !self.modes.is_empty() && self.modes.len() != order {
            return Err(DatasetError::Parameter {
                parameter: "modes",
                found: format!("{:?}", self.modes),
                expected: "one name per mode of the file is needed, or none",
            });
        }
        let content = |source| DatasetError::Content {
            path: path.clone(),
            source,
        };
        let tensor = DenseTensor::new(array.shape, array.values).map_err(content)?;
        tensor.check_nonnegative().map_err(content)?;
        let mode_names = if self.modes.is_empty() {
            (1..=order).map(|m| format!("mode {m}")).collect()
        } else {
            self.modes.clone()
        };
        Ok(Dataset {
            data: Box::new(tensor),
            data_name: "data".to_owned(),
            reference: None,
            mode_names,
            truth: Vec::new(),
        })
    }
}
