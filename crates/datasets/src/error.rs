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
    /// A public data set that is not on this machine.
    #[error(
        "{file} was not found in {}: run `cargo xtask fetch {data_set}`, or name a folder that has it with --data-dir or HNTF_DATA_DIR",
        list(folders)
    )]
    Absent {
        /// The data set.
        data_set: &'static str,
        /// The file looked for.
        file: String,
        /// Where it was looked for.
        folders: Vec<PathBuf>,
    },
    /// A public data set that is not on this machine and cannot be downloaded by name.
    #[error(
        "no folder {name} was found in {}: {origin}, and name the folder that holds {name} with --data-dir or HNTF_DATA_DIR",
        list(folders)
    )]
    AbsentLocally {
        /// The folder looked for.
        name: &'static str,
        /// Where its files come from.
        origin: &'static str,
        /// Where it was looked for.
        folders: Vec<PathBuf>,
    },
    /// A file of classes or of a mask that does not go with the matrix.
    #[error("{}: {problem}, found {found}", path.display())]
    Columns {
        /// The file.
        path: PathBuf,
        /// What was expected.
        problem: String,
        /// What was found instead.
        found: String,
    },
    /// 20 Newsgroups that cannot be used.
    #[error(transparent)]
    Newsgroups(#[from] crate::newsgroups::NewsgroupsError),
    /// A corpus that cannot be used.
    #[error(transparent)]
    Corpus(#[from] crate::corpus::CorpusError),
    /// Text that gives no terms.
    #[error("{}: {source}", path.display())]
    Text {
        /// Where the text came from.
        path: PathBuf,
        /// What is wrong.
        source: crate::text::TextError,
    },
    /// A file of coordinates that cannot be used.
    #[error(transparent)]
    Coordinates(#[from] hntf_tensor::coordinates::CoordinateFileError),
    /// A vocabulary that cannot be read.
    #[error("{}: cannot be read ({source})", path.display())]
    Vocabulary {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A vocabulary of another length than the matrix.
    #[error("{}: {found} words for a matrix of {expected} rows; one word a line is needed", path.display())]
    VocabularyLength {
        /// The file.
        path: PathBuf,
        /// Words found.
        found: usize,
        /// Rows of the matrix.
        expected: usize,
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

fn list(folders: &[PathBuf]) -> String {
    match folders {
        [] => "any folder (none was named)".to_owned(),
        folders => folders
            .iter()
            .map(|f| f.display().to_string())
            .collect::<Vec<_>>()
            .join(", "),
    }
}
