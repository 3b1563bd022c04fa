//! Nonnegative CP decomposition of a tensor of any order; for a matrix this is NMF.

mod settings;
mod start;
mod sweep;
mod update;

use hntf_tensor::{CpTensor, Matrix, Scratch, Tensor};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::{Observer, Outcome, SolverError, drive, number};

pub use settings::Ncpd;
pub use start::Start;
pub use update::{Update, balance_columns, balance_sums};

impl Ncpd {
    /// Fits rank `rank` to `data` (n_1 × ⋯ × n_k); the start draws from `random`.
    ///
    /// Cost: a sweep takes one MTTKRP in every mode and O(Σ n_i r²), five times that for HALS; with
    /// hidden entries as much again for the list of the hidden or known ones. Kept are the factors, an
    /// MTTKRP and r × r matrices. For the divergence a sweep takes a pass over the data in every mode.
    ///
    /// # Errors
    /// Those of [`Ncpd::validate`] and [`Start::factors`], rank 0, data of order 1 or with an empty
    /// mode, an entry that is negative or not finite, or data without a finite positive norm.
    pub fn fit(
        &self,
        data: &dyn Tensor,
        rank: usize,
        random: &mut RandomState,
        observer: &mut dyn Observer,
    ) -> Result<CpFit, SolverError> {
        self.validate()?;
        check(data, rank)?;
        let mut own = self.seed.map(RandomState::new);
        let random = own.as_mut().unwrap_or(random);
        let factors = self.start.factors(data, rank, random)?;
        self.fit_checked(data, factors, observer)
    }

    /// Fits from given factors, n_i × r, which [`Start`] is not asked for.
    ///
    /// # Errors
    /// As [`Ncpd::fit`], or factors that do not fit the data.
    pub fn fit_from(
        &self,
        data: &dyn Tensor,
        factors: Vec<Matrix>,
        observer: &mut dyn Observer,
    ) -> Result<CpFit, SolverError> {
        self.validate()?;
        let rank = factors.first().map_or(0, Matrix::cols);
        check(data, rank)?;
        let found: Vec<_> = factors.iter().map(|f| (f.rows(), f.cols())).collect();
        let expected: Vec<_> = data.shape().iter().map(|n| (*n, rank)).collect();
        if found != expected {
            return Err(SolverError::StartShape { found, expected });
        }
        self.fit_checked(data, factors, observer)
    }

    fn fit_checked(
        &self,
        data: &dyn Tensor,
        factors: Vec<Matrix>,
        observer: &mut dyn Observer,
    ) -> Result<CpFit, SolverError> {
        let mut sweep = sweep::Sweep::new(self, data, factors, Scratch::new());
        let outcome = drive(&mut sweep, &self.stopping, observer);
        let error = sweep.relative_error();
        Ok(CpFit {
            model: CpTensor::new(sweep.into_factors())?,
            error,
            outcome,
        })
    }
}

/// Checks what every factorization needs: a rank above 0, two modes of size ≥ 1 at least, finite
/// entries ≥ 0, and a finite positive norm. Cost: one pass over the data.
///
/// # Errors
/// What is missing, with the first entry that is negative or not finite.
pub fn check(data: &dyn Tensor, rank: usize) -> Result<(), SolverError> {
    if rank == 0 {
        return Err(SolverError::ZeroRank);
    }
    if data.shape().len() < 2 || data.shape().contains(&0) {
        return Err(SolverError::Shape {
            shape: data.shape().to_vec(),
        });
    }
    data.check_entries()?;
    let norm = data.squared_norm().sqrt();
    if norm > 0.0 && norm.is_finite() {
        return Ok(());
    }
    match data.mask().filter(|mask| !mask.hides_nothing()) {
        Some(mask) if norm == 0.0 => {
            let all: f64 = mask.shape().iter().map(|n| *n as f64).product();
            let hidden = mask.observed().map(|known| 1.0 - known as f64 / all);
            Err(SolverError::KnownZero { hidden })
        }
        _ => Err(SolverError::Norm { norm }),
    }
}

/// A fitted CP model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CpFit {
    /// ⟦F_1 … F_k⟧, F_i of n_i × r.
    pub model: CpTensor,
    /// ‖X − ⟦F⟧‖ / ‖X‖, whatever was minimised.
    #[serde(with = "number")]
    pub error: f64,
    /// How the iteration went; its errors are what the solver watches.
    pub outcome: Outcome,
}
