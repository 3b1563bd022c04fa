//! What can be wrong with a file of coordinates.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A file of coordinates that could not be read or written: which, where in it, and why.
#[derive(Debug, thiserror::Error)]
pub struct CoordinateFileError {
    /// The file, as the caller named it.
    pub path: PathBuf,
    /// The line, from 1, if the problem is in one.
    pub line: Option<u64>,
    /// What is wrong.
    #[source]
    pub problem: CoordinateFileProblem,
}

impl fmt::Display for CoordinateFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// What is wrong with a file of coordinates. Modes and indices are counted from 1, as in the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CoordinateFileProblem {
    /// There is nothing at the path.
    #[error("there is no such file: check the path")]
    Missing,
    /// There is something else at the path.
    #[error("this is not a file: name the file itself")]
    NotAFile,
    /// The system refused to read, or a compressed file is damaged.
    #[error("cannot be read ({0}): check the disk and permissions, or fetch the file again")]
    Read(#[source] io::Error),
    /// The system refused to write.
    #[error(
        "cannot be written ({0}): check that the folder exists, is writable and has space left"
    )]
    Write(#[source] io::Error),
    /// A line that no entry can be as long as.
    #[error("the line has more than {limit} bytes: is this a text file of coordinates?")]
    LineTooLong {
        /// The most bytes a line may have.
        limit: usize,
    },
    /// A line that is not UTF-8.
    #[error("the line is not text: if the file is compressed, its name must end in .gz")]
    NotText,
    /// A line with too few or too many numbers.
    #[error("found {found} numbers, expected {expected}: {what}")]
    Ragged {
        /// Numbers on the line.
        found: usize,
        /// Numbers there should be.
        expected: usize,
        /// What they should be.
        what: &'static str,
    },
    /// A first line with more numbers than a sparse tensor has modes.
    #[error(
        "found {found} numbers, but a sparse tensor has at most {limit} modes: \
         is this a table, not coordinates?"
    )]
    TooManyModes {
        /// Numbers on the line.
        found: usize,
        /// The most modes there may be.
        limit: usize,
    },
    /// An index that is none.
    #[error("found {text:?} as the index in mode {mode}, expected a whole number from 1 on")]
    Index {
        /// The mode, from 1.
        mode: usize,
        /// What stands there.
        text: String,
    },
    /// An index of 0.
    #[error(
        "the index in mode {mode} is 0, but this format counts from 1: \
         if the whole file counts from 0, add 1 to every index"
    )]
    ZeroIndex {
        /// The mode, from 1.
        mode: usize,
    },
    /// An index beyond the size of its mode.
    #[error("the index in mode {mode} is {text}, but at most {size} is allowed there")]
    IndexTooLarge {
        /// The mode, from 1.
        mode: usize,
        /// What stands there.
        text: String,
        /// The largest index allowed.
        size: u64,
    },
    /// A value that is no number, or none that the field of the file allows.
    #[error("found {text:?} as the value, expected {expected}")]
    Value {
        /// What stands there.
        text: String,
        /// What should.
        expected: &'static str,
    },
    /// A NaN or infinite value.
    #[error("the value is {text}, but every value must be a finite number")]
    NotFinite {
        /// What stands there.
        text: String,
    },
    /// A negative value.
    #[error("the value is {text}, but a nonnegative factorization needs values ≥ 0")]
    Negative {
        /// What stands there.
        text: String,
    },
    /// Two entries at the same place.
    #[error(
        "a value at ({}) was given before, in line {first_line}: \
         remove one of them, or ask for duplicates to be summed",
        join(index)
    )]
    Duplicate {
        /// The place, from 1.
        index: Vec<u64>,
        /// The line that gave a value there before.
        first_line: u64,
    },
    /// A file without entries and of unknown shape.
    #[error("the file holds no entries, so that its shape is unknown")]
    Empty,
    /// A first line that is not that of a Matrix Market file we can read.
    #[error(
        "found the header {text:?}, expected %%MatrixMarket matrix coordinate, then real, integer \
         or pattern, then general or symmetric"
    )]
    Header {
        /// What stands there.
        text: String,
    },
    /// A line of sizes that cannot be read.
    #[error("found {text:?}, expected the numbers of rows, columns and entries, at most {limit}")]
    Sizes {
        /// What stands there.
        text: String,
        /// The largest size allowed.
        limit: u64,
    },
    /// A symmetric matrix that is not square.
    #[error("a symmetric matrix has as many rows as columns, but this one is {rows} × {columns}")]
    NotSquare {
        /// Number of rows.
        rows: usize,
        /// Number of columns.
        columns: usize,
    },
    /// A file that ends before, or goes on after, the entries announced.
    #[error("{announced} entries are announced in the line of sizes, but there are {found}")]
    Count {
        /// The number announced.
        announced: u64,
        /// The number found, in words where reading stopped.
        found: String,
    },
    /// A tensor that the format cannot hold.
    #[error("this format holds matrices, but the tensor has {modes} modes: write a .tns file")]
    NotAMatrix {
        /// Number of modes.
        modes: usize,
    },
}

fn join(index: &[u64]) -> String {
    let parts: Vec<_> = index.iter().map(u64::to_string).collect();
    parts.join(", ")
}
