//! The hierarchy of a method that is shown, and the order of its topics.

use hntf_models::Hierarchy;

use super::{TopicOrder, word_mode};
use crate::HarnessError;
use crate::config::Arrangement;
use crate::run::Finished;

/// What a table or figure of topics shows of a method.
pub(crate) struct Shown {
    /// The best trial by training error.
    pub(crate) trial: u32,
    /// Its hierarchy.
    pub(crate) hierarchy: Hierarchy,
    /// The order of its topics.
    pub(crate) order: TopicOrder,
}

/// The best trial of a method, its topics in the order the experiment gives them: one for all
/// methods if it prints topics, else that of the fit.
///
/// # Errors
/// A fit that has to be repeated and fails.
pub(crate) fn shown(finished: &Finished<'_>, method: usize) -> Result<Shown, HarnessError> {
    let experiment = finished.prepared.experiment;
    let best = |method: usize| -> Result<(u32, Hierarchy), HarnessError> {
        let trial = finished.best_trial(&experiment.methods[method].id);
        let trial = trial.unwrap_or(0);
        Ok((trial, finished.hierarchy(method, trial)?))
    };
    let (trial, hierarchy) = best(method)?;
    let words = word_mode(&finished.prepared.dataset);
    let reference = experiment.topics.as_ref().and_then(|topics| {
        let (index, _) = experiment.method(topics.reference()?)?;
        Some((index, topics.order))
    });
    let order = match (reference, words) {
        (Some((index, arrangement)), Some(mode)) => {
            let arranged = |hierarchy: &Hierarchy| match arrangement {
                Arrangement::Fitted => TopicOrder::fitted(hierarchy),
                Arrangement::Tree => TopicOrder::tree(hierarchy, mode),
            };
            if index == method {
                arranged(&hierarchy)
            } else {
                let (_, reference) = best(index)?;
                TopicOrder::like(&hierarchy, &reference, &arranged(&reference), mode)
            }
        }
        _ => TopicOrder::fitted(&hierarchy),
    };
    Ok(Shown {
        trial,
        hierarchy,
        order,
    })
}
