//! What can go wrong between dated documents and a tensor, in words a user can act on.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use crate::corpus::Document;

/// An error of the tensors made of documents.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DocumentTensorError {
    /// No column is named for the author or the time.
    #[error(
        "{}: every document needs {what}: name its column with read = {{ {key} = \"…\" }}{folder}",
        path.display()
    )]
    NoColumn {
        /// The file or folder.
        path: PathBuf,
        /// What is missing.
        what: &'static str,
        /// The key that would name it.
        key: &'static str,
        /// What a folder of texts cannot do, if it is one.
        folder: &'static str,
    },

    /// A document without author or time.
    #[error("{}, {document}: the document has no {what}; give it one or leave it out", path.display())]
    NoValue {
        /// The file.
        path: PathBuf,
        /// Where in it.
        document: At,
        /// What is missing.
        what: &'static str,
    },

    /// A time that cannot be read.
    #[error(
        "{}, {document}: found {found:?} as the time, expected a date or a date and a time of ISO \
         8601, such as 2016-02-07, 2016-02-07 13:05:00 or 2016-02-07T13:05:00+01:00",
        path.display()
    )]
    Time {
        /// The file.
        path: PathBuf,
        /// Where in it.
        document: At,
        /// What stands there.
        found: String,
    },

    /// An author of the list who wrote nothing.
    #[error(
        "{}: no document is by the author `{author}`{}; its authors: {}",
        path.display(),
        crate::nearest::did_you_mean(author, known),
        some(known)
    )]
    UnknownAuthor {
        /// The file.
        path: PathBuf,
        /// The author.
        author: String,
        /// The authors there are.
        known: Vec<String>,
    },

    /// No document lies between the bounds of time.
    #[error("{}: none of the {documents} documents lies between {first} and {last}", path.display())]
    NoneInTime {
        /// The file.
        path: PathBuf,
        /// Documents by the authors chosen.
        documents: usize,
        /// The first day.
        first: String,
        /// The last day.
        last: String,
    },

    /// A cell without documents or without words.
    #[error(
        "{}: the author `{author}` has no {what} in the period {period} ({empty} of {cells} cells \
         are empty); take longer periods or other bounds or authors, or set `empty-cells = \"allow\"`",
        path.display()
    )]
    EmptyCell {
        /// The file.
        path: PathBuf,
        /// The author of the first empty cell.
        author: String,
        /// Its period.
        period: String,
        /// What is missing: a document, or a word in the vocabulary.
        what: &'static str,
        /// Number of empty cells.
        empty: usize,
        /// Number of cells.
        cells: usize,
    },

    /// More cells than anybody can mean.
    #[error(
        "{}: {authors} authors × {periods} periods are more than {limit} cells; take longer \
         periods, or bound them with `first` and `last`",
        path.display()
    )]
    TooManyCells {
        /// The file.
        path: PathBuf,
        /// Number of authors.
        authors: usize,
        /// Number of periods.
        periods: usize,
        /// The most cells.
        limit: usize,
    },
}

impl DocumentTensorError {
    /// The key of a configuration that the error is about.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NoColumn { .. } => "read",
            Self::NoValue { .. } | Self::Time { .. } => "path",
            Self::UnknownAuthor { .. } => "authors",
            Self::NoneInTime { .. } => "first",
            Self::EmptyCell { .. } | Self::TooManyCells { .. } => "period",
        }
    }
}

/// Where a document stands: its line if it has one, else its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    line: Option<u64>,
    id: String,
}

impl At {
    pub(super) fn of(document: &Document) -> Self {
        Self {
            line: document.line,
            id: document.id.clone(),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}"),
            None => write!(f, "document `{}`", self.id),
        }
    }
}

/// The first few names.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
