//! The contractions by their definitions, entry by entry, and a check of a tensor against them.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use hntf_tensor::{CpTensor, Matrix, Scratch, Tensor, divergence, relative_error};
use numpy_random::RandomState;

fn random_matrix(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.random_sample())
}

pub(crate) fn random_factors(
    shape: &[usize],
    rank: usize,
    random: &mut RandomState,
) -> Vec<Matrix> {
    shape
        .iter()
        .map(|n| random_matrix(*n, rank, random))
        .collect()
}

/// All multi-indices of a shape in row-major order.
pub(crate) fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().fold(vec![Vec::new()], |heads, n| {
        let extend = |head: &Vec<usize>| {
            let head = head.clone();
            (0..*n)
                .map(move |i| [head.clone(), vec![i]].concat())
                .collect::<Vec<_>>()
        };
        heads.iter().flat_map(extend).collect()
    })
}

pub(crate) fn full(factors: &[Matrix]) -> Vec<f64> {
    let shape: Vec<_> = factors.iter().map(Matrix::rows).collect();
    let entry = |index: &Vec<usize>| {
        let term = |j| {
            factors
                .iter()
                .zip(index)
                .map(|(f, i)| f[(*i, j)])
                .product::<f64>()
        };
        (0..factors[0].cols()).map(term).sum()
    };
    indices(&shape).iter().map(entry).collect()
}

fn plain_mttkrp(values: &[f64], shape: &[usize], factors: &[Matrix], mode: usize) -> Matrix {
    let mut out = Matrix::zeros(shape[mode], factors[mode].cols());
    for (index, x) in indices(shape).iter().zip(values) {
        for j in 0..out.cols() {
            let others = index.iter().enumerate().filter(|(m, _)| *m != mode);
            out[(index[mode], j)] += x * others.map(|(m, i)| factors[m][(*i, j)]).product::<f64>();
        }
    }
    out
}

fn plain_projection(values: &[f64], shape: &[usize], p: &[Option<&Matrix>]) -> Vec<f64> {
    let small: Vec<_> = shape
        .iter()
        .zip(p)
        .map(|(n, p)| p.map_or(*n, Matrix::cols))
        .collect();
    let entry = |target: &Vec<usize>| {
        let weight = |index: &Vec<usize>| {
            let modes = p.iter().zip(index.iter().zip(target));
            let along = |(p, (i, j)): (&Option<&Matrix>, (&usize, &usize))| match p {
                Some(p) => p[(*i, *j)],
                None => f64::from(u8::from(i == j)),
            };
            modes.map(along).product::<f64>()
        };
        indices(shape)
            .iter()
            .zip(values)
            .map(|(index, x)| x * weight(index))
            .sum()
    };
    indices(&small).iter().map(entry).collect()
}

/// The projected tensor with `mode` in the rows and the other modes in order in the columns.
fn plain_unfolding(values: &[f64], shape: &[usize], p: &[Option<&Matrix>], mode: usize) -> Matrix {
    let size = |m: usize| p[m].map_or(shape[m], Matrix::cols);
    let small: Vec<_> = (0..shape.len()).map(size).collect();
    let others = (0..shape.len()).filter(|m| *m != mode);
    let columns = others.clone().map(|m| small[m]).product();
    let mut out = Matrix::zeros(shape[mode], columns);
    for (index, x) in indices(&small).iter().zip(values) {
        let column = others.clone().fold(0, |c, m| c * small[m] + index[m]);
        out[(index[mode], column)] = *x;
    }
    out
}

pub(crate) fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-10 * (1.0 + b.abs()), "{a} is not {b}");
    }
}

/// Checks every method of a tensor whose entries are `values`.
pub(crate) fn check(data: &dyn Tensor, values: &[f64], rank: usize, random: &mut RandomState) {
    let shape = data.shape().to_vec();
    let order = shape.len();
    let mut factors = random_factors(&shape, rank, random);
    let mut scratch = Scratch::new();
    let mut out = Matrix::default();

    assert_close(
        &[data.squared_norm()],
        &[values.iter().map(|x| x * x).sum()],
    );
    assert_close(&[data.sum()], &[values.iter().sum()]);
    for mode in 0..order {
        data.mttkrp(&factors, mode, &mut out, &mut scratch);
        let expected = plain_mttkrp(values, &shape, &factors, mode);
        assert_eq!((out.rows(), out.cols()), (expected.rows(), expected.cols()));
        assert_close(out.as_slice(), expected.as_slice());
    }

    let replacements = random_factors(&shape, rank, random);
    let mut visited = Vec::new();
    data.mttkrp_sweep(&mut factors, &mut scratch, &mut |mode, found, factors| {
        assert_close(
            found.as_slice(),
            plain_mttkrp(values, &shape, factors, mode).as_slice(),
        );
        factors[mode] = replacements[mode].clone();
        visited.push(mode);
    });
    assert_eq!(visited, (0..order).collect::<Vec<_>>());
    assert_eq!(factors, replacements);

    let small: Vec<_> = shape
        .iter()
        .map(|n| random_matrix(*n, 1 + n % 3, random))
        .collect();
    let all: Vec<_> = small.iter().map(Some).collect();
    let expected = plain_projection(values, &shape, &all);
    assert_close(data.project(&all, &mut scratch).values(), &expected);
    let mut leaves = Vec::new();
    data.project_all_but_one(&small.iter().collect::<Vec<_>>(), &mut leaves, &mut scratch);
    for (mode, leaf) in leaves.iter().enumerate() {
        let others: Vec<_> = all
            .iter()
            .enumerate()
            .map(|(i, p)| p.filter(|_| i != mode))
            .collect();
        let expected = plain_projection(values, &shape, &others);
        assert_close(data.project(&others, &mut scratch).values(), &expected);
        let unfolded = plain_unfolding(&expected, &shape, &others, mode);
        assert_eq!(
            (leaf.rows(), leaf.cols()),
            (unfolded.rows(), unfolded.cols())
        );
        assert_close(leaf.as_slice(), unfolded.as_slice());
    }

    for mode in 0..order {
        let found = data.unfolding_gram(mode);
        let mut expected = Matrix::zeros(shape[mode], shape[mode]);
        for (a, x) in indices(&shape).iter().zip(values) {
            for (b, y) in indices(&shape).iter().zip(values) {
                if (0..order).all(|m| m == mode || a[m] == b[m]) {
                    expected[(a[mode], b[mode])] += x * y;
                }
            }
        }
        assert_close(found.as_slice(), expected.as_slice());
        let block = random_matrix(shape[mode], rank, random);
        data.unfolding_gram_times(mode, &block, &mut out, &mut scratch);
        assert_eq!((out.rows(), out.cols()), (block.rows(), block.cols()));
        assert_close(out.as_slice(), expected.times(&block).as_slice());
    }

    let model = full(&factors);
    let distance: f64 = values
        .iter()
        .zip(&model)
        .map(|(x, m)| (x - m).powi(2))
        .sum();
    assert_close(
        &[data.squared_distance(&factors, &mut scratch)],
        &[distance],
    );
    check_divergence(data, values, &factors);
    let norm: f64 = values.iter().map(|x| x * x).sum();
    if norm > 0.0 {
        let model = CpTensor::new(factors).unwrap();
        let found = relative_error(data, &model, &mut scratch);
        assert_close(&[found], &[(distance / norm).sqrt()]);
    }
}

/// Checks what the Kullback-Leibler divergence is made of, with and without a guard that is felt.
fn check_divergence(data: &dyn Tensor, values: &[f64], factors: &[Matrix]) {
    let (shape, model) = (data.shape(), full(factors));
    let mut scratch = Scratch::new();
    let mut out = Matrix::default();
    for epsilon in [1e-12, 0.4] {
        let quotients: Vec<_> = values
            .iter()
            .zip(&model)
            .map(|(x, m)| if *x > 0.0 { x / m.max(epsilon) } else { 0.0 })
            .collect();
        for mode in 0..shape.len() {
            data.quotient_mttkrp(factors, mode, epsilon, &mut out, &mut scratch);
            let expected = plain_mttkrp(&quotients, shape, factors, mode);
            assert_eq!((out.rows(), out.cols()), (expected.rows(), expected.cols()));
            assert_close(out.as_slice(), expected.as_slice());
        }
        let nonzeros = values.iter().zip(&model).filter(|(x, _)| **x > 0.0);
        let entropy: f64 = nonzeros.map(|(x, m)| x * (x / m.max(epsilon)).ln()).sum();
        let found = data.relative_entropy(factors, epsilon, &mut scratch);
        assert_close(&[found], &[entropy]);
        let total = values.iter().sum::<f64>();
        let expected = entropy - total + model.iter().sum::<f64>();
        let found = divergence(data, factors, epsilon, &mut scratch);
        assert_close(&[found], &[expected.max(0.0)]);
    }
}
