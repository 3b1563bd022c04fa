//! Nonnegative CP decomposition: the published protocols against plain transcriptions, what every
//! update promises, and what is refused.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

mod finite;
mod optimality;
mod protocols;
mod requests;

use hntf_tensor::{DenseTensor, Matrix};
use numpy_random::RandomState;

fn uniform(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.random_sample())
}

fn random_factors(shape: &[usize], rank: usize, random: &mut RandomState) -> Vec<Matrix> {
    shape.iter().map(|n| uniform(*n, rank, random)).collect()
}

/// The full tensor of ⟦F⟧.
fn full(factors: &[Matrix]) -> DenseTensor {
    DenseTensor::from_cp(&hntf_tensor::CpTensor::new(factors.to_vec()).unwrap())
}

/// A tensor of the given rank plus noise · |N(0, 1)|.
fn noisy(shape: &[usize], rank: usize, noise: f64, random: &mut RandomState) -> DenseTensor {
    let mut data = full(&random_factors(shape, rank, random));
    for x in data.values_mut() {
        *x += noise * random.randn().abs();
    }
    data
}
