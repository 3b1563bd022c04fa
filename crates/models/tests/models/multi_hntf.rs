//! Multi-HNTF's compressed iteration against the update written on the data itself.

use hntf_models::{Hierarchy, MultiHntf, SharedUpdate};
use hntf_solvers::Ncpd;
use hntf_tensor::{DenseTensor, Matrix, Scratch, Tensor, relative_error};
use numpy_random::RandomState;

use crate::{assert_close, assert_same_factors, fit, noisy, random_cp, uniform};

/// F_mᵀ MTTKRP(X, F·W, m) and G_m W H_m(F·W), by sums over all entries of X.
fn fraction(data: &DenseTensor, factors: &[Matrix], w: &Matrix, mode: usize) -> (Matrix, Matrix) {
    let coarse: Vec<_> = factors.iter().map(|f| f.times(w)).collect();
    let shape = data.shape();
    let mut products = Matrix::zeros(shape[mode], w.cols());
    for (at, x) in data.values().iter().enumerate() {
        let mut index = vec![0; shape.len()];
        let mut rest = at;
        for (i, n) in index.iter_mut().zip(shape).rev() {
            (*i, rest) = (rest % n, rest / n);
        }
        for j in 0..w.cols() {
            let others = (0..shape.len()).filter(|m| *m != mode);
            let weight: f64 = others.map(|m| coarse[m][(index[m], j)]).product();
            products[(index[mode], j)] += x * weight;
        }
    }
    let mut others = Matrix::from_fn(w.cols(), w.cols(), |_, _| 1.0);
    for (_, f) in coarse.iter().enumerate().filter(|(m, _)| *m != mode) {
        let gram = f.transposed().times(f);
        let pairs = others.as_mut_slice().iter_mut().zip(gram.as_slice());
        pairs.for_each(|(o, g)| *o *= g);
    }
    let transposed = factors[mode].transposed();
    let gram = transposed.times(&factors[mode]);
    (transposed.times(&products), gram.times(w).times(&others))
}

fn plain_step(data: &DenseTensor, factors: &[Matrix], w: &Matrix, update: SharedUpdate) -> Matrix {
    let order = factors.len() as f64;
    let fractions: Vec<_> = (0..factors.len())
        .map(|m| fraction(data, factors, w, m))
        .collect();
    Matrix::from_fn(w.rows(), w.cols(), |i, j| {
        let old = w[(i, j)];
        let terms = fractions.iter().map(|(n, d)| (n[(i, j)], d[(i, j)]));
        match update {
            SharedUpdate::Damped | SharedUpdate::ByOrder => {
                // W ← (k W + Σ W_m) / (2k)
                let sum: f64 = terms.map(|(n, d)| old * n / (1e-10 + d)).sum();
                (order * old + sum) / (2.0 * order)
            }
            SharedUpdate::Symmetric => {
                let (n, d) = terms.fold((0.0, 0.0), |(a, b), (n, d)| (a + n, b + d));
                old * (n / (1e-10 + d)).powf(1.0 / order)
            }
        }
    })
}

fn shared(h: &Hierarchy, from: usize, to: usize) -> &Matrix {
    let mut relations = h.relations_between(from, to);
    let only = relations.next().unwrap();
    assert!(only.mode.is_none() && relations.next().is_none());
    &only.weights
}

#[test]
fn the_compressed_iterates_are_those_on_the_data() {
    for (shape, ranks) in [
        (vec![8, 7], vec![4, 3, 2]),
        (vec![6, 5, 4], vec![4, 3, 2]),
        (vec![3, 4, 3, 2], vec![4, 2]),
    ] {
        for update in [SharedUpdate::Damped, SharedUpdate::Symmetric] {
            let data = noisy(&shape, 4, 0.3, &mut RandomState::new(1));
            let model = MultiHntf {
                iterations: 30,
                update,
                ..MultiHntf::default()
            };
            let found = fit(&model, &data, &ranks, 0);
            // One stream for the starts of all layers.
            let mut random = RandomState::new(3);
            let mut factors = found.layers[0].approximation.factors().to_vec();
            let mut chain = Matrix::identity(ranks[0]);
            for l in 1..ranks.len() {
                let mut w = uniform(ranks[l - 1], ranks[l], &mut random);
                for _ in 0..30 {
                    w = plain_step(&data, &factors, &w, update);
                }
                assert_close(shared(&found, l - 1, l), &w, 1e-9);
                chain = chain.times(&w);
                assert_close(shared(&found, 0, l), &chain, 1e-9);
                factors = factors.iter().map(|f| f.times(&w)).collect();
                assert_same_factors(&found.layers[l].approximation, &factors, 1e-9);
            }
        }
    }
}

#[test]
fn the_recorded_errors_are_those_of_the_layer() {
    let data = noisy(&[6, 5, 4], 4, 0.3, &mut RandomState::new(2));
    let found = fit(&MultiHntf::default(), &data, &[4, 2], 0);
    for layer in &found.layers {
        let error = relative_error(&data, &layer.approximation, &mut Scratch::new());
        let (iteration, recorded) = *layer.outcome.trace.last().unwrap();
        assert_eq!(iteration, layer.outcome.iterations);
        assert!((error - recorded).abs() < 1e-9, "{error} is not {recorded}");
    }
}

#[test]
fn balancing_changes_the_scales_of_the_factors_and_not_the_first_layers_error() {
    let data = noisy(&[6, 5, 4], 4, 0.3, &mut RandomState::new(5));
    let balanced = MultiHntf {
        balance: true,
        ..MultiHntf::default()
    };
    let (plain, balanced) = (
        fit(&MultiHntf::default(), &data, &[4, 2], 0),
        fit(&balanced, &data, &[4, 2], 0),
    );
    assert_eq!(
        plain.layers[0].approximation,
        balanced.layers[0].approximation
    );
    assert_ne!(shared(&plain, 0, 1), shared(&balanced, 0, 1));
}

#[test]
fn above_order_three_the_update_is_the_one_that_settles_unless_the_damped_one_is_asked_for() {
    for order in [4, 5, 6] {
        // Of the damped update, over the seeds.
        let mut largest: f64 = 0.0;
        for seed in 0..6 {
            let mut random = RandomState::new(seed);
            let data = DenseTensor::from_cp(&random_cp(&vec![3; order], 2, &mut random));
            let of = |update| {
                let model = MultiHntf {
                    first_layer: Ncpd::default(),
                    update,
                    balance: true,
                    ..MultiHntf::default()
                };
                let found = fit(&model, &data, &[2, 1], 0);
                let top = &found.layers[1].approximation;
                let error = relative_error(&data, top, &mut Scratch::new());
                let worse = found.worse_than_zero(&data);
                let expected = if error > 1.0 { vec![1] } else { Vec::new() };
                assert_eq!(worse, expected, "order {order}: {error}");
                error
            };
            let error = of(MultiHntf::default().update);
            assert_eq!(error, of(SharedUpdate::Symmetric));
            assert!(error < 0.8, "order {order}: {error}");
            largest = largest.max(of(SharedUpdate::Damped));
        }
        assert!(order == 4 || largest > 1.0, "order {order}: {largest}");
    }
    // Where it was published it is what was published.
    let data = noisy(&[6, 5, 4], 4, 0.3, &mut RandomState::new(2));
    let damped = MultiHntf {
        update: SharedUpdate::Damped,
        ..MultiHntf::default()
    };
    let (found, expected) = (
        fit(&MultiHntf::default(), &data, &[4, 2], 0),
        fit(&damped, &data, &[4, 2], 0),
    );
    assert_eq!(found, expected);
}
