//! A CSV file with a header: one record, one document.

use std::path::Path;

use super::decode::read_text;
use super::documents::{Corpus, Document, not_empty};
use super::error::CorpusError;
use super::options::CorpusOptions;
use super::records::Records;

pub(super) fn read_csv(
    path: &Path,
    options: &CorpusOptions,
    delimiter: u8,
) -> Result<Corpus, CorpusError> {
    let text = read_text(path, options.encoding)?;
    let Some(mut records) = Records::of(path, &text, delimiter)? else {
        return Ok(Corpus::default());
    };
    let header = &records.header;
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
    while let Some((line, record)) = records.next()? {
        let field = |column: usize| record.get(column).unwrap_or_default();
        let optional = |column: Option<usize>| column.and_then(|column| not_empty(field(column)));
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
