//! Hierarchical models: what all of them promise, and each against the plain formulas of its paper.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

mod contract;
mod divergence;
mod gradients;
mod hidden;
mod kept;
mod layers;
mod matrices;
mod multi_hntf;
mod neural_nmf;
mod neural_nmf_gradients;
mod neural_nmf_hidden;
mod neural_nmf_penalty;
mod plain;
mod requests;
mod revisions;
mod scale;
mod transform;
mod zoo;

use hntf_models::{Fit, Hierarchy, Model};
use hntf_solvers::Silent;
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Tensor};
use numpy_random::RandomState;

fn uniform(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.random_sample())
}

fn random_cp(shape: &[usize], rank: usize, random: &mut RandomState) -> CpTensor {
    CpTensor::new(shape.iter().map(|n| uniform(*n, rank, random)).collect()).unwrap()
}

/// A tensor of the given rank plus noise · |N(0, 1)|.
fn noisy(shape: &[usize], rank: usize, noise: f64, random: &mut RandomState) -> DenseTensor {
    let mut data = DenseTensor::from_cp(&random_cp(shape, rank, random));
    for x in data.values_mut() {
        *x += noise * random.randn().abs();
    }
    data
}

fn fit(model: &dyn Model, data: &dyn Tensor, ranks: &[usize], variant: usize) -> Hierarchy {
    let request = Fit {
        data,
        ranks,
        seed: 3,
        variant,
        labels: &[],
    };
    model.fit(&request, &mut Silent).unwrap()
}

fn assert_close(found: &Matrix, expected: &Matrix, tolerance: f64) {
    assert_eq!(
        (found.rows(), found.cols()),
        (expected.rows(), expected.cols())
    );
    for (f, e) in found.as_slice().iter().zip(expected.as_slice()) {
        assert!(
            (f - e).abs() <= tolerance * (1.0 + e.abs()),
            "{f} is not {e}"
        );
    }
}

fn assert_same_factors(found: &CpTensor, expected: &[Matrix], tolerance: f64) {
    assert_eq!(found.factors().len(), expected.len());
    for (f, e) in found.factors().iter().zip(expected) {
        assert_close(f, e, tolerance);
    }
}
