//! Every contraction against its definition, entry by entry, for dense and CP data of orders 1 to
//! 5 with sizes 0 and 1 and ranks above the sizes.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

mod support;

use hntf_tensor::{CpTensor, DenseTensor, Matrix, Scratch, Tensor, relative_error};
use numpy_random::RandomState;
use proptest::prelude::*;
use support::{assert_close, check, full, indices, random_factors};

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

#[test]
fn the_distance_of_cp_tensors_of_high_order_takes_no_power_of_the_order() {
    // In full 12¹² entries, in either form.
    let mut random = RandomState::new(1);
    let mut draw = || Matrix::from_fn(12, 6, |_, _| random.random_sample());
    let factors: Vec<_> = (0..12).map(|_| draw()).collect();
    let data = CpTensor::new(factors.clone()).unwrap();
    assert!(data.squared_distance(&factors, &mut Scratch::new()) <= 1e-12 * data.squared_norm());
    let mut doubled = factors;
    doubled[3].scale_columns(&[2.0; 6]);
    let distance = data.squared_distance(&doubled, &mut Scratch::new());
    assert!((distance / data.squared_norm() - 1.0).abs() < 1e-12);
}
