//! A user's corpus as a configuration names it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Corpus, CorpusOptions};
use crate::text::{TextOptions, Vectorizer};
use crate::{About, Dataset, DatasetError, LabelSet, NamedSource, Places, Source};

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
    /// measure accuracy.
    #[serde(default = "a_quarter")]
    pub hold_out: f64,
}

fn a_quarter() -> f64 {
    0.25
}

impl NamedSource for CorpusSource {
    const ABOUT: About = About {
        id: "corpus",
        summary: "documents from a folder, a CSV file or JSON lines: words × documents",
        citation: "your own data",
    };
}

impl Source for CorpusSource {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        if !(0.0..1.0).contains(&self.hold_out) {
            return Err(DatasetError::Parameter {
                parameter: "hold-out",
                found: self.hold_out.to_string(),
                expected: "the share of documents kept from the fit must be ≥ 0 and below 1",
            });
        }
        let path = places.resolve(&self.path);
        let corpus = Corpus::read(&path, &self.read)?;
        let text = |source| DatasetError::Text {
            path: path.clone(),
            source,
        };
        let vectorizer = Vectorizer::new(&self.text).map_err(text)?;
        let (_, matrix) = vectorizer.fit_transform(&corpus.texts()).map_err(text)?;
        let labels = if self.labels {
            vec![self.label_set(&corpus)?]
        } else {
            Vec::new()
        };
        let (nnz, empty) = (matrix.nnz(), matrix.empty_columns().len());
        let content = |source| DatasetError::Content {
            path: path.clone(),
            source,
        };
        let (tensor, vocabulary) = matrix.into_tensor().map_err(content)?;
        let documents: Vec<String> = corpus.documents.into_iter().map(|d| d.id).collect();
        let notes = vec![format!(
            "{} words × {} documents, {nnz} nonzeros, {empty} documents without a word of the vocabulary.",
            vocabulary.len(),
            documents.len(),
        )];
        let mode_names = vec!["word".to_owned(), "document".to_owned()];
        Ok(Dataset {
            items: vec![Some(vocabulary), Some(documents)],
            labels,
            notes,
            ..Dataset::new(Box::new(tensor), "data", mode_names)
        })
    }
}

impl CorpusSource {
    fn label_set(&self, corpus: &Corpus) -> Result<LabelSet, DatasetError> {
        let classes = corpus.classes()?;
        let mut size = vec![0_usize; classes.names.len()];
        classes.of_document.iter().for_each(|c| size[*c] += 1);
        let learnt = |class: usize| size[class] as f64 * (1.0 - self.hold_out);
        let mut seen = vec![0_usize; classes.names.len()];
        let known = classes.of_document.iter().map(|class| {
            seen[*class] += 1;
            seen[*class] as f64 <= learnt(*class).ceil()
        });
        Ok(LabelSet {
            name: "class".to_owned(),
            known: known.collect(),
            classes: classes.names,
            of: classes.of_document,
        })
    }
}
