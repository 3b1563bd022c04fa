//! The rows of one factor, all others given: what new items are in terms of known topics.

mod blank;
mod divergence;
mod known;
mod squares;

use hntf_tensor::{Matrix, Tensor};

use crate::{Loss, Observer, StopReason};

use blank::with_blank;

pub use squares::{RowTerm, least_squares_rows};

/// min over F_m ≥ 0, the other factors given, of ½‖X − ⟦F_1 … F_k⟧‖² + λ Σ F_m or of
/// D(X‖⟦F⟧) + λ Σ F_m: one convex problem for every row of F_m. Hidden entries of X are left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowProblem {
    /// The distance from the data.
    pub loss: Loss,
    /// λ ≥ 0, the weight of the sum of the entries.
    pub l1: f64,
    /// The least a model is taken for where the divergence divides by it.
    pub epsilon: f64,
}

/// Rows found for a [`RowProblem`].
#[derive(Debug, Clone, PartialEq)]
pub struct RowFit {
    /// F_m, n_m × r.
    pub rows: Matrix,
    /// [`StopReason::Converged`] for squares, which are solved exactly.
    pub reason: StopReason,
}

impl RowProblem {
    /// The rows of mode `mode` for `data` of n_1 × ⋯ × n_k. `factors[i]` is n_i × r for every other
    /// mode i; of the factor of `mode` only its columns are counted.
    ///
    /// A row all of whose entries are zero or hidden is zero, and so is the weight of a component
    /// that depends linearly on others (squares) or is zero (divergence).
    ///
    /// Cost: for squares one MTTKRP and the batch [`Nnls`](crate::Nnls) over n_m problems of r
    /// unknowns; a row with hidden entries takes r² for each of its hidden or known ones, whichever
    /// are fewer, and r³ on its own (all known ones where the hidden ones make up almost all of a
    /// component). For the divergence about ten rounds of r + 2 passes, each as dear as that of one
    /// multiplicative update of F_m and seen by the observer, and r² numbers kept for every row.
    pub fn solve(
        &self,
        data: &dyn Tensor,
        factors: &[Matrix],
        mode: usize,
        observer: &mut dyn Observer,
    ) -> RowFit {
        match self.loss {
            Loss::Frobenius => {
                let term = RowTerm {
                    weight: 1.0,
                    factors,
                    map: None,
                };
                RowFit {
                    rows: least_squares_rows(data, mode, &[term], self.l1),
                    reason: StopReason::Converged,
                }
            }
            Loss::KullbackLeibler => {
                let factors = with_blank(factors, mode, data.shape()[mode]);
                let (rows, reason) =
                    divergence::rows(data, factors, mode, self.l1, self.epsilon, observer);
                RowFit { rows, reason }
            }
        }
    }
}
