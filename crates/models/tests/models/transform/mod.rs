//! New items in terms of fitted topics.

mod optimal;
mod own;
mod promises;
mod support;
