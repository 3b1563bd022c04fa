//! What fixtures/losses.py wrote.

use hntf_tensor::Matrix;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Stored {
    rows: usize,
    cols: usize,
    values: Vec<f64>,
}

impl Stored {
    pub(crate) fn matrix(&self) -> Matrix {
        Matrix::from_vec(self.rows, self.cols, self.values.clone())
    }

    pub(crate) fn assert_equals(&self, found: &Matrix, tolerance: f64, what: &str) {
        assert_eq!(
            (found.rows(), found.cols()),
            (self.rows, self.cols),
            "{what}"
        );
        for (f, e) in found.as_slice().iter().zip(&self.values) {
            assert!(
                (f - e).abs() <= tolerance * (1.0 + e.abs()),
                "{what}: {f} is not {e}"
            );
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct ScikitLearn {
    pub(crate) x: Stored,
    pub(crate) rank: usize,
    pub(crate) seed: u32,
    pub(crate) iterations: usize,
    pub(crate) w: Stored,
    pub(crate) t: Stored,
    pub(crate) divergence: f64,
}

#[derive(Deserialize)]
pub(crate) struct Form {
    pub(crate) data_loss: hntf_solvers::Loss,
    pub(crate) label_loss: hntf_solvers::LabelLoss,
    pub(crate) weight: f64,
    pub(crate) rank: usize,
    pub(crate) seed: u32,
    pub(crate) classes: Vec<Option<usize>>,
    pub(crate) x: Stored,
    pub(crate) a: Stored,
    pub(crate) b: Stored,
    pub(crate) t: Stored,
    pub(crate) objectives: Vec<f64>,
}

#[derive(Deserialize)]
pub(crate) struct Fixture {
    pub(crate) scikit_learn: Vec<ScikitLearn>,
    pub(crate) ssnmf: Vec<Form>,
}

pub(crate) fn read() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/losses.json")).unwrap()
}
