//! The command line as a user meets it: what is refused and in which words, what is written, what
//! is printed.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod apply;
mod bad_config;
mod bad_corpus;
mod bad_data;
mod bad_documents;
mod bad_matrix;
mod bad_newsgroups;
mod bad_place;
mod bad_store;
mod check;
mod documented;
mod draw;
mod export;
mod interrupt;
mod kept;
mod killed;
mod lab;
mod results;
