//! The l1 penalty of NCPD with squared errors.

use hntf_solvers::{Criterion, Ncpd, Silent, SolverError, Stopping, Update};
use hntf_tensor::{CpTensor, DenseTensor, Matrix};
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::counts;

fn traced(update: Update, l1: f64, sweeps: usize) -> Ncpd {
    Ncpd {
        update,
        l1,
        stopping: Stopping {
            check_every: 1,
            ..Stopping::after(sweeps)
        },
        ..Ncpd::default()
    }
}

/// ½‖X − ⟦F⟧‖² + λ Σ F, entry by entry.
fn objective(data: &DenseTensor, factors: &[Matrix], l1: f64) -> f64 {
    let model = DenseTensor::from_cp(&CpTensor::new(factors.to_vec()).unwrap());
    let pairs = data.values().iter().zip(model.values());
    let squares: f64 = pairs.map(|(x, m)| (x - m).powi(2)).sum();
    let sum: f64 = factors.iter().flat_map(Matrix::as_slice).sum();
    0.5 * squares + l1 * sum
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_objective_never_increases(
        shape in prop::collection::vec(1_usize..7, 2..=4), rank in 1_usize..6,
        update in prop::sample::select(vec![Update::Mu, Update::MuSsnmf, Update::Hals]),
        l1 in prop::sample::select(vec![0.01, 0.3, 4.0]), seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let data = counts(&shape, 3, 9.0, &mut random);
        let norm: f64 = data.values().iter().map(|x| x * x).sum();
        let fit = traced(update, l1, 40).fit(&data, rank, &mut random, &mut Silent).unwrap();
        for pair in fit.outcome.trace.windows(2) {
            prop_assert!(pair[1].1 <= pair[0].1 + 1e-12, "{pair:?}");
        }
        let expected = objective(&data, fit.model.factors(), l1) / (0.5 * norm);
        let (_, watched) = *fit.outcome.trace.last().unwrap();
        prop_assert!((watched - expected).abs() < 1e-9 * (1.0 + expected), "{watched} {expected}");
    }
}

#[test]
fn hals_settles_at_the_optimality_conditions_of_the_penalised_problem() {
    for (seed, shape) in [(0, vec![7, 6, 5]), (1, vec![9, 8]), (2, vec![4, 5, 3, 4])] {
        let mut random = RandomState::new(seed);
        let data = counts(&shape, 3, 9.0, &mut random);
        let ncpd = Ncpd {
            l1: 1.5,
            stopping: Stopping {
                max_iterations: 20_000,
                tolerance: 1e-16,
                criterion: Criterion::AbsoluteChange,
                check_every: 1,
            },
            ..Ncpd::default()
        };
        let fit = ncpd.fit(&data, 3, &mut random, &mut Silent).unwrap();
        let factors = fit.model.factors();
        let mut zeros = 0;
        for mode in 0..shape.len() {
            for at in 0..factors[mode].as_slice().len() {
                let moved = |step: f64| {
                    let mut moved = factors.to_vec();
                    moved[mode].as_mut_slice()[at] += step;
                    objective(&data, &moved, 1.5)
                };
                let entry = factors[mode].as_slice()[at];
                zeros += usize::from(entry == 0.0);
                let gradient = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!(
                    entry.min(gradient).abs() < 2e-3,
                    "{shape:?}: {entry} {gradient}"
                );
            }
        }
        assert!(zeros > 0, "{shape:?}");
        // The sums of a component are one number in all modes.
        let sums: Vec<_> = factors.iter().map(Matrix::column_sums).collect();
        for j in 0..3 {
            assert!(
                sums.iter()
                    .all(|s| (s[j] - sums[0][j]).abs() < 1e-3 * (1e-9 + s[j]))
            );
        }
    }
}

#[test]
fn a_larger_penalty_gives_more_zeros_and_none_leaves_the_fit_as_it_was() {
    let mut random = RandomState::new(5);
    let data = counts(&[12, 10, 8], 4, 9.0, &mut random);
    let fit = |l1| {
        let mut random = RandomState::new(2);
        traced(Update::Hals, l1, 200)
            .fit(&data, 4, &mut random, &mut Silent)
            .unwrap()
    };
    let zeros = |l1| {
        let fit = fit(l1);
        let entries = fit.model.factors().iter().flat_map(Matrix::as_slice);
        entries.filter(|f| **f == 0.0).count()
    };
    let counts = [0.0, 3.0, 20.0].map(zeros);
    assert!(counts[0] < counts[1] && counts[1] < counts[2], "{counts:?}");
}

#[test]
fn a_penalty_must_be_a_number_that_is_not_negative() {
    for l1 in [-1.0, f64::NAN, f64::INFINITY] {
        let refused = traced(Update::Mu, l1, 1).validate().unwrap_err();
        assert!(matches!(refused, SolverError::Penalty { .. }));
        assert!(refused.to_string().starts_with("l1 = "), "{refused}");
    }
}
