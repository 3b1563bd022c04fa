//! Where data comes from: text corpora, 20 Newsgroups and files.

pub mod text;
