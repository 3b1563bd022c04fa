//! Learning a vocabulary and its weights from documents.

use super::analyze::Analyzer;
use super::counts::{Counts, count_all, document_frequencies, occurrences, renamed};
use super::error::TextError;
use super::fitted::FittedVectorizer;
use super::matrix::TermDocuments;
use super::options::{TextOptions, Weighting};

/// Options that have been checked and compiled, ready to learn from documents.
///
/// ```
/// use hntf_datasets::text::{TextOptions, Vectorizer};
///
/// let documents = ["the cat sat", "the dog sat", "a bird"];
/// let vectorizer = Vectorizer::new(&TextOptions::default())?;
/// let (fitted, matrix) = vectorizer.fit_transform(&documents)?;
/// assert_eq!(matrix.vocabulary, ["bird", "cat", "dog", "sat", "the"]);
/// assert_eq!(matrix.shape(), (5, 3));
///
/// // The weights learnt from all documents, applied to some.
/// let some = fitted.transform(&documents[1..2])?;
/// assert_eq!(some.shape(), (5, 1));
/// # Ok::<(), hntf_datasets::text::TextError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Vectorizer {
    options: TextOptions,
    analyzer: Analyzer,
}

impl Vectorizer {
    /// Checks options and compiles their patterns.
    ///
    /// # Errors
    /// An option outside its range, or a pattern that does not compile.
    pub fn new(options: &TextOptions) -> Result<Self, TextError> {
        options.check()?;
        Ok(Self {
            options: options.clone(),
            analyzer: Analyzer::new(options)?,
        })
    }

    /// The terms of one document in the order in which they are met, n-grams included.
    ///
    /// # Errors
    /// A pattern that takes too many steps on the document.
    pub fn terms(&self, document: &str) -> Result<Vec<String>, TextError> {
        let mut terms = Vec::new();
        self.analyzer
            .for_each_term(document, |term| terms.push(term.to_owned()))
            .map_err(|costly| costly.on(0))?;
        Ok(terms)
    }

    /// Learns the vocabulary and the inverse document frequencies.
    ///
    /// # Errors
    /// No documents, no tokens, no term within the limits of document frequency, or a pattern
    /// that takes too many steps.
    pub fn fit<D: AsRef<str> + Sync>(
        &self,
        documents: &[D],
    ) -> Result<FittedVectorizer, TextError> {
        Ok(self.fit_counts(documents)?.0)
    }

    /// Learns from documents and returns their matrix too, reading them once.
    ///
    /// # Errors
    /// As [`Vectorizer::fit`].
    pub fn fit_transform<D: AsRef<str> + Sync>(
        &self,
        documents: &[D],
    ) -> Result<(FittedVectorizer, TermDocuments), TextError> {
        let (fitted, counts) = self.fit_counts(documents)?;
        let matrix = fitted.weigh(&counts);
        Ok((fitted, matrix))
    }

    fn fit_counts<D: AsRef<str> + Sync>(
        &self,
        documents: &[D],
    ) -> Result<(FittedVectorizer, Counts), TextError> {
        if documents.is_empty() {
            return Err(TextError::EmptyCorpus);
        }
        let (mut vocabulary, mut counts) = count_all(&self.analyzer, documents)?;
        if vocabulary.is_empty() {
            return Err(TextError::EmptyVocabulary {
                documents: documents.len(),
            });
        }
        if self.options.binary {
            counts.data_mut().fill(1);
        }

        let kept = self.kept_terms(&counts)?;
        if kept.len() < vocabulary.len() {
            let mut rank = vec![None; vocabulary.len()];
            for (position, &term) in kept.iter().enumerate() {
                rank[term] = Some(position);
            }
            counts = renamed(&counts, kept.len(), |term| rank[term]);
            vocabulary = kept
                .iter()
                .map(|&term| std::mem::take(&mut vocabulary[term]))
                .collect();
        }

        let weighs = self.options.weighting == Weighting::TfIdf && self.options.use_idf;
        let idf = weighs.then(|| inverse_document_frequencies(&counts, self.options.smooth_idf));
        let (options, analyzer) = (self.options.clone(), self.analyzer.clone());
        let fitted = FittedVectorizer::of(options, analyzer, vocabulary, idf);
        Ok((fitted, counts))
    }

    /// The terms, ascending, that the limits of frequency and number leave.
    fn kept_terms(&self, counts: &Counts) -> Result<Vec<usize>, TextError> {
        let (terms, documents) = counts.shape();
        let min = self.options.min_df.in_documents(documents);
        let max = self.options.max_df.in_documents(documents);
        if max < min {
            return Err(TextError::FrequenciesCross {
                min: min.to_string(),
                max: max.to_string(),
                documents,
            });
        }
        let frequencies = document_frequencies(counts);
        let mut kept: Vec<usize> = (0..terms)
            .filter(|&term| (min..=max).contains(&(frequencies[term] as f64)))
            .collect();
        if kept.is_empty() {
            return Err(TextError::NoTermLeft {
                terms,
                min: min.to_string(),
                max: max.to_string(),
                documents,
            });
        }
        if let Some(limit) = self
            .options
            .max_features
            .filter(|&limit| limit < kept.len())
        {
            let occurrences = occurrences(counts);
            // A stable sort: of terms equally frequent the first in the vocabulary stays.
            kept.sort_by_key(|&term| std::cmp::Reverse(occurrences[term]));
            kept.truncate(limit);
            kept.sort_unstable();
        }
        Ok(kept)
    }
}

/// idf = ln(n/df) + 1, with one added to n and df if smooth: as if one more document held every
/// term.
fn inverse_document_frequencies(counts: &Counts, smooth: bool) -> Vec<f64> {
    let extra = if smooth { 1.0 } else { 0.0 };
    let documents = counts.cols() as f64 + extra;
    document_frequencies(counts)
        .into_iter()
        .map(|frequency| (documents / (frequency as f64 + extra)).ln() + 1.0)
        .collect()
}
