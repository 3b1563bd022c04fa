//! NCPD under the Kullback-Leibler divergence.

use hntf_solvers::{Loss, Ncpd, Silent, SolverError, Start, Stopping, Update};
use hntf_tensor::{CpTensor, DenseTensor, SparseTensor, Tensor};
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::{counts, fixture, plain_divergence, uniform};

fn traced(update: Update, sweeps: usize) -> Ncpd {
    Ncpd {
        update,
        loss: Loss::KullbackLeibler,
        stopping: Stopping {
            check_every: 1,
            ..Stopping::after(sweeps)
        },
        ..Ncpd::default()
    }
}

/// The nonzeros of a dense tensor.
fn sparse(data: &DenseTensor) -> SparseTensor {
    let (shape, mut indices, mut values) = (data.shape().to_vec(), Vec::new(), Vec::new());
    for (at, x) in data.values().iter().enumerate().filter(|(_, x)| **x > 0.0) {
        let mut rest = at;
        let mut index: Vec<_> = shape
            .iter()
            .rev()
            .map(|n| {
                let i = rest % n;
                rest /= n;
                u32::try_from(i).unwrap()
            })
            .collect();
        index.reverse();
        indices.extend(index);
        values.push(*x);
    }
    SparseTensor::from_coordinates(shape, indices, values).unwrap()
}

#[test]
fn order_2_iterates_are_scikit_learns() {
    for case in fixture::read().scikit_learn {
        let data = DenseTensor::from_matrix(case.x.matrix());
        let ncpd = Ncpd {
            start: Start::ScikitLearn,
            ..traced(Update::MuScikitLearn, case.iterations)
        };
        let mut random = RandomState::new(case.seed);
        let fit = ncpd
            .fit(&data, case.rank, &mut random, &mut Silent)
            .unwrap();
        let what = format!("{} iterations", case.iterations);
        case.w.assert_equals(&fit.model.factors()[0], 1e-9, &what);
        case.t.assert_equals(&fit.model.factors()[1], 1e-9, &what);
        let (_, watched) = *fit.outcome.trace.last().unwrap();
        assert!((watched - case.divergence).abs() < 1e-9 * case.divergence);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_divergence_never_increases(
        shape in prop::collection::vec(1_usize..7, 2..=4), rank in 1_usize..6,
        update in prop::sample::select(vec![Update::Mu, Update::MuSsnmf, Update::MuScikitLearn]),
        l1 in prop::sample::select(vec![0.0, 0.5]), seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let data = counts(&shape, 3, 9.0, &mut random);
        let ncpd = Ncpd { l1, ..traced(update, 40) };
        let fit = ncpd.fit(&data, rank, &mut random, &mut Silent).unwrap();
        for pair in fit.outcome.trace.windows(2) {
            // The guards may cost what they add to a model that they hold above zero.
            let rounding = 1e-6 * if update == Update::MuScikitLearn { 1.0 } else { 1e-3 };
            prop_assert!(pair[1].1 <= pair[0].1 + rounding * data.sum(), "{pair:?}");
        }
        for factor in fit.model.factors() {
            prop_assert!(factor.as_slice().iter().all(|f| *f >= 0.0 && f.is_finite()));
        }
        let penalty: f64 = fit.model.factors().iter().flat_map(hntf_tensor::Matrix::as_slice).sum();
        let full = DenseTensor::from_cp(&fit.model);
        let expected = plain_divergence(data.values(), full.values()) + l1 * penalty;
        let (_, watched) = *fit.outcome.trace.last().unwrap();
        prop_assert!((watched - expected).abs() <= 1e-5 * (1.0 + expected), "{watched} {expected}");
    }
}

#[test]
fn sparse_dense_and_cp_data_give_one_answer() {
    let mut random = RandomState::new(3);
    let data = counts(&[7, 6, 5], 3, 3.0, &mut random);
    let nonzeros = sparse(&data);
    assert!(nonzeros.nnz() < 180);
    let start: Vec<_> = [7, 6, 5].map(|n| uniform(n, 3, &mut random)).to_vec();
    let fit = |data: &dyn Tensor| {
        traced(Update::Mu, 30)
            .fit_from(data, start.clone(), &mut Silent)
            .unwrap()
    };
    let close = |a: &hntf_solvers::CpFit, b: &hntf_solvers::CpFit| {
        assert!((a.error - b.error).abs() < 1e-9);
        for (f, g) in a.model.factors().iter().zip(b.model.factors()) {
            let pairs = f.as_slice().iter().zip(g.as_slice());
            assert!(
                pairs
                    .into_iter()
                    .all(|(f, g)| (f - g).abs() < 1e-9 * (1.0 + g))
            );
        }
    };
    close(&fit(&data), &fit(&nonzeros));
    let cp = CpTensor::new([7, 6, 5].map(|n| uniform(n, 4, &mut random)).to_vec()).unwrap();
    close(&fit(&cp), &fit(&DenseTensor::from_cp(&cp)));
}

#[test]
fn it_settles_at_the_optimality_conditions_and_on_the_data_s_sum() {
    let mut random = RandomState::new(11);
    let data = counts(&[6, 5, 4], 2, 20.0, &mut random);
    let fit = traced(Update::Mu, 20_000)
        .fit(&data, 2, &mut random, &mut Silent)
        .unwrap();
    let value = |factors: &[hntf_tensor::Matrix]| {
        let model = DenseTensor::from_cp(&CpTensor::new(factors.to_vec()).unwrap());
        plain_divergence(data.values(), model.values())
    };
    // A minimiser of D has the sum of the data.
    let model = DenseTensor::from_cp(&fit.model);
    assert!((model.sum() / data.sum() - 1.0).abs() < 1e-9);
    for mode in 0..3 {
        for at in 0..fit.model.factors()[mode].as_slice().len() {
            let at_entry = |step: f64| {
                let mut moved = fit.model.factors().to_vec();
                moved[mode].as_mut_slice()[at] += step;
                value(&moved)
            };
            let entry = fit.model.factors()[mode].as_slice()[at];
            let gradient = (at_entry(1e-5) - at_entry(0.0)) / 1e-5;
            assert!(
                entry.min(gradient).abs() < 2e-2,
                "{mode} {at}: {entry} {gradient}"
            );
        }
    }
}

#[test]
fn hals_refuses_the_divergence_and_says_what_to_do() {
    let ncpd = Ncpd {
        loss: Loss::KullbackLeibler,
        ..Ncpd::default()
    };
    assert_eq!(ncpd.validate(), Err(SolverError::HalsLoss));
    let message = SolverError::HalsLoss.to_string();
    assert!(
        message.contains("kullback-leibler") && message.contains("update = \"mu\""),
        "{message}"
    );
    let data = counts(&[4, 3], 2, 5.0, &mut RandomState::new(0));
    let refused = ncpd.fit(&data, 2, &mut RandomState::new(0), &mut Silent);
    assert_eq!(refused.unwrap_err(), SolverError::HalsLoss);
}
