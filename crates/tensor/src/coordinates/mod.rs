//! Tensors as lists of coordinates and values, and the two text formats they are kept in: FROSTT's
//! `.tns` for any order and Matrix Market's coordinate format for order 2.
//!
//! Files are read line by line and not trusted. A path that ends in `.gz` is compressed. Indices
//! are counted from 1 in files and in messages about them, from 0 everywhere else.
//!
//! The reader of Matrix Market is our own because sprs's reports neither line nor cause, panics on
//! an index above the header's size, and does not return from a file without a size line.

mod entries;
mod error;
mod lines;
mod list;
mod matrix_market;
mod order;
mod tns;

pub use error::{CoordinateFileError, CoordinateFileProblem};
pub use list::{Coordinates, Duplicates};
pub use matrix_market::{read_matrix_market, write_matrix_market};
pub use tns::{read_tns, write_tns};

pub(crate) use order::{row_major_order, stable_sort};
