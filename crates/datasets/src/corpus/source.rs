//! A user's corpus as a configuration names it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::documents::Corpus;
use super::error::CorpusError;
use super::hold_out::{a_quarter, check_share, split};
use super::options::{CorpusOptions, Format};
use crate::parameters::parameters;
use crate::text::{FittedText, Scaling, TextOptions, Vectorizer};
use crate::{About, Dataset, DatasetError, Field, LabelSet, NamedSource, Places, Source};

parameters! {
    /// Documents from a folder, a CSV file or JSON lines, as a words × documents matrix.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    pub struct CorpusSource {
        /// The folder or file; a relative path starts from the folder of the configuration.
        pub path: PathBuf,
        /// How it is read: format, encoding, names of columns.
        #[serde(default)]
        pub read: CorpusOptions,
        /// From text to words and weights.
        #[serde(default)]
        pub text: TextOptions,
        /// Whether the documents have classes: the sub-folders, or the label column.
        #[serde(default)]
        pub labels: bool,
        /// The share of each class, its last documents, whose label is kept from the fit and used to
        /// measure accuracy: rounded down, but one document at least of a class of two or more, and never
        /// all. Default: 0.25. With 0 all labels are seen, and accuracy is over all documents.
        #[serde(default = "a_quarter")]
        pub hold_out: f64,
    }
}

impl NamedSource for CorpusSource {
    const ABOUT: About = About {
        id: "corpus",
        summary: "documents from a folder, a CSV file or JSON lines: words × documents",
        citation: "your own data",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    const TABLES: &'static [(&'static str, &'static [Field])] = &[
        ("read", CorpusOptions::FIELDS),
        ("text", TextOptions::FIELDS),
    ];

    fn with_defaults() -> Self {
        Self {
            path: PathBuf::new(),
            read: CorpusOptions::default(),
            text: TextOptions::default(),
            labels: false,
            hold_out: a_quarter(),
        }
    }
}

impl Source for CorpusSource {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        check_share(self.hold_out)?;
        let path = places.resolve(&self.path);
        let is_folder = path.is_dir() || self.read.format == Some(Format::Folder);
        if self.labels && !is_folder && self.read.label_column.is_none() && path.exists() {
            return Err(CorpusError::NoLabelColumn { path }.into());
        }
        let corpus = Corpus::read(&path, &self.read)?;
        let text = |source| DatasetError::Text {
            path: path.clone(),
            source,
        };
        let vectorizer = Vectorizer::new(&self.text).map_err(text)?;
        let (fitted, matrix) = vectorizer.fit_transform(&corpus.texts()).map_err(text)?;
        let mut notes = Vec::new();
        let mut labels = Vec::new();
        if self.labels {
            let classes = corpus.classes()?;
            let split = split(&classes.names, &classes.of_document, self.hold_out);
            notes = split.notes;
            labels.push(LabelSet {
                name: "class".to_owned(),
                known: split.known,
                classes: classes.names,
                of: classes.of_document,
            });
        }
        let (nnz, empty) = (matrix.nnz(), matrix.empty_columns().len());
        let content = |source| DatasetError::Content {
            path: path.clone(),
            source,
        };
        let (tensor, vocabulary) = matrix.into_tensor().map_err(content)?;
        let documents: Vec<String> = corpus.documents.into_iter().map(|d| d.id).collect();
        let counts = format!(
            "{} words × {}, {nnz} nonzeros, {} without a word of the vocabulary.",
            vocabulary.len(),
            counted(documents.len(), "document"),
            counted(empty, "document"),
        );
        notes.insert(0, counts);
        let mode_names = vec!["word".to_owned(), "document".to_owned()];
        Ok(Dataset {
            items: vec![Some(vocabulary), Some(documents)],
            labels,
            notes,
            text: Some(FittedText::new(0, fitted, Scaling::None)),
            ..Dataset::new(Box::new(tensor), "data", mode_names)
        })
    }
}

/// "1 document", "2 documents".
fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}
