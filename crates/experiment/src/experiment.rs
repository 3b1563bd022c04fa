//! An experiment as its TOML file says it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use hntf_datasets::Source;

use crate::diagnostic::Text;
use crate::figures::Figure;
use crate::rows::{Method, View};
use crate::section::Section;
use crate::sections::{Claim, RankChoice, Topics};

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
    pub figures: Vec<Section<Figure>>,
    pub(crate) text: Text,
    pub(crate) spans: Spans,
}

/// Places of the keys that later checks may have to point at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spans {
    pub(crate) ranks: Range<usize>,
    pub(crate) topics: Range<usize>,
    pub(crate) grouped_mode: Range<usize>,
    pub(crate) held_out: Range<usize>,
    /// One for each of the metrics, and one for the metric of each claim.
    pub(crate) metrics: Vec<Range<usize>>,
    pub(crate) claims: Vec<Range<usize>>,
}

impl Experiment {
    /// The folder that relative paths in the file start from.
    pub fn folder(&self) -> PathBuf {
        self.text
            .path
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.text.path
    }

    /// The text of the file as it was read.
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
