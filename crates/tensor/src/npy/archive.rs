//! NumPy's `.npz` files: a zip archive of named `.npy` files.

mod error;
mod read;
mod write;

pub use error::{NpzError, NpzProblem};
pub use read::{NpzReader, NpzValue};
pub use write::NpzWriter;
