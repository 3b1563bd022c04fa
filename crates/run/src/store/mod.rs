//! Where fits are kept: one entry each, named by a digest of everything it depends on.
//!
//! ```text
//! store.json                 the version of the layout
//! 3f/9c…/entry.json          what it is, how it ended, what was measured of it; sealed by a digest
//! 3f/9c…/arrays.npz          its arrays (see `archive.rs`), of fits and first layers
//! ```
//!
//! An entry is written beside its place and put there by one rename: it is whole or not there. Two
//! runs may use one store; the first to finish a fit keeps it. An entry that cannot be read counts as
//! absent, with a note. Failures are never kept.

mod entry;
mod error;
mod folder;
mod kept;
mod key;
mod sealed;

pub use entry::{About, Kind, Measured, Value};
pub use error::StoreError;
pub use folder::{Listed, Store};
pub use kept::KeptFit;
pub use key::{DataKeys, Key};
pub(crate) use key::{ModelKey, of_comparison, of_first_layer, of_fit, of_held_out};
