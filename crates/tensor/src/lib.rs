//! What data is: dense, sparse and CP tensors of any order, and the few contractions that every
//! factorization needs of them.
//!
//! The one trait between data and solvers is [`Tensor`]. A matrix is a tensor of order 2, a CP
//! tensor ⟦F_1 … F_k⟧ is itself data, and a solver never sees which kind it was given.
//!
//! Conventions: numbers are `f64`; arrays are row-major (the last index varies fastest); a factor
//! is a [`Matrix`] of mode size × rank; modes are counted from 0.
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod content;
mod contraction;
pub mod coordinates;
mod cp;
mod dense;
mod divergence;
mod eigen;
mod error;
mod incomplete;
mod mask;
mod matrix;
pub mod npy;
mod residual;
mod scratch;
mod sparse;
mod spectrum;
mod subspace;
mod tensor;
mod whole_file;

pub use content::ContentWriter;
pub use coordinates::{Coordinates, Duplicates};
pub use cp::CpTensor;
pub use dense::DenseTensor;
pub use divergence::{divergence, model_sum};
pub use eigen::symmetric_eigen;
pub use error::TensorError;
pub use incomplete::Incomplete;
pub use mask::Mask;
pub use matrix::{Matrix, gram, hadamard_of_grams, inner, multiply};
pub use residual::{relative_error, squared_residual};
pub use scratch::Scratch;
pub use sparse::SparseTensor;
pub use spectrum::leading_left_singular_vectors;
pub use tensor::Tensor;
