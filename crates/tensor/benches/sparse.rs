//! Sparse contractions, and beside them the plain loop over coordinates.
#![allow(missing_docs, reason = "criterion's macros write the public items")]

use criterion::{Criterion, criterion_group, criterion_main};
use hntf_tensor::{Coordinates, Matrix, Scratch, SparseTensor, Tensor};
use numpy_random::RandomState;

fn data(shape: &[usize], nnz: usize, rank: usize) -> (Coordinates, SparseTensor, Vec<Matrix>) {
    let mut random = RandomState::new(1);
    let mut indices = Vec::with_capacity(nnz * shape.len());
    let mut values = Vec::with_capacity(nnz);
    for _ in 0..nnz {
        for n in shape {
            indices.push((random.random_sample() * *n as f64) as u32);
        }
        values.push(random.random_sample());
    }
    let factors = shape
        .iter()
        .map(|n| Matrix::from_fn(*n, rank, |_, _| random.random_sample()))
        .collect();
    let made = Coordinates::new(shape.to_vec(), indices, values);
    match made.and_then(|c| Ok((c.clone(), SparseTensor::new(c)?))) {
        Ok((coordinates, tensor)) => (coordinates, tensor, factors),
        Err(error) => panic!("{error}"),
    }
}

/// MTTKRP as its definition has it: one entry after the other, in row-major order.
fn plain_mttkrp(data: &Coordinates, factors: &[Matrix], mode: usize, out: &mut Matrix) {
    let rank = factors[mode].cols();
    out.reshape(data.shape()[mode], rank);
    out.as_mut_slice().fill(0.0);
    let mut term = vec![0.0; rank];
    for (index, x) in data.iter() {
        term.fill(x);
        for (m, factor) in factors.iter().enumerate().filter(|(m, _)| *m != mode) {
            let row = factor.row(index[m] as usize);
            term.iter_mut().zip(row).for_each(|(t, f)| *t *= f);
        }
        let row = out.row_mut(index[mode] as usize);
        row.iter_mut().zip(&term).for_each(|(o, t)| *o += t);
    }
}

fn sweeps(c: &mut Criterion) {
    for (shape, nnz, rank) in [
        (vec![5_000; 3], 100_000, 16),
        (vec![5_000; 3], 1_000_000, 16),
        (vec![5_000; 3], 10_000_000, 16),
        (vec![1_000; 4], 1_000_000, 16),
        (vec![500; 5], 1_000_000, 16),
        (vec![8, 10, 10_000], 100_000, 8),
        (vec![45_534, 1_000], 62_872, 10),
    ] {
        let (coordinates, tensor, mut factors) = data(&shape, nnz, rank);
        // The loop meets them sorted, as a file has them: its best case.
        let sorted = tensor.to_coordinates();
        let mut out = Matrix::default();
        let mut group = c.benchmark_group(format!("{shape:?}, {nnz} nonzeros, rank {rank}"));
        group.sample_size(10);
        group.bench_function("sweep, plain loop", |b| {
            b.iter(|| {
                for mode in 0..factors.len() {
                    plain_mttkrp(&sorted, &factors, mode, &mut out);
                }
            });
        });
        for threads in [1, 2] {
            let mut scratch = Scratch::with_threads(threads);
            group.bench_function(format!("sweep, {threads} threads"), |b| {
                b.iter(|| tensor.mttkrp_sweep(&mut factors, &mut scratch, &mut |_, _, _| {}));
            });
        }
        if nnz <= 1_000_000 {
            let mut scratch = Scratch::new();
            let narrow: Vec<_> = factors
                .iter()
                .map(|f| Matrix::from_fn(f.rows(), 4, |i, j| f[(i, j)]))
                .collect();
            let (all, each) = (narrow.iter().map(Some).collect::<Vec<_>>(), narrow.iter());
            let each: Vec<_> = each.collect();
            group.bench_function("projection to rank 4", |b| {
                b.iter(|| tensor.project(&all, &mut scratch));
            });
            let mut leaves = Vec::new();
            group.bench_function("projections of all modes but one to rank 4", |b| {
                b.iter(|| tensor.project_all_but_one(&each, &mut leaves, &mut scratch));
            });
            group.bench_function("from coordinates", |b| {
                b.iter(|| SparseTensor::new(coordinates.clone()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, sweeps);
criterion_main!(benches);
