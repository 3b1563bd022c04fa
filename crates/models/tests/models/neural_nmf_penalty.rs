//! The l1 penalty of Neural NMF.

use hntf_models::{
    GradientSettings, Hierarchy, LabelUse, Model, ModelError, NeuralNmf, NeuralStart, NmfLoss,
    NmfNetwork, Training,
};
use hntf_solvers::{Criterion, Ncpd, Objective, Silent, Stopping, Update};
use hntf_tensor::{DenseTensor, Matrix};
use numpy_random::RandomState;

use crate::{fit, noisy, uniform};

fn data() -> DenseTensor {
    noisy(&[12, 17], 4, 0.2, &mut RandomState::new(1))
}

fn penalised(l1: f64) -> NeuralNmf {
    NeuralNmf {
        l1,
        ..NeuralNmf::default()
    }
}

/// ‖X − A Tᵀ‖² + 2 λ (ΣA + ΣT), entry by entry.
fn objective(data: &DenseTensor, factors: &[Matrix], l1: f64) -> f64 {
    let model = factors[0].times(&factors[1].transposed());
    let pairs = data.values().iter().zip(model.as_slice());
    let squares: f64 = pairs.map(|(x, m)| (x - m).powi(2)).sum();
    let sum: f64 = factors.iter().flat_map(Matrix::as_slice).sum();
    squares + 2.0 * l1 * sum
}

/// How far the factors of X ≈ A Tᵀ are from the optimality conditions of ½‖X − A Tᵀ‖² + λ (ΣA + ΣT):
/// half the gradient's part that nonnegativity does not stop.
fn stationarity(data: &DenseTensor, factors: &[Matrix], l1: f64) -> f64 {
    let (m, n) = (factors[0].rows(), factors[1].rows());
    let x = Matrix::from_vec(m, n, data.values().to_vec());
    let model = factors[0].times(&factors[1].transposed());
    let residual = Matrix::from_fn(m, n, |i, j| model[(i, j)] - x[(i, j)]);
    let by_a = residual.times(&factors[1]);
    let by_t = residual.transposed().times(&factors[0]);
    let mut worst = 0.0_f64;
    for (gradient, factor) in [by_a, by_t].iter().zip(factors) {
        for (g, f) in gradient.as_slice().iter().zip(factor.as_slice()) {
            let slope = g + l1;
            worst = worst.max(if *f > 0.0 { slope.abs() } else { -slope });
        }
    }
    worst
}

#[test]
fn one_layer_settles_where_ncpd_does_with_the_same_penalty() {
    let (data, l1) = (data(), 0.4);
    let stopping = Stopping {
        max_iterations: 20_000,
        tolerance: 0.0,
        criterion: Criterion::DecreaseOverFirst,
        check_every: 1,
    };
    let model = NeuralNmf {
        stopping,
        ..penalised(l1)
    };
    let found = fit(&model, &data, &[3], 0);
    let factors = found.layers[0].approximation.factors();
    let off = stationarity(&data, factors, l1);
    assert!(off < 1e-4, "{off}");
    // The loss is 2/N times the objective of NCPD.
    let (_, watched) = *found.layers[0].outcome.trace.last().unwrap();
    let here = objective(&data, factors, l1);
    assert!((watched * 204.0 - here).abs() < 1e-9 * here);
    // And NCPD, from there, finds nothing better nearby; from its own start it comes as low.
    let ncpd = Ncpd {
        update: Update::Hals,
        l1,
        stopping: Stopping::after(5000),
        ..Ncpd::default()
    };
    let other = ncpd.fit(&data, 3, &mut RandomState::new(3), &mut Silent);
    let other = other.unwrap().model.into_factors();
    let there = objective(&data, &other, l1);
    assert!((here - there).abs() < 1e-6 * there, "{here} {there}");
    // Where NCPD settles, the network's gradient vanishes too.
    let mut network = NmfNetwork::new(&data, NmfLoss::Energy, vec![1.0], None).with_l1(l1);
    let a = &other[..1];
    let loss = network.loss(a);
    assert!((loss * 204.0 - there).abs() < 1e-9 * there);
    let mut gradient = vec![Matrix::default()];
    network.gradient(a, &mut gradient);
    for (g, a) in gradient[0].as_slice().iter().zip(a[0].as_slice()) {
        let off = if *a > 0.0 { g.abs() } else { -g };
        assert!(off < 1e-6, "{a} {g}");
    }
}

#[test]
fn the_larger_the_penalty_the_sparser_the_factors_of_every_layer() {
    let data = data();
    let zeros = |found: &Hierarchy| -> Vec<usize> {
        let top = &found.layers[1].approximation.factors()[1];
        let first = found.layers[0].approximation.factors();
        [&first[0], &first[1], &found.relations[0].weights, top]
            .map(|m| m.as_slice().iter().filter(|x| **x == 0.0).count())
            .to_vec()
    };
    for loss in [NmfLoss::Energy, NmfLoss::Reconstruction] {
        let total = |l1: f64| {
            let model = NeuralNmf {
                loss,
                ..penalised(l1)
            };
            zeros(&fit(&model, &data, &[5, 3], 0)).iter().sum::<usize>()
        };
        let [none, some, much] = [0.0, 0.3, 1.0].map(total);
        assert!(none < some && some < much, "{none} {some} {much}");
        // A penalty beyond anything the data could repay leaves no S, in any layer, and no A but
        // what the last steps towards zero are too short for.
        let model = NeuralNmf {
            loss,
            ..penalised(1e3)
        };
        let found = fit(&model, &data, &[5, 3], 0);
        let [_, first, _, top] = zeros(&found)[..] else {
            panic!("four matrices")
        };
        assert_eq!([first, top], [17 * 5, 17 * 3]);
        for a in [&found.layers[0].topics[0], &found.relations[0].weights] {
            assert!(a.as_slice().iter().all(|x| *x < 1e-4), "{a:?}");
        }
    }
}

#[test]
fn quasi_newton_steps_never_raise_a_penalised_loss() {
    let data = data();
    for loss in [NmfLoss::Energy, NmfLoss::Reconstruction] {
        for layer_weights in [vec![], vec![0.0, 1.0], vec![1.0, 0.0]] {
            for start in [NeuralStart::Uniform, NeuralStart::Hnmf] {
                let model = NeuralNmf {
                    loss,
                    layer_weights: layer_weights.clone(),
                    start,
                    ..penalised(0.2)
                };
                let found = fit(&model, &data, &[5, 3], 0);
                let trace = &found.layers[0].outcome.trace;
                assert!(trace.len() > 3, "{model:?}");
                assert!(trace.windows(2).all(|pair| pair[1].1 <= pair[0].1));
                let factors = found
                    .layers
                    .iter()
                    .flat_map(|l| l.approximation.factors().iter());
                let mut values = factors.flat_map(Matrix::as_slice);
                assert!(values.all(|x| *x >= 0.0 && x.is_finite()));
            }
        }
    }
}

#[test]
fn no_penalty_changes_no_bit() {
    let mut random = RandomState::new(8);
    let data = data();
    let parameters = [uniform(12, 5, &mut random), uniform(5, 3, &mut random)];
    for loss in [NmfLoss::Energy, NmfLoss::Reconstruction] {
        let evaluate = |mut network: NmfNetwork<'_>| {
            let mut gradients = parameters.to_vec();
            let value = network.loss(&parameters);
            network.gradient(&parameters, &mut gradients);
            (value.to_bits(), gradients)
        };
        let network = || NmfNetwork::new(&data, loss, vec![1.0, 0.5], None);
        let plain = evaluate(network());
        assert_eq!(evaluate(network().with_l1(0.0)), plain);
        assert_ne!(evaluate(network().with_l1(0.1)), plain);
    }
}

#[test]
fn penalties_that_make_no_sense_are_refused_by_name() {
    let refused = |model: &NeuralNmf| match model.validate(&[12, 17], &[5, 3]) {
        Err(ModelError::Parameter {
            parameter, found, ..
        }) => (parameter, found),
        other => panic!("{other:?}"),
    };
    for l1 in [-0.5, f64::NAN, f64::INFINITY] {
        assert_eq!(refused(&penalised(l1)), ("l1", l1.to_string()));
    }
    let steps = |l1, clamp, training| NeuralNmf {
        training,
        gradient: GradientSettings {
            clamp,
            ..GradientSettings::default()
        },
        ..penalised(l1)
    };
    let free = steps(0.5, false, Training::Gradient);
    assert_eq!(refused(&free), ("l1", "0.5".to_owned()));
    for allowed in [
        steps(0.0, false, Training::Gradient),
        steps(0.5, true, Training::Gradient),
        steps(0.5, false, Training::QuasiNewton),
        NeuralNmf {
            labels: LabelUse::TrainedB,
            ..steps(0.5, true, Training::Adam)
        },
    ] {
        assert_eq!(allowed.validate(&[12, 17], &[5, 3]), Ok(()));
    }
}
