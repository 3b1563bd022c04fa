//! What a reader sees of an experiment's fits: tables, comparisons with published numbers, claims,
//! topics, figures, and the folder of results they are written to.
//!
//! Everything is a view of [`Fits`](hntf_run::Fits); nothing is fitted here.
#![cfg_attr(not(test), warn(clippy::expect_used))]

pub mod applied;
mod claims;
mod compare;
pub mod drift;
mod error;
pub mod factors;
mod format;
mod json;
mod manifest;
pub mod output;
mod page_drift;
mod pages;
mod pictures;
mod place;
mod published;
mod rank_choice;
mod rows;
mod shown;
mod staging;
mod tables;
mod topics;
mod warnings;

pub use claims::{ClaimAtLayer, ClaimReport, ClaimVerdict, claims};
pub use compare::{Comparison, Verdict, comparisons};
pub use error::ReportError;
pub use format::Format;
pub use json::json;
pub use page_drift::compare_page;
pub use pages::{Pages, pages};
pub use pictures::{Drawn, draw};
pub use place::Owner;
pub use published::{PublishedMatch, PublishedTopics, match_published};
pub use rank_choice::{RankReport, RankRow, rank_choices};
pub use rows::{Row, Summary, rows};
pub use tables::render;
pub use topics::{published_topics, topics};
