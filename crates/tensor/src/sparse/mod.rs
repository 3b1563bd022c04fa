//! Sparse tensors of any order, kept as one tree of compressed fibres per mode.
//!
//! The tree of mode m has m at its root and the other modes below it in cyclic order (m, m+1, …,
//! m−1), so that every mode is the root of one tree, where its rows are independent of each other,
//! and the leaf of another, where its entries stand side by side. For order 2 the two trees are the
//! compressed rows and the compressed columns. Memory: per mode 12 bytes a nonzero and 12 bytes a
//! fibre, so at most about 24 bytes × order × nonzeros at order 3.

mod build;
mod contractions;
mod distance;
mod kernels;
mod matrix;
mod model;
mod mttkrp;
mod nonzeros;
mod project;
mod tree;

pub(crate) use distance::squared_norm;
pub use nonzeros::SparseTensor;
