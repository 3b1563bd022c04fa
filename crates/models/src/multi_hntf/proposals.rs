//! What the modes propose for the shared weights, and what becomes of it.

use hntf_tensor::Matrix;
use serde::{Deserialize, Serialize};

/// How the shared W is updated from the k multiplicative proposals W * N_m / D_m of the modes. With a
/// penalty λ the denominators are D_m + λ/k.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharedUpdate {
    /// `damped` for data of order 2 and 3, where it is published, `symmetric` above.
    #[default]
    ByOrder,
    /// W ← (k W + Σ_m W * N_m / D_m) / (2k), as published. Without the k old copies W, which
    /// enters the model k times, overshoots and collapses to zero.
    ///
    /// For a W that is right but for a scale s it gives s (1 + s⁻ᵏ)/2, whose slope at s = 1 is
    /// (2 − k)/2: from order 4 on it does not settle, and from order 5 on it ends between two W's that
    /// may both be worse than the zero model (see
    /// [`Hierarchy::worse_than_zero`](crate::Hierarchy::worse_than_zero)).
    Damped,
    /// W ← W * (Σ_m N_m / Σ_m D_m)^(1/k): the root takes the place of the damping. The divergence
    /// never increases: by the inequality of the means it is the minimum of an upper bound.
    Symmetric,
}

impl SharedUpdate {
    /// What it is for data of this order.
    fn of_order(self, order: usize) -> Self {
        match self {
            Self::ByOrder if order <= 3 => Self::Damped,
            Self::ByOrder => Self::Symmetric,
            named => named,
        }
    }
}

/// Sums over the modes of N_m / D_m, or of N_m and of D_m.
pub(super) struct Proposals {
    /// Whether the update is the damped one.
    damped: bool,
    order: f64,
    /// λ/k.
    l1: f64,
    numerators: Matrix,
    denominators: Matrix,
}

impl Proposals {
    pub(super) fn new(update: SharedUpdate, l1: f64, order: usize) -> Self {
        Self {
            damped: update.of_order(order) == SharedUpdate::Damped,
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
            if self.damped {
                *ns += n / (1e-10 + d + self.l1);
            } else {
                *ns += n;
                *ds += d + self.l1;
            }
        }
    }

    /// Multiplies the weights by what was proposed.
    pub(super) fn apply(&self, weights: &mut Matrix) {
        let (order, sums) = (self.order, self.numerators.as_slice().iter());
        let sums = sums.zip(self.denominators.as_slice());
        for (w, (n, d)) in weights.as_mut_slice().iter_mut().zip(sums) {
            *w *= if self.damped {
                (order + n) / (2.0 * order)
            } else {
                let quotient = (n / (1e-10 + d)).clamp(0.0, f64::INFINITY);
                quotient.powf(1.0 / order)
            };
        }
    }
}
