//! What an experiment asks for beside its rows: claims, topics, the choice of ranks.

use std::collections::BTreeMap;

use serde::Deserialize;

/// An order of rows that a publication states: from one to the next the value does not get smaller.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What is claimed, in words.
    pub text: String,
    /// Ids of methods and views, the one with the smallest value first.
    pub order: Vec<String>,
    /// What is compared.
    pub metric: String,
    /// At which layers, counted from 0.
    pub layers: Vec<usize>,
    /// By how much a value may exceed the next one.
    pub tolerance: f64,
}

/// The topics that are printed as words: of data whose indices have names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// Ids of methods, each shown by its best trial.
    pub methods: Vec<String>,
    /// Words per topic.
    pub words: usize,
    /// The method whose order of topics all others take; the first of `methods` if absent.
    pub reference: Option<String>,
    /// The order of its topics.
    pub order: Arrangement,
    /// Published topics by rank, each a list of words, the heaviest first.
    pub published: BTreeMap<usize, Vec<Vec<String>>>,
    /// How many of our words of a topic a published word may be among.
    pub match_words: usize,
}

impl Topics {
    /// The id of the method that gives the order.
    pub fn reference(&self) -> Option<&str> {
        self.reference
            .as_ref()
            .or(self.methods.first())
            .map(|id| &**id)
    }
}

/// The order of a method's topics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrangement {
    /// As the fit left them.
    #[default]
    Fitted,
    /// The coarsest layer as the fit left it, below it the parts of its first topic, then those of
    /// the second, and so on.
    Tree,
}

/// The methods whose fits are compared over ranks and trials.
#[derive(Debug, Clone, PartialEq)]
pub struct RankChoice {
    /// Their ids.
    pub methods: Vec<String>,
    /// The mode whose items are grouped for the consensus, counted from 0; the last if absent.
    pub mode: Option<usize>,
    /// The share of the data's entries that fits of their own do not see, if any.
    pub held_out: Option<f64>,
    /// By which share of the smallest training error a trial may be above it to be among the best.
    pub near: f64,
    /// The mean agreement of fits from which on topics count as found again.
    pub stable: f64,
    /// The core consistency from which on terms count as what they seem.
    pub consistent: f64,
}
