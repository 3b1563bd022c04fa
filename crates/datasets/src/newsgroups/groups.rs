//! The twenty groups: their subjects and how many posts the official archive holds.

use serde::{Deserialize, Serialize};

/// A part of the collection, divided by date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// The earlier 11,314 posts.
    #[default]
    Train,
    /// The later 7,532 posts.
    Test,
    /// Both, train first, before the order is shuffled.
    All,
}

impl Split {
    /// The name in a configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
            Self::All => "all",
        }
    }
}

/// The number of posts of a group in a part of the collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCount {
    /// The part, train or test.
    pub split: Split,
    /// The group.
    pub group: String,
    /// Its posts.
    pub documents: usize,
}

/// Names of the six subjects, which group the newsgroups into super-classes.
pub const SUBJECTS: [&str; 6] = [
    "computers",
    "for sale",
    "recreation",
    "science",
    "politics",
    "religion",
];

/// One newsgroup of the official collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Its name, also that of its folder.
    pub name: &'static str,
    /// Position of its subject in [`SUBJECTS`].
    pub subject: usize,
    /// Posts in the train part.
    pub train: usize,
    /// Posts in the test part.
    pub test: usize,
}

/// The twenty newsgroups, by name.
pub const GROUPS: [Group; 20] = [
    group("alt.atheism", 5, 480, 319),
    group("comp.graphics", 0, 584, 389),
    group("comp.os.ms-windows.misc", 0, 591, 394),
    group("comp.sys.ibm.pc.hardware", 0, 590, 392),
    group("comp.sys.mac.hardware", 0, 578, 385),
    group("comp.windows.x", 0, 593, 395),
    group("misc.forsale", 1, 585, 390),
    group("rec.autos", 2, 594, 396),
    group("rec.motorcycles", 2, 598, 398),
    group("rec.sport.baseball", 2, 597, 397),
    group("rec.sport.hockey", 2, 600, 399),
    group("sci.crypt", 3, 595, 396),
    group("sci.electronics", 3, 591, 393),
    group("sci.med", 3, 594, 396),
    group("sci.space", 3, 593, 394),
    group("soc.religion.christian", 5, 599, 398),
    group("talk.politics.guns", 4, 546, 364),
    group("talk.politics.mideast", 4, 564, 376),
    group("talk.politics.misc", 4, 465, 310),
    group("talk.religion.misc", 5, 377, 251),
];

/// The ten groups of the published experiments.
pub const PUBLISHED_GROUPS: [&str; 10] = [
    "comp.graphics",
    "comp.sys.mac.hardware",
    "misc.forsale",
    "rec.motorcycles",
    "rec.sport.baseball",
    "sci.med",
    "sci.space",
    "talk.politics.guns",
    "talk.politics.mideast",
    "talk.religion.misc",
];

const fn group(name: &'static str, subject: usize, train: usize, test: usize) -> Group {
    Group {
        name,
        subject,
        train,
        test,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_add_up_to_the_collection() {
        assert_eq!(
            GROUPS.iter().map(|group| group.train).sum::<usize>(),
            11_314
        );
        assert_eq!(GROUPS.iter().map(|group| group.test).sum::<usize>(), 7_532);
        assert!(GROUPS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn the_published_groups_have_the_published_super_classes() {
        let subjects = PUBLISHED_GROUPS.map(|name| {
            let group = GROUPS.iter().find(|group| group.name == name);
            group.unwrap().subject
        });
        assert_eq!(subjects, [0, 0, 1, 2, 2, 3, 3, 4, 4, 5]);
    }
}
