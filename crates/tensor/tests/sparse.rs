//! Sparse tensors: every contraction against its definition, the same bits for any number of
//! threads, long modes, and what is refused.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

mod support;

use hntf_tensor::{
    Coordinates, CpTensor, DenseTensor, Matrix, Scratch, SparseTensor, Tensor, TensorError,
    leading_left_singular_vectors, relative_error,
};
use numpy_random::RandomState;
use proptest::prelude::*;
use support::{assert_close, check, full, indices, random_factors};

/// A tensor of about `share` of the entries of a shape, in shuffled order and some in two or three
/// parts; and its entries, row-major.
fn random_sparse(
    shape: &[usize],
    share: f64,
    random: &mut RandomState,
) -> (SparseTensor, Vec<f64>) {
    let mut entries = Vec::new();
    let mut dense = Vec::new();
    for index in indices(shape) {
        let mut sum = 0.0;
        let parts = match random.random_sample() {
            x if x < share / 8.0 => 3,
            x if x < share / 4.0 => 2,
            x if x < share => 1,
            _ => 0,
        };
        for _ in 0..parts {
            let x = random.random_sample();
            let at = index.iter().map(|i| u32::try_from(*i).unwrap());
            entries.push((random.random_sample(), at.collect::<Vec<_>>(), x));
            sum += x;
        }
        dense.push(sum);
    }
    entries.sort_by(|a, b| a.0.total_cmp(&b.0));
    let flat = entries.iter().flat_map(|e| e.1.clone()).collect();
    let values = entries.iter().map(|e| e.2).collect();
    let tensor = SparseTensor::from_coordinates(shape.to_vec(), flat, values).unwrap();
    (tensor, dense)
}

/// `nnz` entries at random places, fewer where they meet.
fn scattered(shape: &[usize], nnz: usize, random: &mut RandomState) -> SparseTensor {
    let mut flat = Vec::new();
    let mut values = Vec::new();
    for _ in 0..nnz {
        for n in shape {
            flat.push((random.random_sample() * *n as f64) as u32);
        }
        values.push(random.random_sample());
    }
    SparseTensor::from_coordinates(shape.to_vec(), flat, values).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn sparse_contractions_equal_their_definitions(
        shape in prop::collection::vec(0_usize..5, 1..=5),
        rank in prop_oneof![1_usize..7, 15_usize..19, Just(33)],
        share in prop_oneof![Just(0.0), Just(0.05), Just(0.4), Just(1.0)],
        seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let (data, values) = random_sparse(&shape, share, &mut random);
        prop_assert_eq!(data.nnz(), values.iter().filter(|x| **x > 0.0).count());
        let dense = data.to_dense().unwrap();
        prop_assert_eq!(dense.shape(), &shape[..]);
        assert_close(dense.values(), &values);
        check(&data, &values, rank, &mut random);
    }

    #[test]
    fn any_set_of_modes_can_be_projected(
        shape in prop::collection::vec(1_usize..5, 1..=5), kept in 0_u32..32, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let (data, _) = random_sparse(&shape, 0.3, &mut random);
        let dense = data.to_dense().unwrap();
        let factors = random_factors(&shape, 3, &mut random);
        let onto: Vec<_> = factors
            .iter()
            .enumerate()
            .map(|(m, f)| (kept >> m & 1 == 0).then_some(f))
            .collect();
        let mut scratch = Scratch::new();
        let (found, expected) = (data.project(&onto, &mut scratch), dense.project(&onto, &mut scratch));
        prop_assert_eq!(found.shape(), expected.shape());
        assert_close(found.values(), expected.values());
    }

    #[test]
    fn nonzeros_are_visited_in_row_major_order_whatever_order_they_came_in(
        shape in prop::collection::vec(1_usize..6, 1..=4), seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let (data, values) = random_sparse(&shape, 0.4, &mut random);
        let mut expected = indices(&shape).into_iter().zip(values).filter(|(_, x)| *x > 0.0);
        data.for_each_nonzero(|index, x| {
            let (at, value) = expected.next().unwrap();
            assert!(index.iter().map(|i| *i as usize).eq(at));
            assert_close(&[x], &[value]);
        });
        assert!(expected.next().is_none());
        let again = SparseTensor::new(data.to_coordinates()).unwrap();
        prop_assert_eq!(again.to_dense().unwrap(), data.to_dense().unwrap());
        prop_assert_eq!(again.duplicates(), 0);
    }
}

#[test]
fn entries_at_one_place_are_added_and_counted_and_zeros_dropped() {
    let flat = vec![1, 2, 0, 0, 1, 2, 0, 1, 1, 2];
    let values = vec![1.0, 0.0, 2.0, -0.0, 4.0];
    let data = SparseTensor::from_coordinates(vec![2, 3], flat, values).unwrap();
    assert_eq!((data.nnz(), data.duplicates()), (1, 2));
    assert_eq!(
        data.to_dense().unwrap().values(),
        [0.0, 0.0, 0.0, 0.0, 0.0, 7.0]
    );
}

#[test]
fn modes_of_four_billion_indices_cost_nothing() {
    let top = u32::MAX;
    let shape = vec![1 << 32, 3, 1 << 32];
    let flat = vec![top, 2, top, 0, 1, top, 70_000, 1, 5, 4_464, 1, 5];
    let data = SparseTensor::from_coordinates(shape, flat, vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    let mut seen = Vec::new();
    data.for_each_nonzero(|index, x| seen.push((index.to_vec(), x)));
    assert_eq!(
        seen,
        [
            (vec![0, 1, top], 2.0),
            (vec![4_464, 1, 5], 4.0),
            (vec![70_000, 1, 5], 3.0),
            (vec![top, 2, top], 1.0)
        ]
    );
    assert!(matches!(data.to_dense(), Err(TensorError::TooLarge { .. })));
}

#[test]
fn bad_coordinates_are_named() {
    let message = |shape: &[usize], flat: &[u32], values: &[f64]| {
        Coordinates::new(shape.to_vec(), flat.to_vec(), values.to_vec())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message(&[2, 3], &[0, 0, 1, 3], &[1.0, 1.0]),
        "entry 1 (counted from 0) has index 3 in mode 1, but indices there are below 3"
    );
    assert_eq!(
        message(&[2, 3], &[0, 0, 1], &[1.0, 1.0]),
        "2 entries of a tensor with 2 modes take 4 indices, but 3 were given"
    );
    assert_eq!(
        message(&[2, 3], &[0, 0, 1, 2], &[1.0, f64::NAN]),
        "entry [1, 2] is NaN: every entry must be a finite number"
    );
    assert_eq!(
        message(&[2, 3], &[0, 0, 1, 2], &[1.0, -0.5]),
        "entry [1, 2] is -0.5: a nonnegative factorization needs entries ≥ 0"
    );
    let many = "entry [0, 1] is -0.5, the first of 3 negative entries, the smallest of which is -2: \
                a nonnegative factorization needs entries ≥ 0";
    let indices = [0, 0, 0, 1, 0, 2, 1, 0];
    assert_eq!(message(&[2, 3], &indices, &[1.0, -0.5, -2.0, -1.0]), many);
    let dense = DenseTensor::new(vec![2, 2], vec![1.0, -0.5, -2.0, -1.0]).unwrap();
    assert_eq!(dense.check_entries().unwrap_err().to_string(), many);
    assert_eq!(
        message(&[2, (1 << 32) + 1], &[], &[]),
        "mode 1 has size 4294967297, but the modes of a sparse tensor have at most 4294967296 indices"
    );
    assert_eq!(message(&[], &[], &[]), "a tensor needs at least one mode");
    assert_eq!(
        message(&[1; 33], &[], &[]),
        "a sparse tensor has at most 32 modes, but this one has 33: is it a table, not coordinates?"
    );
    let overflow = SparseTensor::from_coordinates(vec![1], vec![0, 0], vec![f64::MAX; 2]);
    assert!(matches!(overflow, Err(TensorError::NotFinite { .. })));
    let empty = SparseTensor::from_coordinates(vec![4, 0], vec![], vec![]).unwrap();
    assert_eq!(empty.check_not_zero(), Err(TensorError::AllZero));
}

/// Enough nonzeros for many pieces: short roots, eight long ones, one root and one fibre alone.
#[test]
fn threads_do_not_change_a_bit_and_pieces_add_up() {
    let mut random = RandomState::new(5);
    for shape in [
        vec![400, 300, 500],
        vec![8, 10, 10_000],
        vec![1, 1, 70_000],
        vec![60_000],
        vec![3, 20_000],
        vec![30, 40, 5, 6, 20],
    ] {
        let data = scattered(&shape, 60_000, &mut random);
        let factors = random_factors(&shape, 19, &mut random);
        let run = |mut scratch: Scratch| {
            let mut results = Vec::new();
            data.mttkrp_sweep(&mut factors.clone(), &mut scratch, &mut |_, m, _| {
                results.push(m.clone());
            });
            for mode in 0..shape.len() {
                let mut out = Matrix::default();
                data.quotient_mttkrp(&factors, mode, 1e-9, &mut out, &mut scratch);
                results.push(out);
            }
            results
        };
        let one = run(Scratch::new());
        let bits = |results: &[Matrix]| -> Vec<u64> {
            let values = results.iter().flat_map(Matrix::as_slice);
            values.map(|x| x.to_bits()).collect()
        };
        for threads in [2, 3, 16] {
            assert!(bits(&one) == bits(&run(Scratch::with_threads(threads))));
        }
        let sizes = shape.iter().chain(&shape);
        let mut expected: Vec<_> = sizes.map(|n| Matrix::zeros(*n, 19)).collect();
        data.for_each_nonzero(|index, x| {
            let rows = factors.iter().zip(index).map(|(f, i)| f.row(*i as usize));
            let rows: Vec<_> = rows.collect();
            let term = |j: usize| rows.iter().map(|r| r[j]).product::<f64>();
            let model: f64 = (0..19).map(term).sum();
            for (at, out) in expected.iter_mut().enumerate() {
                let mode = at % shape.len();
                let x = if at < shape.len() { x } else { x / model };
                for (j, o) in out.row_mut(index[mode] as usize).iter_mut().enumerate() {
                    let others = factors.iter().zip(index).enumerate();
                    let others = others.filter(|(m, _)| *m != mode);
                    *o += x * others
                        .map(|(_, (f, i))| f[(*i as usize, j)])
                        .product::<f64>();
                }
            }
        });
        for (found, expected) in one.iter().zip(&expected) {
            assert_close(found.as_slice(), expected.as_slice());
        }
    }
}

#[test]
fn the_error_of_a_nearly_exact_model_is_kept_where_that_is_possible() {
    let mut random = RandomState::new(3);
    let factors = random_factors(&[9, 8, 7], 3, &mut random);
    let values = full(&factors);
    let flat = indices(&[9, 8, 7]).concat();
    let flat = flat
        .into_iter()
        .map(|i| u32::try_from(i).unwrap())
        .collect();
    let data = SparseTensor::from_coordinates(vec![9, 8, 7], flat, values.clone()).unwrap();
    let dense = DenseTensor::new(vec![9, 8, 7], values).unwrap();
    let mut close = factors;
    close[1][(2, 1)] += 1e-9;
    let model = CpTensor::new(close).unwrap();
    let mut scratch = Scratch::new();
    let found = relative_error(&data, &model, &mut scratch);
    let expected = relative_error(&dense, &model, &mut scratch);
    assert!(
        (found / expected - 1.0).abs() < 1e-5,
        "{found} is not {expected}"
    );
}

#[test]
fn the_distance_of_very_sparse_data_counts_its_zeros() {
    let mut random = RandomState::new(4);
    let shape = [90, 80, 70];
    let data = scattered(&shape, 2_000, &mut random);
    let dense = data.to_dense().unwrap();
    let factors = random_factors(&shape, 4, &mut random);
    let mut scratch = Scratch::new();
    let found = data.squared_distance(&factors, &mut scratch);
    assert_close(&[found], &[dense.squared_distance(&factors, &mut scratch)]);
}

/// ‖A V − V (Vᵀ A V)‖ relative to ‖A‖, and the diagonal of Vᵀ A V.
fn ritz(data: &dyn Tensor, mode: usize, vectors: &Matrix) -> (f64, Vec<f64>) {
    let mut product = Matrix::default();
    data.unfolding_gram_times(mode, vectors, &mut product, &mut Scratch::new());
    let small = vectors.transposed().times(&product);
    let back = vectors.times(&small);
    let squares = product.as_slice().iter().zip(back.as_slice());
    let residual = squares.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let values: Vec<_> = (0..small.rows()).map(|j| small[(j, j)]).collect();
    (residual / values[0], values)
}

#[test]
fn singular_vectors_of_long_modes_are_those_of_the_dense_path() {
    let mut random = RandomState::new(8);
    // The short mode of the transposed tensor goes the dense way; it knows the singular values.
    let data = scattered(&[2_600, 300], 9_000, &mut random);
    let expected = {
        let v = leading_left_singular_vectors(&data, 1, 6);
        ritz(&data, 1, &v).1
    };
    let dense = data.to_dense().unwrap();
    for data in [&data as &dyn Tensor, &dense] {
        let u = leading_left_singular_vectors(data, 0, 6);
        assert_eq!((u.rows(), u.cols()), (2_600, 6));
        let (residual, values) = ritz(data, 0, &u);
        assert!(residual < 1e-11, "{residual}");
        for (a, b) in values.iter().zip(&expected) {
            assert!((a / b - 1.0).abs() < 1e-11, "{a} is not {b}");
        }
        let identity = u.transposed().times(&u);
        for i in 0..6 {
            for j in 0..6 {
                let expected = f64::from(u8::from(i == j));
                assert!((identity[(i, j)] - expected).abs() < 1e-12);
            }
        }
    }
    let again = leading_left_singular_vectors(&data, 0, 6);
    assert_eq!(again, leading_left_singular_vectors(&data, 0, 6));
}

#[test]
fn long_modes_of_low_rank_or_of_zeros_have_orthonormal_vectors_too() {
    let mut random = RandomState::new(9);
    let low = CpTensor::new(random_factors(&[1_700, 6, 5], 3, &mut random)).unwrap();
    let zero = SparseTensor::from_coordinates(vec![1_600, 2], vec![], vec![]).unwrap();
    for data in [&low as &dyn Tensor, &zero] {
        let u = leading_left_singular_vectors(data, 0, 5);
        let identity = u.transposed().times(&u);
        for i in 0..5 {
            for j in 0..5 {
                let expected = f64::from(u8::from(i == j));
                assert!((identity[(i, j)] - expected).abs() < 1e-12);
            }
        }
    }
    // The three directions of the CP tensor are found: nothing of it is left outside of them.
    let u = leading_left_singular_vectors(&low, 0, 3);
    let kept = low.project(&[Some(&u), None, None], &mut Scratch::new());
    assert!((kept.squared_norm() / low.squared_norm() - 1.0).abs() < 1e-12);
    assert_eq!(leading_left_singular_vectors(&low, 0, 0).cols(), 0);
}
