//! How factorizations stack: one file per model of the literature.
//!
//! A [`Model`] takes the first layer ⟦F_1 … F_k⟧, an NCPD of rank r_0, and builds the layers of
//! ranks r_1 > r_2 > … on it. What comes out is always a [`Hierarchy`], and everything downstream
//! (metrics, tables, topics, figures) reads only that. [`Model::transform`] says what new items
//! (documents, people, slices) are in terms of its topics.
//!
//! | model | what a layer does |
//! |---|---|
//! | [`FlatNcpd`] | an NCPD of its own at every rank |
//! | [`StandardHncpd`] | an NMF of every factor, mode by mode |
//! | [`NeuralHncpd`] | the same shape, all modes and layers trained together by backpropagation |
//! | [`Hntf`] | an NCPD of the previous layer's CP tensor with the identity in one mode |
//! | [`MultiHntf`] | one weight matrix W shared by all modes |
//! | [`NeuralMultiHntf`] | Multi-HNTF with the first layer and all W's trained together |
//! | [`SupervisedNeuralMultiHntf`] | the same, learning labels too |
//! | [`SupervisedMultiHntf`] | the same for a matrix whose columns have labels |
//! | [`Hnmf`], [`SupervisedHnmf`] | an NMF of the previous layer's coefficients (matrices) |
//! | [`NeuralNmf`] | the same shape, all layers trained together by backpropagation |
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod checks;
mod error;
mod hierarchy;
mod hnmf;
mod hntf;
mod mode_stack;
mod model;
mod multi_hntf;
mod ncpd;
mod neural;
mod neural_multi_hntf;
mod neural_nmf;
mod standard_hncpd;
mod supervised_multi_hntf;
pub mod topics;
mod transform;

pub use error::ModelError;
pub use hierarchy::{Hierarchy, Layer, Relation};
pub use hnmf::{Hnmf, SupervisedHnmf};
pub use hntf::Hntf;
pub use model::{About, FirstLayer, FirstLayerFit, Fit, Model, NamedModel};
pub use multi_hntf::{MultiHntf, SharedUpdate};
pub use ncpd::FlatNcpd;
pub use neural::{Network, NeuralHncpd};
pub use neural_multi_hntf::{NeuralMultiHntf, SupervisedNeuralMultiHntf};
/// The generator that data and starts are drawn from; models seed their own with the fit's seed.
pub use numpy_random::RandomState;

pub use neural_nmf::{
    ClassifierSettings, GradientSettings, LabelLoss, LabelTerm, LabelUse, NeuralNmf, NeuralStart,
    NmfLoss, NmfNetwork, Training,
};
pub use standard_hncpd::StandardHncpd;
pub use supervised_multi_hntf::SupervisedMultiHntf;
pub use transform::{Transformed, TransformedLayer};

/// The example of the README, compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
