//! ‖X − ⟦F⟧‖² of a sparse X.

use super::SparseTensor;
use crate::matrix::dot;
use crate::{Matrix, Scratch, gram, hadamard_of_grams};

/// All entries are evaluated if there are at most this many for each nonzero, or few at all: no
/// digits are lost then.
const ENTRIES_PER_NONZERO: usize = 32;
const FEW_ENTRIES: usize = 1 << 16;

impl SparseTensor {
    /// Whether visiting every entry, zeros too, costs little more than visiting the nonzeros.
    fn is_nearly_dense(&self) -> bool {
        let limit = (self.nnz().saturating_mul(ENTRIES_PER_NONZERO)).max(FEW_ENTRIES);
        let entries = self
            .shape
            .iter()
            .try_fold(1_usize, |p, n| p.checked_mul(*n));
        entries.is_some_and(|entries| entries <= limit)
    }

    pub(super) fn distance(&self, factors: &[Matrix], scratch: &mut Scratch) -> f64 {
        if self.is_nearly_dense() {
            self.distance_over_entries(factors, scratch)
        } else {
            self.distance_over_nonzeros(factors, scratch)
        }
    }

    // Σ_{x≠0} (x − m)² + (‖M‖² − Σ_{x≠0} m²): the second term is the sum of m² over the zeros. It
    // is the only difference, and known to be ≥ 0.
    fn distance_over_nonzeros(&self, factors: &[Matrix], scratch: &mut Scratch) -> f64 {
        let (first, last) = factors.split_at(factors.len() - 1);
        let tree = &self.trees[0];
        let mut weights = scratch.take(last[0].cols());
        let (mut misfit, mut covered) = (0.0, 0.0);
        tree.for_each_fibre(|prefix, leaves| {
            set_weights(&mut weights, first, prefix.iter().map(|i| *i as usize));
            let (indices, values) = tree.leaves(leaves);
            let (mut a, mut b) = (0.0, 0.0);
            for (i, x) in indices.iter().zip(values) {
                let m = dot(&weights, last[0].row(*i as usize));
                a += (x - m) * (x - m);
                b += m * m;
            }
            misfit += a;
            covered += b;
        });
        scratch.give(weights);
        misfit + (squared_norm(factors) - covered).clamp(0.0, f64::INFINITY)
    }

    // One fibre along the last mode after the other, the nonzeros taken off where there are any.
    fn distance_over_entries(&self, factors: &[Matrix], scratch: &mut Scratch) -> f64 {
        let (first, last) = factors.split_at(factors.len() - 1);
        let (above, length) = self.shape.split_at(self.shape.len() - 1);
        let tree = &self.trees[0];
        let mut weights = scratch.take(last[0].cols());
        let mut row = scratch.take(length[0]);
        let mut index = vec![0; above.len()];
        let mut model_row = |mut at: usize, row: &mut [f64]| {
            for (i, n) in index.iter_mut().zip(above).rev() {
                *i = at % n;
                at /= n;
            }
            set_weights(&mut weights, first, index.iter().copied());
            row.fill(0.0);
            for (m, f) in row.iter_mut().zip(last[0].iter_rows()) {
                *m = dot(&weights, f);
            }
        };
        let (mut total, mut next) = (0.0, 0);
        tree.for_each_fibre(|prefix, leaves| {
            let at = prefix
                .iter()
                .zip(above)
                .fold(0, |at, (i, n)| at * n + *i as usize);
            for empty in next..at {
                model_row(empty, &mut row);
                total += dot(&row, &row);
            }
            model_row(at, &mut row);
            let (indices, values) = tree.leaves(leaves);
            for (i, x) in indices.iter().zip(values) {
                row[*i as usize] -= x;
            }
            total += dot(&row, &row);
            next = at + 1;
        });
        for empty in next..above.iter().product() {
            model_row(empty, &mut row);
            total += dot(&row, &row);
        }
        scratch.give(row);
        scratch.give(weights);
        total
    }
}

/// `weights` ← entrywise product of one row of each factor; ones if there are none.
fn set_weights(weights: &mut [f64], factors: &[Matrix], rows: impl Iterator<Item = usize>) {
    weights.fill(1.0);
    for (factor, i) in factors.iter().zip(rows) {
        weights
            .iter_mut()
            .zip(factor.row(i))
            .for_each(|(w, f)| *w *= f);
    }
}

/// ‖⟦F⟧‖² from the Grams.
pub(crate) fn squared_norm(factors: &[Matrix]) -> f64 {
    let mut grams = vec![Matrix::default(); factors.len()];
    for (g, f) in grams.iter_mut().zip(factors) {
        gram(f, g);
    }
    let mut all = Matrix::default();
    hadamard_of_grams(&grams, None, &mut all);
    all.as_slice().iter().sum()
}
