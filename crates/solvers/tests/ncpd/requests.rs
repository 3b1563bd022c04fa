//! What is served and what is refused; equal requests get equal bits.

use hntf_solvers::{Ncpd, Progress, Signal, Silent, SolverError, Start, StopReason, Stopping};
use hntf_tensor::{CpTensor, DenseTensor, Incomplete, Mask, Matrix, Tensor};
use numpy_random::RandomState;

use crate::{full, noisy, random_factors};

fn protocols() -> Vec<Ncpd> {
    vec![
        Ncpd::default(),
        Ncpd::published(Start::Svd),
        Ncpd::published(Start::Random),
        Ncpd::ssnmf(50),
        Ncpd::scikit_learn(),
    ]
}

fn fit(ncpd: Ncpd, data: &dyn Tensor, rank: usize) -> Result<hntf_solvers::CpFit, SolverError> {
    ncpd.fit(data, rank, &mut RandomState::new(7), &mut Silent)
}

#[test]
fn equal_seeds_give_equal_bits() {
    let data = noisy(&[6, 5, 4], 3, 0.2, &mut RandomState::new(1));
    for ncpd in protocols() {
        let (a, b) = (fit(ncpd, &data, 3).unwrap(), fit(ncpd, &data, 3).unwrap());
        assert_eq!(a.model, b.model);
        assert_eq!(a.outcome, b.outcome);
    }
}

#[test]
fn sizes_of_one_and_ranks_above_the_sizes_are_served() {
    for shape in [vec![1, 1], vec![1, 5, 1], vec![2, 3, 2], vec![3, 1, 2, 2]] {
        let data = noisy(&shape, 2, 0.1, &mut RandomState::new(2));
        for ncpd in protocols() {
            let fit = fit(ncpd, &data, 4).unwrap();
            assert_eq!(fit.model.shape(), shape);
            assert_eq!(fit.model.rank(), 4);
            let finite = |f: &Matrix| f.as_slice().iter().all(|x| x.is_finite() && *x >= 0.0);
            assert!(fit.model.factors().iter().all(finite));
            assert!(fit.error < 0.5, "{shape:?} {ncpd:?}: {}", fit.error);
        }
    }
}

#[test]
fn dense_and_cp_data_give_one_answer() {
    let cp = CpTensor::new(random_factors(&[7, 6, 5], 5, &mut RandomState::new(3))).unwrap();
    let dense = full(cp.factors());
    for ncpd in protocols() {
        let (a, b) = (fit(ncpd, &dense, 3).unwrap(), fit(ncpd, &cp, 3).unwrap());
        let sweeps = a.outcome.iterations.abs_diff(b.outcome.iterations);
        assert!(sweeps <= 1, "{ncpd:?}: {sweeps}");
        assert!((a.error - b.error).abs() < 1e-8);
    }
}

#[test]
fn the_fit_from_given_factors_draws_nothing_and_starts_there() {
    let mut random = RandomState::new(4);
    let data = noisy(&[6, 5, 4], 3, 0.2, &mut random);
    for ncpd in protocols() {
        let start = ncpd
            .start
            .factors(&data, 3, &mut RandomState::new(7))
            .unwrap();
        let from = ncpd.fit_from(&data, start, &mut Silent).unwrap();
        assert_eq!(from.model, fit(ncpd, &data, 3).unwrap().model);
    }
}

#[test]
fn data_of_extreme_scale_is_fitted_like_any_other() {
    let plain = noisy(&[6, 5, 4], 3, 0.2, &mut RandomState::new(5));
    for scale in [1e-60, 1e-5, 1e60] {
        let values = plain.values().iter().map(|x| x * scale).collect();
        let data = DenseTensor::new(vec![6, 5, 4], values).unwrap();
        let (error, expected) = (
            fit(Ncpd::default(), &data, 3).unwrap().error,
            fit(Ncpd::default(), &plain, 3).unwrap().error,
        );
        assert!(
            (error - expected).abs() < 0.02,
            "{scale}: {error} {expected}"
        );
    }
}

#[test]
fn what_cannot_be_factorized_is_refused() {
    let shape_error = |shape: Vec<usize>| SolverError::Shape { shape };
    let ones = |shape: &[usize]| {
        DenseTensor::new(shape.to_vec(), vec![1.0; shape.iter().product()]).unwrap()
    };
    let filled = |value: f64| DenseTensor::new(vec![2, 2], vec![value; 4]).unwrap();
    for ncpd in protocols() {
        let refused = |data: &DenseTensor, rank| fit(ncpd, data, rank).unwrap_err();
        assert_eq!(refused(&ones(&[2, 2]), 0), SolverError::ZeroRank);
        assert_eq!(refused(&ones(&[3]), 1), shape_error(vec![3]));
        assert_eq!(refused(&ones(&[3, 0, 2]), 1), shape_error(vec![3, 0, 2]));
        assert_eq!(refused(&filled(0.0), 1), SolverError::Norm { norm: 0.0 });
        let error = refused(&filled(1e200), 1);
        assert!(matches!(error, SolverError::Norm { norm } if !norm.is_finite()));
    }
}

#[test]
fn a_mask_that_leaves_zeros_alone_is_asked_about() {
    // The known entries are the zeros: the mask was made the wrong way round.
    let data = DenseTensor::new(vec![2, 4], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 0.0]).unwrap();
    let known: Vec<_> = data.values().iter().map(|x| *x == 0.0).collect();
    let mask = Mask::from_flags(vec![2, 4], &known).unwrap();
    let data = Incomplete::dense(data, mask).unwrap();
    for ncpd in protocols() {
        let error = fit(ncpd, &data, 1).unwrap_err();
        assert_eq!(error, SolverError::KnownZero { hidden: Some(0.75) });
        let said = error.to_string();
        assert!(
            said.contains("75 %") && said.contains("wrong way round"),
            "{said}"
        );
    }
}

#[test]
fn an_entry_that_is_negative_or_no_number_is_named() {
    for ncpd in protocols() {
        for (value, said) in [
            (
                -1.0,
                "entry [1, 0] is -1, the first of 2 negative entries, the smallest of which is -1: a nonnegative factorization needs entries ≥ 0",
            ),
            (
                f64::NAN,
                "entry [1, 0] is NaN: every entry must be a finite number",
            ),
            (
                f64::INFINITY,
                "entry [1, 0] is inf: every entry must be a finite number",
            ),
        ] {
            let dense = DenseTensor::new(vec![2, 2], vec![1.0, 0.0, value, value]).unwrap();
            let error = fit(ncpd, &dense, 1).unwrap_err();
            assert_eq!(error.to_string(), said);
            let ones = || Matrix::from_fn(2, 1, |_, _| 1.0);
            let from = ncpd.fit_from(&dense, vec![ones(), ones()], &mut Silent);
            assert_eq!(from.unwrap_err().to_string(), said);
            let factor = Matrix::from_vec(2, 1, vec![1.0, value]);
            let factors = CpTensor::new(vec![ones(), factor]).unwrap();
            let error = fit(ncpd, &factors, 1).unwrap_err().to_string();
            let expected =
                format!("factor 1 (counted from 0) of the data has {value} in row 1, column 0");
            assert!(error.starts_with(&expected), "{error}");
        }
    }
}

#[test]
fn starting_factors_must_fit_the_data() {
    let data = noisy(&[4, 3, 2], 2, 0.1, &mut RandomState::new(6));
    let refused = |shapes: &[(usize, usize)]| {
        let factors = shapes.iter().map(|(n, r)| Matrix::zeros(*n, *r)).collect();
        let ncpd = Ncpd::default();
        ncpd.fit_from(&data, factors, &mut Silent).unwrap_err()
    };
    let wrong: [&[(usize, usize)]; 4] = [
        &[(4, 2), (3, 2)],
        &[(4, 2), (3, 2), (3, 2)],
        &[(4, 2), (3, 1), (2, 2)],
        &[(4, 2), (3, 2), (2, 2), (1, 2)],
    ];
    for found in wrong {
        let expected = vec![(4, 2), (3, 2), (2, 2)];
        let found = found.to_vec();
        assert_eq!(refused(&found), SolverError::StartShape { found, expected });
    }
    assert_eq!(refused(&[]), SolverError::ZeroRank);
}

#[test]
fn an_observer_can_stop_a_fit_and_keeps_what_was_reached() {
    let data = noisy(&[6, 5, 4], 3, 0.2, &mut RandomState::new(8));
    let mut observer = |p: Progress| {
        if p.iteration == 3 {
            Signal::Cancel
        } else {
            Signal::Continue
        }
    };
    let mut random = RandomState::new(7);
    let fit = Ncpd::default()
        .fit(&data, 3, &mut random, &mut observer)
        .unwrap();
    assert_eq!(fit.outcome.reason, StopReason::Cancelled);
    assert_eq!(fit.outcome.trace.last(), Some(&(3, fit.error)));
}

#[test]
fn a_start_from_the_data_needs_a_cp_tensor_of_the_rank() {
    let factors: Vec<_> = [4, 3, 2]
        .map(|n| Matrix::from_fn(n, 2, |i, j| (1 + i + 2 * j) as f64))
        .to_vec();
    let data = CpTensor::new(factors.clone()).unwrap();
    let own = Ncpd {
        start: Start::Data,
        stopping: Stopping::after(0),
        ..Ncpd::default()
    };
    let random = || RandomState::new(0);
    let fit = own.fit(&data, 2, &mut random(), &mut Silent).unwrap();
    assert_eq!(fit.model.factors(), factors);
    assert!(fit.error < 1e-7);
    let refused = |data: &dyn Tensor, rank| own.fit(data, rank, &mut random(), &mut Silent);
    let (rank, found) = (1, Some(2));
    assert_eq!(
        refused(&data, 1).unwrap_err(),
        SolverError::NoFactors { rank, found }
    );
    let (dense, rank, found) = (DenseTensor::from_cp(&data), 2, None);
    assert_eq!(
        refused(&dense, 2).unwrap_err(),
        SolverError::NoFactors { rank, found }
    );
}
