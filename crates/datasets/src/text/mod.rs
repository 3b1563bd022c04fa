//! Text: documents → tokens → counts or TF-IDF → a sparse terms × documents matrix.
//!
//! The options and their defaults are scikit-learn's, and so are the results: entries agree with
//! `CountVectorizer` and `TfidfVectorizer` to the last bits. What Python means by a letter, a
//! word boundary and lower case is kept for any script.

mod analyze;
mod counts;
mod error;
mod fitted;
mod matrix;
mod options;
mod pattern;
mod pipeline;
mod vectorizer;

pub use error::TextError;
pub use fitted::FittedVectorizer;
pub use matrix::TermDocuments;
pub use options::{Frequency, Norm, StopWords, TextOptions, Weighting};
pub use pipeline::{Applied, FittedText, Scaling};
pub use vectorizer::Vectorizer;
