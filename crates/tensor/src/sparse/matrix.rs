//! Sparse matrices of sprs as sparse tensors of order 2, and back.

use sprs::{CsMat, CsMatI, SpIndex};

use super::SparseTensor;
use crate::TensorError;

/// The nonzeros of a matrix in either order of compression; zeros that are kept are dropped.
///
/// Cost: that of [`SparseTensor::from_coordinates`], and a list of the coordinates on the way.
///
/// # Errors
/// A size above 2³², and an entry that is negative or not finite.
impl<I: SpIndex, Iptr: SpIndex> TryFrom<&CsMatI<f64, I, Iptr>> for SparseTensor {
    type Error = TensorError;

    fn try_from(matrix: &CsMatI<f64, I, Iptr>) -> Result<Self, TensorError> {
        let shape = vec![matrix.rows(), matrix.cols()];
        // A size that is too large for such an index is refused with the coordinates.
        let index = |i: I| u32::try_from(i.index()).unwrap_or(u32::MAX);
        let mut indices = Vec::with_capacity(2 * matrix.nnz());
        let mut values = Vec::with_capacity(matrix.nnz());
        for (value, (row, column)) in matrix {
            indices.extend([index(row), index(column)]);
            values.push(*value);
        }
        Self::from_coordinates(shape, indices, values)
    }
}

/// The matrix in compressed rows. Cost: one pass over the nonzeros and a number for each row.
///
/// # Errors
/// [`TensorError::NotAMatrix`] if the order is not 2, [`TensorError::TooLarge`] if there is no memory
/// for its rows.
impl TryFrom<&SparseTensor> for CsMat<f64> {
    type Error = TensorError;

    fn try_from(tensor: &SparseTensor) -> Result<Self, TensorError> {
        let &[rows, columns] = tensor.shape() else {
            let shape = tensor.shape().to_vec();
            return Err(TensorError::NotAMatrix { shape });
        };
        let mut starts = Vec::new();
        if starts.try_reserve_exact(rows + 1).is_err() {
            let shape = tensor.shape().to_vec();
            return Err(TensorError::TooLarge { shape });
        }
        starts.resize(rows + 1, 0);
        let mut indices = Vec::with_capacity(tensor.nnz());
        let mut values = Vec::with_capacity(tensor.nnz());
        tensor.for_each_nonzero(|index, x| {
            starts[index[0] as usize + 1] += 1;
            indices.push(index[1] as usize);
            values.push(x);
        });
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        Ok(Self::new((rows, columns), starts, indices, values))
    }
}
