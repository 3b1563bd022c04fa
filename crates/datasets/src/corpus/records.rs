//! Records of a CSV file with a header.

use std::path::Path;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::error::CorpusError;
use super::quotes;

/// A CSV file that has been read, record by record.
pub(crate) struct Records<'t> {
    path: &'t Path,
    reader: Reader<&'t [u8]>,
    record: StringRecord,
    /// The names of the columns.
    pub(crate) header: StringRecord,
}

impl<'t> Records<'t> {
    /// The records of `text`, which stands at `path`; `None` if there is nothing in it.
    pub(crate) fn of(
        path: &'t Path,
        text: &'t str,
        delimiter: u8,
    ) -> Result<Option<Self>, CorpusError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        quotes::check(text, delimiter).map_err(|bad| CorpusError::Line {
            path: path.to_owned(),
            line: bad.line,
            column: None,
            found: bad.found.to_owned(),
            expected: bad.expected.to_owned(),
        })?;
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| malformed(path, &error))?;
        Ok(Some(Self {
            path,
            header: header.clone(),
            reader,
            record: StringRecord::new(),
        }))
    }

    /// The next record, and the line it begins in.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &StringRecord)>, CorpusError> {
        let read = self.reader.read_record(&mut self.record);
        let found = read.map_err(|error| malformed(self.path, &error))?;
        let line = self.record.position().map_or(0, csv::Position::line);
        Ok(found.then_some((line, &self.record)))
    }
}

fn malformed(path: &Path, error: &csv::Error) -> CorpusError {
    let line = error.position().map_or(0, csv::Position::line);
    let (found, expected) = match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => (
            format!("{len} fields"),
            format!("{expected_len}, as in the header (quote fields that hold the delimiter)"),
        ),
        _ => (error.to_string(), "a CSV record".to_owned()),
    };
    CorpusError::Line {
        path: path.to_owned(),
        line,
        column: None,
        found,
        expected,
    }
}
