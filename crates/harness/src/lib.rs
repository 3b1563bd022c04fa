//! What is on its way out: figures and downloads.
pub mod fetch;
pub mod figures;
