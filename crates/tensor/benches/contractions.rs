//! The contractions solvers spend their time in.
#![allow(missing_docs, reason = "criterion's macros write the public items")]

use criterion::{Criterion, criterion_group, criterion_main};
use hntf_tensor::{DenseTensor, Matrix, Scratch, Tensor};
use numpy_random::RandomState;

fn data(n: usize, rank: usize) -> (DenseTensor, Vec<Matrix>) {
    let mut random = RandomState::new(1);
    let mut values = vec![0.0; n * n * n];
    random.fill_random_sample(&mut values);
    let factor = |_| Matrix::from_fn(n, rank, |_, _| random.random_sample());
    let factors = (0..3).map(factor).collect();
    match DenseTensor::new(vec![n, n, n], values) {
        Ok(tensor) => (tensor, factors),
        Err(error) => panic!("{error}"),
    }
}

fn contractions(c: &mut Criterion) {
    for (n, rank) in [(40, 7), (100, 20)] {
        let (tensor, mut factors) = data(n, rank);
        let mut scratch = Scratch::new();
        let mut out = Matrix::default();
        let mut group = c.benchmark_group(format!("{n}³, rank {rank}"));
        for mode in 0..3 {
            group.bench_function(format!("MTTKRP of mode {mode}"), |b| {
                b.iter(|| tensor.mttkrp(&factors, mode, &mut out, &mut scratch));
            });
        }
        group.bench_function("sweep over all modes", |b| {
            b.iter(|| tensor.mttkrp_sweep(&mut factors, &mut scratch, &mut |_, _, _| {}));
        });
        group.bench_function("projection of all modes", |b| {
            let all: Vec<_> = factors.iter().map(Some).collect();
            b.iter(|| tensor.project(&all, &mut scratch));
        });
        group.bench_function("projections of all modes but one", |b| {
            let all: Vec<_> = factors.iter().collect();
            let mut leaves = Vec::new();
            b.iter(|| tensor.project_all_but_one(&all, &mut leaves, &mut scratch));
        });
        group.finish();
    }
}

criterion_group!(benches, contractions);
criterion_main!(benches);
