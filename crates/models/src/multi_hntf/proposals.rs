//! What the modes propose for the shared weights, and what becomes of it.

use hntf_tensor::Matrix;
use serde::{Deserialize, Serialize};

/// How the shared W is updated from the k multiplicative proposals W * N_m / D_m of the modes. With a
/// penalty λ the denominators are D_m + λ/k.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharedUpdate {
    /// W ← (k W + Σ_m W * N_m / D_m) / (2k), as published. Without the k old copies W, which
    /// enters the model k times, overshoots and collapses to zero.
    Damped,
    /// W ← W * (Σ_m N_m / Σ_m D_m)^(1/k): the root takes the place of the damping. The divergence
    /// never increases: by the inequality of the means it is the minimum of an upper bound.
    Symmetric,
}

/// Sums over the modes of N_m / D_m, or of N_m and of D_m.
pub(super) struct Proposals {
    update: SharedUpdate,
    order: f64,
    /// λ/k.
    l1: f64,
    numerators: Matrix,
    denominators: Matrix,
}

impl Proposals {
    pub(super) fn new(update: SharedUpdate, l1: f64, order: usize) -> Self {
        Self {
            update,
            order: order as f64,
            l1: l1 / order as f64,
            numerators: Matrix::default(),
            denominators: Matrix::default(),
        }
    }

    /// Nothing proposed yet, for weights of this size.
    pub(super) fn clear(&mut self, rows: usize, cols: usize) {
        for sum in [&mut self.numerators, &mut self.denominators] {
            sum.fill(rows, cols, 0.0);
        }
    }

    /// The proposal of one mode.
    pub(super) fn add(&mut self, numerator: &Matrix, denominator: &Matrix) {
        let sums = self
            .numerators
            .as_mut_slice()
            .iter_mut()
            .zip(self.denominators.as_mut_slice());
        let terms = numerator.as_slice().iter().zip(denominator.as_slice());
        for ((ns, ds), (n, d)) in sums.zip(terms) {
            match self.update {
                SharedUpdate::Damped => *ns += n / (1e-10 + d + self.l1),
                SharedUpdate::Symmetric => {
                    *ns += n;
                    *ds += d + self.l1;
                }
            }
        }
    }

    /// Multiplies the weights by what was proposed.
    pub(super) fn apply(&self, weights: &mut Matrix) {
        let (order, sums) = (self.order, self.numerators.as_slice().iter());
        let sums = sums.zip(self.denominators.as_slice());
        for (w, (n, d)) in weights.as_mut_slice().iter_mut().zip(sums) {
            *w *= match self.update {
                SharedUpdate::Damped => (order + n) / (2.0 * order),
                SharedUpdate::Symmetric => (n / (1e-10 + d))
                    .clamp(0.0, f64::INFINITY)
                    .powf(1.0 / order),
            };
        }
    }
}
