//! What can go wrong between documents and a matrix, in words a user can act on.

use thiserror::Error;

/// An error of the text pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TextError {
    /// An option has a value outside its range.
    #[error("text option `{key}`: found {found}, expected {expected}")]
    Option {
        /// The option as it is written in a configuration.
        key: &'static str,
        /// The value given.
        found: String,
        /// The values allowed.
        expected: &'static str,
    },

    /// A regular expression does not compile or cannot serve its purpose.
    #[error("text option `{key}`: the pattern `{pattern}` cannot be used: {reason}")]
    Pattern {
        /// The option as it is written in a configuration.
        key: &'static str,
        /// The pattern as given.
        pattern: String,
        /// Why not.
        reason: String,
    },

    /// A pattern needs too many steps on a document.
    #[error(
        "text option `{key}`: the pattern `{pattern}` takes too many steps on document {document} \
         (counted from 0); simplify it, for instance by removing nested repetitions"
    )]
    PatternTooCostly {
        /// The option as it is written in a configuration.
        key: &'static str,
        /// The pattern as given.
        pattern: String,
        /// Position of the document among those handed in, from 0.
        document: usize,
    },

    /// There are no documents.
    #[error("the corpus has no documents; at least one is needed to learn a vocabulary")]
    EmptyCorpus,

    /// No document has a token.
    #[error(
        "none of the {documents} documents has a token left: they are empty or hold only stop \
         words; check `stop-words`, `extra-stop-words` and `token-pattern`"
    )]
    EmptyVocabulary {
        /// Number of documents read.
        documents: usize,
    },

    /// The limits of document frequency leave no term.
    #[error(
        "none of the {terms} terms occurs in at least {min} and at most {max} of the {documents} \
         documents; lower `min-df` or raise `max-df`"
    )]
    NoTermLeft {
        /// Number of terms before the limits were applied.
        terms: usize,
        /// The lower limit, in documents.
        min: String,
        /// The upper limit, in documents.
        max: String,
        /// Number of documents.
        documents: usize,
    },

    /// The limits of document frequency exclude each other.
    #[error(
        "`max-df` allows at most {max} of the {documents} documents, `min-df` asks for at least \
         {min}; lower `min-df` or raise `max-df`"
    )]
    FrequenciesCross {
        /// The lower limit, in documents.
        min: String,
        /// The upper limit, in documents.
        max: String,
        /// Number of documents.
        documents: usize,
    },

    /// A kept pipeline whose parts do not go together.
    #[error(
        "the kept text pipeline cannot be used, {problem}: it was damaged or changed, make it again"
    )]
    Kept {
        /// What is wrong with it.
        problem: &'static str,
    },
}
