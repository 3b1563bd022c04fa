//! Fits do not depend on how large numbers are, and no scale runs away within one.

use hntf_models::{FirstLayerFit, Fit, Model, MultiHntf, NeuralMultiHntf, SharedUpdate};
use hntf_solvers::{Ncpd, Silent, Start, StopReason, Stopping};
use hntf_tensor::{CpTensor, DenseTensor, Incomplete, Mask, Matrix, Tensor};
use numpy_random::RandomState;

use crate::{assert_close, noisy};

#[test]
fn the_scale_between_factors_and_weights_does_not_run_away() {
    for seed in 0..150 {
        let mut random = RandomState::new(seed);
        let mut values = vec![0.0; 30];
        for _ in 0..8 {
            values[(30.0 * random.random_sample()) as usize] = 1.0 + random.random_sample();
        }
        let data = DenseTensor::new(vec![6, 5], values).unwrap();
        for start in [Start::Svd, Start::Random] {
            let model = NeuralMultiHntf {
                first_layer: Ncpd {
                    stopping: Stopping::after(20),
                    ..Ncpd::published(start)
                },
                ..NeuralMultiHntf::default()
            };
            let fit = Fit::new(&data, &[5, 3, 1], seed);
            let found = model.fit(&fit, &mut Silent).unwrap();
            let reason = found.layers[0].outcome.reason;
            let largest = |m: &Matrix| m.as_slice().iter().copied().fold(0.0, f64::max);
            let factors = found.layers[0].topics.iter();
            let largest: Vec<f64> = factors.map(largest).collect();
            assert_ne!(reason, StopReason::Diverged, "seed {seed}, {start:?}");
            assert!(
                largest.iter().all(|x| *x < 1e20),
                "seed {seed}: {largest:?}"
            );
        }
    }
}

#[test]
fn the_shared_weights_of_scaled_data_are_those_of_the_data() {
    let data = noisy(&[6, 5, 4], 4, 0.3, &mut RandomState::new(1));
    let mut random = RandomState::new(2);
    let first = Ncpd::default().fit(&data, 4, &mut random, &mut Silent);
    let first = first.unwrap();
    for (update, hides) in [
        (SharedUpdate::Damped, false),
        (SharedUpdate::Symmetric, false),
        (SharedUpdate::Damped, true),
        (SharedUpdate::Symmetric, true),
    ] {
        let of = |alpha: f64| {
            let values = data.values().iter().map(|x| alpha * x).collect();
            let scaled = DenseTensor::new(vec![6, 5, 4], values).unwrap();
            let scaled: Box<dyn Tensor> = if hides {
                let mask = Mask::hiding(vec![6, 5, 4], vec![0, 1, 2, 5, 0, 3, 2, 2, 2]).unwrap();
                Box::new(Incomplete::dense(scaled, mask).unwrap())
            } else {
                Box::new(scaled)
            };
            let mut first = FirstLayerFit::from(first.clone());
            let mut factors = first.fit.model.factors().to_vec();
            factors
                .iter_mut()
                .for_each(|f| f.scale_columns(&[alpha.cbrt(); 4]));
            first.fit.model = CpTensor::new(factors).unwrap();
            let model = MultiHntf {
                update,
                ..MultiHntf::default()
            };
            let fit = Fit::new(&*scaled, &[4, 3, 2], 3);
            let found = model.stack(&fit, &first, &mut Silent).unwrap();
            let errors = found.layers[1..]
                .iter()
                .map(|l| l.outcome.trace.last().unwrap().1);
            let errors: Vec<f64> = errors.collect();
            (found.relations, errors)
        };
        let (expected, errors) = of(1.0);
        for alpha in [1e-145, 1e-100, 1e-7, 1e-2, 1e2, 1e100, 1e145] {
            let (found, scaled_errors) = of(alpha);
            for (found, expected) in found.iter().zip(&expected) {
                assert_close(&found.weights, &expected.weights, 1e-5);
            }
            for (found, expected) in scaled_errors.iter().zip(&errors) {
                let case = format!("{update:?}, {hides}, {alpha}");
                assert!(
                    (found - expected).abs() < 1e-6,
                    "{case}: {found} is not {expected}"
                );
            }
        }
    }
}
