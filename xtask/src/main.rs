//! Command line of hntf.
fn main() {}
