//! What a fit leaves, through serde.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use hntf_solvers::{CpFit, Ncpd, Outcome, Silent, StopReason};
use hntf_tensor::{DenseTensor, Matrix};
use numpy_random::RandomState;

fn again<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

#[test]
fn a_fit_comes_back_as_it_was() {
    let mut random = RandomState::new(1);
    let data = Matrix::from_fn(6, 5, |_, _| random.random_sample());
    let data = DenseTensor::from_matrix(data);
    let fit = Ncpd::default()
        .fit(&data, 2, &mut random, &mut Silent)
        .unwrap();
    assert_eq!(again::<CpFit>(&fit), fit);
}

#[test]
fn a_trace_keeps_numbers_that_are_none() {
    for (last, reason) in [
        (f64::NAN, StopReason::Diverged),
        (f64::INFINITY, StopReason::Diverged),
        (f64::NEG_INFINITY, StopReason::Diverged),
        (-0.0, StopReason::TimeLimit),
    ] {
        let outcome = Outcome {
            reason,
            iterations: 2,
            trace: vec![(0, 0.1 + 0.2), (2, last)],
        };
        let read = again(&outcome);
        let bits =
            |o: &Outcome| -> Vec<_> { o.trace.iter().map(|(i, e)| (*i, e.to_bits())).collect() };
        assert_eq!((read.reason, read.iterations), (reason, 2));
        assert_eq!(bits(&read), bits(&outcome));
    }
}

#[test]
fn other_words_than_those_for_no_number_are_refused() {
    let text = r#"{"reason": "converged", "iterations": 1, "trace": [[1, "nine"]]}"#;
    let error = serde_json::from_str::<Outcome>(text)
        .unwrap_err()
        .to_string();
    assert!(error.contains("nine") && error.contains("NaN"), "{error}");
    let text = r#"{"reason": "converged", "iterations": 1, "trace": [], "cells": []}"#;
    assert!(serde_json::from_str::<Outcome>(text).is_err());
}
