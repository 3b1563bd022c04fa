//! Which tweets become a tensor, and how.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::newsgroups::PerGroup;
use crate::parameters::parameters;
use crate::text::{StopWords, TextOptions};

/// The accounts, in the order of the authors' tensor.
pub const ACCOUNTS: [&str; 8] = [
    "HillaryClinton",
    "timkaine",
    "MartinOMalley",
    "BernieSanders",
    "tedcruz",
    "JohnKasich",
    "marcorubio",
    "realDonaldTrump",
];

/// Words of the authors' tensor.
pub(super) const AUTHORS_WORDS: usize = 12_721;

/// What is no word of a tweet: addresses.
///
/// Some collections took tweets from the pages of twitter.com, where an address falls into parts:
/// the scheme, then the host and fifteen characters of the path, then the rest. Pictures stand as
/// `pic.twitter.com/…`, and retweets that were cut off end in pieces such as `http…`.
const ADDRESSES: &str = r"https?://(?:www\.)?\s+[^\s/]+/\S{14}\s\S+|https?://(?:www\.)?\s*\S+|www\.\S+|pic\.twitter\.com\S*|http\S*";

parameters! {
    /// The tensor politicians × periods × words: TF-IDF over the 80 cells, each of norm 1.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
    pub struct Twitter {
        /// Whose tensor. Default: `rebuilt`.
        pub variant: Variant,
        /// The file; a relative path starts from the folder of the configuration. Default:
        /// `twitter/tweets.csv` or, for the authors' tensor, `twitter/tweets_bag_100.npy` in one of
        /// the data folders. The authors' `words_100.npy` is looked for beside their tensor.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub path: Option<PathBuf>,
        /// The ten periods of the rebuilt tensor. Default: `month-from-7th`.
        pub period: TwitterPeriod,
        /// Tweets of an account in a period, the last so many. Default: 100.
        pub tweets_per_cell: PerGroup,
        /// From text to words and weights, for the rebuilt tensor. If given, it replaces the published
        /// choice (addresses removed, NLTK's stop words and `rt`) as a whole.
        pub text: TextOptions,
    }
}

impl Default for Twitter {
    fn default() -> Self {
        Self {
            variant: Variant::Rebuilt,
            path: None,
            period: TwitterPeriod::MonthFrom7th,
            tweets_per_cell: PerGroup::First(100),
            text: TextOptions {
                strip_patterns: vec![ADDRESSES.to_owned()],
                stop_words: StopWords::NltkEnglish,
                extra_stop_words: vec!["rt".to_owned()],
                ..TextOptions::default()
            },
        }
    }
}

/// Whose tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Made from `tweets.csv`: close to the authors' and not identical.
    #[default]
    Rebuilt,
    /// The authors' own `tweets_bag_100.npy`, if the user has it.
    Authors,
}

/// The periods, ten months of 2016.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TwitterPeriod {
    /// 7 February to 6 March, and so on to 6 December: closest to the authors' tensor.
    #[default]
    #[serde(rename = "month-from-7th")]
    MonthFrom7th,
    /// February to November.
    CalendarMonth,
}

/// The authors' months.
pub(super) fn months() -> Vec<String> {
    let months = [
        "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
    ];
    months.map(|month| format!("{month} 2016")).to_vec()
}

/// What the modes are called.
pub(super) fn modes() -> Vec<String> {
    ["author", "period", "word"].map(str::to_owned).to_vec()
}
