//! Every contraction against its definition, entry by entry, for dense and CP data of orders 1 to
//! 5 with sizes 0 and 1 and ranks above the sizes.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use hntf_tensor::{CpTensor, DenseTensor, Matrix, Scratch, Tensor, relative_error};
use numpy_random::RandomState;
use proptest::prelude::*;

fn random_matrix(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.random_sample())
}

fn random_factors(shape: &[usize], rank: usize, random: &mut RandomState) -> Vec<Matrix> {
    shape
        .iter()
        .map(|n| random_matrix(*n, rank, random))
        .collect()
}

/// All multi-indices of a shape in row-major order.
fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
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

fn full(factors: &[Matrix]) -> Vec<f64> {
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

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-10 * (1.0 + b.abs()), "{a} is not {b}");
    }
}

/// Checks every method of a tensor whose entries are `values`.
fn check(data: &dyn Tensor, values: &[f64], rank: usize, random: &mut RandomState) {
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
        assert_close(leaf.values(), &expected);
        assert_close(data.project(&others, &mut scratch).values(), &expected);
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
    let norm: f64 = values.iter().map(|x| x * x).sum();
    if norm > 0.0 {
        let model = CpTensor::new(factors).unwrap();
        let found = relative_error(data, &model, &mut scratch);
        assert_close(&[found], &[(distance / norm).sqrt()]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn dense_contractions_equal_their_definitions(
        shape in prop::collection::vec(0_usize..5, 1..=5), rank in 1_usize..7, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let values: Vec<_> = indices(&shape).iter().map(|_| random.random_sample()).collect();
        let data = DenseTensor::new(shape, values.clone()).unwrap();
        check(&data, &values, rank, &mut random);
    }

    #[test]
    fn cp_contractions_equal_those_of_the_full_tensor(
        shape in prop::collection::vec(0_usize..5, 1..=5),
        terms in 1_usize..4, rank in 1_usize..7, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let data = CpTensor::new(random_factors(&shape, terms, &mut random)).unwrap();
        let values = full(data.factors());
        assert_close(DenseTensor::from_cp(&data).values(), &values);
        check(&data, &values, rank, &mut random);
    }
}

#[test]
fn the_error_of_a_nearly_exact_model_keeps_its_digits() {
    let mut random = RandomState::new(3);
    let factors = random_factors(&[9, 8, 7], 3, &mut random);
    let mut close = factors.clone();
    close[1][(2, 1)] += 1e-9;
    let data = CpTensor::new(factors.clone()).unwrap();
    let model = CpTensor::new(close.clone()).unwrap();
    let expected = {
        let term = |i: usize, k: usize| (1e-9 * factors[0][(i, 1)] * factors[2][(k, 1)]).powi(2);
        let all = (0..9).flat_map(|i| (0..7).map(move |k| (i, k)));
        (all.map(|(i, k)| term(i, k)).sum::<f64>() / data.squared_norm()).sqrt()
    };
    let mut scratch = Scratch::new();
    let dense = DenseTensor::from_cp(&data);
    for found in [
        relative_error(&data, &model, &mut scratch),
        relative_error(&dense, &model, &mut scratch),
    ] {
        assert!(
            (found / expected - 1.0).abs() < 1e-5,
            "{found} is not {expected}"
        );
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let mut random = RandomState::new(5);
    let shape = [80, 90, 70];
    let values = (0..shape.iter().product())
        .map(|_| random.random_sample())
        .collect();
    let data = DenseTensor::new(shape.to_vec(), values).unwrap();
    let factors = random_factors(&shape, 20, &mut random);
    let run = |mut scratch: Scratch| {
        let mut bits = Vec::new();
        data.mttkrp_sweep(&mut factors.clone(), &mut scratch, &mut |_, m, _| {
            bits.extend(m.as_slice().iter().map(|x| x.to_bits()));
        });
        let all: Vec<_> = factors.iter().map(Some).collect();
        bits.extend(
            data.project(&all, &mut scratch)
                .values()
                .iter()
                .map(|x| x.to_bits()),
        );
        bits
    };
    let one = run(Scratch::new());
    assert!(one == run(Scratch::with_threads(2)) && one == run(Scratch::with_threads(5)));
}

#[test]
fn singular_vectors_diagonalise_the_unfolding() {
    let mut random = RandomState::new(8);
    let values = (0..6 * 5 * 4).map(|_| random.random_sample()).collect();
    let data = DenseTensor::new(vec![6, 5, 4], values).unwrap();
    for mode in 0..3 {
        let vectors = hntf_tensor::leading_left_singular_vectors(&data, mode, 9);
        let n = data.shape()[mode];
        assert_eq!((vectors.rows(), vectors.cols()), (n, n));
        let rotated = vectors
            .transposed()
            .times(&data.unfolding_gram(mode))
            .times(&vectors);
        let identity = vectors.transposed().times(&vectors);
        for i in 0..n {
            assert!(
                i == 0 || rotated[(i - 1, i - 1)] >= rotated[(i, i)],
                "largest first"
            );
            for j in 0..n {
                let expected = f64::from(u8::from(i == j));
                assert!((identity[(i, j)] - expected).abs() < 1e-12);
                assert!(i == j || rotated[(i, j)].abs() < 1e-10);
            }
        }
    }
}
