//! JSON lines: one object, one document.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};

use super::decode::read_text;
use super::documents::{Corpus, Document, not_empty};
use super::error::CorpusError;
use super::options::CorpusOptions;

pub(super) fn read_jsonl(path: &Path, options: &CorpusOptions) -> Result<Corpus, CorpusError> {
    let text = read_text(path, options.encoding)?;
    let mut keys = BTreeSet::new();
    let mut documents = Vec::new();
    for (index, json) in text.split('\n').enumerate() {
        if json.trim().is_empty() {
            continue;
        }
        let line = Line {
            path,
            number: index as u64 + 1,
        };
        let object = line.parse(json)?;
        documents.push(Document {
            id: line
                .optional(&object, options.id_column.as_ref())?
                .unwrap_or_else(|| line.number.to_string()),
            text: line.text(&object, &options.text_column)?,
            label: line.optional(&object, options.label_column.as_ref())?,
            time: line.optional(&object, options.time_column.as_ref())?,
            author: line.optional(&object, options.author_column.as_ref())?,
            line: Some(line.number),
        });
        keys.extend(object.into_iter().map(|(key, _)| key));
    }

    // A key may be absent from a document; one absent from all is mistyped.
    let named = [
        &options.id_column,
        &options.label_column,
        &options.time_column,
        &options.author_column,
    ];
    let absent = named.into_iter().flatten().find(|key| !keys.contains(*key));
    match absent {
        Some(key) if !documents.is_empty() => Err(CorpusError::MissingColumn {
            path: path.to_owned(),
            column: key.clone(),
            columns: keys.into_iter().collect(),
        }),
        _ => Ok(Corpus { documents }),
    }
}

struct Line<'a> {
    path: &'a Path,
    number: u64,
}

impl Line<'_> {
    fn parse(&self, json: &str) -> Result<Map<String, Value>, CorpusError> {
        let value = serde_json::from_str(json).map_err(|error| {
            // The message ends in the line it counts from here, always 1.
            let message = error.to_string();
            let found = message.split(" at line ").next().unwrap_or_default();
            self.error(Some(error.column()), found.to_owned(), "JSON")
        })?;
        match value {
            Value::Object(object) => Ok(object),
            other => Err(self.error(
                None,
                kind(&other),
                "a JSON object such as {\"text\": \"…\"}",
            )),
        }
    }

    fn text(&self, object: &Map<String, Value>, key: &str) -> Result<String, CorpusError> {
        match object.get(key) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => {
                let expected = format!("a string under `{key}`");
                Err(self.error(None, kind(other), &expected))
            }
            None => Err(CorpusError::MissingColumn {
                path: self.path.to_owned(),
                column: key.to_owned(),
                columns: object.keys().cloned().collect(),
            }),
        }
    }

    /// What stands under a key, as text; `None` if nothing does or none is named.
    fn optional(
        &self,
        object: &Map<String, Value>,
        key: Option<&String>,
    ) -> Result<Option<String>, CorpusError> {
        let Some(key) = key else {
            return Ok(None);
        };
        match object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(not_empty(text)),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(value)) => Ok(Some(value.to_string())),
            Some(other) => {
                let expected = format!("a string, a number or null under `{key}`");
                Err(self.error(None, kind(other), &expected))
            }
        }
    }

    fn error(&self, column: Option<usize>, found: String, expected: &str) -> CorpusError {
        CorpusError::Line {
            path: self.path.to_owned(),
            line: self.number,
            column,
            found,
            expected: expected.to_owned(),
        }
    }
}

fn kind(value: &Value) -> String {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    kind.to_owned()
}
