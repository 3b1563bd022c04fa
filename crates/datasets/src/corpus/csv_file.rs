//! A CSV file with a header: one record, one document.

use std::path::Path;

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use super::decode::read_text;
use super::{Corpus, CorpusError, CorpusOptions, Document, not_empty};

pub(super) fn read_csv(
    path: &Path,
    options: &CorpusOptions,
    delimiter: u8,
) -> Result<Corpus, CorpusError> {
    let text = read_text(path, options.encoding)?;
    if text.trim().is_empty() {
        return Ok(Corpus::default());
    }
    check_quotes(path, &text, delimiter)?;
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

/// Refuses quotes that the CSV reader would take in silence: a field that is never closed swallows
/// all records after it, and an inner quote that is not doubled ends its field too early.
fn check_quotes(path: &Path, text: &str, delimiter: u8) -> Result<(), CorpusError> {
    let error = |line, found: &str, expected: &str| CorpusError::Line {
        path: path.to_owned(),
        line,
        column: None,
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    let ends_field = |byte: u8| byte == delimiter || byte == b'\n' || byte == b'\r';
    let mut line = 1;
    let mut opened = None;
    let mut at_start = true;
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if opened.is_some() {
            if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
                opened = None;
                if bytes.peek().is_some_and(|next| !ends_field(*next)) {
                    return Err(error(
                        line,
                        "text after the closing quote of a field",
                        "a delimiter or the end of the line (write a quote within a quoted field \
                         twice)",
                    ));
                }
            }
        } else if byte == b'"' && at_start {
            opened = Some(line);
        }
        at_start = opened.is_none() && ends_field(byte);
        line += u64::from(byte == b'\n');
    }
    match opened {
        None => Ok(()),
        Some(line) => Err(error(
            line,
            "a field that begins with a quote and never ends",
            "a closing quote (write a quote within a quoted field twice)",
        )),
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
