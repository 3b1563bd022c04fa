//! What the updates promise: errors that never grow, and stationary points where they settle.

use hntf_solvers::{Criterion, Ncpd, Silent, Start, Stopping, Update, balance_columns};
use hntf_tensor::{DenseTensor, Matrix, Scratch, Tensor, gram, hadamard_of_grams};
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::{full, noisy, random_factors};

const UPDATES: [Update; 4] = [
    Update::Mu,
    Update::MuSsnmf,
    Update::MuScikitLearn,
    Update::Hals,
];

/// A fit that records its error after every one of at most `sweeps` sweeps.
fn traced(update: Update, start: Start, sweeps: usize, tolerance: f64) -> Ncpd {
    let stopping = Stopping {
        max_iterations: sweeps,
        tolerance,
        criterion: Criterion::AbsoluteChange,
        check_every: 1,
    };
    Ncpd {
        update,
        start,
        stopping,
        ..Ncpd::default()
    }
}

/// The largest |min(F, ∇F)| over all entries, with F balanced and the gradient over ‖X‖².
fn kkt_residual(data: &DenseTensor, factors: &[Matrix]) -> f64 {
    let mut factors = factors.to_vec();
    balance_columns(&mut factors);
    let mut grams = vec![Matrix::default(); factors.len()];
    for (g, f) in grams.iter_mut().zip(&factors) {
        gram(f, g);
    }
    let (mut h, mut m, mut worst) = (Matrix::default(), Matrix::default(), 0.0_f64);
    for mode in 0..factors.len() {
        data.mttkrp(&factors, mode, &mut m, &mut Scratch::new());
        hadamard_of_grams(&grams, Some(mode), &mut h);
        let model = factors[mode].times(&h);
        let triples = factors[mode].as_slice().iter().zip(model.as_slice());
        for ((f, model), m) in triples.zip(m.as_slice()) {
            worst = worst.max(f.min((model - m) / data.squared_norm()).abs());
        }
    }
    worst
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_error_never_increases(
        shape in prop::collection::vec(1_usize..7, 2..=4), rank in 1_usize..6,
        svd: bool, update in prop::sample::select(UPDATES.to_vec()), seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let data = noisy(&shape, 3, 0.3, &mut random);
        let start = if svd { Start::Svd } else { Start::Random };
        let fit = traced(update, start, 40, 0.0).fit(&data, rank, &mut random, &mut Silent).unwrap();
        for pair in fit.outcome.trace.windows(2) {
            // Its square is a difference of norms, known to some units of the last place of ‖X‖².
            prop_assert!(pair[1].1.powi(2) <= pair[0].1.powi(2) + 1e-14, "{pair:?}");
        }
        for factor in fit.model.factors() {
            prop_assert!(factor.as_slice().iter().all(|f| *f >= 0.0 && f.is_finite()));
        }
    }

    #[test]
    fn balancing_keeps_the_tensor_and_equalises_the_norms(
        shape in prop::collection::vec(1_usize..7, 2..=4), rank in 1_usize..5, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let mut factors = random_factors(&shape, rank, &mut random);
        for factor in &mut factors {
            let scales: Vec<_> = (0..rank).map(|_| (6.0 * random.randn()).exp()).collect();
            factor.scale_columns(&scales);
        }
        let before = full(&factors);
        balance_columns(&mut factors);
        for (a, b) in full(&factors).values().iter().zip(before.values()) {
            prop_assert!((a - b).abs() <= 1e-12 * b.abs());
        }
        let norms: Vec<_> = factors.iter().map(Matrix::column_norms).collect();
        for (j, first) in norms[0].iter().enumerate() {
            prop_assert!(norms.iter().all(|n| (n[j] / first - 1.0).abs() < 1e-12));
        }
    }
}

#[test]
fn balancing_leaves_a_component_with_a_zero_column_alone() {
    let mut random = RandomState::new(4);
    let mut factors = random_factors(&[4, 3, 5], 2, &mut random);
    factors[1].scale_columns(&[0.0, 1.0]);
    let before = factors.clone();
    balance_columns(&mut factors);
    for (f, b) in factors.iter().zip(&before) {
        assert!((0..f.rows()).all(|i| f[(i, 0)] == b[(i, 0)] && f[(i, 1)].is_finite()));
    }
    assert_ne!(factors, before);
}

#[test]
fn hals_settles_where_the_optimality_conditions_hold() {
    for (seed, shape) in [(0, vec![9, 8, 7]), (1, vec![12, 10]), (2, vec![5, 6, 4, 5])] {
        let mut random = RandomState::new(seed);
        let data = noisy(&shape, 3, 0.2, &mut random);
        let hals = traced(Update::Hals, Start::Random, 20_000, 1e-15);
        let fit = hals.fit(&data, 3, &mut random, &mut Silent).unwrap();
        let residual = kkt_residual(&data, fit.model.factors());
        assert!(residual < 1e-6, "{shape:?}: {residual}");
    }
}

#[test]
fn hals_is_at_least_as_low_as_multiplicative_updates_after_the_same_sweeps() {
    for seed in 0..10 {
        let mut random = RandomState::new(seed);
        let data = noisy(&[10, 9, 8], 4, 0.05, &mut random);
        let start = random_factors(data.shape(), 4, &mut random);
        let error = |update| {
            let fit = traced(update, Start::Random, 100, 0.0);
            fit.fit_from(&data, start.clone(), &mut Silent)
                .unwrap()
                .error
        };
        let (hals, mu) = (error(Update::Hals), error(Update::Mu));
        assert!(hals <= mu + 1e-9, "seed {seed}: {hals} > {mu}");
    }
}

#[test]
fn an_exact_decomposition_is_found_to_many_digits() {
    let mut random = RandomState::new(6);
    let data = noisy(&[7, 6, 5], 2, 0.0, &mut random);
    let fit = traced(Update::Hals, Start::Random, 5000, 1e-16)
        .fit(&data, 2, &mut random, &mut Silent)
        .unwrap();
    assert!(fit.error < 1e-7, "{}", fit.error);
}

#[test]
fn hals_revives_a_component_that_is_zero_in_one_mode() {
    for mode in 0..3 {
        let mut random = RandomState::new(7);
        let data = noisy(&[8, 7, 6], 3, 0.05, &mut random);
        let alive = random_factors(data.shape(), 3, &mut random);
        let mut dead = alive.clone();
        dead[mode].scale_columns(&[1.0, 0.0, 1.0]);
        let hals = traced(Update::Hals, Start::Random, 500, 1e-10);
        let [alive, dead] = [alive, dead].map(|start| hals.fit_from(&data, start, &mut Silent));
        let (alive, dead) = (alive.unwrap(), dead.unwrap());
        assert!((alive.error - dead.error).abs() < 1e-6, "mode {mode}");
        let norms = dead.model.factors().iter().map(Matrix::column_norms);
        assert!(norms.flatten().all(|n| n > 0.1), "mode {mode}");
    }
}
