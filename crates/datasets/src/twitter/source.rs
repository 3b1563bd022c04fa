//! The tensor as a configuration names it.

use super::options::{Twitter, Variant};
use super::{authors, rebuilt};
use crate::text::TextOptions;
use crate::{About, Dataset, DatasetError, Field, NamedSource, Origin, Places, Source};

const TWEETS: Origin = Origin::ByHand(
    "save the tweets of the eight accounts from February to 6 December 2016 under that name, as a CSV file with the columns account, created_at_utc and text",
);
const AUTHORS_FILES: Origin = Origin::ByHand(
    "copy tweets_bag_100.npy and words_100.npy from the repository of the authors' paper (Vendrow, Haddock & Needell, ICASSP 2022) into a folder twitter",
);

impl NamedSource for Twitter {
    const ABOUT: About = About {
        id: "twitter",
        summary: "tweets of eight politicians in 2016: politicians × periods × words",
        citation: "Vendrow, Haddock & Needell, ICASSP 2022",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    const TABLES: &'static [(&'static str, &'static [Field])] = &[("text", TextOptions::FIELDS)];

    fn with_defaults() -> Self {
        Self::default()
    }
}

impl Source for Twitter {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        let given = self.path.as_ref().map(|path| places.resolve(path));
        let (name, origin) = match self.variant {
            Variant::Rebuilt => ("twitter/tweets.csv", TWEETS),
            Variant::Authors => ("twitter/tweets_bag_100.npy", AUTHORS_FILES),
        };
        let path = given.map_or_else(|| places.find(origin, &[name]), Ok)?;
        match self.variant {
            Variant::Rebuilt => rebuilt::load(&path, self),
            Variant::Authors => authors::load(&path),
        }
    }
}
