//! What can be wrong with data handed to this crate.

use thiserror::Error;

/// A tensor, matrix or set of factors that cannot be used as given.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum TensorError {
    /// The number of values is not the product of the sizes.
    #[error("a tensor of shape {shape:?} has {expected} entries, but {found} values were given")]
    Length {
        /// Sizes of the modes.
        shape: Vec<usize>,
        /// Product of the sizes.
        expected: usize,
        /// Number of values found.
        found: usize,
    },
    /// The product of the sizes does not fit in memory.
    #[error("a tensor of shape {shape:?} has more entries than this machine can address")]
    TooLarge {
        /// Sizes of the modes.
        shape: Vec<usize>,
    },
    /// A NaN or infinite entry.
    #[error("entry {index:?} is {value}: every entry must be a finite number")]
    NotFinite {
        /// Zero-based position of the first such entry.
        index: Vec<usize>,
        /// What stands there.
        value: f64,
    },
    /// A negative entry in data that must be nonnegative.
    #[error("entry {index:?} is {value}: a nonnegative factorization needs entries ≥ 0")]
    Negative {
        /// Zero-based position of the first such entry.
        index: Vec<usize>,
        /// What stands there.
        value: f64,
    },
    /// All entries are zero: a relative error is not defined.
    #[error("all entries are zero: there is nothing to factorize")]
    AllZero,
    /// Factors whose numbers of columns differ.
    #[error("the factors of a CP tensor need one rank, but have {ranks:?} columns")]
    Ranks {
        /// Columns of each factor.
        ranks: Vec<usize>,
    },
    /// A tensor without modes.
    #[error("a tensor needs at least one mode")]
    NoModes,
}
