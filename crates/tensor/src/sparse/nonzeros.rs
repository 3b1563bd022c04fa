//! A sparse tensor: its nonzeros, and the trees over them.

use super::build::{merge, trees};
use super::tree::Tree;
use crate::coordinates::Coordinates;
use crate::{ContentWriter, TensorError};

/// A nonnegative tensor of order ≥ 1 of which only the nonzeros are kept.
///
/// ```
/// use hntf_tensor::{SparseTensor, Tensor};
///
/// // x[0, 1] = 2 and x[2, 0] = 3 + 4, given in two parts.
/// let x = SparseTensor::from_coordinates(
///     vec![3, 2],
///     vec![2, 0, 0, 1, 2, 0],
///     vec![3.0, 2.0, 4.0],
/// )?;
/// assert_eq!((x.nnz(), x.duplicates(), x.sum()), (2, 1, 9.0));
/// # Ok::<(), hntf_tensor::TensorError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SparseTensor {
    pub(super) shape: Vec<usize>,
    /// `trees[m]` has mode m at its root.
    pub(super) trees: Vec<Tree>,
    duplicates: usize,
}

impl SparseTensor {
    /// The tensor of the given shape with `values[e]` at `indices[e * order..(e + 1) * order]`,
    /// indices counted from 0 and in any order. Entries at the same place are added up (see
    /// [`SparseTensor::duplicates`]) and zeros are dropped.
    ///
    /// Cost: a few passes over the entries per mode, linear in their number.
    ///
    /// # Errors
    /// Those of [`Coordinates::new`], and [`TensorError::NotFinite`] if entries at the same place
    /// add up to infinity.
    pub fn from_coordinates(
        shape: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<f64>,
    ) -> Result<Self, TensorError> {
        Self::new(Coordinates::new(shape, indices, values)?)
    }

    /// As [`SparseTensor::from_coordinates`], of entries that were checked before.
    ///
    /// # Errors
    /// [`TensorError::NotFinite`] if entries at the same place add up to infinity.
    pub fn new(coordinates: Coordinates) -> Result<Self, TensorError> {
        let merged = merge(coordinates)?;
        let trees = trees(&merged.shape, &merged.indices, &merged.values);
        Ok(Self {
            shape: merged.shape,
            trees,
            duplicates: merged.duplicates,
        })
    }

    /// The sizes of the modes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of nonzeros.
    pub fn nnz(&self) -> usize {
        self.trees[0].values().len()
    }

    /// How many of the entries the tensor was made from stood where an earlier one did and were
    /// added to it. Whether that is a mistake in the data is for the caller to say.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// Visits the nonzeros, index and value, in row-major order (the last index varies fastest).
    pub fn for_each_nonzero(&self, mut visit: impl FnMut(&[u32], f64)) {
        let tree = &self.trees[0];
        let mut index = vec![0; self.shape.len()];
        let last = index.len() - 1;
        tree.for_each_fibre(|prefix, leaves| {
            index[..last].copy_from_slice(prefix);
            let (ids, values) = tree.leaves(leaves);
            for (i, x) in ids.iter().zip(values) {
                index[last] = *i;
                visit(&index, *x);
            }
        });
    }

    /// See [`Tensor::content`](crate::Tensor::content).
    pub(crate) fn feed(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut out = ContentWriter::new(sink);
        out.text("sparse");
        out.sizes(&self.shape);
        out.size(self.nnz());
        self.for_each_nonzero(|index, x| {
            out.index(index);
            out.number(x);
        });
    }

    /// The nonzeros in row-major order, to be written to a file.
    pub fn to_coordinates(&self) -> Coordinates {
        let mut indices = Vec::with_capacity(self.nnz() * self.shape.len());
        let mut values = Vec::with_capacity(self.nnz());
        self.for_each_nonzero(|index, x| {
            indices.extend_from_slice(index);
            values.push(x);
        });
        Coordinates::trusted(self.shape.clone(), indices, values)
    }

    /// Checks that the tensor can be factorized; its entries are nonnegative by construction.
    ///
    /// # Errors
    /// [`TensorError::AllZero`] without a nonzero.
    pub fn check_not_zero(&self) -> Result<(), TensorError> {
        if self.nnz() == 0 {
            Err(TensorError::AllZero)
        } else {
            Ok(())
        }
    }
}
