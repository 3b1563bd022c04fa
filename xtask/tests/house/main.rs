//! The rules of the house that no compiler knows: which crate may use which, no circle of imports
//! between the files of a crate, no file too long.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod circles;
mod dependencies;
mod files;
mod imports;
mod modules;
