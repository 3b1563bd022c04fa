//! What a measure is given and what it gives.

use hntf_datasets::Dataset;
use hntf_models::Hierarchy;

/// A fit that is measured.
pub(super) struct Measured<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) hierarchy: &'a Hierarchy,
    pub(super) wanted: &'a [String],
}

impl Measured<'_> {
    /// Whether a metric that not every fit has measured is to be.
    pub(super) fn wants(&self, metric: &str) -> bool {
        self.wanted.iter().any(|w| w == metric)
    }
}

/// A measured value: layer, metric, value.
pub type Measurement = (usize, String, f64);
