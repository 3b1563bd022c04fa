//! Experiments as TOML files: what they may say, what they do say, and where they are wrong.
//!
//! An [`Experiment`] is one TOML file: data, ranks, methods, published numbers, claims, figures.
//! [`Experiment::prepare`] loads its data and checks everything that can be checked before time is
//! spent. A mistake is a [`ConfigError`] that points at its place. Nothing is fitted or drawn here.
#![cfg_attr(not(test), warn(clippy::expect_used))]

pub mod catalogue;
mod diagnostic;
mod error;
mod experiment;
pub mod figures;
pub mod metrics;
mod prepare;
mod read;
pub mod registry;
mod rows;
mod section;
mod sections;
mod words;

pub use diagnostic::ConfigError;
pub use error::ExperimentError;
pub use experiment::{Experiment, MOST_TRIALS};
pub use prepare::{MOST_ENTRIES, MOST_HELD_OUT, Prepared, known_labels};
pub use rows::{Aggregate, Drift, Method, Origin, Published, View};
pub use section::Section;
pub use sections::{Arrangement, Claim, RankChoice, Topics};
