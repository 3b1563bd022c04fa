//! Nonnegative CP decomposition of a tensor of any order; for a matrix this is NMF.

mod start;
mod sweep;

use hntf_tensor::{CpTensor, Matrix, Scratch, Tensor};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::{Criterion, Observer, Outcome, SolverError, Stopping, drive};

pub use start::Start;
pub use sweep::{Update, balance_columns};

/// min ‖X − ⟦F_1 … F_k⟧‖² over F ≥ 0: how it is started, updated and stopped.
///
/// The default is what a user should want: HALS from random factors until the error settles. The
/// published protocols are [`Ncpd::published`], [`Ncpd::ssnmf`] and [`Ncpd::scikit_learn`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Ncpd {
    /// How a factor is improved.
    pub update: Update,
    /// The factors before the first iteration.
    pub start: Start,
    /// When to stop.
    pub stopping: Stopping,
}

impl Default for Ncpd {
    fn default() -> Self {
        let stopping = Stopping::default();
        Self {
            update: Update::Hals,
            start: Start::Random,
            stopping,
        }
    }
}

impl Ncpd {
    /// Multiplicative updates as in the published hierarchical experiments: at most 100 sweeps, stopped by an error change below 1e-6.
    pub fn published(start: Start) -> Self {
        let stopping = Stopping {
            max_iterations: 100,
            tolerance: 1e-6,
            criterion: Criterion::AbsoluteChange,
            check_every: 1,
        };
        Self {
            update: Update::Mu,
            start,
            stopping,
        }
    }

    /// NMF as the package ssnmf runs it: multiplicative updates that stop when a step lowers the
    /// error by less than 1e-4 of the first.
    pub fn ssnmf(max_iterations: usize) -> Self {
        let stopping = Stopping {
            max_iterations,
            tolerance: 1e-4,
            criterion: Criterion::DecreaseOverFirst,
            check_every: 1,
        };
        Self {
            update: Update::MuSsnmf,
            start: Start::Ssnmf,
            stopping,
        }
    }

    /// NMF as scikit-learn runs it with `init="random"`, `solver="mu"` and Frobenius loss.
    pub fn scikit_learn() -> Self {
        let stopping = Stopping {
            max_iterations: 300,
            tolerance: 1e-4,
            criterion: Criterion::DecreaseOverInitial,
            check_every: 10,
        };
        Self {
            update: Update::MuScikitLearn,
            start: Start::ScikitLearn,
            stopping,
        }
    }

    /// Fits rank `rank` to `data`; the start draws from `random`.
    ///
    /// # Errors
    /// Rank 0, data of order 1 or with an empty mode, or data without a finite positive norm.
    pub fn fit(
        &self,
        data: &dyn Tensor,
        rank: usize,
        random: &mut RandomState,
        observer: &mut dyn Observer,
    ) -> Result<CpFit, SolverError> {
        check(data, rank)?;
        let factors = self.start.factors(data, rank, random);
        self.fit_from(data, factors, observer)
    }

    /// Fits from given factors, which [`Start`] is not asked for.
    ///
    /// # Errors
    /// As [`Ncpd::fit`], or factors that do not fit the data.
    pub fn fit_from(
        &self,
        data: &dyn Tensor,
        factors: Vec<Matrix>,
        observer: &mut dyn Observer,
    ) -> Result<CpFit, SolverError> {
        let rank = factors.first().map_or(0, Matrix::cols);
        check(data, rank)?;
        let found: Vec<_> = factors.iter().map(|f| (f.rows(), f.cols())).collect();
        let expected: Vec<_> = data.shape().iter().map(|n| (*n, rank)).collect();
        if found != expected {
            return Err(SolverError::StartShape { found, expected });
        }
        let mut sweep = sweep::Sweep::new(data, factors, self.update, Scratch::new());
        let outcome = drive(&mut sweep, &self.stopping, observer);
        let error = sweep.relative_error();
        Ok(CpFit {
            model: CpTensor::new(sweep.into_factors())?,
            error,
            outcome,
        })
    }
}

/// Checks what every factorization needs: a rank above 0, two modes of size ≥ 1 at least, and a
/// finite positive norm.
///
/// # Errors
/// What is missing.
pub fn check(data: &dyn Tensor, rank: usize) -> Result<(), SolverError> {
    if rank == 0 {
        return Err(SolverError::ZeroRank);
    }
    if data.shape().len() < 2 || data.shape().contains(&0) {
        return Err(SolverError::Shape {
            shape: data.shape().to_vec(),
        });
    }
    let norm = data.squared_norm().sqrt();
    if norm > 0.0 && norm.is_finite() {
        Ok(())
    } else {
        Err(SolverError::Norm { norm })
    }
}

/// A fitted CP model.
#[derive(Debug, Clone)]
pub struct CpFit {
    /// ⟦F_1 … F_k⟧.
    pub model: CpTensor,
    /// ‖X − ⟦F⟧‖ / ‖X‖.
    pub error: f64,
    /// How the iteration went; its errors are relative.
    pub outcome: Outcome,
}
