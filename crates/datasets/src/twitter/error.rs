//! What can go wrong with the Twitter data, in words a user can act on.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// An error of the Twitter loaders.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TwitterError {
    /// The authors' tensor cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// A file that is not the authors' tensor.
    #[error(
        "{} is not the authors' tensor: its git blob id is {found}, expected {expected}; copy \
         tweets_bag_100.npy from their repository again, or leave out variant = \"authors\"",
        path.display()
    )]
    NotTheAuthors {
        /// The file.
        path: PathBuf,
        /// Its git blob id.
        found: String,
        /// That of the authors' file.
        expected: &'static str,
    },

    /// A vocabulary of another length than the authors' tensor.
    #[error("{} holds {found} words, expected the authors' {expected}", path.display())]
    Words {
        /// The file.
        path: PathBuf,
        /// Its words.
        found: usize,
        /// Words of the authors' tensor.
        expected: usize,
    },

    /// A factor of another shape than the published one.
    #[error("{} has the shape {found:?}, but the published factor is {rows} × {rank}", path.display())]
    Factor {
        /// The file.
        path: PathBuf,
        /// Its shape.
        found: Vec<usize>,
        /// Rows of the published factor.
        rows: usize,
        /// Its columns.
        rank: usize,
    },

    /// A factor with an entry that no nonnegative factorization has.
    #[error("{} has the entry {found}, but factors are finite and nonnegative", path.display())]
    FactorEntry {
        /// The file.
        path: PathBuf,
        /// The entry.
        found: f64,
    },
}
