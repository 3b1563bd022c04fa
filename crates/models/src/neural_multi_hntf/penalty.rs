//! Sparsity: the penalties on the factors and on the weights.

use hntf_tensor::Matrix;

use crate::{ModelError, checks};

/// Weights of the sums of all entries, of the F_i and of the W's, beside ½ of the squared errors.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Penalties {
    pub(super) factors: f64,
    pub(super) weights: f64,
}

impl Penalties {
    /// Whether they are numbers, and the objective has a minimum, for a first layer of weight
    /// `first_layer`.
    pub(super) fn validate(self, frozen: bool, first_layer: f64) -> Result<(), ModelError> {
        let both = [("l1", self.factors), ("weights-l1", self.weights)];
        for (parameter, l1) in both {
            checks::nonnegative(parameter, l1)?;
        }
        if frozen && self.factors > 0.0 {
            let expected = "a frozen first layer does not change: leave out either l1 or frozen";
            return checks::wrong("l1", &self.factors, expected);
        }
        let free_scale = first_layer == 0.0 && !frozen;
        let alone = both.into_iter().filter(|(_, l1)| *l1 == 0.0);
        match alone.collect::<Vec<_>>()[..] {
            [(missing, l1)] if free_scale => checks::wrong(
                missing,
                &l1,
                "with a first layer of weight 0, l1 and weights-l1 must both be 0 or both be above: \
                 one alone can be lowered for ever by moving scale to what the other one is for",
            ),
            _ => Ok(()),
        }
    }
}

/// What a penalty adds to a loss that is measured in ½`norm`: 2 l1 Σ / norm, 0 without a penalty.
pub(super) fn share(l1: f64, matrices: &[Matrix], norm: f64) -> f64 {
    if l1 > 0.0 {
        let entries = matrices.iter().flat_map(Matrix::as_slice);
        2.0 * l1 * entries.sum::<f64>() / norm
    } else {
        0.0
    }
}

/// Scales every factor as a whole so that all have one sum, and returns what the last one was
/// multiplied by.
///
/// A number a mode with product 1 changes no layer, and equal sums are the least ones (the means'
/// inequality). Coordinate descent, one mode at a time, would take many sweeps to get there. Where a
/// factor is zero, so is the model, and nothing is scaled.
pub(super) fn even_out(factors: &mut [Matrix]) -> f64 {
    let sums: Vec<f64> = factors.iter().map(Matrix::sum).collect();
    let logarithms: f64 = sums.iter().map(|s| s.ln()).sum();
    let target = (logarithms / sums.len() as f64).exp();
    if !(target > 0.0 && target.is_finite()) {
        return 1.0;
    }
    let mut last = 1.0;
    for (factor, sum) in factors.iter_mut().zip(&sums) {
        last = target / sum;
        factor.as_mut_slice().iter_mut().for_each(|x| *x *= last);
    }
    last
}
