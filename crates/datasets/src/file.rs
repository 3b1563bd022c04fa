//! A tensor from a file of the user's.

use std::path::{Path, PathBuf};

use hntf_tensor::npy::read_npy;
use hntf_tensor::{DenseTensor, Incomplete, Mask, Tensor, TensorError};
use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

use crate::corpus::a_quarter;
use crate::named::{classes, items, mode_names};
use crate::{About, Dataset, DatasetError, Field, NamedSource, Places, Source, hidden};

parameters! {
    /// Any nonnegative array of order ≥ 2 in NumPy's `.npy` format, of which entries may be missing.
    /// What stands at a missing entry is not looked at.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    pub struct TensorFile {
        /// The file; a relative path starts from the folder of the configuration.
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
        /// What marks an entry of the array as missing; nothing does if it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub missing: Option<Missing>,
        /// An array of the same shape, with 1 where an entry is known and 0 where it is hidden.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mask: Option<PathBuf>,
    }
}

impl TensorFile {
    /// All defaults, for a file.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            modes: Vec::new(),
            items: Vec::new(),
            labels: None,
            hold_out: a_quarter(),
            missing: None,
            mask: None,
        }
    }
}

impl Default for TensorFile {
    fn default() -> Self {
        Self::new(PathBuf::new())
    }
}

/// A mark of missing entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// NaN.
    Nan,
}

impl TensorFile {
    /// Whether each entry is known, row-major.
    fn observed(
        &self,
        path: &Path,
        shape: &[usize],
        values: &[f64],
        places: &Places,
    ) -> Result<Vec<bool>, DatasetError> {
        let marked = |x: &f64| self.missing == Some(Missing::Nan) && x.is_nan();
        let mut observed: Vec<_> = values.iter().map(|x| !marked(x)).collect();
        let (mut key, mut blamed) = ("missing", path.to_path_buf());
        if let Some(mask) = &self.mask {
            (key, blamed) = ("mask", places.resolve(mask));
            for (known, flag) in observed.iter_mut().zip(read_mask(&blamed, shape)?) {
                *known &= flag;
            }
        }
        let count = |counted: &dyn Fn(f64, bool) -> bool| {
            let entries = values.iter().zip(&observed);
            entries.filter(|(x, known)| counted(**x, **known)).count()
        };
        let known = count(&|_, known| known);
        if known == 0 {
            return Err(DatasetError::AllHidden { key, path: blamed });
        }
        if known < values.len() && count(&|x, known| known && x != 0.0) == 0 {
            return Err(DatasetError::KnownZero {
                key,
                path: blamed,
                known,
                hidden: count(&|x, known| !known && x != 0.0 && !x.is_nan()),
            });
        }
        Ok(observed)
    }
}

/// A mask of the shape of the data, row-major.
fn read_mask(path: &Path, shape: &[usize]) -> Result<impl Iterator<Item = bool>, DatasetError> {
    let mask = read_npy(path)?;
    if mask.shape != shape {
        return Err(DatasetError::MaskShape {
            path: path.to_owned(),
            found: mask.shape,
            expected: shape.to_vec(),
        });
    }
    if let Some(at) = mask.values.iter().position(|x| *x != 0.0 && *x != 1.0) {
        return Err(DatasetError::MaskValue {
            path: path.to_owned(),
            index: index_of(at, shape),
            value: mask.values[at],
        });
    }
    Ok(mask.values.into_iter().map(|x| x == 1.0))
}

fn index_of(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, n) in index.iter_mut().zip(shape).rev() {
        *i = at % n;
        at /= n;
    }
    index
}

impl NamedSource for TensorFile {
    const ABOUT: About = About {
        id: "file",
        summary: "a nonnegative .npy array of order 2 or more, entries may be missing",
        citation: "your own data",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    fn with_defaults() -> Self {
        Self::default()
    }
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
        let mode_names = mode_names(&self.modes, order)?;
        let find = |_: &'static str, file: &Path| Ok(places.resolve(file));
        let items = items(&self.items, &array.shape, &find)?;
        let last = array.shape[order - 1];
        let classes = classes(self.labels.as_ref(), self.hold_out, last, &find)?;
        let content = |source| match source {
            TensorError::NotFinite { index, value } if value.is_nan() => {
                let path = path.clone();
                DatasetError::Nan { path, index }
            }
            source => DatasetError::Content {
                path: path.clone(),
                source,
            },
        };
        let (shape, mut values) = (array.shape, array.values);
        let observed = self.observed(&path, &shape, &values, places)?;
        for (x, _) in values.iter_mut().zip(&observed).filter(|(_, o)| !**o) {
            *x = 0.0;
        }
        let tensor = DenseTensor::new(shape.clone(), values).map_err(content)?;
        tensor.check_nonnegative().map_err(content)?;
        let norm = tensor.squared_norm().sqrt();
        if !(norm > 0.0 && norm.is_finite()) {
            return Err(DatasetError::Norm { path, norm });
        }
        let mut notes = hidden::notes(&shape, &observed, &mode_names, &items);
        let data: Box<dyn Tensor> = if notes.is_empty() {
            Box::new(tensor)
        } else {
            let mask = Mask::from_flags(shape, &observed).map_err(content)?;
            Box::new(Incomplete::dense(tensor, mask).map_err(content)?)
        };
        notes.extend(classes.notes);
        Ok(Dataset {
            items,
            labels: classes.sets,
            notes,
            ..Dataset::new(data, "data", mode_names)
        })
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
            ..TensorFile::default()
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

    /// A 2 × 3 array with a mask, whose shape and values are given, or without.
    fn load_incomplete(
        values: &[f64],
        missing: Option<Missing>,
        mask: Option<(&[usize], &[f64])>,
    ) -> Result<Dataset, DatasetError> {
        let folder = tempfile::tempdir().unwrap();
        write_npy(&folder.path().join("x.npy"), &[2, 3], values).unwrap();
        if let Some((shape, values)) = mask {
            write_npy(&folder.path().join("mask.npy"), shape, values).unwrap();
        }
        let file = TensorFile {
            path: PathBuf::from("x.npy"),
            missing,
            mask: mask.map(|_| PathBuf::from("mask.npy")),
            ..TensorFile::default()
        };
        file.load(&Places {
            base: folder.path().to_path_buf(),
            ..Places::default()
        })
    }

    #[test]
    fn nan_and_a_mask_each_hide_entries_and_both_together() {
        let nan = f64::NAN;
        let mask: (&[usize], &[f64]) = (&[2, 3], &[1.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
        for (values, missing, mask, sum, observed) in [
            (
                [1.0, 2.0, 4.0, nan, 8.0, 16.0],
                Some(Missing::Nan),
                None,
                31.0,
                5,
            ),
            ([1.0, -2.0, 4.0, 5.0, 8.0, 16.0], None, Some(mask), 34.0, 5),
            (
                [1.0, nan, 4.0, nan, 8.0, 16.0],
                Some(Missing::Nan),
                Some(mask),
                29.0,
                4,
            ),
            // A NaN behind the mask is not looked at.
            ([1.0, nan, 4.0, 5.0, 8.0, 16.0], None, Some(mask), 34.0, 5),
        ] {
            let dataset = load_incomplete(&values, missing, mask).unwrap();
            let known = dataset.data.mask().and_then(Mask::observed);
            assert_eq!((dataset.data.sum(), known), (sum, Some(observed)));
            let note = format!("{} of 6 entries are hidden", 6 - observed);
            assert!(dataset.notes[0].starts_with(&note), "{:?}", dataset.notes);
        }
    }

    #[test]
    fn a_mask_that_hides_nothing_leaves_the_data_dense() {
        let mask: (&[usize], &[f64]) = (&[2, 3], &[1.0; 6]);
        let dataset = load_incomplete(&[1.0; 6], Some(Missing::Nan), Some(mask)).unwrap();
        assert!(dataset.data.mask().is_none() && dataset.notes.is_empty());
    }

    #[test]
    fn bad_masks_are_refused_by_file_and_place() {
        let refused = |values: &[f64], missing, mask| {
            load_incomplete(values, missing, mask)
                .err()
                .unwrap()
                .to_string()
        };
        let ones = [1.0; 6];
        let message = refused(&ones, None, Some((&[3, 2], &ones)));
        assert!(message.contains("mask.npy"), "{message}");
        assert!(
            message.contains("shape [3, 2] for data of shape [2, 3]"),
            "{message}"
        );
        let message = refused(
            &ones,
            None,
            Some((&[2, 3], &[1.0, 1.0, 1.0, 0.0, 0.5, 1.0])),
        );
        assert!(
            message.contains("mask.npy: entry [1, 1] of the mask is 0.5"),
            "{message}"
        );
        let message = refused(&ones, None, Some((&[2, 3], &[0.0; 6])));
        assert!(
            message.contains("mask.npy: all entries are hidden"),
            "{message}"
        );
        let message = refused(&[f64::NAN; 6], Some(Missing::Nan), None);
        assert!(
            message.contains("x.npy: all entries are hidden"),
            "{message}"
        );
        let nan = [1.0, 1.0, f64::NAN, 1.0, 1.0, 1.0];
        let message = refused(&nan, None, None);
        assert!(
            message.contains("entry [0, 2] is NaN: set missing = \"nan\""),
            "{message}"
        );
        let infinite = [1.0, 1.0, f64::INFINITY, 1.0, 1.0, 1.0];
        let message = refused(&infinite, Some(Missing::Nan), None);
        assert!(message.contains("entry [0, 2] is inf"), "{message}");
        let zero = [0.0, 0.0, f64::NAN, 0.0, 0.0, 0.0];
        let message = refused(&zero, Some(Missing::Nan), None);
        let expected =
            "x.npy: the 5 entries that are known are all zero: there is nothing to factorize";
        assert!(message.ends_with(expected), "{message}");
        // Ones where the entries are hidden: the wrong way round.
        let values = [3.0, 0.0, 0.0, 2.0, 0.0, 0.0];
        let inverted = [0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
        let message = refused(&values, None, Some((&[2, 3], &inverted)));
        let expected = "mask.npy: the 4 entries that are known are all zero, and 2 of the hidden ones are \
                        not: a 1 in the mask marks an entry that is known, so exchange ones and zeros if \
                        they mean the contrary";
        assert!(message.ends_with(expected), "{message}");
        let absent = TensorFile {
            path: PathBuf::from("x.npy"),
            mask: Some(PathBuf::from("none.npy")),
            ..TensorFile::default()
        };
        let folder = tempfile::tempdir().unwrap();
        write_npy(&folder.path().join("x.npy"), &[2, 3], &ones).unwrap();
        let places = Places {
            base: folder.path().to_path_buf(),
            ..Places::default()
        };
        let message = absent.load(&places).err().unwrap().to_string();
        assert!(message.contains("none.npy"), "{message}");
    }
}
