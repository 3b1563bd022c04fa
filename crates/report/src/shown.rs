//! The hierarchy of a method that is shown, and the order of its topics.

use std::sync::Arc;

use hntf_models::Hierarchy;
use hntf_models::topics::TopicOrder;

use crate::error::ReportError;
use hntf_experiment::Arrangement;
use hntf_run::Fits;

/// What a table or figure of topics shows of a method.
pub(crate) struct Shown {
    /// The best trial by training error.
    pub(crate) trial: u32,
    /// Its hierarchy.
    pub(crate) hierarchy: Arc<Hierarchy>,
    /// The order of its topics.
    pub(crate) order: TopicOrder,
}

/// The best trial of a method, its topics in the order the experiment gives them: one for all
/// methods if it prints topics, else that of the fit. None if all its trials failed.
///
/// # Errors
/// A fit that cannot be read.
pub(crate) fn shown(fits: &Fits<'_>, method: usize) -> Result<Option<Shown>, ReportError> {
    let experiment = fits.prepared.experiment;
    let best = |method: usize| -> Result<Option<(u32, Arc<Hierarchy>)>, ReportError> {
        let trial = fits.best_trial(&experiment.methods[method].id);
        let read = trial.map(|trial| Ok((trial, fits.hierarchy(method, trial)?)));
        read.transpose()
    };
    let Some((trial, hierarchy)) = best(method)? else {
        return Ok(None);
    };
    let words = fits.prepared.dataset.word_mode();
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
            match best(index)? {
                Some((_, reference)) if index != method => {
                    TopicOrder::like(&hierarchy, &reference, &arranged(&reference), mode)
                }
                _ => arranged(&hierarchy),
            }
        }
        _ => TopicOrder::fitted(&hierarchy),
    };
    Ok(Some(Shown {
        trial,
        hierarchy,
        order,
    }))
}
