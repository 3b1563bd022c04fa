//! The inner loops of the hierarchical models, at the sizes of the synthetic experiment.
#![allow(missing_docs, reason = "criterion's macros write the public items")]

use criterion::{Criterion, criterion_group, criterion_main};
use hntf_models::{Fit, Model, MultiHntf, Network, NeuralHncpd};
use hntf_solvers::{Adam, CpFit, Ncpd, Optimizer, Silent, Start};
use hntf_tensor::{CpTensor, DenseTensor, Matrix};
use numpy_random::RandomState;

/// A 40 × 40 × 40 tensor of rank 7 plus noise, and its first layer.
fn data() -> (DenseTensor, CpFit) {
    let mut random = RandomState::new(1);
    let factor = |_| Matrix::from_fn(40, 7, |_, _| random.random_sample());
    let Ok(model) = CpTensor::new((0..3).map(factor).collect()) else {
        panic!("factors of one rank");
    };
    let mut data = DenseTensor::from_cp(&model);
    for x in data.values_mut() {
        *x += 0.2 * random.randn().abs();
    }
    let ncpd = Ncpd::published(Start::Svd);
    match ncpd.fit(&data, 7, &mut RandomState::new(2), &mut Silent) {
        Ok(fit) => (data, fit),
        Err(error) => panic!("{error}"),
    }
}

fn multi_hntf(c: &mut Criterion) {
    let (data, first) = data();
    let (fit, first) = (Fit::new(&data, &[7, 4], 0), first.into());
    let model = MultiHntf::default();
    c.bench_function("Multi-HNTF: a layer 7→4 of 800 iterations at 40³", |b| {
        b.iter(|| model.stack(&fit, &first, &mut Silent));
    });
}

fn neural_hncpd(c: &mut Criterion) {
    let (data, first) = data();
    let mut random = RandomState::new(3);
    let mut draw = |rows, cols| Matrix::from_fn(rows, cols, |_, _| random.randn().abs());
    let weights = (0..3).map(|_| vec![draw(40, 4), draw(4, 2)]).collect();
    let mut network = Network::new(&data, first.model.factors(), weights);
    let mut adam = Adam::new(NeuralHncpd::default().adam);
    c.bench_function("Neural HNCPD: an epoch at 40³, ranks 7-4-2", |b| {
        b.iter(|| {
            let loss = network.forward();
            network.backward();
            let (weights, gradients) = network.weights_and_gradients();
            adam.update(weights, gradients);
            loss
        });
    });
}

criterion_group!(benches, multi_hntf, neural_hncpd);
criterion_main!(benches);
