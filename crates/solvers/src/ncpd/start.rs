//! Factors before the first iteration.

use hntf_tensor::{CpTensor, Matrix, Tensor, leading_left_singular_vectors};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::SolverError;

/// Where an [`Ncpd`](crate::Ncpd) starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// |U_m[:, :r]|, the leading left singular vectors of every unfolding; columns beyond the
    /// mode's size are uniform random numbers.
    Svd,
    /// Uniform random numbers on [0, 1), every factor row by row, modes in order.
    Random,
    /// Uniform random numbers, all modes as n × r but the last one as r × n: the order in which
    /// the package ssnmf draws A and S of X ≈ AS.
    Ssnmf,
    /// c·|N(0,1)| with c = (mean(X)/r)^(1/k), the last mode first and drawn as r × n: for order 2
    /// scikit-learn's `init="random"`.
    ScikitLearn,
    /// The factors the data itself is made of, for a CP tensor ⟦F_1 … F_k⟧ of this rank.
    Data,
}

impl Start {
    /// Factors of `data`'s mode sizes × `rank`.
    ///
    /// # Errors
    /// [`SolverError::NoFactors`] for [`Start::Data`] on data that is no CP tensor of this rank.
    pub fn factors(
        self,
        data: &dyn Tensor,
        rank: usize,
        random: &mut RandomState,
    ) -> Result<Vec<Matrix>, SolverError> {
        let shape = data.shape();
        let factors = match self {
            Self::Svd => (0..shape.len())
                .map(|m| singular(data, m, rank, random))
                .collect(),
            Self::Random => shape.iter().map(|n| uniform(*n, rank, random)).collect(),
            Self::Ssnmf => {
                let last = shape.len() - 1;
                let mut factors: Vec<_> = shape[..last]
                    .iter()
                    .map(|n| uniform(*n, rank, random))
                    .collect();
                factors.push(uniform(rank, shape[last], random).transposed());
                factors
            }
            Self::ScikitLearn => scikit_learn(data, rank, random),
            Self::Data => {
                let own = data.as_cp();
                let found = own.map(CpTensor::rank);
                own.filter(|_| found == Some(rank))
                    .map(|cp| cp.factors().to_vec())
                    .ok_or(SolverError::NoFactors { rank, found })?
            }
        };
        Ok(factors)
    }
}

fn uniform(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.random_sample())
}

fn singular(data: &dyn Tensor, mode: usize, rank: usize, random: &mut RandomState) -> Matrix {
    let vectors = leading_left_singular_vectors(data, mode, rank);
    let missing = uniform(vectors.rows(), rank - vectors.cols(), random);
    Matrix::from_fn(vectors.rows(), rank, |i, j| {
        if j < vectors.cols() {
            vectors[(i, j)].abs()
        } else {
            missing[(i, j - vectors.cols())]
        }
    })
}

fn scikit_learn(data: &dyn Tensor, rank: usize, random: &mut RandomState) -> Vec<Matrix> {
    let shape = data.shape();
    // More entries than a usize counts are no fewer for that: sparse tensors have them.
    let (order, entries) = (
        shape.len(),
        shape.iter().map(|n| *n as f64).product::<f64>(),
    );
    let mean = data.sum() / entries / rank as f64;
    // A square root for matrices, so that the bits are scikit-learn's.
    let scale = if order == 2 {
        mean.sqrt()
    } else {
        mean.powf(1.0 / order as f64)
    };
    let mut draw = |rows, cols| Matrix::from_fn(rows, cols, |_, _| (scale * random.randn()).abs());
    let last = draw(rank, shape[order - 1]).transposed();
    let mut factors: Vec<_> = shape[..order - 1].iter().map(|n| draw(*n, rank)).collect();
    factors.push(last);
    factors
}
