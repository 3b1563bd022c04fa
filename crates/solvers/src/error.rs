//! What can be wrong with what a solver is asked for.

use hntf_tensor::TensorError;
use thiserror::Error;

/// A request no solver can serve. Not converging is no error but a
/// [`StopReason`](crate::StopReason).
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SolverError {
    /// Rank 0.
    #[error("the rank is 0: a factorization needs at least one component")]
    ZeroRank,
    /// The data cannot be factorized.
    #[error(transparent)]
    Tensor(#[from] TensorError),
    /// Data whose norm is zero or not finite.
    #[error("the data has norm {norm}: there is nothing to factorize")]
    Norm {
        /// ‖X‖.
        norm: f64,
    },
    /// Data of which all known entries are zero, and some are hidden.
    #[error(
        "all known entries of the data are zero, {} of it hidden: there is nothing to factorize. Is the mask \
         the wrong way round, its known entries taken for the hidden ones?",
        hidden.map_or("some".to_owned(), |share| format!("{:.0} %", 100.0 * share))
    )]
    KnownZero {
        /// The share of the entries that is hidden, if it can be counted.
        hidden: Option<f64>,
    },
    /// A tensor with a mode of size 0, or of order 1.
    #[error("a factorization needs at least two modes of size ≥ 1, the data has shape {shape:?}")]
    Shape {
        /// Sizes of the modes.
        shape: Vec<usize>,
    },
    /// Starting factors that do not fit the data.
    #[error("the starting factors are {found:?} (rows × columns), the data needs {expected:?}")]
    StartShape {
        /// Rows and columns of each factor given.
        found: Vec<(usize, usize)>,
        /// Rows and columns of each factor needed.
        expected: Vec<(usize, usize)>,
    },
    /// Labels of another length than the mode they belong to.
    #[error(
        "{found} labels for {expected} columns: every column needs one, or a mark that it has none"
    )]
    Labels {
        /// Number of labels.
        found: usize,
        /// Number of columns.
        expected: usize,
    },
    /// A weight that is negative or not finite.
    #[error("weight = {found}: the weight of the label term must be a finite number ≥ 0")]
    Weight {
        /// The weight asked for.
        found: f64,
    },
    /// The Kullback-Leibler divergence with an update that is made for ‖·‖².
    #[error(
        "loss = \"kullback-leibler\" cannot be minimised by update = \"hals\", whose steps are exact for \
         \"frobenius\" only: set update = \"mu\""
    )]
    HalsLoss,
    /// A penalty that is negative or not finite.
    #[error("l1 = {found}: the weight of the penalty must be a finite number ≥ 0")]
    Penalty {
        /// The weight asked for.
        found: f64,
    },
    /// Asked to start from the factors of data that has none of this rank.
    #[error(
        "start = \"data\" begins with the data's own factors, but the data {}: use another start, such as \"random\"",
        found.map_or("is no CP tensor".to_owned(), |r| format!("has {r} of them and {rank} are needed"))
    )]
    NoFactors {
        /// The rank asked for.
        rank: usize,
        /// The rank of the data's CP form, if it has one.
        found: Option<usize>,
    },
}
