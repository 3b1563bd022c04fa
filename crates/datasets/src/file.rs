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
