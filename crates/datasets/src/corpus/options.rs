//! How a corpus is read.

use serde::{Deserialize, Serialize};

use super::decode::Encoding;
use crate::parameters::parameters;

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
