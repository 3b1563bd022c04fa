//! Reading a corpus of any format.

use std::fs;
use std::path::Path;

use super::csv_file::read_csv;
use super::documents::Corpus;
use super::error::CorpusError;
use super::folder::read_folder;
use super::jsonl::read_jsonl;
use super::options::{CorpusOptions, Format};

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
                read_folder(path, options.encoding)?,
                "text files, in sub-folders if they have labels",
            ),
            Some(Format::Csv) => {
                let found = options.delimiter.unwrap_or(if tabs { '\t' } else { ',' });
                let delimiter = u8::try_from(found)
                    .ok()
                    .filter(u8::is_ascii)
                    .ok_or(CorpusError::Delimiter { found })?;
                (
                    read_csv(path, options, delimiter)?,
                    "a header and one record per document",
                )
            }
            Some(Format::Jsonl) => (
                read_jsonl(path, options)?,
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
}
