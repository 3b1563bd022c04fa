//! `scipy.optimize.nnls` on the same problems (fixtures/make.py).

use serde::Deserialize;

use crate::{assert_close, objectives, solve};

#[derive(Deserialize)]
struct Stored {
    rows: usize,
    cols: usize,
    values: Vec<f64>,
}

impl From<Stored> for hntf_tensor::Matrix {
    fn from(m: Stored) -> Self {
        Self::from_vec(m.rows, m.cols, m.values)
    }
}

#[derive(Deserialize)]
struct Case {
    name: String,
    a: Stored,
    x: Stored,
    s: Stored,
    objectives: Vec<f64>,
    unique: bool,
}

#[test]
fn objectives_are_no_worse_than_scipys_and_unique_solutions_are_its() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../fixtures/nnls.json")).unwrap();
    assert!(cases.len() > 5);
    for case in cases {
        let (a, x, s) = (case.a.into(), case.x.into(), case.s.into());
        let t = solve(&a, &x);
        for (ours, theirs) in objectives(&a, &x, &t).iter().zip(&case.objectives) {
            let bound = theirs * (1.0 + 1e-10) + 1e-13;
            assert!(*ours <= bound, "{}: {ours} > {theirs}", case.name);
        }
        if case.unique {
            assert_close(&t.transposed(), &s, 1e-9);
        }
    }
}
