//! The solver ends with finite nonnegative weights, whatever it is given.

use hntf_solvers::Nnls;
use hntf_tensor::{Matrix, gram};
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::{normal, solve};

/// Solves twice, the second time from the passive sets of the first, and checks the weights.
fn assert_finite(g: &Matrix, right: &Matrix) -> Matrix {
    let (mut solver, mut t) = (Nnls::new(), Matrix::default());
    for _ in 0..2 {
        solver.solve(g, right, &mut t);
        assert_eq!((t.rows(), t.cols()), (right.rows(), right.cols()));
        for s in t.as_slice() {
            assert!(*s >= 0.0 && s.is_finite() && s.is_sign_positive(), "{s}");
        }
    }
    let mut u = Matrix::default();
    solver.backward(g, &t, right, &mut u);
    assert_eq!((u.rows(), u.cols()), (right.rows(), right.cols()));
    t
}

#[test]
fn a_right_side_or_a_gram_of_zeros_gives_zero_weights() {
    let mut random = RandomState::new(1);
    let a = normal(6, 4, &mut random);
    for (a, x) in [
        (a.clone(), Matrix::zeros(6, 3)),
        (a.clone(), Matrix::from_fn(6, 3, |_, _| -0.0)),
        (Matrix::zeros(6, 4), normal(6, 3, &mut random)),
    ] {
        let zeros = solve(&a, &x);
        assert!(zeros.as_slice().iter().all(|s| s.to_bits() == 0));
    }
    // No data makes this right side: its unconstrained problem has no minimum.
    assert_finite(
        &Matrix::zeros(3, 3),
        &Matrix::from_vec(1, 3, vec![1.0, -1.0, 0.0]),
    );
}

#[test]
fn batches_without_problems_or_unknowns_are_solved() {
    for (n, k) in [(0, 3), (3, 0), (0, 0)] {
        assert_finite(&Matrix::identity(k), &Matrix::zeros(n, k));
    }
}

#[test]
fn a_solver_may_change_its_shape_between_batches() {
    let (mut solver, mut t) = (Nnls::new(), Matrix::default());
    for (n, k) in [(3, 2), (1, 70), (4, 3), (3, 2)] {
        let right = Matrix::from_fn(n, k, |i, j| 1.0 + (i + j) as f64);
        solver.solve(&Matrix::identity(k), &right, &mut t);
        assert_eq!(t, right);
    }
}

#[test]
fn nearly_singular_grams_do_not_cycle() {
    // Columns that differ by 10⁻⁹ … 10⁻⁵ of their length: whether they are independent is for
    // rounding to decide.
    for seed in 0..400 {
        let mut random = RandomState::new(seed);
        let (common, own) = (normal(14, 1, &mut random), normal(14, 10, &mut random));
        let part = 10_f64.powf(-5.0 - 4.0 * random.random_sample());
        let a = Matrix::from_fn(14, 10, |i, j| common[(i, 0)] + part * own[(i, j)]);
        let mut g = Matrix::default();
        gram(&a, &mut g);
        let right = normal(14, 12, &mut random).transposed().times(&a);
        assert_finite(&g, &right);
    }
}

/// Numbers that upset comparisons, and ordinary ones.
fn hostile() -> impl Strategy<Value = f64> {
    let upsetting = prop::sample::select(vec![
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        0.0,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        1e-160,
        1e160,
    ]);
    prop_oneof![1 => upsetting, 2 => -3.0..3.0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    // Not even symmetric, let alone semidefinite.
    #[test]
    fn any_numbers_at_all_end_in_finite_weights(
        k in 1_usize..6, n in 0_usize..4, numbers in prop::collection::vec(hostile(), 60),
    ) {
        let g = Matrix::from_vec(k, k, numbers[..k * k].to_vec());
        let right = Matrix::from_vec(n, k, numbers[30..30 + n * k].to_vec());
        assert_finite(&g, &right);
    }

    #[test]
    fn symmetric_indefinite_grams_end_in_finite_weights(k in 1_usize..9, n in 1_usize..5, seed: u32) {
        let mut random = RandomState::new(seed);
        let half = normal(k, k, &mut random);
        let g = Matrix::from_fn(k, k, |i, j| half[(i, j)] + half[(j, i)]);
        assert_finite(&g, &normal(n, k, &mut random));
    }
}
