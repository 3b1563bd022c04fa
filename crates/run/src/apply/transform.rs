//! New items in terms of a fit's topics.

use hntf_models::topics::item_shares;
use hntf_solvers::{Observer, StopReason};
use hntf_tensor::Matrix;

use super::error::ApplyError;
use super::items::NewItems;
use crate::export::Exported;

/// New items in terms of a fit's topics.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedFit {
    /// The mode of the items, from 0.
    pub mode: usize,
    /// What they are called.
    pub names: Vec<String>,
    /// Of documents, how many words of each the fit does not know, repetitions included.
    pub unknown: Option<Vec<usize>>,
    /// One for every layer of the fit, from fine to coarse.
    pub layers: Vec<AppliedLayer>,
    /// Whether the coefficients have been found, or what ended the search for them.
    pub reason: StopReason,
}

/// New items in terms of the topics of one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedLayer {
    /// Items × topics: what further rows of the topics in the items' mode would be.
    pub coefficients: Matrix,
    /// Items × topics: the share of a topic in an item, whatever the scale of the topics (see
    /// [`item_shares`]).
    pub shares: Matrix,
    /// Where the layer has a classifier.
    pub classes: Option<ClassScores>,
}

/// What a classifier says.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassScores {
    /// The classes.
    pub names: Vec<String>,
    /// Items × classes.
    pub scores: Matrix,
}

impl AppliedLayer {
    /// Whether an item has something of any topic.
    pub fn says_something_of(&self, item: usize) -> bool {
        self.coefficients.row(item).iter().any(|c| *c > 0.0)
    }
}

impl ClassScores {
    /// The class with the largest score, and the score; of equal ones the first.
    pub fn best(&self, item: usize) -> Option<(&str, f64)> {
        let scores = self.scores.row(item).iter().enumerate();
        let best = scores.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        best.map(|(class, score)| (self.names[class].as_str(), *score))
    }
}

/// The coefficients of new items at every layer of a fit, under the objective of its model, and the
/// scores of classes where it has a classifier.
///
/// Cost: that of [`Model::transform`](hntf_models::Model::transform).
///
/// # Errors
/// A fit that diverged, items that were made for another fit.
pub fn apply(
    fit: &Exported,
    new: &NewItems,
    observer: &mut dyn Observer,
) -> Result<AppliedFit, ApplyError> {
    let diverged = |reason: StopReason| reason == StopReason::Diverged;
    let layers = fit.hierarchy.layers.iter();
    if layers.map(|l| l.outcome.reason).any(diverged) {
        let of = &fit.description;
        return Err(ApplyError::Diverged {
            experiment: of.experiment.clone(),
            label: of.label.clone(),
            trial: of.trial,
        });
    }
    let found = (fit.model).transform(&fit.hierarchy, &*new.data, new.mode, observer)?;
    let layers = found.layers.into_iter().enumerate().map(|(l, layer)| {
        let classes = fit.classes(l).zip(layer.scores);
        AppliedLayer {
            shares: item_shares(&fit.hierarchy, l, new.mode, &layer.coefficients),
            coefficients: layer.coefficients,
            classes: classes.map(|(names, scores)| ClassScores {
                names: names.to_vec(),
                scores,
            }),
        }
    });
    Ok(AppliedFit {
        mode: new.mode,
        names: new.names.clone(),
        unknown: new.unknown.clone(),
        layers: layers.collect(),
        reason: found.reason,
    })
}
