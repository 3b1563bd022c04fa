//! A fit that is not finite says so, and none becomes so where it need not.

use hntf_solvers::{Loss, Ncpd, Silent, Start, StopReason, Stopping, Update};
use hntf_tensor::{DenseTensor, Incomplete, Mask, Matrix, SparseTensor, Tensor};
use numpy_random::RandomState;

use crate::noisy;

/// Every update with every loss it serves.
fn updates() -> Vec<Ncpd> {
    let mut all = Vec::new();
    for update in [
        Update::Mu,
        Update::MuSsnmf,
        Update::MuScikitLearn,
        Update::Hals,
    ] {
        for loss in [Loss::Frobenius, Loss::KullbackLeibler] {
            let ncpd = Ncpd {
                update,
                loss,
                ..Ncpd::default()
            };
            all.extend(ncpd.validate().is_ok().then_some(ncpd));
        }
    }
    all
}

fn with_and_without_hidden(data: &DenseTensor) -> [Box<dyn Tensor>; 2] {
    let mask = Mask::hiding(data.shape().to_vec(), vec![0, 1, 1, 2, 0, 1]).unwrap();
    let hidden = Incomplete::dense(data.clone(), mask).unwrap();
    [Box::new(data.clone()), Box::new(hidden)]
}

#[test]
fn a_fit_that_is_not_finite_has_diverged_whatever_its_update_its_stopping_and_its_mask() {
    let data = noisy(&[4, 3, 5], 2, 0.1, &mut RandomState::new(1));
    let rules = [Stopping::default(), Stopping::after(5)];
    for data in with_and_without_hidden(&data) {
        for (ncpd, stopping) in updates()
            .into_iter()
            .flat_map(|n| rules.map(|rule| (n, rule)))
        {
            let ncpd = Ncpd { stopping, ..ncpd };
            let of = |n: &usize| Matrix::from_fn(*n, 2, |_, _| f64::NAN);
            let start = data.shape().iter().map(of).collect();
            let fit = ncpd.fit_from(&*data, start, &mut Silent).unwrap();
            let reason = fit.outcome.reason;
            assert_eq!(reason, StopReason::Diverged, "{ncpd:?}");
            // At once where there are checks, at the end where there are none.
            let expected = stopping.max_iterations.min(stopping.check_every);
            assert_eq!(fit.outcome.iterations, expected, "{ncpd:?}");
        }
    }
}

#[test]
fn more_entries_than_can_be_counted_do_not_spoil_the_scikit_learn_start() {
    // 2⁷⁰ entries, three of them above zero.
    let indices = [[3; 7], [500; 7], [1000; 7]].concat();
    let data = SparseTensor::from_coordinates(vec![1024; 7], indices, vec![1.0, 2.0, 3.0]).unwrap();
    let start = Start::ScikitLearn
        .factors(&data, 2, &mut RandomState::new(1))
        .unwrap();
    // |N(0, 1)| times the seventh root of the mean over the rank.
    let scale = (6.0 / 70f64.exp2() / 2.0).powf(1.0 / 7.0);
    let mean = start[0].as_slice().iter().sum::<f64>() / 2048.0 / scale;
    assert!((mean - 0.798).abs() < 0.05, "{mean}");
    let mut random = RandomState::new(1);
    let fit = Ncpd::scikit_learn().fit(&data, 2, &mut random, &mut Silent);
    let fit = fit.unwrap();
    assert_ne!(fit.outcome.reason, StopReason::Diverged);
    assert!(fit.error <= 1.0, "{}", fit.error);
}
