//! Kernels on contiguous row-major arrays: the pieces dense contractions are built from.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use crate::{Matrix, Scratch};

/// A row-major view of `values` as rows × cols.
pub(crate) fn view(values: &[f64], rows: usize, cols: usize) -> MatRef<'_, f64> {
    MatRef::from_row_major_slice(values, rows, cols)
}

/// As [`view`], to be written.
pub(crate) fn view_mut(values: &mut [f64], rows: usize, cols: usize) -> MatMut<'_, f64> {
    MatMut::from_row_major_slice_mut(values, rows, cols)
}

/// `out ← a · b` with `par` threads.
pub(crate) fn product(out: MatMut<'_, f64>, a: MatRef<'_, f64>, b: MatRef<'_, f64>, par: Par) {
    matmul(out, Accum::Replace, a, b, 1.0, par);
}

/// The Khatri-Rao product of `factors` in order, (Π n_i) × rank with the last index fastest; a row
/// of ones if there are none. From `scratch`, to be given back.
pub(crate) fn khatri_rao(factors: &[Matrix], rank: usize, scratch: &mut Scratch) -> Vec<f64> {
    let Some((first, rest)) = factors.split_first() else {
        let mut ones = scratch.take(rank);
        ones.fill(1.0);
        return ones;
    };
    let mut product = scratch.take(first.as_slice().len());
    product.copy_from_slice(first.as_slice());
    for factor in rest {
        let mut longer = scratch.take(product.len() * factor.rows());
        if rank > 0 {
            let rows = product.chunks_exact(rank);
            for (head, block) in rows.zip(longer.chunks_exact_mut((factor.rows() * rank).max(1))) {
                for (row, out) in factor.iter_rows().zip(block.chunks_exact_mut(rank)) {
                    for ((o, a), b) in out.iter_mut().zip(head).zip(row) {
                        *o = a * b;
                    }
                }
            }
        }
        scratch.give(std::mem::replace(&mut product, longer));
    }
    product
}

/// A node of the dimension tree holds T (I × J × r, row-major): contract J column by column of r,
/// `out[i, :] = Σ_j T[i, j, :] * weights[j, :]`.
pub(crate) fn contract_right(node: &[f64], weights: &[f64], rank: usize, out: &mut [f64]) {
    if rank == 0 {
        return;
    }
    out.fill(0.0);
    for (block, o) in node
        .chunks_exact(weights.len().max(1))
        .zip(out.chunks_exact_mut(rank))
    {
        for (t, w) in block.chunks_exact(rank).zip(weights.chunks_exact(rank)) {
            multiply_add(o, t, w);
        }
    }
}

/// As [`contract_right`], but contracts I: `out[j, :] = Σ_i T[i, j, :] * weights[i, :]`.
pub(crate) fn contract_left(node: &[f64], weights: &[f64], rank: usize, out: &mut [f64]) {
    if rank == 0 {
        return;
    }
    out.fill(0.0);
    for (block, w) in node
        .chunks_exact(out.len().max(1))
        .zip(weights.chunks_exact(rank))
    {
        for (t, o) in block.chunks_exact(rank).zip(out.chunks_exact_mut(rank)) {
            multiply_add(o, t, w);
        }
    }
}

#[inline]
fn multiply_add(out: &mut [f64], a: &[f64], b: &[f64]) {
    for ((o, a), b) in out.iter_mut().zip(a).zip(b) {
        *o += a * b;
    }
}

/// Tensor times matrix in the middle mode of T (left × n × right, row-major): `out` (left × r ×
/// right) with `out[l, :, :] = Fᵀ T[l, :, :]` for F of n × r.
pub(crate) fn tensor_times_matrix(
    node: &[f64],
    left: usize,
    right: usize,
    factor: MatRef<'_, f64>,
    out: &mut [f64],
    par: Par,
) {
    let (n, r) = (factor.nrows(), factor.ncols());
    if right == 1 {
        product(view_mut(out, left, r), view(node, left, n), factor, par);
        return;
    }
    let blocks = node
        .chunks_exact((n * right).max(1))
        .zip(out.chunks_exact_mut((r * right).max(1)));
    for (t, o) in blocks {
        product(
            view_mut(o, r, right),
            factor.transpose(),
            view(t, n, right),
            par,
        );
    }
    if n == 0 {
        out.fill(0.0);
    }
}

/// Product of the sizes before `mode`, its size, and the product of those after it.
pub(crate) fn around(shape: &[usize], mode: usize) -> (usize, usize, usize) {
    (
        shape[..mode].iter().product(),
        shape[mode],
        shape[mode + 1..].iter().product(),
    )
}

/// `out` ← the unfolding along `mode` of the row-major array `values`.
pub(crate) fn unfold(values: &[f64], shape: &[usize], mode: usize, out: &mut Matrix) {
    let (left, n, right) = around(shape, mode);
    out.reshape(n, left * right);
    if right == 0 {
        return;
    }
    for (l, block) in values.chunks_exact((n * right).max(1)).enumerate() {
        for (i, row) in block.chunks_exact(right).enumerate() {
            out.row_mut(i)[l * right..(l + 1) * right].copy_from_slice(row);
        }
    }
}

/// X ×_i F_iᵀ of the row-major array `values` over the modes whose projection is given, from the
/// last mode to the first: the early products are then single large ones. The sizes of the result
/// go to `shape`, its values come from `scratch`; `None` if there is nothing to project.
pub(crate) fn project(
    values: &[f64],
    shape: &mut [usize],
    projections: &[Option<&Matrix>],
    scratch: &mut Scratch,
) -> Option<Vec<f64>> {
    let mut current: Option<Vec<f64>> = None;
    for (mode, factor) in projections.iter().enumerate().rev() {
        let Some(factor) = factor else { continue };
        let (left, n, right) = around(shape, mode);
        let mut next = scratch.take(left * factor.cols() * right);
        let par = scratch.par(left * n * right * factor.cols());
        let source = current.as_deref().unwrap_or(values);
        tensor_times_matrix(source, left, right, factor.view(), &mut next, par);
        shape[mode] = factor.cols();
        if let Some(old) = current.replace(next) {
            scratch.give(old);
        }
    }
    current
}
