//! Products and sums of matrices, into matrices that are there already.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatRef, Par};
use hntf_tensor::{Matrix, multiply};

pub(super) fn zero(m: &mut Matrix, rows: usize, cols: usize) {
    fill(m, rows, cols, 0.0);
}

pub(super) fn fill(m: &mut Matrix, rows: usize, cols: usize, value: f64) {
    m.reshape(rows, cols);
    m.as_mut_slice().fill(value);
}

pub(super) fn sum(m: &Matrix) -> f64 {
    m.as_slice().iter().sum()
}

pub(super) fn dot(a: &Matrix, b: &Matrix) -> f64 {
    let pairs = a.as_slice().iter().zip(b.as_slice());
    pairs.map(|(x, y)| x * y).sum()
}

pub(super) fn assign(out: &mut Matrix, a: MatRef<'_, f64>) {
    out.reshape(a.nrows(), a.ncols());
    out.view_mut().copy_from(a);
}

pub(super) fn assign_product(out: &mut Matrix, a: MatRef<'_, f64>, b: MatRef<'_, f64>) {
    out.reshape(a.nrows(), b.ncols());
    multiply(out.view_mut(), a, b);
}

pub(super) fn add_product(out: &mut Matrix, a: MatRef<'_, f64>, b: MatRef<'_, f64>, scale: f64) {
    matmul(out.view_mut(), Accum::Add, a, b, scale, Par::Seq);
}
