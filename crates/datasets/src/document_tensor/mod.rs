//! Documents with an author and a time as a sparse tensor authors × periods × words.

mod cells;
mod error;
mod options;
mod period;
mod time;

use std::path::Path;

use hntf_tensor::{SparseTensor, TensorError};

pub use error::{At, DocumentTensorError};
pub use options::{DocumentTensorSource, EmptyCells, Normalise, Take};
pub use period::Period;

use crate::corpus::{Corpus, CorpusOptions, Format};
use crate::text::{FittedText, Norm, Scaling, TermDocuments, TextOptions, Vectorizer};
use crate::{About, Dataset, DatasetError, Field, NamedSource, Places, Source};
use cells::Cells;

/// A tensor of documents and what its indices are.
#[derive(Debug, Clone)]
pub struct DocumentTensor {
    /// Authors × periods × words.
    pub tensor: SparseTensor,
    /// Names of the authors.
    pub authors: Vec<String>,
    /// Names of the periods.
    pub periods: Vec<String>,
    /// The words.
    pub vocabulary: Vec<String>,
    /// Documents used.
    pub used: usize,
    /// Documents of the authors within the bounds of time.
    pub available: usize,
    /// Cells without an entry.
    pub empty: usize,
    /// From the joined documents of a cell to its words.
    pub text: FittedText,
}

impl NamedSource for DocumentTensorSource {
    const ABOUT: About = About {
        id: "document-tensor",
        summary: "dated documents of several authors: authors × periods × words",
        citation: "your own data",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    const TABLES: &'static [(&'static str, &'static [Field])] = &[
        ("read", CorpusOptions::FIELDS),
        ("text", TextOptions::FIELDS),
    ];

    fn with_defaults() -> Self {
        Self::new(std::path::PathBuf::new())
    }
}

impl Source for DocumentTensorSource {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        let made = self.read(&places.resolve(&self.path))?;
        let note = made.note("documents");
        Ok(made.into_dataset(note))
    }
}

impl DocumentTensorSource {
    /// Reads the file at `path` (the option of that name is not looked at) and makes the tensor.
    ///
    /// # Errors
    /// Options out of range, a corpus that cannot be read, documents without author or time, an
    /// unknown author, empty cells unless they are allowed, or no words.
    pub fn read(&self, path: &Path) -> Result<DocumentTensor, DatasetError> {
        self.check()?;
        let text = |source| DatasetError::Text {
            path: path.to_owned(),
            source,
        };
        // Scaled below, for counts too.
        let vectorizer = Vectorizer::new(&TextOptions {
            norm: Norm::None,
            ..self.text.clone()
        });
        let vectorizer = vectorizer.map_err(text)?;
        self.check_columns(path)?;
        let corpus = Corpus::read(path, &self.read)?;
        let cells = Cells::choose(path, &corpus, self)?;
        let is_empty = |cell: usize| cells.documents[cell].is_empty();
        self.check_cells(path, &cells, "document", is_empty)?;

        let texts: Vec<String> = cells.documents.iter().map(|cell| join(cell)).collect();
        let (fitted, mut matrix) = vectorizer.fit_transform(&texts).map_err(text)?;
        let without_words = matrix.empty_columns();
        let is_empty = |cell: usize| without_words.binary_search(&cell).is_ok();
        self.check_cells(path, &cells, "word of the vocabulary", is_empty)?;
        let scaling = match self.normalise {
            Normalise::Cell => Scaling::Document,
            Normalise::Author => Scaling::Together,
            Normalise::None => Scaling::None,
        };
        scaling.scale(&mut matrix, cells.periods.len());
        let content = |source| DatasetError::Content {
            path: path.to_owned(),
            source,
        };
        let (used, available) = (cells.used(), cells.available);
        let tensor = fold(&matrix, cells.authors.len(), cells.periods.len()).map_err(content)?;
        Ok(DocumentTensor {
            tensor,
            authors: cells.authors,
            periods: cells.periods,
            vocabulary: matrix.vocabulary,
            used,
            available,
            empty: without_words.len(),
            text: FittedText::new(2, fitted, scaling),
        })
    }

    fn check_columns(&self, path: &Path) -> Result<(), DocumentTensorError> {
        let is_folder = path.is_dir() || self.read.format == Some(Format::Folder);
        let folder = if is_folder {
            "; a folder of texts has no columns, use a CSV file or JSON lines"
        } else {
            ""
        };
        let columns = [
            ("an author", "author-column", &self.read.author_column),
            ("a time", "time-column", &self.read.time_column),
        ];
        match columns.into_iter().find(|(.., c)| c.is_none() || is_folder) {
            Some((what, key, _)) => Err(DocumentTensorError::NoColumn {
                path: path.to_owned(),
                what,
                key,
                folder,
            }),
            None => Ok(()),
        }
    }

    fn check_cells(
        &self,
        path: &Path,
        cells: &Cells<'_>,
        what: &'static str,
        is_empty: impl Fn(usize) -> bool,
    ) -> Result<(), DocumentTensorError> {
        if self.empty_cells == EmptyCells::Allow {
            return Ok(());
        }
        let all = cells.documents.len();
        let mut empty = (0..all).filter(|cell| is_empty(*cell));
        let Some(cell) = empty.next() else {
            return Ok(());
        };
        let periods = cells.periods.len();
        Err(DocumentTensorError::EmptyCell {
            path: path.to_owned(),
            author: cells.authors[cell / periods].clone(),
            period: cells.periods[cell % periods].clone(),
            what,
            empty: 1 + empty.count(),
            cells: all,
        })
    }
}

impl DocumentTensor {
    /// Sizes and counts in a sentence; `documents` says what the documents are.
    pub(crate) fn note(&self, documents: &str) -> String {
        let empty = match self.empty {
            0 => String::new(),
            n => format!("; {n} cells are empty"),
        };
        format!(
            "{} authors × {} periods × {} words, {} nonzeros, from {} of {} {documents}{empty}.",
            self.authors.len(),
            self.periods.len(),
            self.vocabulary.len(),
            self.tensor.nnz(),
            self.used,
            self.available,
        )
    }

    pub(crate) fn into_dataset(self, note: String) -> Dataset {
        let modes = ["author", "period", "word"].map(str::to_owned).to_vec();
        Dataset {
            items: vec![
                Some(self.authors),
                Some(self.periods),
                Some(self.vocabulary),
            ],
            notes: vec![note],
            text: Some(self.text),
            ..Dataset::new(Box::new(self.tensor), "data", modes)
        }
    }
}

fn join(cell: &[&crate::corpus::Document]) -> String {
    let texts: Vec<&str> = cell.iter().map(|document| document.text.as_str()).collect();
    texts.join(" ")
}

/// Columns, one a cell, to a tensor of order 3.
fn fold(
    matrix: &TermDocuments,
    authors: usize,
    periods: usize,
) -> Result<SparseTensor, TensorError> {
    let shape = vec![authors, periods, matrix.vocabulary.len()];
    let index = |i: usize| {
        u32::try_from(i).map_err(|_| TensorError::TooLarge {
            shape: shape.clone(),
        })
    };
    let mut indices = Vec::with_capacity(3 * matrix.nnz());
    for (cell, words) in matrix.entries.outer_iterator().enumerate() {
        let (author, period) = (index(cell / periods)?, index(cell % periods)?);
        for word in words.indices() {
            indices.extend([author, period, index(*word)?]);
        }
    }
    let values = matrix.entries.data().to_vec();
    let tensor = SparseTensor::from_coordinates(shape, indices, values)?;
    tensor.check_not_zero()?;
    Ok(tensor)
}
