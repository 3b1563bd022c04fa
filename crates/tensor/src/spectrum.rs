//! Leading singular vectors of unfoldings.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, Par};

use crate::{Matrix, Tensor};

/// The leading left singular vectors of X_(mode), largest singular value first, as the columns of
/// an n × min(n, count) matrix. Their signs are arbitrary.
///
/// They are the eigenvectors of the n × n Gram matrix of the unfolding, so the cost is one pass
/// over the data and O(n³), and vectors of singular values below 1e-8 of the largest are noise.
pub fn leading_left_singular_vectors(data: &dyn Tensor, mode: usize, count: usize) -> Matrix {
    let gram = data.unfolding_gram(mode);
    let n = gram.rows();
    let (_, vectors) = symmetric_eigen(&gram);
    Matrix::from_fn(n, count.min(n), |i, j| vectors[(i, n - 1 - j)])
}

/// Eigenvalues, smallest first, and eigenvectors (as columns) of a symmetric n × n matrix. O(n³).
/// All zero if it has entries that are not finite: nothing is known of its directions then.
pub fn symmetric_eigen(matrix: &Matrix) -> (Vec<f64>, Matrix) {
    let n = matrix.rows();
    let mut values = faer::diag::Diag::zeros(n);
    let mut vectors = Mat::zeros(n, n);
    let (par, params) = (Par::Seq, faer::Spec::default());
    let need = self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, par, params);
    let mut memory = MemBuffer::new(need);
    let done = self_adjoint_evd(
        matrix.view(),
        values.as_mut(),
        Some(vectors.as_mut()),
        par,
        MemStack::new(&mut memory),
        params,
    );
    if done.is_err() {
        return (vec![0.0; n], Matrix::zeros(n, n));
    }
    let values = (0..n).map(|i| values.column_vector()[i]).collect();
    (values, Matrix::from_fn(n, n, |i, j| vectors[(i, j)]))
}
