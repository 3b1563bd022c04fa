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
    #[error("entry {index:?} is {value}{}: a nonnegative factorization needs entries ≥ 0", more(*count, *smallest))]
    Negative {
        /// Zero-based position of the first such entry.
        index: Vec<usize>,
        /// What stands there.
        value: f64,
        /// How many there are.
        count: usize,
        /// The smallest of them.
        smallest: f64,
    },
    /// Data kept as factors of which one has an entry that is negative or not finite.
    #[error(
        "factor {mode} (counted from 0) of the data has {value} in row {row}, column {column}: factors of nonnegative data need finite entries ≥ 0"
    )]
    Factor {
        /// The mode of the factor, from 0.
        mode: usize,
        /// The row of the first such entry, from 0.
        row: usize,
        /// Its column, from 0.
        column: usize,
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
    /// Coordinates whose indices are not one per mode and value.
    #[error(
        "{values} entries of a tensor with {modes} modes take {expected} indices, but {found} were given"
    )]
    IndexCount {
        /// Number of values.
        values: usize,
        /// Number of modes.
        modes: usize,
        /// Their product.
        expected: usize,
        /// Number of indices found.
        found: usize,
    },
    /// A coordinate outside the tensor.
    #[error(
        "entry {entry} (counted from 0) has index {index} in mode {mode}, but indices there are below {size}"
    )]
    IndexOutOfRange {
        /// Position of the entry among those given, from 0.
        entry: usize,
        /// The mode, from 0.
        mode: usize,
        /// The index, from 0.
        index: u32,
        /// The size of the mode.
        size: usize,
    },
    /// More modes than a sparse tensor may have: it keeps a tree for each.
    #[error(
        "a sparse tensor has at most {limit} modes, but this one has {modes}: is it a table, not coordinates?"
    )]
    TooManyModes {
        /// Number of modes.
        modes: usize,
        /// The most there may be.
        limit: usize,
    },
    /// A mode too long for the indices of a sparse tensor.
    #[error(
        "mode {mode} has size {size}, but the modes of a sparse tensor have at most 4294967296 indices"
    )]
    ModeTooLong {
        /// The mode, from 0.
        mode: usize,
        /// Its size.
        size: usize,
    },
    /// A tensor of another order where a matrix is needed.
    #[error("a matrix has two modes, but this tensor has the shape {shape:?}")]
    NotAMatrix {
        /// Sizes of the modes.
        shape: Vec<usize>,
    },
    /// A tensor without modes.
    #[error("a tensor needs at least one mode")]
    NoModes,
    /// A mask that leaves nothing to fit.
    #[error("the mask hides all entries of a tensor of shape {shape:?}: there is nothing to fit")]
    AllHidden {
        /// Sizes of the modes.
        shape: Vec<usize>,
    },
    /// A mask of another shape than the data.
    #[error("the mask has shape {mask:?}, but the data has shape {shape:?}: they must be equal")]
    MaskShape {
        /// Sizes of the data's modes.
        shape: Vec<usize>,
        /// Sizes of the mask's modes.
        mask: Vec<usize>,
    },
}

impl TensorError {
    /// [`TensorError::Negative`], of a first entry and all `values`.
    pub(crate) fn negative(index: Vec<usize>, value: f64, values: &[f64]) -> Self {
        let negative = || values.iter().filter(|x| **x < 0.0);
        Self::Negative {
            index,
            value,
            count: negative().count(),
            smallest: negative().copied().fold(value, f64::min),
        }
    }
}

/// What is said of the negative entries besides the first.
fn more(count: usize, smallest: f64) -> String {
    if count < 2 {
        return String::new();
    }
    format!(", the first of {count} negative entries, the smallest of which is {smallest}")
}

/// Whether a number cannot stand in nonnegative data.
pub(crate) fn is_no_entry(x: &f64) -> bool {
    !x.is_finite() || *x < 0.0
}
