//! Experiments run: prepared → fits → store → record.
//!
//! [`run`] fits every method in every trial and puts each fit into a [`Store`](store::Store), named by
//! a digest of everything it depends on; a fit that is there is not made again. What comes out are
//! [`Fits`]: the [`Record`] of all cells, how every fit ended, and hierarchies on demand. Everything
//! a user sees is a view of them.
//!
//! This crate reads a clock (in `clock.rs`) and writes into stores. It does not print.
#![cfg_attr(not(test), warn(clippy::expect_used))]

pub mod apply;
pub mod archive;
mod arrays;
mod clock;
mod compare;
mod error;
pub mod export;
pub mod files;
mod fit;
mod fits;
mod held_out;
pub mod measures;
mod plan;
mod record;
mod run;
pub mod store;
mod sync;
mod watch;

pub use error::RunError;
pub use fit::FitSummary;
pub use fits::{Fits, best_of};
pub use record::{Cell, Record, RecordError};
pub use run::{Options, collect, run};
pub use watch::{Unwatched, Watch};
