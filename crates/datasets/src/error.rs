//! What can be wrong with a data set.

use std::path::PathBuf;

use hntf_tensor::TensorError;
use hntf_tensor::npy::NpyError;
use thiserror::Error;

/// Data that cannot be had, or not be factorized.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// A `.npy` file that cannot be read.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// A file whose content cannot be factorized.
    #[error("{}: {source}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: TensorError,
    },
    /// A file that holds a list of numbers instead of a tensor.
    #[error("{}: an array of order {order}, but a tensor to factorize needs at least 2 modes (shape found: {shape:?})", path.display())]
    Order {
        /// The file.
        path: PathBuf,
        /// Its order.
        order: usize,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// A file that holds no numbers.
    #[error("{}: an array without entries (shape found: {shape:?})", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// A file whose entries are too large or too small to be squared.
    #[error("{}: its norm comes out as {norm}, the squares of its entries leave the range of f64: divide the array by its largest entry", path.display())]
    Norm {
        /// The file.
        path: PathBuf,
        /// ‖X‖ as computed.
        norm: f64,
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
    /// From the algebra below.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}
