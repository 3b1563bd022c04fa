//! Nonnegative least squares: optimality, agreement with SciPy, warm starts, hostile input, and the
//! derivative.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

mod backward;
mod optimality;
mod own_grams;
mod scipy;
mod termination;

use hntf_solvers::Nnls;
use hntf_tensor::{Matrix, gram};
use numpy_random::RandomState;

fn normal(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.randn())
}

fn uniform(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.random_sample())
}

/// The normal equations of min ‖X − A S‖²: AᵀA and XᵀA.
fn normal_equations(a: &Matrix, x: &Matrix) -> (Matrix, Matrix) {
    let mut g = Matrix::default();
    gram(a, &mut g);
    (g, x.transposed().times(a))
}

/// Sᵀ = q(A, X)ᵀ from a solver without memory.
fn solve(a: &Matrix, x: &Matrix) -> Matrix {
    let (g, right) = normal_equations(a, x);
    let mut t = Matrix::default();
    Nnls::new().solve(&g, &right, &mut t);
    t
}

/// ‖x_j − A s_j‖² for every column.
fn objectives(a: &Matrix, x: &Matrix, t: &Matrix) -> Vec<f64> {
    let model = a.times(&t.transposed());
    let column = |j: usize| {
        (0..x.rows())
            .map(|i| (x[(i, j)] - model[(i, j)]).powi(2))
            .sum()
    };
    (0..x.cols()).map(column).collect()
}

fn assert_close(found: &Matrix, expected: &Matrix, tolerance: f64) {
    assert_eq!(
        (found.rows(), found.cols()),
        (expected.rows(), expected.cols())
    );
    let scale = expected.as_slice().iter().fold(1.0, |m: f64, x| m.max(*x));
    for (f, e) in found.as_slice().iter().zip(expected.as_slice()) {
        assert!((f - e).abs() <= tolerance * scale, "{f} is not {e}");
    }
}
