//! What is on its way out: figures.
pub mod figures;
