//! The rows of an experiment's tables: methods, and views of their trials.

use std::collections::BTreeMap;

use hntf_models::Model;
use serde::{Deserialize, Serialize};

use crate::section::Section;

/// A row of the table with fits of its own.
pub struct Method {
    /// Its name in records.
    pub id: String,
    /// Its name in tables.
    pub label: String,
    /// Whether the row is the literature's or ours.
    pub origin: Origin,
    /// The model.
    pub model: Section<dyn Model>,
    /// Seeds 0, 1, …, if not as many as the experiment says.
    pub trials: Option<u32>,
    /// How many of the ranks it fits, finest first.
    pub layers: usize,
    /// How trials are summed up.
    pub aggregate: Aggregate,
    /// Numbers to compare with.
    pub published: Published,
    /// How far a value may move before `check` reports it.
    pub drift: Drift,
}

/// How far the values of a method may move, relative to the value (absolute below 1).
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// Values of all metrics but those of `of`.
    pub any: f64,
    /// Values of the metrics whose names begin with a key, the longest such key counting.
    pub of: BTreeMap<String, f64>,
}

impl Drift {
    /// The drift that holds for a metric.
    pub fn allowed(&self, metric: &str) -> f64 {
        let of = self.of.iter().filter(|(key, _)| metric.starts_with(*key));
        of.max_by_key(|(key, _)| key.len())
            .map_or(self.any, |(_, drift)| *drift)
    }
}

/// A row that shows a method's trials in another way.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Its name; no records bear it.
    pub id: String,
    /// Its name in tables.
    pub label: String,
    /// The id of the method whose trials it shows.
    pub of: String,
    /// How trials are summed up.
    pub aggregate: Aggregate,
    /// Whether the row is the literature's or ours.
    pub origin: Origin,
    /// Numbers to compare with.
    pub published: Published,
}

/// Where a row of a table comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A row of the published table.
    #[default]
    Paper,
    /// A row beyond it.
    Beyond,
}

/// How the trials of a row become one number per cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// The mean over all trials.
    #[default]
    Mean,
    /// The one trial whose squared training errors, summed over the layers, are smallest.
    Best,
    /// For every layer the trial with the smallest training error there; for models whose layers
    /// are fitted independently.
    BestPerLayer,
}

/// The numbers of a publication for one row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Published {
    /// Per metric one value a layer, finest first; the list may be shorter than the layers, and NaN
    /// stands for none.
    pub values: BTreeMap<String, Vec<f64>>,
    /// Digits after the point as printed: a value that rounds to them is reproduced.
    pub digits: u8,
    /// The same for metrics printed with another number of digits.
    pub digits_of: BTreeMap<String, u8>,
    /// Where a run cannot give the published digits (another random stream, rebuilt data): the
    /// difference that still counts as agreement.
    pub tolerance: Option<f64>,
}
