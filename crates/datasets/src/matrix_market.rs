//! A words × documents matrix from a Matrix Market file.

use std::path::PathBuf;

use hntf_tensor::SparseTensor;
use hntf_tensor::coordinates::{Duplicates, read_matrix_market};
use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

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
        let rows = hntf_tensor::Tensor::shape(&tensor)[0];
        let vocabulary = match &self.vocabulary {
            None => None,
            Some(file) => {
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
                Some(words)
            }
        };
        let notes = vec![format!("{} nonzeros.", tensor.nnz())];
        Ok(Dataset {
            items: vec![vocabulary, None],
            notes,
            ..Dataset::new(Box::new(tensor), "data", self.modes.to_vec())
        })
    }
}
