//! What can be wrong with a `.npy` file.

use std::io;
use std::path::PathBuf;

/// A `.npy` file that could not be read or written, and why.
#[derive(Debug, thiserror::Error)]
#[error("{} {problem}", path.display())]
pub struct NpyError {
    /// The file, as the caller named it.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: NpyProblem,
}

/// What is wrong with a `.npy` file; each reads as a sentence that begins with the file's name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyProblem {
    /// There is nothing at the path.
    #[error("does not exist, but a .npy file was expected there: check the path")]
    Missing,
    /// There is something at the path that cannot hold an array.
    #[error("is a {found}, but a .npy file was expected: name the file itself")]
    NotAFile {
        /// What it is.
        found: &'static str,
    },
    /// The system refused to read.
    #[error("cannot be read ({0}): check its permissions and its disk")]
    Read(#[source] io::Error),
    /// The system refused to write.
    #[error(
        "cannot be written ({0}): check that its folder exists, is writable and has space left"
    )]
    Write(#[source] io::Error),
    /// The file does not begin as `.npy` files do.
    #[error(
        "is not a .npy file, it begins with {found} instead of \\x93NUMPY: write one array with \
         numpy.save, or unpack the archive if it is a .npz"
    )]
    NotNpy {
        /// The first bytes, printable.
        found: String,
    },
    /// A version of the format that is not known.
    #[error(
        "is in version {major}.{minor} of the .npy format, but only 1.0, 2.0 and 3.0 can be read: \
         write it again with numpy.save"
    )]
    Version {
        /// The first number of the version.
        major: u8,
        /// The second number of the version.
        minor: u8,
    },
    /// The header is not what numpy.save writes.
    #[error("has a header that cannot be read, {0}: write it again with numpy.save")]
    Header(String),
    /// The numbers are of a kind that f64 cannot hold, or that is not supported.
    #[error(
        "holds {kind} (dtype {dtype}), but only f4, f8, i1 to i8, u1 to u8 and bool can be read: \
         convert it with array.astype(\"f8\") and save it again"
    )]
    Dtype {
        /// The type as the file states it, shortened if it is long.
        dtype: String,
        /// The type in words.
        kind: &'static str,
    },
    /// The entries' number, or their size in bytes, is above what the machine can address.
    #[error(
        "has the shape {shape}, too large for this machine to address: check it, or split the array"
    )]
    TooLarge {
        /// The shape, shortened if it is long.
        shape: String,
    },
    /// Strings were expected, and the array holds something else.
    #[error(
        "holds entries of dtype {dtype}, but a list of strings (dtype <U1, <U2, …) was expected: \
         convert it with array.astype(str) and save it again"
    )]
    NotStrings {
        /// The type as the file states it, shortened if it is long.
        dtype: String,
    },
    /// Strings in a table of more or fewer modes than one.
    #[error(
        "holds strings of the shape {shape}, but a list with one mode was expected: \
         save array.ravel()"
    )]
    NotAList {
        /// The shape.
        shape: String,
    },
    /// A number that is no character.
    #[error(
        "has 0x{code:08x} in string {index} (counted from 0), which is no Unicode character: \
         copy or fetch the file again"
    )]
    Character {
        /// The string, counted from 0.
        index: usize,
        /// What stands for the character.
        code: u32,
    },
    /// Memory for the entries could not be had.
    #[error(
        "needs {bytes} bytes of memory as f64, more than could be had: split it, or use a larger machine"
    )]
    OutOfMemory {
        /// The size of the entries as f64.
        bytes: usize,
    },
    /// The file ends too early.
    #[error(
        "is cut short, its {part} should take {expected} bytes but has {found}: \
         copy or fetch the file again"
    )]
    Truncated {
        /// The part that is incomplete: the data, or a piece of the header.
        part: &'static str,
        /// The bytes it should take.
        expected: u64,
        /// The bytes there are.
        found: u64,
    },
    /// The file goes on after the array.
    #[error(
        "holds {found} bytes of data where its shape and dtype allow {expected}: \
         write it again with numpy.save, one array to a file"
    )]
    TrailingBytes {
        /// The bytes the array takes.
        expected: u64,
        /// The bytes there are.
        found: u64,
    },
    /// The values to be written do not fill the shape.
    #[error(
        "was not written, the shape {shape} takes {expected} values but {found} were given: pass one value per entry"
    )]
    ShapeMismatch {
        /// The shape asked for.
        shape: String,
        /// The number of entries of that shape.
        expected: usize,
        /// The number of values given.
        found: usize,
    },
    /// The array is larger than the caller allows.
    #[error(
        "takes {bytes} bytes of memory, above the limit of {limit}: raise the limit if you trust the file"
    )]
    AboveLimit {
        /// What the header asks for.
        bytes: u64,
        /// What is allowed.
        limit: u64,
    },
    /// A string that would not come back as it was.
    #[error(
        "was not written, string {index} (counted from 0) ends in a zero character, which the format drops: \
         leave it out"
    )]
    TrailingZero {
        /// The string, counted from 0.
        index: usize,
    },
}
