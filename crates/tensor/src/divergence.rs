//! The Kullback-Leibler divergence of a model from data.
//!
//! Data that is no list of nonzeros is read by blocks of fibres along the last mode, so that the
//! tensor of the model (and that of CP data) is never formed.

use crate::contraction::{product, view, view_mut};
use crate::{Matrix, Scratch, Tensor};

/// Data that can be read by blocks of fibres along the last mode.
pub(crate) trait Fibres {
    /// The `len` entries of the fibres from the one numbered `first` on, in row-major order of the
    /// modes before the last. They may be put into `buffer`.
    fn fibres<'a>(
        &'a self,
        first: usize,
        len: usize,
        buffer: &'a mut Vec<f64>,
        scratch: &mut Scratch,
    ) -> &'a [f64];
}

/// Model values held at a time: they fit into a second-level cache.
const BLOCK: usize = 1 << 14;

/// A block of fibres along the last mode.
pub(crate) struct Block<'a> {
    /// The number of the first one.
    pub(crate) first: usize,
    /// The product of the rows of all factors but the last, one row for each fibre.
    pub(crate) weights: &'a [f64],
    /// The model along the fibres, fibre after fibre.
    pub(crate) model: &'a mut [f64],
}

/// Visits ⟦F⟧ by blocks of fibres along the last mode, in order.
pub(crate) fn visit_model(
    factors: &[Matrix],
    scratch: &mut Scratch,
    mut visit: impl FnMut(Block<'_>, &mut Scratch),
) {
    let (last, above) = match factors.split_last() {
        Some((last, above)) if last.rows() > 0 => (last, above),
        _ => return,
    };
    let (length, rank) = (last.rows(), last.cols());
    let fibres: usize = above.iter().map(Matrix::rows).product();
    let most = (BLOCK / length).max(1).min(fibres);
    let mut weights = scratch.take(most * rank);
    let mut model = scratch.take(most * length);
    for first in (0..fibres).step_by(most.max(1)) {
        let count = most.min(fibres - first);
        let (w, m) = (&mut weights[..count * rank], &mut model[..count * length]);
        weights_of(above, rank, first, w);
        let seq = faer::Par::Seq;
        product(
            view_mut(m, count, length),
            view(w, count, rank),
            last.view().transpose(),
            seq,
        );
        let block = Block {
            first,
            weights: w,
            model: m,
        };
        visit(block, scratch);
    }
    scratch.give(model);
    scratch.give(weights);
}

/// `out` ← the entrywise products of one row of each factor, for the combinations of rows from the
/// one numbered `first` on, as many as `out` holds.
pub(crate) fn weights_of(factors: &[Matrix], rank: usize, first: usize, out: &mut [f64]) {
    if rank == 0 {
        return;
    }
    for (offset, w) in out.chunks_exact_mut(rank).enumerate() {
        w.fill(1.0);
        let mut at = first + offset;
        for factor in factors.iter().rev() {
            let row = factor.row(at % factor.rows());
            at /= factor.rows();
            w.iter_mut().zip(row).for_each(|(w, f)| *w *= f);
        }
    }
}

/// [`Tensor::quotient_mttkrp`] by blocks. `out` takes the right shape.
pub(crate) fn quotient_mttkrp(
    data: &impl Fibres,
    factors: &[Matrix],
    mode: usize,
    epsilon: f64,
    out: &mut Matrix,
    scratch: &mut Scratch,
) {
    let rank = factors[mode].cols();
    out.reshape(factors[mode].rows(), rank);
    out.as_mut_slice().fill(0.0);
    if rank == 0 {
        return;
    }
    let (above, last) = factors.split_at(factors.len() - 1);
    let length = last[0].rows();
    let (mut buffer, mut sums) = (scratch.take(0), scratch.take(0));
    visit_model(factors, scratch, |block, scratch| {
        let x = data.fibres(block.first, block.model.len(), &mut buffer, scratch);
        for (m, x) in block.model.iter_mut().zip(x) {
            *m = quotient(*x, *m, epsilon);
        }
        let count = block.weights.len() / rank;
        let (q, seq) = (view(block.model, count, length), faer::Par::Seq);
        if mode == above.len() {
            let (add, w) = (faer::Accum::Add, view(block.weights, count, rank));
            faer::linalg::matmul::matmul(out.view_mut(), add, q.transpose(), w, 1.0, seq);
        } else {
            sums.resize(count * rank, 0.0);
            product(view_mut(&mut sums, count, rank), q, last[0].view(), seq);
            add_fibre_sums(above, mode, block.first, &mut sums, out);
        }
    });
    scratch.give(sums);
    scratch.give(buffer);
}

/// Adds the sum of every fibre, weighted by the rows of the other factors, to the fibre's row.
fn add_fibre_sums(above: &[Matrix], mode: usize, first: usize, sums: &mut [f64], out: &mut Matrix) {
    for (offset, sum) in sums.chunks_exact_mut(out.cols()).enumerate() {
        let (mut at, mut own) = (first + offset, 0);
        for (i, factor) in above.iter().enumerate().rev() {
            let index = at % factor.rows();
            at /= factor.rows();
            if i == mode {
                own = index;
            } else {
                let row = factor.row(index);
                sum.iter_mut().zip(row).for_each(|(s, f)| *s *= f);
            }
        }
        let row = out.row_mut(own).iter_mut();
        row.zip(sum).for_each(|(o, s)| *o += *s);
    }
}

/// [`Tensor::relative_entropy`] by blocks.
pub(crate) fn relative_entropy(
    data: &impl Fibres,
    factors: &[Matrix],
    epsilon: f64,
    scratch: &mut Scratch,
) -> f64 {
    let (mut buffer, mut total) = (scratch.take(0), 0.0);
    visit_model(factors, scratch, |block, scratch| {
        let x = data.fibres(block.first, block.model.len(), &mut buffer, scratch);
        let pairs = x.iter().zip(&*block.model);
        total += pairs.map(|(x, m)| entropy(*x, *m, epsilon)).sum::<f64>();
    });
    scratch.give(buffer);
    total
}

/// x / max(m, ε), and zero where x is.
#[inline]
pub(crate) fn quotient(x: f64, m: f64, epsilon: f64) -> f64 {
    if x > 0.0 { x / m.max(epsilon) } else { 0.0 }
}

/// x ln(x / max(m, ε)), and zero where x is.
#[inline]
pub(crate) fn entropy(x: f64, m: f64, epsilon: f64) -> f64 {
    if x > 0.0 {
        x * (x / m.max(epsilon)).ln()
    } else {
        0.0
    }
}

/// The sum of all entries of ⟦F⟧, from the column sums of the factors.
pub fn model_sum(factors: &[Matrix]) -> f64 {
    let rank = factors.first().map_or(0, Matrix::cols);
    let mut terms = vec![1.0; rank];
    for factor in factors {
        let sums = factor.column_sums();
        terms.iter_mut().zip(&sums).for_each(|(t, s)| *t *= s);
    }
    terms.iter().sum()
}

/// The generalised Kullback-Leibler divergence D(X‖⟦F⟧) = Σ x ln(x / x̂) − x + x̂ over the observed
/// entries,
/// with max(x̂, ε) in the logarithm. Known to about 1e-16 Σ X, since the sums are taken one by one.
pub fn divergence(
    data: &dyn Tensor,
    factors: &[Matrix],
    epsilon: f64,
    scratch: &mut Scratch,
) -> f64 {
    let entropy = data.relative_entropy(factors, epsilon, scratch);
    let whole = model_sum(factors);
    let model = match data.mask() {
        Some(mask) => mask.restrict_sum(factors, whole, scratch),
        None => whole,
    };
    (entropy - data.sum() + model).clamp(0.0, f64::INFINITY)
}
