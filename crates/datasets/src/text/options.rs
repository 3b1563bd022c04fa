//! The options of the text pipeline. Names and defaults are those of scikit-learn's
//! `TfidfVectorizer`, so that a user's settings carry over.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::parameters::parameters;

use super::error::TextError;

parameters! {
    /// How documents become columns of a matrix.
    ///
    /// Texts are first rid of URLs, mentions, hashtags, digits and patterns (if asked for), then lower-cased, then cut
    /// into tokens; stop words are dropped; n-grams are formed of what is left; rare and common terms
    /// are cut; counts are weighted; columns are normalised.
    ///
    /// ```
    /// use hntf_datasets::text::TextOptions;
    /// let options = TextOptions { strip_digits: true, ..TextOptions::default() };
    /// assert_eq!(options.token_pattern, r"\b\w\w+\b");
    /// ```
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
    pub struct TextOptions {
        /// Remove web addresses: `https?://\S+` and `www.\S+`. Default: false.
        pub strip_urls: bool,
        /// Remove mentions, `@name`; the `@` within an address of mail begins none. Default: false, and
        /// the names are words.
        pub strip_mentions: bool,
        /// Remove hashtags, `#topic`. Default: false, and the topics are words.
        pub strip_hashtags: bool,
        /// Remove decimal digits of any script, `\d+`, so that "mp3s" becomes "mps". Default: false.
        pub strip_digits: bool,
        /// Further regular expressions whose matches are removed, in this order, after all
        /// of the above and before lower-casing. Default: none.
        pub strip_patterns: Vec<String>,
        /// Lower-case the text, by the full rules of Unicode as Python's `str.lower`. Default: true.
        pub lowercase: bool,
        /// A regular expression, in Python's dialect, whose matches are the tokens; if it has a
        /// group, the tokens are what the group matches. Default: `\b\w\w+\b`.
        pub token_pattern: String,
        /// The list of stop words. Default: none.
        pub stop_words: StopWords,
        /// Stop words besides those of the list. They are compared with tokens after lower-casing.
        pub extra_stop_words: Vec<String>,
        /// Shortest and longest n-gram, in tokens. `[1, 2]` takes words and pairs of neighbouring
        /// words (neighbours once stop words are gone). Default: `[1, 1]`.
        pub ngram_range: [usize; 2],
        /// Drop terms that occur in fewer documents: a number of documents (an integer) or a
        /// proportion of them (a number with a decimal point). Default: `1`.
        pub min_df: Frequency,
        /// Drop terms that occur in more documents, given as for `min_df`. Default: `1.0`, all.
        pub max_df: Frequency,
        /// Keep only this many terms, those with the most occurrences in the corpus; between terms
        /// that occur equally often the first in the vocabulary's order wins. Default: no limit.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub max_features: Option<usize>,
        /// Count a term once a document, however often it occurs. Default: false.
        pub binary: bool,
        /// What the entries of the matrix are. The options below matter for `tf-idf` only.
        pub weighting: Weighting,
        /// Replace a count c by 1 + ln c. Default: false.
        pub sublinear_tf: bool,
        /// Multiply counts by the inverse document frequency. Default: true.
        pub use_idf: bool,
        /// idf = ln((1+n)/(1+df)) + 1 if true, ln(n/df) + 1 if false. Default: true.
        pub smooth_idf: bool,
        /// The norm every column (document) is scaled to one in. Default: `l2`.
        pub norm: Norm,
    }
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            strip_urls: false,
            strip_mentions: false,
            strip_hashtags: false,
            strip_digits: false,
            strip_patterns: Vec::new(),
            lowercase: true,
            token_pattern: r"\b\w\w+\b".to_owned(),
            stop_words: StopWords::None,
            extra_stop_words: Vec::new(),
            ngram_range: [1, 1],
            min_df: Frequency::Count(1),
            max_df: Frequency::Proportion(1.0),
            max_features: None,
            binary: false,
            weighting: Weighting::TfIdf,
            sublinear_tf: false,
            use_idf: true,
            smooth_idf: true,
            norm: Norm::L2,
        }
    }
}

impl TextOptions {
    /// Checks the values that their types leave open; patterns are checked when they compile.
    pub(super) fn check(&self) -> Result<(), TextError> {
        let [shortest, longest] = self.ngram_range;
        if shortest == 0 || longest < shortest {
            return Err(TextError::Option {
                key: "ngram-range",
                found: format!("[{shortest}, {longest}]"),
                expected: "[shortest, longest] with 1 <= shortest <= longest",
            });
        }
        if self.max_features == Some(0) {
            return Err(TextError::Option {
                key: "max-features",
                found: "0".to_owned(),
                expected: "at least 1, or no such line for no limit",
            });
        }
        self.min_df.check("min-df")?;
        self.max_df.check("max-df")
    }
}

/// A list of stop words, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StopWords {
    /// No list.
    #[default]
    None,
    /// The English list of the Natural Language Toolkit.
    NltkEnglish,
}

impl StopWords {
    /// The words of the list.
    #[must_use]
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::NltkEnglish => stop_words::lookup("en").unwrap_or_default(),
        }
    }
}

/// What the entries of the matrix are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weighting {
    /// Occurrences, as scikit-learn's `CountVectorizer`.
    Counts,
    /// Term frequency × inverse document frequency, as scikit-learn's `TfidfVectorizer`.
    #[default]
    TfIdf,
}

/// The norm a column is scaled to one in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Norm {
    /// No scaling.
    None,
    /// The sum of the entries' absolute values.
    L1,
    /// The Euclidean norm.
    #[default]
    L2,
}

/// A number of documents, absolute (`3`) or as a proportion of the corpus (`0.05`).
///
/// As in scikit-learn the way the number is written decides: `1` is one document, `1.0` all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Frequency {
    /// So many documents.
    Count(u64),
    /// This part of all documents, between 0 and 1.
    Proportion(f64),
}

impl Frequency {
    /// The limit in documents of a corpus of `documents`; it need not be a whole number.
    pub(super) fn in_documents(self, documents: usize) -> f64 {
        match self {
            Self::Count(count) => count as f64,
            Self::Proportion(part) => part * documents as f64,
        }
    }

    fn check(self, key: &'static str) -> Result<(), TextError> {
        let valid = match self {
            Self::Count(count) => count >= 1,
            Self::Proportion(part) => (0.0..=1.0).contains(&part),
        };
        if valid {
            return Ok(());
        }
        Err(TextError::Option {
            key,
            found: self.to_string(),
            expected: "an integer of at least 1 (documents) or a number with a decimal point \
                       between 0.0 and 1.0 (proportion of the documents)",
        })
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            // Debug keeps the decimal point of 1.0, which tells it from one document.
            Self::Proportion(part) => write!(f, "{part:?}"),
        }
    }
}

impl Serialize for Frequency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Count(count) => serializer.serialize_u64(count),
            Self::Proportion(part) => serializer.serialize_f64(part),
        }
    }
}

impl<'de> Deserialize<'de> for Frequency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = Frequency;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "an integer (documents) or a number with a decimal point between 0.0 and 1.0 \
                     (proportion of the documents)",
                )
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Frequency, E> {
                Ok(Frequency::Count(count))
            }

            fn visit_i64<E: de::Error>(self, count: i64) -> Result<Frequency, E> {
                u64::try_from(count)
                    .map(Frequency::Count)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(count), &self))
            }

            fn visit_f64<E: de::Error>(self, part: f64) -> Result<Frequency, E> {
                Ok(Frequency::Proportion(part))
            }
        }

        deserializer.deserialize_any(Number)
    }
}
