//! What can go wrong with a user's own corpus, in words they can act on.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// An error of the corpus readers.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// A file or folder cannot be read.
    #[error(
        "cannot read {}: {source}; expected a folder of text files, or a file of CSV or JSON \
         lines: check the path and its permissions",
        path.display()
    )]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The kind of a file cannot be told from its name.
    #[error(
        "{}: cannot tell the format from the name; expected a folder or a name ending in .csv, \
         .tsv, .jsonl or .ndjson: rename it or set `format`",
        path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },

    /// The fields of a CSV file are separated by something that is not one byte.
    #[error("option `delimiter`: found {found:?}, expected one ASCII character, such as \",\"")]
    Delimiter {
        /// The character given.
        found: char,
    },

    /// A file holds bytes that are not UTF-8.
    #[error(
        "{}, line {line}: invalid UTF-8 at byte offset {offset} (found 0x{byte:02x}); save the \
         file as UTF-8 or set read = {{ encoding = \"latin-1\" }}",
        path.display()
    )]
    InvalidUtf8 {
        /// The file.
        path: PathBuf,
        /// Offset of the first invalid byte from the beginning of the file.
        offset: usize,
        /// Its line, from 1.
        line: usize,
        /// Its value.
        byte: u8,
    },

    /// A column is named that the file does not have.
    #[error(
        "{} has no column `{column}`{}; its columns: {}; name one of them in `read`, as in \
         read = {{ text-column = \"body\" }}",
        path.display(),
        crate::nearest::did_you_mean(column, columns),
        columns.join(", ")
    )]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column asked for.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
    },

    /// A line is not what its format demands.
    #[error(
        "{}, line {line}{}: found {found}, expected {expected}",
        path.display(),
        column.map_or_else(String::new, |column| format!(", column {column}"))
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The position in the line, from 1, where it is known.
        column: Option<usize>,
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },

    /// There are no documents.
    #[error(
        "{} holds no documents; expected {expected}: add some, or check the path",
        path.display()
    )]
    Empty {
        /// The file or folder.
        path: PathBuf,
        /// What would be a document.
        expected: &'static str,
    },

    /// Labels are needed, and a document has none.
    #[error(
        "document `{document}` has no label ({unlabelled} of {documents} documents have none); \
         {how}, or leave out those without"
    )]
    Unlabelled {
        /// The first document without a label.
        document: String,
        /// Documents without a label.
        unlabelled: usize,
        /// All documents.
        documents: usize,
        /// How documents of this format get one.
        how: &'static str,
    },

    /// Labels are needed, and no column is said to hold them.
    #[error(
        "{}: labels = true, but no column is said to hold them: name it in `read`, as in \
         read = {{ label-column = \"class\" }}, or leave `labels` out",
        path.display()
    )]
    NoLabelColumn {
        /// The file.
        path: PathBuf,
    },

    /// Labels are needed, and all are the same.
    #[error(
        "all {documents} documents have the label `{label}`; expected at least two classes: check \
         which column holds the labels, or fit without them"
    )]
    OneClass {
        /// The only label.
        label: String,
        /// All documents.
        documents: usize,
    },
}
