//! A words × documents matrix from a Matrix Market file.

use std::path::{Path, PathBuf};

use hntf_tensor::SparseTensor;
use hntf_tensor::coordinates::{Duplicates, read_matrix_market};
use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

use crate::corpus::a_quarter;
use crate::named::{classes, items};
use crate::{About, Dataset, DatasetError, Field, NamedSource, Places, Source};

parameters! {
    /// A sparse nonnegative matrix, and what its rows are called.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    pub struct MatrixMarket {
        /// The `.mtx` file; a relative path starts from the folder of the configuration.
        pub path: PathBuf,
        /// A text file with the name of a row a line: the vocabulary.
        pub vocabulary: Option<PathBuf>,
        /// A text file per mode with the name of an index a line, rows first; "" for a mode without
        /// names, as for rows that `vocabulary` names. Default: no names.
        #[serde(default)]
        pub items: Vec<PathBuf>,
        /// A file with the class of every column: a text file has one a line, a CSV file a header and a
        /// column for each set of classes, the finest first. Default: no classes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub labels: Option<PathBuf>,
        /// The share of each class, its last columns, whose label is kept from the fit and used to measure
        /// accuracy. Default: 0.25.
        #[serde(default = "a_quarter")]
        pub hold_out: f64,
        /// Whether entries at the same place are added up; otherwise they are a mistake.
        #[serde(default)]
        pub sum_duplicates: bool,
        /// What rows and columns are called.
        #[serde(default = "words_and_documents")]
        pub modes: [String; 2],
    }
}

fn words_and_documents() -> [String; 2] {
    ["word".to_owned(), "document".to_owned()]
}

impl NamedSource for MatrixMarket {
    const ABOUT: About = About {
        id: "matrix-market",
        summary: "a sparse nonnegative .mtx matrix, words × documents, with a vocabulary file",
        citation: "your own data",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    fn with_defaults() -> Self {
        Self {
            path: PathBuf::new(),
            vocabulary: None,
            items: Vec::new(),
            labels: None,
            hold_out: a_quarter(),
            sum_duplicates: false,
            modes: words_and_documents(),
        }
    }
}

impl Source for MatrixMarket {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        let path = places.resolve(&self.path);
        let duplicates = if self.sum_duplicates {
            Duplicates::Sum
        } else {
            Duplicates::Refuse
        };
        let coordinates = read_matrix_market(&path, duplicates)?;
        let content = |source| DatasetError::Content {
            path: path.clone(),
            source,
        };
        let tensor = SparseTensor::new(coordinates).map_err(content)?;
        tensor.check_not_zero().map_err(content)?;
        let shape = tensor.shape().to_vec();
        let find = |_: &'static str, file: &Path| Ok(places.resolve(file));
        let mut items = items(&self.items, &shape, &find)?;
        if self.vocabulary.is_some() && items[0].is_some() {
            return Err(DatasetError::Parameter {
                parameter: "items",
                found: format!("{:?}", self.items),
                expected: "`vocabulary` names the rows already: leave it out, or write \"\" here",
            });
        }
        let classes = classes(self.labels.as_ref(), self.hold_out, shape[1], &find)?;
        let rows = shape[0];
        if let Some(file) = &self.vocabulary {
            let file = places.resolve(file);
            let text =
                std::fs::read_to_string(&file).map_err(|source| DatasetError::Vocabulary {
                    path: file.clone(),
                    source,
                })?;
            let words: Vec<String> = text.lines().map(str::to_owned).collect();
            if words.len() != rows {
                let found = words.len();
                return Err(DatasetError::VocabularyLength {
                    path: file,
                    found,
                    expected: rows,
                });
            }
            items[0] = Some(words);
        }
        let mut notes = vec![format!("{} nonzeros.", tensor.nnz())];
        notes.extend(classes.notes);
        Ok(Dataset {
            items,
            labels: classes.sets,
            notes,
            ..Dataset::new(Box::new(tensor), "data", self.modes.to_vec())
        })
    }
}
