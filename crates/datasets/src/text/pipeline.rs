//! The text pipeline of a data set, to make the same of other documents.

use hntf_tensor::{ContentWriter, SparseTensor, TensorError};
use serde::{Deserialize, Serialize};

use super::error::TextError;
use super::fitted::FittedVectorizer;
use super::matrix::TermDocuments;

/// How documents became the data of a data set, learnt once and applied to any others.
///
/// ```
/// use hntf_datasets::text::{FittedText, Scaling, TextOptions, Vectorizer};
///
/// let vectorizer = Vectorizer::new(&TextOptions::default())?;
/// let (fitted, matrix) = vectorizer.fit_transform(&["black tea", "green tea", "black coffee"])?;
/// let text = FittedText::new(0, fitted, Scaling::None);
/// let applied = text.apply(&["tea and coffee", "water"])?;
/// assert_eq!(applied.documents.shape(), (matrix.vocabulary.len(), 2));
/// assert_eq!((applied.unknown(), applied.unknown_in), (2, vec![1, 1]));
/// assert_eq!(applied.documents.empty_columns(), [1]);
/// # Ok::<(), hntf_datasets::text::TextError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FittedText {
    /// The mode of the data whose indices are the words, from 0. A document, or the joined documents of
    /// a cell, is a fibre along it.
    pub mode: usize,
    /// From text to weighted words.
    pub vectorizer: FittedVectorizer,
    /// What is scaled once words are weighted.
    pub scaling: Scaling,
}

/// What is scaled to have the Euclidean norm 1 once words are weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// Nothing.
    None,
    /// Every document.
    Document,
    /// All documents that are applied at once, together: the periods of one author.
    Together,
}

/// Documents over the words of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// Words × documents. A document without a known word is an empty column.
    pub documents: TermDocuments,
    /// For every document how many of its terms the data set does not have, repetitions included. Terms
    /// are words, and longer n-grams where the options ask for them; stop words are none.
    pub unknown_in: Vec<usize>,
}

impl FittedText {
    /// The pipeline of data with its words in `mode`.
    pub fn new(mode: usize, vectorizer: FittedVectorizer, scaling: Scaling) -> Self {
        Self {
            mode,
            vectorizer,
            scaling,
        }
    }

    /// Makes of any documents what was made of those of the data set, which give their columns of the
    /// data again, bit for bit.
    ///
    /// Documents are taken as they are: what was removed from posts before (headers, quotes) is for the
    /// caller to remove, and documents that make up a cell together are joined by a space.
    ///
    /// # Errors
    /// A pattern that takes too many steps on a document.
    pub fn apply<D: AsRef<str> + Sync>(&self, documents: &[D]) -> Result<Applied, TextError> {
        let (mut documents, unknown_in) = self.vectorizer.transform_counting(documents)?;
        self.scaling.scale(&mut documents, usize::MAX);
        Ok(Applied {
            documents,
            unknown_in,
        })
    }

    /// Feeds everything it is to `sink`, as [`Tensor::content`](hntf_tensor::Tensor::content) does data.
    pub fn content(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut out = ContentWriter::new(sink);
        out.size(self.mode);
        let options = serde_json::to_string(self.vectorizer.options());
        out.text(&options.unwrap_or_default());
        out.texts(self.vectorizer.vocabulary());
        out.numbers(self.vectorizer.idf().unwrap_or_default());
        out.size(self.scaling as usize);
    }
}

impl Scaling {
    /// Scales every document, or every `together` documents one after the other; what is empty stays
    /// empty.
    pub(crate) fn scale(self, documents: &mut TermDocuments, together: usize) {
        let columns = match self {
            Self::None => return,
            Self::Document => 1,
            Self::Together => together,
        };
        let count = documents.entries.cols();
        let starts = documents.entries.indptr().to_owned();
        let values = documents.entries.data_mut();
        let mut from = 0;
        while from < count {
            let to = from.saturating_add(columns.max(1)).min(count);
            let values =
                &mut values[starts.outer_inds_sz(from).start..starts.outer_inds_sz(to - 1).end];
            let norm = values.iter().map(|value| value * value).sum::<f64>().sqrt();
            values.iter_mut().for_each(|value| *value /= norm);
            from = to;
        }
    }
}

impl Applied {
    /// How many terms of all documents together the data set does not have.
    pub fn unknown(&self) -> usize {
        self.unknown_in.iter().sum()
    }

    /// Words × documents as data. Unlike data to be factorized it may be all zero.
    ///
    /// # Errors
    /// More documents than an index can count.
    pub fn tensor(&self) -> Result<SparseTensor, TensorError> {
        SparseTensor::try_from(&self.documents.entries)
    }
}
