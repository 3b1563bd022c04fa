//! To be written.

pub mod npy;
