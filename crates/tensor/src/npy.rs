//! Arrays in NumPy's `.npy` and `.npz` files: any order, real numbers of any width, read as row-major
//! f64, and lists of strings.
//!
//! A file is not trusted: its header is bounded and checked against the length of the file before
//! anything of the array's size is allocated, and what comes out of an archive is allocated as it
//! comes. What the numbers mean (NaN, signs) is not judged here.

mod archive;
mod array;
mod error;
mod file;
mod header;
mod strings;

pub use archive::{NpzError, NpzProblem, NpzReader, NpzValue, NpzWriter};
pub use array::{NpyArray, read_npy, write_npy};
pub use error::{NpyError, NpyProblem};
pub use strings::{read_npy_strings, write_npy_strings};
