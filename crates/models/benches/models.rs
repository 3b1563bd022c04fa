//! The inner loops of the hierarchical models, at the sizes of the synthetic experiment.
#![allow(missing_docs, reason = "criterion's macros write the public items")]

use criterion::{Criterion, criterion_group, criterion_main};
use hntf_models::{
    Fit, Model, MultiHntf, Network, NeuralHncpd, NeuralMultiHntf, NmfLoss, NmfNetwork,
};
use hntf_solvers::{Adam, CpFit, Ncpd, Objective, Optimizer, ProjectedGradient, Silent, Start};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, SparseTensor};
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

/// From the first layer to the end: the starts of the weights, and so many sweeps over factors and
/// weights. What a sweep takes is the difference by their number.
fn neural_multi_hntf(c: &mut Criterion) {
    let (data, first) = data();
    let (fit, first) = (Fit::new(&data, &[7, 4, 2], 0), first.into());
    for (starts, sweeps) in [(1, 1), (1, 101), (10, 1)] {
        let mut model = NeuralMultiHntf {
            weight_starts: starts,
            ..NeuralMultiHntf::default()
        };
        model.stopping.max_iterations = sweeps;
        model.stopping.tolerance = 0.0;
        let name =
            format!("Neural Multi-HNTF at 40³, ranks 7-4-2: {starts} starts, {sweeps} sweeps");
        c.bench_function(&name, |b| {
            b.iter(|| model.stack(&fit, &first, &mut Silent));
        });
    }
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

/// An epoch on a matrix of the size and sparsity of the 20 Newsgroups experiment.
fn neural_nmf(c: &mut Criterion) {
    let (rows, columns, nonzeros) = (45_534, 1000, 62_872);
    let mut random = RandomState::new(4);
    let mut below = |n: u32| (random.random_sample() * f64::from(n)) as u32;
    let indices = (0..nonzeros).flat_map(|_| [below(rows), below(columns)]);
    let indices: Vec<u32> = indices.collect();
    let shape = vec![rows as usize, columns as usize];
    let values = vec![0.1; nonzeros];
    let Ok(data) = SparseTensor::from_coordinates(shape, indices, values) else {
        panic!("a matrix");
    };
    let mut draw = |rows, cols| Matrix::from_fn(rows, cols, |_, _| random.random_sample());
    let mut parameters = vec![draw(rows as usize, 10), draw(10, 6)];
    let mut gradients = parameters.clone();
    for loss in [NmfLoss::Energy, NmfLoss::Reconstruction] {
        let mut network = NmfNetwork::new(&data, loss, vec![1.0, 1.0], None);
        let mut descent = ProjectedGradient::new(1e9);
        let name = format!("Neural NMF: an epoch at 45,534 × 1,000, ranks 10-6, {loss:?}");
        c.bench_function(&name, |b| {
            b.iter(|| {
                let loss = network.loss(&parameters);
                network.gradient(&parameters, &mut gradients);
                descent.update(&mut parameters, &gradients);
                loss
            });
        });
    }
}

criterion_group!(
    benches,
    multi_hntf,
    neural_multi_hntf,
    neural_hncpd,
    neural_nmf
);
criterion_main!(benches);
