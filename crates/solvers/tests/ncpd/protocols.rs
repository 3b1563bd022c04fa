//! scikit-learn itself, and NumPy transcriptions of the published protocols (fixtures/make.py).

use hntf_solvers::{Ncpd, Silent, Start};
use hntf_tensor::{DenseTensor, relative_error};
use numpy_random::RandomState;
use serde::Deserialize;

#[derive(Deserialize)]
struct Stored {
    rows: usize,
    cols: usize,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    protocol: String,
    start: String,
    rank: usize,
    seed: u32,
    shape: Vec<usize>,
    values: Vec<f64>,
    factors: Vec<Stored>,
    iterations: usize,
    error: f64,
}

fn check(case: &Case, ncpd: Ncpd, tolerance: f64) {
    let data = DenseTensor::new(case.shape.clone(), case.values.clone()).unwrap();
    let mut random = RandomState::new(case.seed);
    let fit = ncpd
        .fit(&data, case.rank, &mut random, &mut Silent)
        .unwrap();
    let (shape, seed) = (&case.shape, case.seed);
    assert_eq!(fit.outcome.iterations, case.iterations, "{shape:?} {seed}");
    assert!((fit.error - case.error).abs() < 1e-10, "{shape:?} {seed}");
    let recomputed = relative_error(&data, &fit.model, &mut hntf_tensor::Scratch::new());
    assert!((fit.error - recomputed).abs() < 1e-12);
    for (factor, expected) in fit.model.factors().iter().zip(&case.factors) {
        assert_eq!(
            (factor.rows(), factor.cols()),
            (expected.rows, expected.cols)
        );
        for (f, e) in factor.as_slice().iter().zip(&expected.values) {
            assert!(
                (f - e).abs() <= tolerance * (1.0 + e.abs()),
                "{shape:?} {seed}: {f} is not {e}"
            );
        }
    }
}

fn cases(protocol: &str) -> Vec<Case> {
    let all: Vec<Case> = serde_json::from_str(include_str!("../fixtures/ncpd.json")).unwrap();
    let chosen: Vec<_> = all.into_iter().filter(|c| c.protocol == protocol).collect();
    assert!(!chosen.is_empty());
    chosen
}

#[test]
fn the_scikit_learn_protocol_is_scikit_learns_nmf() {
    for case in cases("scikit-learn") {
        check(&case, Ncpd::scikit_learn(), 1e-10);
    }
}

#[test]
fn the_ssnmf_protocol_is_that_packages_multiplicative_updates() {
    for case in cases("ssnmf") {
        check(&case, Ncpd::ssnmf(200), 1e-10);
    }
}

#[test]
fn the_published_protocol_is_the_plain_formula_from_both_starts() {
    // Orders 3 and 4, and a mode smaller than the rank, whose missing singular vectors are drawn.
    for case in cases("published") {
        let start = match case.start.as_str() {
            "svd" => Start::Svd,
            "random" => Start::Random,
            other => panic!("start {other}"),
        };
        check(&case, Ncpd::published(start), 1e-8);
    }
}
