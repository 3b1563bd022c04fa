//! Eigenvalues and eigenvectors of small symmetric matrices.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, Par};

use crate::Matrix;

/// Eigenvalues, smallest first, and eigenvectors of a symmetric matrix. `None` if it is not finite:
/// nothing is known of its directions then.
pub fn symmetric_eigen(matrix: &Matrix) -> Option<(Vec<f64>, Mat<f64>)> {
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
    done.ok()?;
    Some((values.column_vector().iter().copied().collect(), vectors))
}
