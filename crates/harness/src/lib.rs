//! Experiments: a TOML file → a plan → runs → records → comparisons → tables and figures.
//!
//! An [`Experiment`] is one TOML file. [`Experiment::prepare`] loads its data and checks everything
//! that can be checked before time is spent; [`run`](run::run) fits every method in every trial;
//! the [`Record`] that comes out is rows (method, trial, layer, metric, value), and all tables,
//! comparisons and figures are views of those rows.
//!
//! This crate is the only library of the workspace that reads a clock (in `clock.rs`) or writes files.
//! It does not print: `xtask` does.
#![cfg_attr(not(test), warn(clippy::expect_used))]

pub mod catalogue;
pub mod classification;
mod clock;
pub mod config;
pub mod drift;
mod error;
pub mod figures;
pub mod metrics;
pub mod output;
pub mod pictures;
pub mod rank_choice;
pub mod record;
pub mod registry;
pub mod report;
pub mod run;
pub mod topics;

pub use config::Experiment;
pub use error::HarnessError;
pub use record::{Cell, Record};
