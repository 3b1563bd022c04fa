//! A tensor from a file of the user's.

use std::path::PathBuf;

use hntf_tensor::npy::read_npy;
use hntf_tensor::{DenseTensor, Tensor};
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
        if array.values.is_empty() {
            let shape = array.shape;
            return Err(DatasetError::Empty { path, shape });
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
        let norm = tensor.squared_norm().sqrt();
        if !(norm > 0.0 && norm.is_finite()) {
            return Err(DatasetError::Norm { path, norm });
        }
        let mode_names = if self.modes.is_empty() {
            (1..=order).map(|m| format!("mode {m}")).collect()
        } else {
            self.modes.clone()
        };
        Ok(Dataset::new(Box::new(tensor), "data", mode_names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_tensor::npy::write_npy;

    fn load(shape: &[usize], values: &[f64], modes: &[&str]) -> Result<Dataset, DatasetError> {
        let folder = tempfile::tempdir().unwrap();
        write_npy(&folder.path().join("x.npy"), shape, values).unwrap();
        let file = TensorFile {
            path: PathBuf::from("x.npy"),
            modes: modes.iter().map(|m| (*m).to_owned()).collect(),
        };
        file.load(&Places {
            base: folder.path().to_path_buf(),
            ..Places::default()
        })
    }

    #[test]
    fn a_path_starts_from_the_configurations_folder() {
        let dataset = load(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[]).unwrap();
        assert_eq!(dataset.data.shape(), [2, 3]);
        assert_eq!(dataset.data.squared_norm(), 91.0);
        assert_eq!(dataset.mode_names, ["mode 1", "mode 2"]);
        assert!(dataset.reference.is_none() && dataset.truth.is_empty());
        assert_eq!(dataset.reference().squared_norm(), 91.0);
    }

    #[test]
    fn modes_take_the_names_given() {
        let dataset = load(&[2, 2], &[1.0; 4], &["word", "week"]).unwrap();
        assert_eq!(dataset.mode_names, ["word", "week"]);
        let refused = load(&[2, 2], &[1.0; 4], &["word"]).err().unwrap();
        assert!(
            refused.to_string().contains("modes = [\"word\"]"),
            "{refused}"
        );
    }

    #[test]
    fn what_cannot_be_factorized_is_refused() {
        assert!(matches!(
            load(&[4, 0], &[], &[]),
            Err(DatasetError::Empty { .. })
        ));
        assert!(matches!(
            load(&[4], &[1.0; 4], &[]),
            Err(DatasetError::Order { order: 1, .. })
        ));
        for value in [f64::NAN, f64::INFINITY, -1.0] {
            let refused = load(&[2, 2], &[1.0, 1.0, value, 1.0], &[]).err().unwrap();
            assert!(refused.to_string().contains("entry [1, 0]"), "{refused}");
        }
        assert!(matches!(
            load(&[2, 2], &[0.0; 4], &[]),
            Err(DatasetError::Content { .. })
        ));
        assert!(matches!(
            load(&[2, 2], &[1e200; 4], &[]),
            Err(DatasetError::Norm { .. })
        ));
        assert!(matches!(
            load(&[2, 2], &[1e-200; 4], &[]),
            Err(DatasetError::Norm { .. })
        ));
    }
}
