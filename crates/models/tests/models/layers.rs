//! The layers of Standard HNCPD and HNTF recomputed by hand from their definitions, and the
//! relations as the products they stand for.

use hntf_models::{FlatNcpd, Hierarchy, Hntf, NeuralHncpd, StandardHncpd};
use hntf_solvers::{AdamSettings, Ncpd, Nnls, Silent, Start};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Scratch, Tensor, gram, relative_error};
use numpy_random::RandomState;

use crate::{assert_close, assert_same_factors, fit, noisy};

const SEED: u32 = 3;

fn weights(h: &Hierarchy, from: usize, to: usize, mode: Option<usize>) -> &Matrix {
    let mut found = h.relations_between(from, to).filter(|r| r.mode == mode);
    &found.next().unwrap().weights
}

#[test]
fn flat_layers_are_independent_decompositions_from_equal_seeds() {
    let data = noisy(&[6, 5, 4], 4, 0.2, &mut RandomState::new(1));
    let model = FlatNcpd {
        ncpd: Ncpd::published(Start::Random),
    };
    let found = fit(&model, &data, &[4, 3, 2], 0);
    assert!(found.relations.is_empty());
    for layer in &found.layers {
        let mut random = RandomState::new(SEED);
        let alone = model.ncpd.fit(&data, layer.rank, &mut random, &mut Silent);
        let alone = alone.unwrap();
        assert_eq!(layer.approximation, alone.model);
        assert_eq!(layer.parameters, (6 + 5 + 4) * layer.rank);
    }
}

#[test]
fn standard_hncpd_is_a_chain_of_scikit_learns_nmfs_on_every_factor() {
    for (shape, ranks) in [
        (vec![8, 7, 6], vec![5, 3, 2]),
        (vec![5, 4, 6, 5], vec![4, 3, 2]),
    ] {
        let data = noisy(&shape, 5, 0.2, &mut RandomState::new(2));
        let found = fit(&StandardHncpd::default(), &data, &ranks, 0);
        let mut expected: Vec<Vec<Matrix>> = vec![Vec::new(); ranks.len()];
        for (mode, n) in shape.iter().enumerate() {
            let mut rest = found.layers[0].approximation.factors()[mode].clone();
            let mut product = Matrix::identity(*n);
            for (l, rank) in ranks.iter().enumerate().skip(1) {
                // Sˡ⁻¹ ≈ Aˡ Sˡ, with the same seed for every NMF.
                let matrix = DenseTensor::from_matrix(rest);
                let mut random = RandomState::new(SEED);
                let nmf = Ncpd::scikit_learn().fit(&matrix, *rank, &mut random, &mut Silent);
                let [a, t] = <[Matrix; 2]>::try_from(nmf.unwrap().model.into_factors()).unwrap();
                if l > 1 {
                    assert_eq!(weights(&found, l - 1, l, Some(mode)), &a);
                }
                assert_eq!(weights(&found, 0, l, Some(mode)), &t);
                product = product.times(&a);
                assert_close(&found.layers[l].topics[mode], &product, 1e-12);
                rest = t.transposed();
                expected[l].push(product.times(&rest));
            }
        }
        for (layer, factors) in found.layers.iter().zip(&expected).skip(1) {
            // r_0 rank-one terms at every layer.
            assert_eq!(layer.approximation.rank(), ranks[0]);
            assert_same_factors(&layer.approximation, factors, 1e-12);
        }
    }
}

#[test]
fn neural_hncpd_approximates_by_topics_times_coefficients() {
    let data = noisy(&[7, 6, 5], 5, 0.2, &mut RandomState::new(3));
    let model = NeuralHncpd {
        epochs: 5,
        ..NeuralHncpd::default()
    };
    let found = fit(&model, &data, &[5, 3, 2], 0);
    for (l, layer) in found.layers.iter().enumerate().skip(1) {
        for (mode, topics) in layer.topics.iter().enumerate() {
            let factor = &layer.approximation.factors()[mode];
            let coefficients = weights(&found, 0, l, Some(mode)).transposed();
            assert_close(factor, &topics.times(&coefficients), 1e-12);
            if l > 1 {
                let below = &found.layers[l - 1].topics[mode];
                let step = weights(&found, l - 1, l, Some(mode));
                assert_close(topics, &below.times(step), 1e-12);
            }
        }
    }
}

/// Σ_l mean(X − X̂ˡ)² over all layers.
fn joint_loss(data: &DenseTensor, found: &Hierarchy) -> f64 {
    let layers = found.layers.iter();
    let errors = layers.map(|l| relative_error(data, &l.approximation, &mut Scratch::new()));
    let mean_square = data.squared_norm() / data.values().len() as f64;
    errors.map(|e| e * e * mean_square).sum()
}

#[test]
fn a_free_first_layer_is_the_hierarchys_first_and_lowers_what_the_fixed_one_reaches() {
    let data = noisy(&[8, 7, 6], 5, 0.2, &mut RandomState::new(3));
    let fixed = NeuralHncpd {
        epochs: 1500,
        adam: AdamSettings {
            step: 0.02,
            ..NeuralHncpd::default().adam
        },
        balance: true,
        ..NeuralHncpd::default()
    };
    let free = NeuralHncpd {
        first_layer_step: 0.002,
        ..fixed
    };
    let [a, b] = [fixed, free].map(|model| fit(&model, &data, &[5, 3, 2], 0));
    let (before, after) = (joint_loss(&data, &a), joint_loss(&data, &b));
    assert!(after < before, "{after} is not below {before}");
    assert_ne!(a.layers[0].approximation, b.layers[0].approximation);
    assert_eq!(b.layers[0].outcome, b.layers[1].outcome);

    // S_i¹ = q(A_i¹, F_i) for the F_i that came out.
    for (mode, topics) in b.layers[1].topics.iter().enumerate() {
        let factor = &b.layers[0].approximation.factors()[mode];
        let (mut g, mut t) = (Matrix::default(), Matrix::default());
        gram(topics, &mut g);
        Nnls::new().solve(&g, &factor.transposed().times(topics), &mut t);
        assert_close(weights(&b, 0, 1, Some(mode)), &t, 1e-9);
    }
}

#[test]
fn balancing_does_not_change_what_the_first_layer_stands_for() {
    let data = noisy(&[8, 7, 6], 5, 0.2, &mut RandomState::new(3));
    let plain = NeuralHncpd {
        epochs: 3,
        ..NeuralHncpd::default()
    };
    let balanced = NeuralHncpd {
        balance: true,
        ..plain
    };
    let [a, b] = [plain, balanced].map(|model| fit(&model, &data, &[5, 3], 0));
    assert_eq!(a.layers[0].approximation, b.layers[0].approximation);
    assert_ne!(a.layers[1].approximation, b.layers[1].approximation);
}

/// HNTF-p on full tensors: NCPD of ⟦I, D, S⟧, formed entry by entry.
fn hntf_by_hand(first: &[Matrix], ranks: &[usize], order: &[usize]) -> Vec<(Matrix, Vec<Matrix>)> {
    let mut current: Vec<Matrix> = order.iter().map(|m| first[*m].clone()).collect();
    let mut accumulated = current[0].clone();
    let mut layers = Vec::new();
    for rank in &ranks[1..] {
        current[0] = Matrix::identity(accumulated.cols());
        let data = DenseTensor::from_cp(&CpTensor::new(current).unwrap());
        let mut random = RandomState::new(SEED);
        let ncpd = Ncpd::published(Start::Random);
        let fit = ncpd.fit(&data, *rank, &mut random, &mut Silent).unwrap();
        current = fit.model.into_factors();
        let step = current[0].clone();
        accumulated = accumulated.times(&step);
        // ⟦A·A′, D′, S′⟧ with the modes back in place.
        let mut placed = vec![Matrix::default(); order.len()];
        for (m, factor) in order.iter().zip(&current) {
            placed[*m] = factor.clone();
        }
        placed[order[0]] = accumulated.clone();
        layers.push((step, placed));
    }
    layers
}

#[test]
fn hntf_decomposes_the_previous_layer_with_the_identity_in_its_mode() {
    let ranks = [5, 3, 2];
    let orders: [(usize, usize, &[usize]); 7] = [
        (1, 0, &[0, 1, 2]),
        (1, 1, &[0, 2, 1]),
        (2, 0, &[1, 0, 2]),
        (2, 1, &[1, 2, 0]),
        (3, 0, &[2, 0, 1]),
        (3, 1, &[2, 1, 0]),
        (2, 1, &[1, 3, 2, 0]),
    ];
    for (mode, variant, order) in orders {
        let shape = &[7, 6, 5, 4][..order.len()];
        let data = noisy(shape, 5, 0.2, &mut RandomState::new(4));
        let model = Hntf {
            mode,
            ..Hntf::default()
        };
        let found = fit(&model, &data, &ranks, variant);
        let first = found.layers[0].approximation.factors();
        let expected = hntf_by_hand(first, &ranks, order);
        let mut chain = Matrix::identity(ranks[0]);
        for (l, (step, factors)) in (1..).zip(&expected) {
            let layer = &found.layers[l];
            assert_same_factors(&layer.approximation, factors, 1e-8);
            assert_eq!(layer.approximation.rank(), ranks[l]);
            assert_close(weights(&found, l - 1, l, Some(mode - 1)), step, 1e-8);
            chain = chain.times(step);
            assert_close(weights(&found, 0, l, Some(mode - 1)), &chain, 1e-8);
            let topics = first[mode - 1].times(&chain);
            assert_close(&layer.topics[mode - 1], &topics, 1e-8);
        }
    }
}
