//! What of the collection is loaded, and how. The defaults are the published experiments'.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::parameters::parameters;

use super::groups::{PUBLISHED_GROUPS, Split};
use crate::text::{StopWords, TextOptions};

/// Stop words of the published experiments besides NLTK's.
const EXTRA_STOP_WORDS: &str = "thanks edu also would one could please really many anyone good \
    right get even want must something well much still said stay away first looking things try \
    take look make may include thing like two or etc phone oh email";

parameters! {
    /// What of 20 Newsgroups becomes a matrix, and how.
    ///
    /// The defaults make the matrix of the published experiments: 45,534 terms × 1,000 posts.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
    pub struct NewsgroupsOptions {
        /// The part of the collection. Default: `train`.
        pub split: Split,
        /// Names of the groups, in any order; they become the classes, sorted by name. Default: the
        /// ten of the published experiments.
        pub groups: Vec<String>,
        /// What is removed from posts. Default: all of `["headers", "footers", "quotes"]`.
        pub remove: Vec<Part>,
        /// Columns per group: the first so many posts in scikit-learn's shuffled order. Vocabulary
        /// and weights are learnt from all posts of the groups all the same. Default: `100`.
        pub documents_per_group: PerGroup,
        /// Columns of each group whose label is known: the first so many. Default: `75`.
        pub labelled_per_group: PerGroup,
        /// The order of the columns within a group. Default: `authors`.
        pub order: ColumnOrder,
        /// From text to terms and weights. If given, it replaces the published choice (digits
        /// stripped, NLTK's stop words and some more) as a whole.
        pub text: TextOptions,
    }
}

impl Default for NewsgroupsOptions {
    fn default() -> Self {
        Self {
            split: Split::Train,
            groups: PUBLISHED_GROUPS.map(str::to_owned).to_vec(),
            remove: vec![Part::Headers, Part::Footers, Part::Quotes],
            documents_per_group: PerGroup::First(100),
            labelled_per_group: PerGroup::First(75),
            order: ColumnOrder::Authors,
            text: TextOptions {
                strip_digits: true,
                stop_words: StopWords::NltkEnglish,
                extra_stop_words: EXTRA_STOP_WORDS
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect(),
                ..TextOptions::default()
            },
        }
    }
}

/// A part of a post that tells its group too easily.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Everything before the first blank line.
    Headers,
    /// A signature: what follows the last blank line or line of hyphens.
    Footers,
    /// Quoted lines and lines that introduce them.
    Quotes,
}

/// The order of the columns of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnOrder {
    /// As the authors' NumPy (before 1.25) left it when it sorted the posts by label, which does
    /// not keep the order of equal labels. Needed for the published digits.
    #[default]
    Authors,
    /// As scikit-learn shuffles the posts.
    Stable,
}

/// How many of a group's documents: `"all"`, or the first so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerGroup {
    /// All of them.
    All,
    /// The first so many.
    First(usize),
}

impl PerGroup {
    /// The number meant, in a group of `documents`.
    pub(crate) fn of(self, documents: usize) -> usize {
        match self {
            Self::All => documents,
            Self::First(number) => number,
        }
    }
}

impl Serialize for PerGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::All => serializer.serialize_str("all"),
            Self::First(number) => serializer.serialize_u64(number as u64),
        }
    }
}

impl<'de> Deserialize<'de> for PerGroup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrAll;

        impl Visitor<'_> for NumberOrAll {
            type Value = PerGroup;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of documents of at least 1, or \"all\"")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<PerGroup, E> {
                match usize::try_from(number) {
                    Ok(number) if number > 0 => Ok(PerGroup::First(number)),
                    _ => Err(E::invalid_value(de::Unexpected::Unsigned(number), &self)),
                }
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<PerGroup, E> {
                match u64::try_from(number) {
                    Ok(number) => self.visit_u64(number),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Signed(number), &self)),
                }
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<PerGroup, E> {
                match word {
                    "all" => Ok(PerGroup::All),
                    _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
                }
            }
        }

        deserializer.deserialize_any(NumberOrAll)
    }
}
