//! Documents that have been read.

use super::error::CorpusError;

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

impl Corpus {
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
                how: match document.line {
                    Some(_) => "label every document",
                    None => "put every document into a sub-folder named after its class",
                },
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
pub(super) fn not_empty(field: &str) -> Option<String> {
    (!field.is_empty()).then(|| field.to_owned())
}
