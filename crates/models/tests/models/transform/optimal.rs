//! Coefficients against the objectives they minimise, and data that is made of topics.

use hntf_models::{
    Fit, Hierarchy, Layer, Model, NeuralHncpd, NeuralMultiHntf, Relation, StandardHncpd,
};
use hntf_solvers::{AdamSettings, Outcome, Silent, StopReason, Stopping};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Scratch, Tensor};
use numpy_random::RandomState;

use super::support::{hide, transform};
use crate::zoo::specimens;
use crate::{assert_close, noisy, uniform};

/// What a layer's approximation misses of the data, over the known entries, with other rows in a mode.
fn misfit(data: &dyn Tensor, factors: &[Matrix], mode: usize, rows: &Matrix) -> f64 {
    let mut factors = factors.to_vec();
    factors[mode].clone_from(rows);
    data.squared_distance(&factors, &mut Scratch::new())
}

/// Asserts that no entry of `rows` can be moved to make `objective` smaller. For a smooth and convex
/// objective over rows ≥ 0 this is the condition of the minimum.
fn assert_minimal(rows: &Matrix, name: &str, objective: &dyn Fn(&Matrix) -> f64) {
    let least = objective(rows);
    for at in 0..rows.as_slice().len() {
        for step in [1e-4, -1e-4_f64] {
            let mut moved = rows.clone();
            let entry = &mut moved.as_mut_slice()[at];
            *entry = (*entry + step).max(0.0);
            let found = objective(&moved);
            assert!(
                found >= least - 1e-11 * least,
                "{name}, entry {at}, {step}: {found} < {least}"
            );
        }
    }
}

#[test]
fn new_rows_of_a_jointly_trained_first_layer_minimise_the_joint_loss() {
    let mut random = RandomState::new(11);
    let weights = vec![1.0, 0.5, 2.0];
    let model = NeuralMultiHntf {
        layer_weights: weights.clone(),
        l1: 0.1,
        stopping: Stopping::after(5),
        ..NeuralMultiHntf::default()
    };
    for shape in [vec![8, 7], vec![5, 6, 4]] {
        let ranks = [4, 3, 2];
        let data = noisy(&shape, 4, 0.2, &mut random);
        let fitted = model.fit(&Fit::new(&data, &ranks, 1), &mut Silent).unwrap();
        for mode in 0..shape.len() {
            let mut shape = shape.clone();
            shape[mode] = 3;
            let new = noisy(&shape, 4, 0.2, &mut random);
            let hidden = hide(&new, 12);
            let both: [&dyn Tensor; 2] = [&new, &hidden];
            for new in both {
                let found = transform(&model, &fitted, new, mode);
                let rows = &found.layers[0].coefficients;
                assert_minimal(rows, &format!("{shape:?}, mode {mode}"), &|rows| {
                    let mut total = 0.1 * rows.as_slice().iter().sum::<f64>();
                    for (l, layer) in fitted.layers.iter().enumerate() {
                        let between = fitted.relations_between(0, l).next();
                        let rows = between.map_or_else(|| rows.clone(), |r| rows.times(&r.weights));
                        let factors = layer.approximation.factors();
                        total += 0.5 * weights[l] * misfit(new, factors, mode, &rows);
                    }
                    total
                });
                let steps = fitted.relations_between(0, 2).next().unwrap();
                let expected = rows.times(&steps.weights);
                assert_close(&found.layers[2].coefficients, &expected, 1e-12);
            }
        }
    }
}

#[test]
fn new_rows_of_a_networks_weights_minimise_its_loss() {
    let mut random = RandomState::new(13);
    let model = NeuralHncpd {
        epochs: 20,
        adam: AdamSettings {
            step: 0.02,
            ..NeuralHncpd::default().adam
        },
        ..NeuralHncpd::default()
    };
    let (shape, ranks) = ([5, 6, 4], [4, 3, 2]);
    let data = noisy(&shape, 4, 0.2, &mut random);
    let fitted = model.fit(&Fit::new(&data, &ranks, 1), &mut Silent).unwrap();
    for mode in 0..3 {
        let mut shape = shape.to_vec();
        shape[mode] = 3;
        let new = hide(&noisy(&shape, 4, 0.2, &mut random), 14);
        let found = transform(&model, &fitted, &new, mode);
        let relation = |from, to| {
            let mut between = fitted.relations_between(from, to);
            &between.find(|r| r.mode == Some(mode)).unwrap().weights
        };
        let first = fitted.layers[0].approximation.factors();
        assert_minimal(&found.layers[0].coefficients, "first", &|rows| {
            misfit(&new, first, mode, rows)
        });
        let rows = &found.layers[1].coefficients;
        assert_minimal(rows, &format!("mode {mode}"), &|rows| {
            let coarse = rows
                .times(relation(1, 2))
                .times(&relation(0, 2).transposed());
            let all = [rows.times(&relation(0, 1).transposed()), coarse];
            let layers = fitted.layers[1..].iter().zip(&all);
            layers
                .map(|(l, rows)| misfit(&new, l.approximation.factors(), mode, rows))
                .sum()
        });
        assert_close(
            &found.layers[2].coefficients,
            &rows.times(relation(1, 2)),
            1e-12,
        );
    }
}

/// A hierarchy of one factorization a mode, and the data it gives exactly at every layer.
fn exact_stacks(shape: &[usize], random: &mut RandomState) -> (Hierarchy, DenseTensor) {
    let outcome = Outcome {
        reason: StopReason::Converged,
        iterations: 0,
        trace: Vec::new(),
    };
    let topics: Vec<_> = shape.iter().map(|n| uniform(*n, 2, random)).collect();
    let steps: Vec<_> = shape.iter().map(|_| uniform(3, 2, random)).collect();
    let pairs = topics.iter().zip(&steps);
    let factors: Vec<_> = pairs.map(|(a, t)| a.times(&t.transposed())).collect();
    let approximation = CpTensor::new(factors.clone()).unwrap();
    let layer = |topics: &[Matrix]| Layer {
        rank: topics[0].cols(),
        approximation: approximation.clone(),
        topics: topics.to_vec(),
        parameters: 1,
        classifier: None,
        outcome: outcome.clone(),
    };
    let relations = steps
        .into_iter()
        .enumerate()
        .map(|(mode, weights)| Relation {
            from: 0,
            to: 1,
            mode: Some(mode),
            weights,
        });
    let hierarchy = Hierarchy {
        layers: vec![layer(&factors), layer(&topics)],
        relations: relations.collect(),
    };
    (hierarchy, DenseTensor::from_cp(&approximation))
}

#[test]
fn items_of_an_exact_stack_get_back_their_coefficients() {
    let mut random = RandomState::new(15);
    let models: [Box<dyn Model>; 2] = [
        Box::<StandardHncpd>::default(),
        Box::<NeuralHncpd>::default(),
    ];
    let (fitted, data) = exact_stacks(&[5, 6, 4], &mut random);
    let hidden = hide(&data, 16);
    let both: [&dyn Tensor; 2] = [&data, &hidden];
    for model in &models {
        for data in both {
            for mode in 0..3 {
                let found = transform(&**model, &fitted, data, mode);
                for (found, layer) in found.layers.iter().zip(&fitted.layers) {
                    assert_close(&found.coefficients, &layer.topics[mode], 1e-8);
                }
            }
        }
    }
}

#[test]
fn combinations_of_topics_get_their_weights_back_at_every_layer() {
    let mut random = RandomState::new(17);
    let weights = Matrix::from_fn(7, 2, |i, c| {
        if (i + c) % 3 == 0 {
            0.0
        } else {
            random.random_sample()
        }
    });
    for s in specimens() {
        let fitted = s.fit();
        let hierarchical = ["hnmf", "supervised-hnmf", "neural-nmf"].contains(&s.id);
        if s.data.shape().len() != 2 || !hierarchical || s.name.contains("sparse") {
            continue;
        }
        // Documents A⁰A¹A² c.
        let basis = &fitted.layers[0].topics[0];
        let step = |from, to| &fitted.relations_between(from, to).next().unwrap().weights;
        let expected = [
            weights.times(&step(0, 2).transposed()),
            weights.times(&step(1, 2).transposed()),
            weights.clone(),
        ];
        let new = DenseTensor::from_matrix(basis.times(&expected[0].transposed()));
        let found = transform(&*s.model, &fitted, &new, 1);
        for (found, expected) in found.layers.iter().zip(&expected) {
            assert_close(&found.coefficients, expected, 1e-5);
        }
    }
    for s in specimens().into_iter().filter(|s| s.id == "ncpd") {
        let fitted = s.fit();
        for (l, layer) in fitted.layers.iter().enumerate() {
            for mode in 0..s.data.shape().len() {
                let weights = uniform(6, layer.rank, &mut random);
                let mut factors = layer.approximation.factors().to_vec();
                factors[mode] = weights.clone();
                let new = CpTensor::new(factors).unwrap();
                let found = transform(&*s.model, &fitted, &new, mode);
                assert_close(&found.layers[l].coefficients, &weights, 1e-5);
            }
        }
    }
}
