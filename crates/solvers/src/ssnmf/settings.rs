//! How a semi-supervised NMF is fitted.

use serde::{Deserialize, Serialize};

use crate::{Criterion, LabelLoss, Loss, RowProblem, SolverError, Stopping};

/// Added to every denominator, and the least a model may be where it is one.
pub(super) const EPSILON: f64 = 1e-10;

/// min D_X(X, A S) + λ D_Y(L * Y, L * (B S)) over A, B, S ≥ 0, for X of m × n, one-hot labels Y of
/// c × n and the mask L of labelled columns (Lee, Yoo & Choi 2010; Haddock et al. 2021), by
/// multiplicative updates in the order A, B, S with 1e-10 added to every denominator.
///
/// D_X and D_Y are each ‖·‖², whose gradient has a factor 2, or the Kullback-Leibler divergence,
/// whose gradient has none: with `data-loss` and `label-loss` (which may be `none`) there are six
/// forms. With N and P the negative and positive parts of half the gradient of ‖·‖², or of the
/// gradient of D, an entry s of S is multiplied by t, where
/// - both terms ‖·‖², or both D: t = (N_X + λ N_Y) / (P_X + λ P_Y);
/// - ‖·‖² for X and D for Y: 2 P_X t² + (λ P_Y − 2 N_X) t − λ N_Y = 0;
/// - D for X and ‖·‖² for Y: 2 λ P_Y t² + (P_X − 2 λ N_Y) t − N_X = 0.
///
/// Each is the minimum of the usual separable upper bounds of both terms, so the objective never
/// increases, in no form. (The quotient of all negative by all positive parts has the same fixed
/// points in the mixed forms, but may overshoot there.)
///
/// S is kept transposed, T = Sᵀ (n × r), as the second factor of the CP tensor ⟦A, T⟧. Unlabelled
/// columns do not enter the label term. Models are guarded by 1e-10 where D divides by them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Ssnmf {
    /// λ, the weight of the label term.
    pub weight: f64,
    /// D_X, the distance of A S from the data.
    pub data_loss: Loss,
    /// D_Y, the distance of B S from the known labels.
    pub label_loss: LabelLoss,
    /// When to stop; the error watched is the objective itself.
    pub stopping: Stopping,
}

impl Default for Ssnmf {
    fn default() -> Self {
        let stopping = Stopping {
            max_iterations: 800,
            tolerance: 1e-4,
            criterion: Criterion::DecreaseOverFirst,
            check_every: 1,
        };
        Self {
            weight: 1.0,
            data_loss: Loss::Frobenius,
            label_loss: LabelLoss::Frobenius,
            stopping,
        }
    }
}

impl Ssnmf {
    /// What new columns of the data solve, or new rows, where the other factor is given. Nothing is
    /// known of their labels, so the label term has no part in it.
    pub fn row_problem(&self) -> RowProblem {
        RowProblem {
            loss: self.data_loss,
            l1: 0.0,
            epsilon: EPSILON,
        }
    }

    /// Checks the settings, which [`Ssnmf::fit`] does first.
    ///
    /// # Errors
    /// A weight that is negative or not finite.
    pub fn validate(&self) -> Result<(), SolverError> {
        if self.weight >= 0.0 && self.weight.is_finite() {
            Ok(())
        } else {
            Err(SolverError::Weight { found: self.weight })
        }
    }
}
