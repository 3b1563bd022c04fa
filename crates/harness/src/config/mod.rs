//! An experiment as its TOML file says it.

mod claims;
mod diagnostic;
mod prepare;
mod rank_choice;
mod read;
mod rows;
mod section;
mod topics;
mod words;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use hntf_datasets::Source;
use hntf_models::Model;
use serde::{Deserialize, Serialize};

pub use diagnostic::ConfigError;
pub(crate) use diagnostic::{Text, suggestion};
pub use prepare::Prepared;
pub use rank_choice::RankChoice;
pub use topics::{Arrangement, Topics};

use crate::pictures::Picture;

/// More seeds than any table needs, few enough to plan.
pub const MOST_TRIALS: u32 = 100_000;

/// A TOML file that has been read: every key is known, every section has its type.
pub struct Experiment {
    /// The name of the file without `.toml`; results are written to a folder of that name.
    pub name: String,
    /// What the table is headed with.
    pub title: String,
    /// Lines printed under the table: where the numbers come from, errata.
    pub notes: Vec<String>,
    /// r_0 > r_1 > …
    pub ranks: Vec<usize>,
    /// Seeds 0, 1, … of every method that does not say otherwise.
    pub trials: u32,
    /// Metrics that have a table of their own; figures show the first.
    pub metrics: Vec<String>,
    /// Whose topics are printed, if any.
    pub topics: Option<Topics>,
    /// Whose trials are compared to choose a rank, if any.
    pub rank_choice: Option<RankChoice>,
    /// The data.
    pub dataset: Section<dyn Source>,
    /// The rows of the table that are fitted.
    pub methods: Vec<Method>,
    /// The rows of the table that are another row, summed up differently.
    pub views: Vec<View>,
    /// What is claimed of the rows, to be confirmed or not.
    pub claims: Vec<Claim>,
    /// What is drawn.
    pub figures: Vec<Section<dyn Picture>>,
    pub(crate) text: Text,
    pub(crate) spans: Spans,
}

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

/// A section whose `kind` has been looked up.
pub struct Section<T: ?Sized> {
    /// The value of `kind`.
    pub kind: &'static str,
    /// What it describes.
    pub value: Box<T>,
    /// All parameters, defaults included.
    pub parameters: toml::Table,
    pub(crate) span: Range<usize>,
    pub(crate) keys: KeySpans,
}

/// The place of every value of a section by its dotted key.
pub(crate) type KeySpans = BTreeMap<String, Range<usize>>;

impl<T: ?Sized> Section<T> {
    /// The place of a key's value; the whole section if the file does not give the key.
    pub(crate) fn place(&self, key: &str) -> Range<usize> {
        self.keys.get(key).unwrap_or(&self.span).clone()
    }
}

/// Places of the keys that later checks may have to point at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spans {
    pub(crate) ranks: Range<usize>,
    pub(crate) topics: Range<usize>,
    pub(crate) grouped_mode: Range<usize>,
    pub(crate) held_out: Range<usize>,
}

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

impl Experiment {
    /// Reads a configuration.
    ///
    /// # Errors
    /// A file that cannot be read, is not TOML, or has a key or value that is not understood.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let content = std::fs::read_to_string(path).map_err(|error| {
            let what = match error.kind() {
                ErrorKind::NotFound => "no such file".to_owned(),
                ErrorKind::IsADirectory => "a folder, not a file".to_owned(),
                ErrorKind::InvalidData => "not a text file (its bytes are not UTF-8)".to_owned(),
                _ => format!("cannot be read ({error})"),
            };
            ConfigError::file(path, what).help("give the path of an experiment's .toml file")
        })?;
        Self::parse(path, &content)
    }

    /// The folder that relative paths in the file start from.
    pub fn folder(&self) -> PathBuf {
        self.text
            .path
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default()
    }

    /// The file as it was read.
    pub fn source_text(&self) -> &str {
        &self.text.content
    }

    /// The ranks that a method fits.
    pub fn ranks_of(&self, method: &Method) -> &[usize] {
        &self.ranks[..method.layers]
    }

    /// The method of that id.
    pub fn method(&self, id: &str) -> Option<(usize, &Method)> {
        self.methods.iter().enumerate().find(|(_, m)| m.id == id)
    }
}
