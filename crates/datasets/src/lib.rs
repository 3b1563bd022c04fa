//! Where data comes from: text corpora, 20 Newsgroups and files.

mod nearest;

pub mod corpus;
pub mod newsgroups;
pub mod text;
