//! What is measured of a fit, one file a measure, and of the trials of a method together.

mod accuracy;
mod agreement;
mod consensus;
mod core_consistency;
mod errors;
mod layer_topics;
mod measured;
mod size;
mod topic_loss;
mod trials;

use hntf_datasets::Dataset;
use hntf_experiment::metrics::{ACCURACY_OF_LAYER, CORE_CONSISTENCY, RECONSTRUCTION};
use hntf_models::Hierarchy;

pub use accuracy::{confusion, judged};
pub use core_consistency::{LARGEST_CORE, core_consistency};
pub use layer_topics::LayerTopics;
pub use measured::Measurement;
pub use topic_loss::{TopicMatch, match_topics, topic_loss};
pub use trials::{Traits, across, near_limit};

use measured::Measured;

/// Raised when any measure yields other values for the same fit: kept measurements of an older
/// revision are measured again.
pub const REVISION: u32 = 1;

/// All measures of a fit.
const MEASURES: [fn(&Measured<'_>) -> Vec<Measurement>; 5] = [
    errors::measure,
    accuracy::measure,
    topic_loss::measure,
    core_consistency::measure,
    size::measure,
];

/// The metrics that cost time or that few tables show: they are measured on demand.
const ON_DEMAND: [&str; 3] = [RECONSTRUCTION, ACCURACY_OF_LAYER, CORE_CONSISTENCY];

/// Everything measured of one fit. Of the metrics that not every table shows only those `wanted`.
pub fn measure(dataset: &Dataset, hierarchy: &Hierarchy, wanted: &[String]) -> Vec<Measurement> {
    let fit = Measured {
        dataset,
        hierarchy,
        wanted,
    };
    MEASURES.iter().flat_map(|measure| measure(&fit)).collect()
}

/// Of the metrics `wanted` those that are measured on demand, in one order.
pub(crate) fn on_demand(wanted: &[String]) -> Vec<String> {
    let demanded = ON_DEMAND.iter().filter(|m| wanted.iter().any(|w| w == *m));
    demanded.map(|m| (*m).to_owned()).collect()
}

/// Whether a metric belongs into the record of an experiment that wants these.
pub(crate) fn is_recorded(metric: &str, wanted: &[String]) -> bool {
    !ON_DEMAND.contains(&metric) || wanted.iter().any(|w| w == metric)
}
