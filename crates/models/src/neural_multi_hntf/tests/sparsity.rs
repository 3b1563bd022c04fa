//! The penalties on the factors and on the weights.

use hntf_solvers::{Silent, StopReason, Stopping};

use super::super::start::descend;
use super::*;
use crate::{Fit, Hierarchy, Model, ModelError, NeuralMultiHntf, SupervisedNeuralMultiHntf};

fn sum(matrices: &[Matrix]) -> f64 {
    matrices.iter().flat_map(Matrix::as_slice).sum()
}

fn zeros(matrices: &[Matrix]) -> usize {
    let entries = matrices.iter().flat_map(Matrix::as_slice);
    entries.filter(|x| **x == 0.0).count()
}

#[test]
fn penalised_training_ends_at_a_stationary_point_of_the_penalised_loss() {
    for case in penalised_cases().into_iter().take(4) {
        let mut joint = case.joint(&case.data, false, true);
        assert!(steepest(&case, &joint) > 0.1);
        (0..6000).for_each(|_| joint.step());
        assert!(zeros(&joint.factors) > 0 && sum(&joint.factors) > 0.0);
        let rate = steepest(&case, &joint);
        assert!(rate < 1e-2, "{rate}");
        close(
            joint.error(),
            case.plain(&joint.factors, &joint.weights, None, 0),
        );
    }
}

#[test]
fn modes_share_the_penalty_evenly_and_labels_do_not_notice() {
    for case in penalised_cases().into_iter().take(2) {
        let mut joint = case.joint(&case.data, true, true);
        joint.factors[0]
            .as_mut_slice()
            .iter_mut()
            .for_each(|x| *x *= 8.0);
        joint = Joint::new(
            &case.data,
            joint.factors,
            joint.weights,
            case.shared(&case.data, true),
            true,
        );
        joint.shared.meet(&case.data, &joint.factors);
        for _ in 0..5 {
            joint.step();
            let sums: Vec<f64> = joint
                .factors
                .iter()
                .map(|f| sum(std::slice::from_ref(f)))
                .collect();
            sums.iter().for_each(|s| close(*s, sums[0]));
            let classifiers = joint.shared.supervision.clone().unwrap().into_classifiers();
            let plain = case.plain(&joint.factors, &joint.weights, Some(&classifiers), 0);
            close(joint.error(), plain);
        }
    }
}

#[test]
fn the_larger_a_penalty_the_more_is_zero() {
    let case = Case::draw(&[12, 10, 8], &[5, 3], 8);
    let norm = case.data.squared_norm();
    let trained = |factors: f64, weights: f64| {
        let mut case = Case::draw(&[12, 10, 8], &[5, 3], 8);
        case.penalties = Penalties {
            factors: factors * norm,
            weights: weights * norm,
        };
        let mut joint = case.joint(&case.data, false, true);
        (0..400).for_each(|_| joint.step());
        (joint.factors.clone(), joint.weights.clone())
    };
    let levels = [0.0, 1e-3, 1e-2, 4e-2];
    let (mut sums, mut counts) = (Vec::new(), Vec::new());
    for level in levels {
        let (factors, _) = trained(level, 1e-3);
        sums.push(sum(&factors));
        counts.push(zeros(&factors));
    }
    assert!(sums.windows(2).all(|s| s[1] < s[0]), "{sums:?}");
    assert!(counts.windows(2).all(|z| z[1] >= z[0]), "{counts:?}");
    assert!(counts[3] > counts[0], "{counts:?}");
    let sums = levels.map(|level| sum(&trained(1e-3, level).1));
    assert!(sums.windows(2).all(|s| s[1] < s[0]), "{sums:?}");
}

fn fitted(model: &dyn Model, case: &Case, ranks: &[usize]) -> Hierarchy {
    let mut request = Fit::new(&case.data, ranks, 3);
    request.labels = &case.labels;
    model.fit(&request, &mut Silent).unwrap()
}

/// Both models with these penalties.
fn models(frozen: bool, l1: f64, weights_l1: f64) -> [Box<dyn Model>; 2] {
    let stopping = Stopping {
        max_iterations: 50,
        ..NeuralMultiHntf::default().stopping
    };
    let plain = NeuralMultiHntf {
        frozen,
        l1,
        weights_l1,
        weight_starts: 2,
        stopping,
        ..NeuralMultiHntf::default()
    };
    let supervised = SupervisedNeuralMultiHntf {
        frozen,
        l1,
        weights_l1,
        weight_starts: 2,
        stopping,
        ..SupervisedNeuralMultiHntf::default()
    };
    [Box::new(plain), Box::new(supervised)]
}

#[test]
fn a_huge_penalty_ends_in_zeros_and_in_a_status() {
    let case = Case::draw(&[8, 7], &[4, 2], 2);
    for (l1, weights_l1, frozen) in [(1e9, 0.0, false), (0.0, 1e9, true), (1e300, 1e300, false)] {
        for model in models(frozen, l1, weights_l1) {
            let found = fitted(&*model, &case, &[4, 2]);
            assert_eq!(found.layers[1].outcome.reason, StopReason::Converged);
            for (_, error) in &found.layers[1].outcome.trace {
                assert!(error.is_finite(), "{error}");
            }
            let coarse = found.layers[1].approximation.factors();
            assert_eq!(sum(coarse), 0.0);
            assert_eq!(
                sum(found.layers[0].approximation.factors()) == 0.0,
                l1 > 0.0
            );
            for layer in &found.layers {
                let classifier = layer.classifier.iter();
                classifier.for_each(|b| assert!(b.as_slice().iter().all(|x| x.is_finite())));
            }
        }
    }
}

#[test]
fn starts_are_compared_by_the_penalised_loss() {
    for case in penalised_cases() {
        for labelled in [false, true] {
            let mut shared = case.shared(&case.data, labelled);
            let mut weights = case.weights.clone();
            let ranked = descend(&mut shared, &mut weights);
            let classifiers = shared.supervision.map(Supervision::into_classifiers);
            let classifiers = classifiers.as_deref();
            close(ranked, case.plain(&case.factors, &weights, classifiers, 1));
            assert!(ranked < case.plain(&case.factors, &case.weights, classifiers, 1));
        }
    }
}

#[test]
fn penalties_that_are_none_or_have_no_minimum_are_refused_at_their_key() {
    let case = Case::draw(&[6, 5], &[3, 2], 1);
    let refused = |model: &dyn Model| {
        let mut request = Fit::new(&case.data, &[3, 2], 0);
        request.labels = &case.labels;
        match model.fit(&request, &mut Silent).unwrap_err() {
            ModelError::Parameter {
                parameter, found, ..
            } => (parameter, found),
            other => panic!("{other}"),
        }
    };
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        for model in models(false, bad, 1.0) {
            assert_eq!(refused(&*model), ("l1", bad.to_string()));
        }
        for model in models(false, 1.0, bad) {
            assert_eq!(refused(&*model), ("weights-l1", bad.to_string()));
        }
    }
    for model in models(true, 0.5, 1.0) {
        assert_eq!(refused(&*model), ("l1", "0.5".to_owned()));
    }
    let free_scale = |l1, weights_l1, frozen| NeuralMultiHntf {
        layer_weights: vec![0.0, 1.0],
        l1,
        weights_l1,
        frozen,
        ..NeuralMultiHntf::default()
    };
    assert_eq!(refused(&free_scale(0.5, 0.0, false)).0, "weights-l1");
    assert_eq!(refused(&free_scale(0.0, 0.5, false)).0, "l1");
    for (l1, weights_l1, frozen) in [(0.5, 0.5, false), (0.0, 0.5, true), (0.0, 0.0, false)] {
        let allowed = free_scale(l1, weights_l1, frozen);
        assert_eq!(allowed.validate(&[6, 5], &[3, 2]), Ok(()));
    }
}
