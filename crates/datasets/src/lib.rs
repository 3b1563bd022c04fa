//! Where data comes from: synthetic tensors, text corpora, dated documents, public data sets and
//! files.
//!
//! A [`Source`] is a data set as a configuration names it; loading it gives a [`Dataset`]: the data
//! to fit, and what is known about it beside.
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod dataset;
mod error;
mod file;
mod hidden;
mod matrix_market;
mod named;
mod nearest;
mod nested_blocks;
mod parameters;
mod places;
mod source;
mod synthetic;
mod tns;

pub mod corpus;
pub mod document_tensor;
pub mod newsgroups;
pub mod text;
pub mod twitter;

pub use corpus::CorpusSource;
pub use dataset::{Dataset, Grouping, LabelSet};
pub use document_tensor::DocumentTensorSource;
pub use error::{DatasetError, Origin};
pub use file::{Missing, TensorFile};
pub use matrix_market::MatrixMarket;
pub use nested_blocks::{Known, NestedBlocks};
pub use newsgroups::NewsgroupsOptions;
pub use parameters::{Field, Parameter};
pub use places::Places;
pub use source::{About, NamedSource, Source};
pub use synthetic::{SyntheticBlocks, SyntheticReference};
pub use tns::TnsFile;
pub use twitter::{PublishedFactors, Twitter};
