//! What is to be fitted: every method in every trial.

use hntf_experiment::{Method, Prepared};
use hntf_models::Fit;

/// A method in a trial.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) method: &'a Method,
    pub(crate) trial: u32,
    /// The method's, or those of a figure.
    pub(crate) ranks: &'a [usize],
}

/// All fits of an experiment. Trial t of a model with v variants has the seed t / v and the variant
/// t mod v, so that fewer seeds give a prefix of the same trials.
pub(crate) fn plan<'a>(prepared: &'a Prepared<'_>, trials: Option<u32>) -> Vec<Job<'a>> {
    let experiment = prepared.experiment;
    let mut jobs = Vec::new();
    for method in &experiment.methods {
        let seeds = method.trials.unwrap_or(trials.unwrap_or(experiment.trials));
        jobs.extend((0..seeds * variants(prepared, method)).map(|trial| Job {
            method,
            trial,
            ranks: experiment.ranks_of(method),
        }));
    }
    jobs
}

fn variants(prepared: &Prepared<'_>, method: &Method) -> u32 {
    let order = prepared.dataset.data.shape().len();
    let variants = method.model.value.variants(order);
    u32::try_from(variants).unwrap_or(1).max(1)
}

impl<'a> Job<'a> {
    /// What identifies it in a record.
    pub(crate) fn id(&self) -> (String, u32) {
        (self.method.id.clone(), self.trial)
    }

    /// What the model is asked for.
    pub(crate) fn request(&self, prepared: &'a Prepared<'_>) -> Fit<'a> {
        let variants = variants(prepared, self.method);
        Fit {
            data: &*prepared.dataset.data,
            ranks: self.ranks,
            seed: self.trial / variants,
            variant: (self.trial % variants) as usize,
            labels: &prepared.labels,
        }
    }
}
