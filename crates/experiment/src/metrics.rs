//! What can be measured: the list of metrics, what they are called and what data they need.

use hntf_datasets::{Dataset, Grouping};

/// ‖T − X̂‖/‖T‖ against the experiment's reference data T.
pub const RELATIVE_ERROR: &str = "relative-error";
/// ‖X − X̂‖/‖X‖ against the data X the model was fitted to.
pub const TRAINING_ERROR: &str = "training-error";
/// ‖X − X̂‖, in the units of the data.
pub const RECONSTRUCTION: &str = "reconstruction";
/// √((o + ‖X − X̂‖²)/(o + ‖X‖²)): the relative error against the data that X stands for, whose part
/// of squared norm o X leaves out; it is exact where that part is orthogonal to X̂ too. Of data with
/// such a part only.
pub const PROXY_ERROR: &str = "proxy-error";
/// Share of the documents with unseen labels (of all, if every label was seen) whose class is
/// predicted by the pseudo-inverse of all coefficients, as the papers do it; for the last set of
/// labels.
pub const ACCURACY: &str = "accuracy";
/// The same with the least-squares classifier of the labelled documents alone.
pub const ACCURACY_LABELLED: &str = "accuracy-labelled";
/// As [`ACCURACY`], but every layer on its own set of labels: the l-th, and the last one for the
/// layers beyond.
pub const ACCURACY_OF_LAYER: &str = "accuracy-of-layer";
/// How far the best core between a fit's factors is from its own, in percent.
pub const CORE_CONSISTENCY: &str = "core-consistency";
/// Number of rank-one terms of a layer's approximation.
pub const TERMS: &str = "terms";
/// Count of the numbers a layer's approximation is determined by.
pub const PARAMETERS: &str = "parameters";
/// The metric `topic-loss-FROM-TO` of a pair of layers starts with this.
pub const TOPIC_LOSS: &str = "topic-loss";
/// ‖X − X̂‖/‖X‖ over entries that a fit of the same trial has not seen.
pub const HELD_OUT_ERROR: &str = "held-out-error";
/// The mean factor match score of a trial's topics with those of every other trial, 0 to 1.
pub const STABILITY: &str = "stability";
/// The same, of and among the trials with a training error near the smallest.
pub const STABILITY_OF_BEST: &str = "stability-of-best";
/// The cophenetic correlation of the consensus over all trials, at most 1.
pub const COPHENETIC: &str = "cophenetic";
/// The dispersion of the consensus over all trials, 0 to 1.
pub const DISPERSION: &str = "dispersion";

/// An entry of the list.
pub struct Metric {
    /// Its name in records and configurations; of a pair of layers what the name begins with.
    pub id: &'static str,
    /// What it is called in tables.
    pub title: &'static str,
    /// What has such a value.
    pub of: Of,
    needs: Needs,
}

/// What has a value of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Every layer of a fit.
    Layer,
    /// Every pair of layers of a fit.
    Pair,
    /// A layer over the trials of a method, of experiments with a `[rank-choice]` alone.
    Trials,
}

/// What data must have so that it can be measured.
#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    Labels,
    LeftOut,
    Grouping,
}

const fn metric(id: &'static str, title: &'static str, of: Of, needs: Needs) -> Metric {
    Metric {
        id,
        title,
        of,
        needs,
    }
}

/// All metrics.
#[rustfmt::skip]
pub static METRICS: [Metric; 16] = [
    metric(RELATIVE_ERROR, "Relative error", Of::Layer, Needs::Nothing),
    metric(TRAINING_ERROR, "Training error, ‖X − X̂‖ / ‖X‖", Of::Layer, Needs::Nothing),
    metric(RECONSTRUCTION, "Reconstruction error, ‖X − X̂‖", Of::Layer, Needs::Nothing),
    metric(PROXY_ERROR, "Relative error against the data that X stands for, estimated", Of::Layer, Needs::LeftOut),
    metric(ACCURACY, "Accuracy on documents with unseen labels, classifier (L*Y) S⁺", Of::Layer, Needs::Labels),
    metric(ACCURACY_LABELLED, "Accuracy, least squares on the labelled documents alone", Of::Layer, Needs::Labels),
    metric(ACCURACY_OF_LAYER, "Accuracy on each layer's own classes, classifier (L*Y) S⁺", Of::Layer, Needs::Labels),
    metric(CORE_CONSISTENCY, "Core consistency, percent", Of::Layer, Needs::Nothing),
    metric(TERMS, "Rank-one terms", Of::Layer, Needs::Nothing),
    metric(PARAMETERS, "Numbers stored", Of::Layer, Needs::Nothing),
    metric(TOPIC_LOSS, "Topic-modelling loss of two layers, as topic-loss-0-1; of data with known groups", Of::Pair, Needs::Grouping),
    metric(HELD_OUT_ERROR, "Held-out error: relative error at entries the fit has not seen", Of::Trials, Needs::Nothing),
    metric(STABILITY, "Stability: mean factor match score with the other trials", Of::Trials, Needs::Nothing),
    metric(STABILITY_OF_BEST, "Stability among the trials near the smallest training error", Of::Trials, Needs::Nothing),
    metric(COPHENETIC, "Cophenetic correlation of the consensus", Of::Trials, Needs::Nothing),
    metric(DISPERSION, "Dispersion of the consensus", Of::Trials, Needs::Nothing),
];

/// What a metric is called in tables.
pub fn title(id: &str) -> &str {
    let listed = METRICS.iter().find(|m| m.of != Of::Pair && m.id == id);
    listed.map_or(id, |m| m.title)
}

/// For a list: every metric with its title, those of a pair of layers as a pattern.
pub fn described() -> Vec<(String, String)> {
    let describe = |m: &Metric| match m.of {
        Of::Layer => (m.id.to_owned(), m.title.to_owned()),
        Of::Pair => (format!("{}-FROM-TO", m.id), m.title.to_owned()),
        Of::Trials => (m.id.to_owned(), format!("{} [rank-choice]", m.title)),
    };
    METRICS.iter().map(describe).collect()
}

/// The names of all metrics that an experiment can have whose hierarchies have so many layers.
pub fn names(layers: usize, rank_choice: bool) -> Vec<String> {
    let of = |of: Of| METRICS.iter().filter(move |m| m.of == of);
    let mut names: Vec<String> = of(Of::Layer).map(|m| m.id.to_owned()).collect();
    for metric in of(Of::Pair) {
        let pairs = (0..layers).flat_map(|from| (from + 1..layers).map(move |to| (from, to)));
        names.extend(pairs.map(|(from, to)| format!("{}-{from}-{to}", metric.id)));
    }
    if rank_choice {
        names.extend(of(Of::Trials).map(|m| m.id.to_owned()));
    }
    names
}

/// Whether only experiments with a `[rank-choice]` have a metric.
pub(crate) fn compares_trials(id: &str) -> bool {
    METRICS.iter().any(|m| m.of == Of::Trials && m.id == id)
}

/// The layers of a metric `NAME-FROM-TO`.
pub fn pair(metric: &str) -> Option<(usize, usize)> {
    let listed = METRICS.iter().filter(|m| m.of == Of::Pair);
    let mut ends = listed.filter_map(|m| metric.strip_prefix(m.id)?.strip_prefix('-'));
    let (from, to) = ends.next()?.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

/// Why data cannot have a metric, and what to do about it.
pub(crate) struct Unmeasurable {
    pub(crate) message: String,
    pub(crate) help: &'static str,
}

/// Whether no fit of hierarchies of these ranks to this data can have a metric.
pub(crate) fn unmeasurable(
    metric: &str,
    dataset: &Dataset,
    ranks: &[usize],
) -> Option<Unmeasurable> {
    let pair = pair(metric);
    let listed = METRICS.iter().find(|m| match m.of {
        Of::Pair => pair.is_some(),
        _ => m.id == metric,
    })?;
    let (lacks, help) = match listed.needs {
        Needs::Labels if dataset.labels.is_empty() => (
            "labels".to_owned(),
            "leave it out, or give the data labels (for documents labels = true)",
        ),
        Needs::LeftOut if dataset.left_out.is_none() => (
            "a part that is left out and whose size is known".to_owned(),
            "leave it out: training-error is the error of data that stands for nothing else",
        ),
        Needs::Grouping => {
            let (from, to) = pair?;
            let (from, to) = (*ranks.get(from)?, *ranks.get(to)?);
            let known = |g: &Grouping| (g.classes.len(), g.coarse) == (from, to);
            if dataset.truth.iter().any(known) {
                return None;
            }
            (
                format!("a known grouping of {from} topics into {to}"),
                "leave it out, or give ranks of which the data has one",
            )
        }
        _ => return None,
    };
    Some(Unmeasurable {
        message: format!("`{metric}` needs {lacks}, which this data does not have"),
        help,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_title_that_is_not_its_name() {
        for (name, title) in described() {
            assert_ne!(name, title);
        }
    }

    #[test]
    fn a_pair_of_layers_is_read_from_the_name() {
        assert_eq!(pair("topic-loss-0-12"), Some((0, 12)));
        assert_eq!(pair("topic-loss-0"), None);
        assert_eq!(pair("relative-error"), None);
        assert_eq!(title("topic-loss-0-1"), "topic-loss-0-1");
    }
}
