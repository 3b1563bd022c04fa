//! What can be wrong with what a model is asked for.

use hntf_solvers::SolverError;
use hntf_tensor::TensorError;
use thiserror::Error;

/// A request no model can serve.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// No ranks, or ranks that do not decrease.
    #[error(
        "ranks {ranks:?}: a hierarchy needs at least one rank, each ≥ 1 and below the one before it"
    )]
    Ranks {
        /// The ranks asked for.
        ranks: Vec<usize>,
    },
    /// A first rank beyond any tensor's.
    #[error(
        "rank {rank} is more than data of shape {shape:?} allows: {limit} terms give any such tensor exactly"
    )]
    RankAboveData {
        /// The first rank asked for.
        rank: usize,
        /// The product of all sizes but the largest.
        limit: usize,
        /// Sizes of the modes.
        shape: Vec<usize>,
    },
    /// Ranks and an order that no memory suffices for.
    #[error(
        "{model} of ranks {ranks:?} on data of order {order} needs {needed:.3e} GB beside the data, more than the \
         limit of {limit:.1} GB, since it grows as a rank to the power of the order: use smaller ranks, fewer \
         modes, or ncpd"
    )]
    Memory {
        /// The model's id.
        model: &'static str,
        /// The order of the data.
        order: usize,
        /// The ranks asked for.
        ranks: Vec<usize>,
        /// What it would take, in 10⁹ bytes.
        needed: f64,
        /// What it may take, in 10⁹ bytes.
        limit: f64,
    },
    /// A mode the data does not have.
    #[error("mode {mode} does not exist: the data has modes 1 to {order}")]
    Mode {
        /// The mode asked for, counted from 1.
        mode: usize,
        /// The order of the data.
        order: usize,
    },
    /// A parameter out of its range.
    #[error("{parameter} = {found}: {expected}")]
    Parameter {
        /// Its name in a configuration.
        parameter: &'static str,
        /// Its value.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A supervised model of data without labels.
    #[error(
        "a supervised model needs labels, but this data set has none: give a class for each document"
    )]
    NoLabels,
    /// A model of matrices asked for another tensor.
    #[error("{model} factorizes matrices, but the data has order {order}")]
    MatricesOnly {
        /// The model's id.
        model: &'static str,
        /// The order of the data.
        order: usize,
    },
    /// A hierarchy whose parts do not fit together.
    #[error("this is no whole hierarchy: {problem}")]
    Hierarchy {
        /// What does not fit.
        problem: String,
    },
    /// New items whose data does not match that of the fit.
    #[error(
        "new items of mode {mode} (counted from 1) must have the sizes of the fitted data in all other modes: \
         it was {fitted:?}, but the new data is {found:?}"
    )]
    NewShape {
        /// The mode of the items, counted from 1.
        mode: usize,
        /// Sizes of the fitted data's modes.
        fitted: Vec<usize>,
        /// Sizes of the new data's modes.
        found: Vec<usize>,
    },
    /// A transform of nothing.
    #[error("there are no new items: the new data has size 0 in mode {mode} (counted from 1)")]
    NoItems {
        /// The mode of the items, counted from 1.
        mode: usize,
    },
    /// Items that a fit does not say enough about.
    #[error("new items of mode {mode} (counted from 1) cannot be transformed: {reason}")]
    NoTransform {
        /// The mode of the items, counted from 1.
        mode: usize,
        /// What is missing.
        reason: &'static str,
    },
    /// From a layer's solver.
    #[error(transparent)]
    Solver(#[from] SolverError),
    /// From the algebra below.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}
