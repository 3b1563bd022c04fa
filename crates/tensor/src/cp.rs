//! CP tensors ⟦F_1 … F_k⟧: the output of every model, and data in their own right.

mod contractions;

use serde::{Deserialize, Serialize};

use crate::{Matrix, TensorError};

/// A sum of rank-one tensors, entry (i_1 … i_k) = Σ_j Π_m F_m[i_m, j], kept as its factors.
///
/// With serde it is the list of its `factors`, whose ranks are checked when they are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct CpTensor {
    factors: Vec<Matrix>,
    #[serde(skip_serializing)]
    shape: Vec<usize>,
}

/// A CP tensor as it is read, before the ranks of its factors are compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "CpTensor")]
struct Parts {
    factors: Vec<Matrix>,
}

impl TryFrom<Parts> for CpTensor {
    type Error = TensorError;

    fn try_from(parts: Parts) -> Result<Self, TensorError> {
        Self::new(parts.factors)
    }
}

impl CpTensor {
    /// ⟦F_1 … F_k⟧ with F_m of n_m × r.
    ///
    /// # Errors
    /// [`TensorError::NoModes`] without factors, [`TensorError::Ranks`] if their columns differ.
    pub fn new(factors: Vec<Matrix>) -> Result<Self, TensorError> {
        let ranks: Vec<_> = factors.iter().map(Matrix::cols).collect();
        match ranks.first() {
            None => Err(TensorError::NoModes),
            Some(r) if ranks.iter().any(|x| x != r) => Err(TensorError::Ranks { ranks }),
            Some(_) => {
                let shape = factors.iter().map(Matrix::rows).collect();
                Ok(Self { factors, shape })
            }
        }
    }

    /// The factors, mode by mode.
    pub fn factors(&self) -> &[Matrix] {
        &self.factors
    }

    /// The factors, given up.
    pub fn into_factors(self) -> Vec<Matrix> {
        self.factors
    }

    /// Number of rank-one terms.
    pub fn rank(&self) -> usize {
        self.factors[0].cols()
    }

    /// The entry at `index`, one index per mode.
    pub(crate) fn entry(&self, index: &[u32]) -> f64 {
        let rows = self.factors.iter().zip(index);
        let term = |j| {
            rows.clone()
                .map(|(f, i)| f[(*i as usize, j)])
                .product::<f64>()
        };
        (0..self.rank()).map(term).sum()
    }
}
