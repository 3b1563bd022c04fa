//! Sweeps of NCPD and batches of NNLS, at the sizes of the synthetic experiment.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up has failed"
)]
#![allow(missing_docs, reason = "criterion's macros write the public items")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hntf_solvers::{Ncpd, Nnls, Silent, Start, Stopping, Update};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, gram};
use numpy_random::RandomState;

/// A 40 × 40 × 40 tensor of rank 7 plus noise.
fn data() -> DenseTensor {
    let mut random = RandomState::new(1);
    let factor = |_| Matrix::from_fn(40, 7, |_, _| random.random_sample());
    let Ok(model) = CpTensor::new((0..3).map(factor).collect()) else {
        panic!("factors of one rank");
    };
    let mut data = DenseTensor::from_cp(&model);
    for x in data.values_mut() {
        *x += 0.2 * random.randn().abs();
    }
    data
}

fn sweeps(c: &mut Criterion) {
    let data = data();
    let start = Start::Random
        .factors(&data, 7, &mut RandomState::new(2))
        .unwrap();
    let mut group = c.benchmark_group("100 sweeps at 40³, rank 7");
    for (name, update) in [("NCPD-MU", Update::Mu), ("HALS", Update::Hals)] {
        // As in a real fit, the error is evaluated after every sweep.
        let stopping = Stopping {
            check_every: 1,
            ..Stopping::after(100)
        };
        let ncpd = Ncpd {
            update,
            start: Start::Random,
            stopping,
            ..Ncpd::default()
        };
        group.bench_function(name, |b| {
            let run = |start| ncpd.fit_from(&data, start, &mut Silent);
            b.iter_batched(|| start.clone(), run, BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn nnls(c: &mut Criterion) {
    let mut random = RandomState::new(3);
    let a = Matrix::from_fn(40, 4, |_, _| random.randn().abs());
    let x = Matrix::from_fn(40, 7, |_, _| random.random_sample());
    let upstream = Matrix::from_fn(7, 4, |_, _| random.randn());
    let (mut g, mut t, mut u) = (Matrix::default(), Matrix::default(), Matrix::default());
    gram(&a, &mut g);
    let right = x.transposed().times(&a);
    let mut group = c.benchmark_group("NNLS, 40×4 with 7 columns");
    group.bench_function("cold", |b| {
        b.iter(|| Nnls::new().solve(&g, &right, &mut t));
    });
    let mut solver = Nnls::new();
    group.bench_function("warm", |b| b.iter(|| solver.solve(&g, &right, &mut t)));
    group.bench_function("backward", |b| {
        b.iter(|| solver.backward(&g, &t, &upstream, &mut u));
    });
    group.finish();
}

criterion_group!(benches, sweeps, nnls);
criterion_main!(benches);
