//! A user's own documents: a folder of text files, a CSV file, or JSON lines.

mod csv_file;
mod decode;
mod error;
mod folder;
mod hold_out;
mod jsonl;
mod quotes;
mod source;

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

pub use decode::Encoding;
pub use error::CorpusError;
pub use source::CorpusSource;

/// Documents with what is known about them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Corpus {
    /// The documents, in the order of the file, or of names in a folder.
    pub documents: Vec<Document>,
}

/// A text with what is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// What names it in messages and tables: the value of the id column, else its path below the
    /// folder or the line it begins in.
    pub id: String,
    /// The text; it may be empty.
    pub text: String,
    /// Its class.
    pub label: Option<String>,
    /// When it was written, as it stands in the file.
    pub time: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The line it begins in, from 1, if it shares its file with others.
    pub line: Option<u64>,
}

/// The labels of a corpus as numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classes {
    /// The different labels, sorted.
    pub names: Vec<String>,
    /// For each document the position of its label in `names`.
    pub of_document: Vec<usize>,
}

parameters! {
    /// How a corpus is read.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
    pub struct CorpusOptions {
        /// The format. Default: a folder if it is one, else by the ending of the file's name.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub format: Option<Format>,
        /// How bytes encode characters. Default: `utf-8`.
        pub encoding: Encoding,
        /// What separates the fields of a CSV file. Default: a tab if the file's name ends in `.tsv`,
        /// else a comma.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub delimiter: Option<char>,
        /// Column (CSV) or key (JSON lines) of the text. Default: `text`.
        pub text_column: String,
        /// Column of a name for each document. Default: none, documents are named by their line.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub id_column: Option<String>,
        /// Column of the label. Default: none. In a folder sub-folders are the labels.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub label_column: Option<String>,
        /// Column of the time. Default: none.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub time_column: Option<String>,
        /// Column of the author. Default: none.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub author_column: Option<String>,
    }
}

impl Default for CorpusOptions {
    fn default() -> Self {
        Self {
            format: None,
            encoding: Encoding::Utf8,
            delimiter: None,
            text_column: "text".to_owned(),
            id_column: None,
            label_column: None,
            time_column: None,
            author_column: None,
        }
    }
}

/// What a corpus is stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A folder of text files; sub-folders are classes.
    Folder,
    /// Comma-separated values with a header, as RFC 4180 has them.
    Csv,
    /// A JSON object a line.
    Jsonl,
}

impl Corpus {
    /// Reads a corpus. A file is held in memory as a whole.
    ///
    /// # Errors
    /// A file that cannot be read, bytes that are not of the encoding, a column that does not
    /// exist, a malformed line, or no documents.
    pub fn read(path: &Path, options: &CorpusOptions) -> Result<Self, CorpusError> {
        // Without this a mistyped folder would be reported as a file of unknown format.
        let metadata = fs::metadata(path).map_err(|source| CorpusError::Read {
            path: path.to_owned(),
            source,
        })?;
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().to_lowercase());
        let by_name = match extension.as_deref() {
            _ if metadata.is_dir() => Some(Format::Folder),
            Some("csv" | "tsv") => Some(Format::Csv),
            Some("jsonl" | "ndjson") => Some(Format::Jsonl),
            _ => None,
        };
        let tabs = extension.as_deref() == Some("tsv");
        let (corpus, expected) = match options.format.or(by_name) {
            Some(Format::Folder) => (
                folder::read_folder(path, options.encoding)?,
                "text files, in sub-folders if they have labels",
            ),
            Some(Format::Csv) => {
                let found = options.delimiter.unwrap_or(if tabs { '\t' } else { ',' });
                let delimiter = u8::try_from(found)
                    .ok()
                    .filter(u8::is_ascii)
                    .ok_or(CorpusError::Delimiter { found })?;
                (
                    csv_file::read_csv(path, options, delimiter)?,
                    "a header and one record per document",
                )
            }
            Some(Format::Jsonl) => (
                jsonl::read_jsonl(path, options)?,
                "one JSON object a line per document",
            ),
            None => {
                return Err(CorpusError::UnknownFormat {
                    path: path.to_owned(),
                });
            }
        };
        if corpus.documents.is_empty() {
            return Err(CorpusError::Empty {
                path: path.to_owned(),
                expected,
            });
        }
        Ok(corpus)
    }

    /// The texts, in the documents' order, as the text pipeline takes them.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        self.documents
            .iter()
            .map(|document| document.text.as_str())
            .collect()
    }

    /// The labels as classes, for models that learn from them.
    ///
    /// # Errors
    /// A document without a label, or fewer than two classes.
    pub fn classes(&self) -> Result<Classes, CorpusError> {
        let labels: Vec<&String> = self
            .documents
            .iter()
            .filter_map(|document| document.label.as_ref())
            .collect();
        let documents = self.documents.len();
        let first = self
            .documents
            .iter()
            .find(|document| document.label.is_none());
        if let Some(document) = first {
            return Err(CorpusError::Unlabelled {
                document: document.id.clone(),
                unlabelled: documents - labels.len(),
                documents,
            });
        }
        let mut names: Vec<String> = labels.iter().copied().cloned().collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < 2 {
            return Err(CorpusError::OneClass {
                label: names.pop().unwrap_or_default(),
                documents,
            });
        }
        let of_document = labels
            .into_iter()
            .map(|label| names.partition_point(|name| name < label))
            .collect();
        Ok(Classes { names, of_document })
    }
}

/// A field that is there but empty says as little as one that is not.
fn not_empty(field: &str) -> Option<String> {
    (!field.is_empty()).then(|| field.to_owned())
}
