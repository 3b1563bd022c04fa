//! Fits do not depend on how large numbers are, and no scale runs away within one.

use hntf_models::{Fit, Model, NeuralMultiHntf};
use hntf_solvers::{Ncpd, Silent, Start, StopReason, Stopping};
use hntf_tensor::{DenseTensor, Matrix};
use numpy_random::RandomState;

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
