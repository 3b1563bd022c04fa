//! A vocabulary and weights that were learnt, applied to other documents.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sprs::CsMat;

use super::analyze::Analyzer;
use super::counts::{Counts, count_known};
use super::error::TextError;
use super::matrix::TermDocuments;
use super::options::{Norm, TextOptions, Weighting};

/// A vocabulary and weights learnt from documents. It can be written and read again: what is kept are
/// the options, the vocabulary and the weights, and reading checks that they go together.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Kept", try_from = "Kept")]
pub struct FittedVectorizer {
    options: TextOptions,
    analyzer: Analyzer,
    vocabulary: Vec<String>,
    ids: HashMap<String, usize>,
    idf: Option<Vec<f64>>,
}

impl PartialEq for FittedVectorizer {
    fn eq(&self, other: &Self) -> bool {
        // The rest follows from these.
        (&self.options, &self.vocabulary, &self.idf)
            == (&other.options, &other.vocabulary, &other.idf)
    }
}

/// What is written of it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Kept {
    options: TextOptions,
    vocabulary: Vec<String>,
    idf: Option<Vec<f64>>,
}

impl From<FittedVectorizer> for Kept {
    fn from(fitted: FittedVectorizer) -> Self {
        Self {
            options: fitted.options,
            vocabulary: fitted.vocabulary,
            idf: fitted.idf,
        }
    }
}

impl TryFrom<Kept> for FittedVectorizer {
    type Error = TextError;

    fn try_from(kept: Kept) -> Result<Self, TextError> {
        kept.options.check()?;
        let wrong = |problem| Err(TextError::Kept { problem });
        if !kept.vocabulary.is_sorted_by(|a, b| a < b) {
            return wrong("its words are not in order, each once");
        }
        let weighs = kept.options.weighting == Weighting::TfIdf && kept.options.use_idf;
        if kept.idf.as_ref().map(Vec::len) != weighs.then_some(kept.vocabulary.len()) {
            return wrong("it has not one weight for each word, as its options ask for");
        }
        if !kept.idf.iter().flatten().all(|x| x.is_finite() && *x > 0.0) {
            return wrong("a weight is no positive number");
        }
        let analyzer = Analyzer::new(&kept.options)?;
        Ok(Self::of(kept.options, analyzer, kept.vocabulary, kept.idf))
    }
}

impl FittedVectorizer {
    /// Of words in order and, if the options weigh by them, a weight each.
    pub(super) fn of(
        options: TextOptions,
        analyzer: Analyzer,
        vocabulary: Vec<String>,
        idf: Option<Vec<f64>>,
    ) -> Self {
        let ids = vocabulary.iter().cloned().zip(0..).collect();
        Self {
            options,
            analyzer,
            vocabulary,
            ids,
            idf,
        }
    }

    /// The options it was learnt with.
    #[must_use]
    pub fn options(&self) -> &TextOptions {
        &self.options
    }

    /// The terms, one a row of the matrix, in the order of their code points.
    #[must_use]
    pub fn vocabulary(&self) -> &[String] {
        &self.vocabulary
    }

    /// The inverse document frequency of each term, unless the options do without.
    #[must_use]
    pub fn idf(&self) -> Option<&[f64]> {
        self.idf.as_deref()
    }

    /// The matrix of any documents over the learnt vocabulary, with the learnt weights. Terms
    /// that were not learnt are ignored.
    ///
    /// # Errors
    /// A pattern that takes too many steps on a document.
    pub fn transform<D: AsRef<str> + Sync>(
        &self,
        documents: &[D],
    ) -> Result<TermDocuments, TextError> {
        Ok(self.transform_counting(documents)?.0)
    }

    /// As [`FittedVectorizer::transform`], and for every document how many of its terms were not
    /// learnt, repetitions included.
    ///
    /// # Errors
    /// As there.
    pub fn transform_counting<D: AsRef<str> + Sync>(
        &self,
        documents: &[D],
    ) -> Result<(TermDocuments, Vec<usize>), TextError> {
        let (mut counts, unknown) = count_known(&self.analyzer, documents, &self.ids)?;
        if self.options.binary {
            counts.data_mut().fill(1);
        }
        Ok((self.weigh(&counts), unknown))
    }

    /// Counts become values of the matrix.
    pub(super) fn weigh(&self, counts: &Counts) -> TermDocuments {
        let mut values: Vec<f64> = counts.data().iter().copied().map(f64::from).collect();
        if self.options.weighting == Weighting::TfIdf {
            if self.options.sublinear_tf {
                for value in &mut values {
                    *value = 1.0 + value.ln();
                }
            }
            if let Some(idf) = &self.idf {
                for (value, &term) in values.iter_mut().zip(counts.indices()) {
                    *value *= idf[term];
                }
            }
            for column in counts.indptr().iter_outer_sz() {
                scale_to_one(&mut values[column], self.options.norm);
            }
        }
        let (starts, terms) = (counts.indptr(), counts.indices());
        let (starts, terms) = (starts.to_proper().to_vec(), terms.to_vec());
        let entries = CsMat::new_csc(counts.shape(), starts, terms, values);
        TermDocuments {
            vocabulary: self.vocabulary.clone(),
            entries,
        }
    }
}

/// Scales a column to norm one; an empty one stays empty.
fn scale_to_one(column: &mut [f64], norm: Norm) {
    let length = match norm {
        Norm::None => return,
        Norm::L1 => column.iter().sum::<f64>(),
        Norm::L2 => column.iter().map(|value| value * value).sum::<f64>().sqrt(),
    };
    for value in column {
        *value /= length;
    }
}
