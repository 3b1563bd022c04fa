//! A CSV file with a header: one record, one document.

use std::path::Path;

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use super::decode::read_text;
use super::documents::{Corpus, Document, not_empty};
use super::error::CorpusError;
use super::options::CorpusOptions;
use super::quotes;

pub(super) fn read_csv(
    path: &Path,
    options: &CorpusOptions,
    delimiter: u8,
) -> Result<Corpus, CorpusError> {
    let text = read_text(path, options.encoding)?;
    if text.trim().is_empty() {
        return Ok(Corpus::default());
    }
    quotes::check(&text, delimiter).map_err(|bad| CorpusError::Line {
        path: path.to_owned(),
        line: bad.line,
        column: None,
        found: bad.found.to_owned(),
        expected: bad.expected.to_owned(),
    })?;
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let header = reader
        .headers()
        .map_err(|error| malformed(path, &error))?
        .clone();
    let position = |column: &str| {
        let found = header.iter().position(|name| name == column);
        found.ok_or_else(|| CorpusError::MissingColumn {
            path: path.to_owned(),
            column: column.to_owned(),
            columns: header.iter().map(str::to_owned).collect(),
        })
    };
    let named = |column: &Option<String>| column.as_deref().map(position).transpose();
    let text_column = position(&options.text_column)?;
    let id_column = named(&options.id_column)?;
    let label_column = named(&options.label_column)?;
    let time_column = named(&options.time_column)?;
    let author_column = named(&options.author_column)?;

    let mut documents = Vec::new();
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| malformed(path, &error))?
    {
        let field = |column: usize| record.get(column).unwrap_or_default();
        let optional = |column: Option<usize>| column.and_then(|column| not_empty(field(column)));
        let line = record.position().map_or(0, csv::Position::line);
        documents.push(Document {
            id: optional(id_column).unwrap_or_else(|| line.to_string()),
            text: field(text_column).to_owned(),
            label: optional(label_column),
            time: optional(time_column),
            author: optional(author_column),
            line: Some(line),
        });
    }
    Ok(Corpus { documents })
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
