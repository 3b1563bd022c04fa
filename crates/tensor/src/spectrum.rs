//! Leading singular vectors of unfoldings.

use crate::eigen::symmetric_eigen;
use crate::{Matrix, Tensor, subspace};

/// Modes longer than this are not given an n × n matrix.
const DENSE_LIMIT: usize = 1500;

/// The leading left singular vectors of X_(mode), largest singular value first, as the columns of
/// an n × min(n, count) matrix. Their signs are arbitrary.
///
/// They are the eigenvectors of the n × n Gram matrix of the unfolding, so vectors of singular
/// values below 1e-8 of the largest are noise. Up to n = 1500 the Gram matrix is formed: one pass
/// over the data and O(n³). Beyond that it is only multiplied with blocks of 2 × `count` (at least
/// `count` + 10) vectors, some tens of times, which takes O(n count) memory; vectors that belong
/// to nearly equal singular values are then found as one subspace, to about 1e-12.
pub fn leading_left_singular_vectors(data: &dyn Tensor, mode: usize, count: usize) -> Matrix {
    let n = data.shape()[mode];
    if n > DENSE_LIMIT {
        return subspace::leading_eigenvectors(data, mode, count);
    }
    match symmetric_eigen(&data.unfolding_gram(mode)) {
        Some((_, vectors)) => Matrix::from_fn(n, count.min(n), |i, j| vectors[(i, n - 1 - j)]),
        None => Matrix::zeros(n, count.min(n)),
    }
}
