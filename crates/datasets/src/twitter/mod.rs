//! Tweets of eight American politicians in 2016: politicians × periods × words.
//!
//! The tensor of the published experiments cannot be downloaded, so there are three ways to come
//! close: rebuild it from a collection of tweets, take the authors' own file where a user has it,
//! or take their published factors of rank 8 as the data.

mod authors;
mod error;
mod options;
mod published;
mod rebuilt;
mod source;

pub use error::TwitterError;
pub use options::{ACCOUNTS, Twitter, TwitterPeriod, Variant};
pub use published::PublishedFactors;
