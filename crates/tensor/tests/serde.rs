//! Matrices and CP tensors through serde: every bit comes back, and what does not fit is refused.

use hntf_tensor::{CpTensor, Matrix};
use proptest::prelude::*;

fn bits(m: &Matrix) -> Vec<u64> {
    m.as_slice().iter().map(|x| x.to_bits()).collect()
}

proptest! {
    #[test]
    fn every_bit_of_a_matrix_comes_back(
        values in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, 12),
        rows in prop::sample::select(vec![1_usize, 2, 3, 4, 6, 12]),
    ) {
        let m = Matrix::from_vec(rows, 12 / rows, values);
        let read: Matrix = serde_json::from_str(&serde_json::to_string(&m).unwrap()).unwrap();
        prop_assert_eq!((read.rows(), read.cols()), (m.rows(), m.cols()));
        prop_assert_eq!(bits(&read), bits(&m));
    }
}

#[test]
fn empty_matrices_keep_their_shape() {
    for m in [Matrix::zeros(0, 3), Matrix::zeros(3, 0), Matrix::default()] {
        let read: Matrix = serde_json::from_str(&serde_json::to_string(&m).unwrap()).unwrap();
        assert_eq!(read, m);
    }
}

#[test]
fn a_cp_tensor_comes_back_with_its_shape() {
    let factor = |n: usize| Matrix::from_fn(n, 2, |i, j| (1 + i + 3 * j) as f64 / 7.0);
    let cp = CpTensor::new(vec![factor(3), factor(1), factor(4)]).unwrap();
    let text = serde_json::to_string(&cp).unwrap();
    assert_eq!(serde_json::from_str::<CpTensor>(&text).unwrap(), cp);
}

fn refusal<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    serde_json::from_str::<T>(text)
        .expect_err("it should be refused")
        .to_string()
}

#[test]
fn values_that_do_not_fill_a_matrix_are_refused() {
    let error = refusal::<Matrix>(r#"{"rows": 2, "cols": 3, "values": [1, 2, 3, 4]}"#);
    assert!(error.contains("[2, 3]") && error.contains('4'), "{error}");
    let huge = format!(r#"{{"rows": {0}, "cols": {0}, "values": []}}"#, usize::MAX);
    let error = refusal::<Matrix>(&huge);
    assert!(error.contains(&usize::MAX.to_string()), "{error}");
    let error = refusal::<Matrix>(r#"{"rows": 1, "cols": 1, "values": [null]}"#);
    assert!(error.contains("f64"), "{error}");
    let error = refusal::<Matrix>(r#"{"rows": 1, "cols": 1, "values": [1], "shape": [1, 1]}"#);
    assert!(error.contains("shape"), "{error}");
}

#[test]
fn factors_of_unequal_ranks_or_none_at_all_are_refused() {
    let matrix = |cols: usize| serde_json::to_string(&Matrix::zeros(2, cols)).unwrap();
    let error = refusal::<CpTensor>(&format!(r#"{{"factors": [{}, {}]}}"#, matrix(2), matrix(3)));
    assert!(error.contains("[2, 3]"), "{error}");
    let error = refusal::<CpTensor>(r#"{"factors": []}"#);
    assert!(error.contains("at least one mode"), "{error}");
}
