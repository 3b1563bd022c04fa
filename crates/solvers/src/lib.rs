//! How ONE nonnegative factorization is fitted.
//!
//! - [`Ncpd`]: the CP decomposition of any [`Tensor`](hntf_tensor::Tensor); for order 2 it is NMF.
//! - [`Ssnmf`]: a matrix and the classes of its columns, factorized together.
//! - [`Nnls`]: nonnegative least squares for many right-hand sides, and the backward pass through
//!   it.
//! - [`RowProblem`], [`least_squares_rows`]: the rows of one factor where the others are given, under
//!   either loss and with hidden entries; what new items are in terms of known components.
//! - [`Adam`], [`ProjectedGradient`]: first-order optimizers over nonnegative parameters.
//! - [`QuasiNewton`]: a monotone optimizer with a line search, over an [`Objective`].
//! - [`drive`]: the one loop, with the stopping rules, the trace and the typed [`StopReason`].
//!
//! Nothing here draws a random number that was not asked of a generator passed in, reads a clock
//! or prints.
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod cholesky;
mod classify;
mod driver;
mod error;
mod hals;
mod labels;
mod loss;
mod ncpd;
mod nnls;
mod number;
mod optimizer;
mod quasi_newton;
mod rows;
mod ssnmf;

/// The revision of the numbers that this crate's solvers give. Whoever changes what a fit yields,
/// in any bit that a committed result or a kept fit could show, raises it: fits kept under an older
/// revision are then not used again.
///
/// A change of one model alone raises that model's own revision instead.
pub const REVISION: u32 = 1;

pub use classify::{Classifier, predict, pseudo_inverse};
pub use driver::{
    Criterion, Iterate, Observer, Outcome, Progress, Signal, Silent, StopReason, Stopping, drive,
};
pub use error::SolverError;
pub use hals::Hals;
pub use labels::Labels;
pub use loss::{LabelLoss, Loss};
/// The generator that every random start draws from.
pub use numpy_random::RandomState;

pub use ncpd::{CpFit, Ncpd, Start, Update, balance_columns, balance_sums, check as check_data};
pub use nnls::Nnls;
pub use optimizer::{Adam, AdamSettings, Optimizer, ProjectedGradient};
pub use quasi_newton::{Descent, Domain, Objective, QuasiNewton, QuasiNewtonSettings};
pub use rows::{RowFit, RowProblem, RowTerm, least_squares_rows};
pub use ssnmf::{Ssnmf, SsnmfFit};
