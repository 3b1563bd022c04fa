//! Experiments: from a configuration file to tables and figures.

pub mod figures;
