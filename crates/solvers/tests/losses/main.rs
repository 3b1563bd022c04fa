//! The Kullback-Leibler divergence, penalties and the six forms of semi-supervised NMF: the
//! formulas in NumPy, scikit-learn, and what every update promises.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

mod divergence;
mod fixture;
mod hidden;
mod penalty;
mod ssnmf;

use hntf_tensor::{CpTensor, DenseTensor, Matrix};
use numpy_random::RandomState;

fn uniform(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.random_sample())
}

/// A tensor of about `level` times a random model of the given rank, rounded to counts, many zero.
fn counts(shape: &[usize], rank: usize, level: f64, random: &mut RandomState) -> DenseTensor {
    let factors: Vec<_> = shape.iter().map(|n| uniform(*n, rank, random)).collect();
    let mut data = DenseTensor::from_cp(&CpTensor::new(factors).unwrap());
    for x in data.values_mut() {
        *x = (level * *x * random.random_sample()).floor();
    }
    // Never nothing at all.
    data.values_mut()[0] += 1.0;
    data
}

/// D(X‖X̂), entry by entry, a model of zero guarded as the solvers do.
fn plain_divergence(data: &[f64], model: &[f64]) -> f64 {
    let terms = data.iter().zip(model).map(|(x, m)| {
        let log = if *x > 0.0 {
            x * (x / m.max(1e-10)).ln()
        } else {
            0.0
        };
        log - x + m
    });
    terms.sum()
}
