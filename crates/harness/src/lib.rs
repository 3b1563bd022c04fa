//! To be written.

pub mod fetch;
