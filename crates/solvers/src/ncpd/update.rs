//! What an update does to one factor.

use hntf_tensor::Matrix;
use serde::{Deserialize, Serialize};

/// How a factor F_m is improved from M = MTTKRP (n × r) and H, the entrywise product of the other
/// factors' Grams (r × r). Under the Kullback-Leibler divergence the multiplicative ones guard their
/// own quotient in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Update {
    /// F ← F * max(M, 1e-11) / max(F H, 1e-11): multiplicative updates as in the published
    /// hierarchical experiments.
    Mu,
    /// F ← F * M / (1e-10 + F H): the package ssnmf's guard.
    MuSsnmf,
    /// F ← F * M / (F H), zero denominators replaced by the single-precision epsilon:
    /// scikit-learn's guard.
    MuScikitLearn,
    /// Hierarchical alternating least squares (Cichocki & Phan 2009): exact coordinate descent on
    /// one column at a time, norms balanced across modes after every sweep.
    Hals,
}

impl Update {
    /// The least a model is taken for where the Kullback-Leibler updates divide by it.
    pub(super) fn epsilon(self) -> f64 {
        match self {
            Self::Mu | Self::Hals => 1e-11,
            Self::MuSsnmf => 1e-10,
            Self::MuScikitLearn => SINGLE_EPSILON,
        }
    }
}

/// The machine epsilon of f32, with which scikit-learn replaces zero denominators.
const SINGLE_EPSILON: f64 = 1.192_092_9e-7;

/// Multiplies the factor by numerator / (denominator + λ), as the update guards it.
pub(super) fn multiplicative(
    update: Update,
    factor: &mut Matrix,
    numerator: &Matrix,
    denominator: &Matrix,
    l1: f64,
) {
    let fractions = numerator.as_slice().iter().zip(denominator.as_slice());
    for (f, (n, d)) in factor.as_mut_slice().iter_mut().zip(fractions) {
        let d = d + l1;
        match update {
            Update::Mu => *f *= n.max(1e-11) / d.max(1e-11),
            Update::MuSsnmf => *f *= n / (1e-10 + d),
            _ => *f *= n / if d == 0.0 { SINGLE_EPSILON } else { d },
        }
    }
}

/// Scales the columns of every component to one length in all modes; the tensor stays the same. A
/// component with an all-zero column is zero and is left alone.
pub fn balance_columns(factors: &mut [Matrix]) {
    balance(factors, &Matrix::column_norms);
}

/// As [`balance_columns`], but to one sum: of all scalings of a component it has the least sum over
/// all modes (the means' inequality), so that a penalty on sums does not grow.
pub fn balance_sums(factors: &mut [Matrix]) {
    balance(factors, &Matrix::column_sums);
}

fn balance(factors: &mut [Matrix], size: &dyn Fn(&Matrix) -> Vec<f64>) {
    let norms: Vec<Vec<f64>> = factors.iter().map(size).collect();
    let rank = norms.first().map_or(0, Vec::len);
    let order = factors.len() as f64;
    let target: Vec<f64> = (0..rank)
        .map(|j| {
            norms
                .iter()
                .map(|n| n[j])
                .product::<f64>()
                .powf(1.0 / order)
        })
        .collect();
    for (factor, norms) in factors.iter_mut().zip(&norms) {
        let scales: Vec<f64> = target
            .iter()
            .zip(norms)
            .map(|(t, n)| {
                if *t > 0.0 && t.is_finite() {
                    t / n
                } else {
                    1.0
                }
            })
            .collect();
        factor.scale_columns(&scales);
    }
}
