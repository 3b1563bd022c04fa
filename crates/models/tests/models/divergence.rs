//! Multi-HNTF under the Kullback-Leibler divergence, its penalty, and data with hidden entries.

use hntf_models::{
    Fit, Hnmf, Model, ModelError, MultiHntf, NeuralHncpd, SharedUpdate, StandardHncpd,
};
use hntf_solvers::{Loss, Ncpd, Silent, SolverError, Start, Stopping, Update};
use hntf_tensor::{CpTensor, DenseTensor, Incomplete, Mask, Matrix, Scratch, Tensor, divergence};
use numpy_random::RandomState;

use crate::{assert_close, assert_same_factors, fit, noisy, random_cp, uniform};

/// Counts, many of them zero.
fn counts(shape: &[usize], random: &mut RandomState) -> DenseTensor {
    let mut data = DenseTensor::from_cp(&random_cp(shape, 4, random));
    for x in data.values_mut() {
        *x = (3.0 * *x * random.random_sample()).floor();
    }
    data
}

fn first_layer() -> Ncpd {
    Ncpd {
        loss: Loss::KullbackLeibler,
        ..Ncpd::published(Start::Random)
    }
}

/// One update of W by the full model tensor: N_m = F_mᵀ MTTKRP_m(X ⊘ X̂), D_m the same of ones.
fn plain_step(
    data: &DenseTensor,
    factors: &[Matrix],
    w: &Matrix,
    update: SharedUpdate,
    l1: f64,
) -> Matrix {
    let coarse: Vec<_> = factors.iter().map(|f| f.times(w)).collect();
    let model = DenseTensor::from_cp(&CpTensor::new(coarse.clone()).unwrap());
    let pairs = data.values().iter().zip(model.values());
    let quotients = pairs.map(|(x, m)| x / m.max(1e-10)).collect();
    let quotients = DenseTensor::new(data.shape().to_vec(), quotients).unwrap();
    let ones = vec![1.0; data.values().len()];
    let ones = DenseTensor::new(data.shape().to_vec(), ones).unwrap();
    let order = factors.len() as f64;
    let fractions: Vec<_> = (0..factors.len())
        .map(|mode| {
            let of = |tensor: &DenseTensor| {
                let mut out = Matrix::default();
                tensor.mttkrp(&coarse, mode, &mut out, &mut Scratch::new());
                factors[mode].transposed().times(&out)
            };
            (of(&quotients), of(&ones))
        })
        .collect();
    Matrix::from_fn(w.rows(), w.cols(), |i, j| {
        let terms = fractions
            .iter()
            .map(|(n, d)| (n[(i, j)], d[(i, j)] + l1 / order));
        match update {
            SharedUpdate::Damped | SharedUpdate::ByOrder => {
                let sum: f64 = terms.map(|(n, d)| n / (1e-10 + d)).sum();
                w[(i, j)] * (order + sum) / (2.0 * order)
            }
            SharedUpdate::Symmetric => {
                let (n, d) = terms.fold((0.0, 0.0), |(a, b), (n, d)| (a + n, b + d));
                w[(i, j)] * (n / (1e-10 + d)).powf(1.0 / order)
            }
        }
    })
}

#[test]
fn the_iterates_are_those_of_the_full_model_tensor() {
    for (shape, ranks) in [
        (vec![8, 7], vec![4, 3, 2]),
        (vec![6, 5, 4], vec![4, 3, 2]),
        (vec![3, 4, 3, 2], vec![4, 2]),
    ] {
        for update in [SharedUpdate::Damped, SharedUpdate::Symmetric] {
            for l1 in [0.0, 2.0] {
                let data = counts(&shape, &mut RandomState::new(1));
                let model = MultiHntf {
                    first_layer: first_layer(),
                    iterations: 20,
                    update,
                    loss: Loss::KullbackLeibler,
                    l1,
                    ..MultiHntf::default()
                };
                let found = fit(&model, &data, &ranks, 0);
                let mut random = RandomState::new(3);
                let mut factors = found.layers[0].approximation.factors().to_vec();
                for l in 1..ranks.len() {
                    let mut w = uniform(ranks[l - 1], ranks[l], &mut random);
                    for _ in 0..20 {
                        w = plain_step(&data, &factors, &w, update, l1);
                    }
                    let mut relations = found.relations_between(l - 1, l);
                    assert_close(&relations.next().unwrap().weights, &w, 1e-8);
                    factors = factors.iter().map(|f| f.times(&w)).collect();
                    assert_same_factors(&found.layers[l].approximation, &factors, 1e-8);
                }
            }
        }
    }
}

#[test]
fn the_divergence_goes_down_and_is_recorded() {
    for (seed, shape) in [(1, vec![9, 8]), (2, vec![7, 6, 5]), (3, vec![4, 5, 3, 4])] {
        let data = counts(&shape, &mut RandomState::new(seed));
        for update in [SharedUpdate::Damped, SharedUpdate::Symmetric] {
            let model = MultiHntf {
                first_layer: first_layer(),
                iterations: 200,
                update,
                loss: Loss::KullbackLeibler,
                ..MultiHntf::default()
            };
            let found = fit(&model, &data, &[4, 2], 0);
            let layer = &found.layers[1];
            let trace = &layer.outcome.trace;
            assert!(trace[19].1 < trace[0].1, "{update:?}: {trace:?}");
            if update == SharedUpdate::Symmetric {
                assert!(
                    trace
                        .windows(2)
                        .all(|p| p[1].1 <= p[0].1 + 1e-9 * data.sum())
                );
            }
            let factors = layer.approximation.factors();
            let expected = divergence(&data, factors, 1e-10, &mut Scratch::new());
            assert!((trace[19].1 - expected).abs() < 1e-9 * (1.0 + expected));
        }
    }
}

#[test]
fn a_penalty_makes_the_weights_smaller_under_either_loss() {
    let data = counts(&[8, 7, 6], &mut RandomState::new(4));
    for loss in [Loss::Frobenius, Loss::KullbackLeibler] {
        let sum = |l1| {
            let model = MultiHntf {
                first_layer: first_layer(),
                update: SharedUpdate::Symmetric,
                loss,
                l1,
                ..MultiHntf::default()
            };
            let found = fit(&model, &data, &[4, 2], 0);
            let mut relations = found.relations_between(0, 1);
            let weights = &relations.next().unwrap().weights;
            weights.as_slice().iter().sum::<f64>()
        };
        let sums = [0.0, 20.0, 200.0].map(sum);
        assert!(sums[0] > sums[1] && sums[1] > sums[2], "{loss:?}: {sums:?}");
    }
}

#[test]
fn settings_no_fit_could_serve_are_found_before_any() {
    let hals = Ncpd {
        loss: Loss::KullbackLeibler,
        ..Ncpd::default()
    };
    let data = noisy(&[6, 5], 3, 0.1, &mut RandomState::new(5));
    let request = Fit::new(&data, &[3, 2], 0);
    let refused = |model: &dyn Model| model.fit(&request, &mut Silent).unwrap_err();
    let expected = ModelError::Solver(SolverError::HalsLoss);
    let multi = MultiHntf {
        first_layer: hals,
        ..MultiHntf::default()
    };
    assert_eq!(refused(&multi), expected);
    // A layer above the first, too.
    let standard = StandardHncpd {
        nmf: hals,
        ..StandardHncpd::default()
    };
    assert_eq!(standard.validate(&[6, 5], &[3, 2]).unwrap_err(), expected);
    let hnmf = Hnmf { nmf: hals };
    assert_eq!(hnmf.validate(&[6, 5], &[3, 2]).unwrap_err(), expected);
    let multi = MultiHntf {
        l1: -1.0,
        ..MultiHntf::default()
    };
    assert!(matches!(
        refused(&multi),
        ModelError::Parameter {
            parameter: "l1",
            ..
        }
    ));
}

#[test]
fn neural_hncpd_sees_hidden_entries_filled_by_the_first_layer() {
    let mut random = RandomState::new(6);
    let data = noisy(&[7, 6, 5], 3, 0.1, &mut random);
    let observed: Vec<_> = (0..210).map(|_| random.random_sample() > 0.3).collect();
    let mask = Mask::from_flags(vec![7, 6, 5], &observed).unwrap();
    let seen = Incomplete::dense(data, mask).unwrap();
    let first_layer = Ncpd {
        update: Update::Hals,
        stopping: Stopping::after(30),
        ..Ncpd::default()
    };
    let neural = NeuralHncpd {
        first_layer,
        epochs: 20,
        ..NeuralHncpd::default()
    };
    let found = fit(&neural, &seen, &[3, 2], 0);
    let request = Fit::new(&seen, &[3, 2], 3);
    let first = neural.first_layer().fit(&request, &mut Silent).unwrap();
    let whole = seen.completed_with(&first.fit.model).unwrap().unwrap();
    let request = Fit::new(&*whole, &[3, 2], 3);
    let expected = neural.stack(&request, &first, &mut Silent).unwrap();
    for (a, b) in found.layers.iter().zip(&expected.layers) {
        assert_eq!(a.approximation, b.approximation);
    }
}
