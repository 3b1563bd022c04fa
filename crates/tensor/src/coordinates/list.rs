//! Entries of a tensor as a list.

use crate::TensorError;

/// The most modes a sparse tensor may have.
pub(crate) const MOST_MODES: usize = 32;

/// What becomes of entries at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// The second one is an error that names the lines of both.
    #[default]
    Refuse,
    /// They are kept, to be added up and counted by [`crate::SparseTensor`].
    Sum,
}

/// Entries of a nonnegative tensor in any order: valid indices, finite values ≥ 0. A place may
/// stand more than once.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinates {
    shape: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f64>,
}

impl Coordinates {
    /// `values[e]` at `indices[e * order..(e + 1) * order]`, counted from 0, in a tensor of the
    /// given shape.
    ///
    /// # Errors
    /// [`TensorError::NoModes`], [`TensorError::TooManyModes`] (above 32),
    /// [`TensorError::ModeTooLong`], [`TensorError::IndexCount`];
    /// [`TensorError::IndexOutOfRange`], [`TensorError::NotFinite`] or [`TensorError::Negative`]
    /// for the first entry that is wrong.
    pub fn new(
        shape: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<f64>,
    ) -> Result<Self, TensorError> {
        let modes = shape.len();
        if modes == 0 {
            return Err(TensorError::NoModes);
        }
        if modes > MOST_MODES {
            let limit = MOST_MODES;
            return Err(TensorError::TooManyModes { modes, limit });
        }
        let longest = u64::from(u32::MAX) + 1;
        if let Some(mode) = shape.iter().position(|n| *n as u64 > longest) {
            let size = shape[mode];
            return Err(TensorError::ModeTooLong { mode, size });
        }
        let expected = values.len().saturating_mul(modes);
        if indices.len() != expected {
            return Err(TensorError::IndexCount {
                values: values.len(),
                modes,
                expected,
                found: indices.len(),
            });
        }
        for (entry, (index, value)) in indices.chunks_exact(modes).zip(&values).enumerate() {
            let mut in_modes = index.iter().zip(&shape);
            if let Some(mode) = in_modes.position(|(i, n)| *i as usize >= *n) {
                return Err(TensorError::IndexOutOfRange {
                    entry,
                    mode,
                    index: index[mode],
                    size: shape[mode],
                });
            }
            let index = || index.iter().map(|i| *i as usize).collect();
            if !value.is_finite() {
                let (index, value) = (index(), *value);
                return Err(TensorError::NotFinite { index, value });
            }
            if *value < 0.0 {
                return Err(TensorError::negative(index(), *value, &values));
            }
        }
        Ok(Self::trusted(shape, indices, values))
    }

    /// As [`Coordinates::new`], of entries known to be valid.
    pub(crate) fn trusted(shape: Vec<usize>, indices: Vec<u32>, values: Vec<f64>) -> Self {
        Self {
            shape,
            indices,
            values,
        }
    }

    /// The sizes of the modes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The indices, one per mode for each entry.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// The values, one for each entry.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The entries: index and value.
    pub fn iter(&self) -> impl Iterator<Item = (&[u32], f64)> {
        let indices = self.indices.chunks_exact(self.shape.len());
        indices.zip(self.values.iter().copied())
    }

    /// Shape, indices and values.
    pub fn into_parts(self) -> (Vec<usize>, Vec<u32>, Vec<f64>) {
        (self.shape, self.indices, self.values)
    }
}
