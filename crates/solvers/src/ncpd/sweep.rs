//! One sweep over the modes, and what it does to each factor.

use hntf_tensor::{Matrix, Scratch, Tensor, gram, hadamard_of_grams, multiply, squared_residual};
use serde::{Deserialize, Serialize};

use crate::{Hals, Iterate};

/// How a factor F_m is improved from M = MTTKRP (n × r) and H, the entrywise product of the other
/// factors' Grams (r × r).
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

/// The machine epsilon of f32, with which scikit-learn replaces zero denominators.
const SINGLE_EPSILON: f64 = 1.192_092_9e-7;

/// The state of an alternating fit.
pub(crate) struct Sweep<'a> {
    data: &'a dyn Tensor,
    data_norm: f64,
    factors: Vec<Matrix>,
    grams: Vec<Matrix>,
    update: Update,
    scratch: Scratch,
    others: Matrix,
    denominator: Matrix,
    hals: Hals,
    /// ⟨X, ⟦F⟧⟩, known after a sweep from its last MTTKRP.
    inner: Option<f64>,
}

impl<'a> Sweep<'a> {
    pub(crate) fn new(
        data: &'a dyn Tensor,
        factors: Vec<Matrix>,
        update: Update,
        scratch: Scratch,
    ) -> Self {
        let mut grams = vec![Matrix::default(); factors.len()];
        for (g, f) in grams.iter_mut().zip(&factors) {
            gram(f, g);
        }
        let data_norm = data.squared_norm();
        let (others, denominator) = (Matrix::default(), Matrix::default());
        let inner = None;
        Self {
            data,
            data_norm,
            factors,
            grams,
            update,
            scratch,
            others,
            denominator,
            hals: Hals::default(),
            inner,
        }
    }

    pub(crate) fn into_factors(self) -> Vec<Matrix> {
        self.factors
    }

    pub(crate) fn relative_error(&mut self) -> f64 {
        let inner = self.inner.unwrap_or_else(|| {
            let mut m = Matrix::default();
            self.data
                .mttkrp(&self.factors, 0, &mut m, &mut self.scratch);
            inner_product(&m, &self.factors[0])
        });
        hadamard_of_grams(&self.grams, None, &mut self.others);
        let model_norm = self.others.as_slice().iter().sum();
        let (norm, factors) = (self.data_norm, &self.factors);
        let squared = squared_residual(
            self.data,
            norm,
            inner,
            model_norm,
            factors,
            &mut self.scratch,
        );
        (squared / self.data_norm).sqrt()
    }
}

impl Iterate for Sweep<'_> {
    fn step(&mut self) {
        let Self {
            data,
            factors,
            grams,
            update,
            scratch,
            others,
            denominator,
            hals,
            ..
        } = self;
        let last = factors.len() - 1;
        let mut inner = 0.0;
        data.mttkrp_sweep(factors, scratch, &mut |mode, m, factors| {
            hadamard_of_grams(grams, Some(mode), others);
            let factor = &mut factors[mode];
            if *update == Update::Hals {
                hals.improve(factor, m, others);
            } else {
                denominator.reshape(factor.rows(), factor.cols());
                multiply(denominator.view_mut(), factor.view(), others.view());
                multiplicative(*update, factor, m, denominator);
            }
            gram(factor, &mut grams[mode]);
            if mode == last {
                inner = inner_product(m, factor);
            }
        });
        self.inner = Some(inner);
        if self.update == Update::Hals {
            balance_columns(&mut self.factors);
            for (g, f) in self.grams.iter_mut().zip(&self.factors) {
                gram(f, g);
            }
        }
    }

    fn error(&mut self) -> f64 {
        self.relative_error()
    }
}

fn multiplicative(update: Update, factor: &mut Matrix, numerator: &Matrix, denominator: &Matrix) {
    let fractions = numerator.as_slice().iter().zip(denominator.as_slice());
    for (f, (n, d)) in factor.as_mut_slice().iter_mut().zip(fractions) {
        match update {
            Update::Mu => *f *= n.max(1e-11) / d.max(1e-11),
            Update::MuSsnmf => *f *= n / (1e-10 + d),
            _ => *f *= n / if *d == 0.0 { SINGLE_EPSILON } else { *d },
        }
    }
}

/// Scales the columns of every component to one length in all modes; the tensor stays the same. A
/// component with an all-zero column is zero and is left alone.
pub fn balance_columns(factors: &mut [Matrix]) {
    let norms: Vec<Vec<f64>> = factors.iter().map(Matrix::column_norms).collect();
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

fn inner_product(a: &Matrix, b: &Matrix) -> f64 {
    a.as_slice()
        .iter()
        .zip(b.as_slice())
        .map(|(x, y)| x * y)
        .sum()
}
