//! One fit: a method in a trial.

use std::sync::Arc;

use hntf_models::{FirstLayer, Fit, Hierarchy};
use hntf_solvers::{Progress, Signal, Start, StopReason};

use super::held_out::held_out;
use super::{FirstLayers, FitSummary, Watch, lock, partial};
use crate::clock::Stopwatch;
use crate::config::{Method, Prepared};
use crate::metrics::measure;
use crate::rank_choice::{CORE_CONSISTENCY, HELD_OUT_ERROR};
use crate::{Cell, HarnessError};

/// What is to be fitted.
pub(super) struct Job<'a> {
    pub(super) index: usize,
    pub(super) method: &'a Method,
    pub(super) trial: u32,
    order: usize,
}

/// What was fitted.
pub(super) struct Done {
    pub(super) line: partial::Line,
    pub(super) hierarchy: Hierarchy,
}

/// All fits of an experiment. Trial t of a model with v variants has the seed t / v and the variant
/// t mod v, so that fewer seeds give a prefix of the same trials.
pub(super) fn plan<'a>(prepared: &'a Prepared<'_>, trials: Option<u32>) -> Vec<Job<'a>> {
    let experiment = prepared.experiment;
    let order = prepared.dataset.data.shape().len();
    let mut jobs = Vec::new();
    for (index, method) in experiment.methods.iter().enumerate() {
        let seeds = method.trials.unwrap_or(trials.unwrap_or(experiment.trials));
        let variants = u32::try_from(method.model.value.variants(order)).unwrap_or(1);
        for trial in 0..seeds * variants {
            jobs.push(Job {
                index,
                method,
                trial,
                order,
            });
        }
    }
    jobs
}

impl Job<'_> {
    /// What identifies it in a record.
    pub(super) fn key(&self) -> (String, u32) {
        (self.method.id.clone(), self.trial)
    }

    /// What is fitted.
    fn request<'p>(&self, prepared: &'p Prepared<'_>) -> Fit<'p> {
        let ranks = prepared.experiment.ranks_of(self.method);
        request(prepared, self.method, self.trial, self.order, ranks)
    }

    /// The metrics that are not measured of every fit, but of this one.
    fn wanted(&self, prepared: &Prepared<'_>) -> Vec<String> {
        let mut wanted = prepared.experiment.metrics.clone();
        // For a matrix it says nothing about the number of topics.
        if prepared.compares(self.method) && self.order > 2 {
            wanted.push(CORE_CONSISTENCY.to_owned());
        }
        wanted
    }

    /// Fits and measures; `None` if the user stopped it.
    pub(super) fn run(
        &self,
        prepared: &Prepared<'_>,
        first_layers: &FirstLayers,
        watch: &dyn Watch,
    ) -> Result<Option<Done>, HarnessError> {
        let watch_time = Stopwatch::start();
        let ranks = prepared.experiment.ranks_of(self.method);
        let hierarchy = fit(
            prepared,
            self.method,
            self.trial,
            self.order,
            ranks,
            first_layers,
            watch,
        )?;
        let seconds = watch_time.elapsed().as_secs_f64();
        let reasons: Vec<_> = hierarchy.layers.iter().map(|l| l.outcome.reason).collect();
        if reasons.contains(&StopReason::Cancelled) || watch.cancelled() {
            return Ok(None);
        }
        let mut measured = measure(&prepared.dataset, &hierarchy, &self.wanted(prepared));
        let share = prepared.experiment.rank_choice.as_ref();
        if let Some(share) = share.and_then(|choice| choice.held_out)
            && prepared.compares(self.method)
        {
            let (fit, mut observer) = (self.request(prepared), cancels(watch));
            let held_out = held_out(self.method, &fit, (self.trial, share), &mut observer)?;
            if watch.cancelled() {
                return Ok(None);
            }
            let layers = held_out.into_iter().enumerate();
            let known = layers.filter_map(|(l, error)| Some((l, error?)));
            measured.extend(known.map(|(l, error)| (l, HELD_OUT_ERROR.to_owned(), error)));
        }
        let failed = measured.iter().any(|(_, _, value)| !value.is_finite())
            || reasons.contains(&StopReason::Diverged);
        let cell = |(layer, metric, value)| Cell {
            method: self.method.id.clone(),
            trial: self.trial,
            layer,
            metric,
            value,
        };
        let cells = if failed {
            Vec::new()
        } else {
            measured.into_iter().map(cell).collect()
        };
        let summary = FitSummary {
            method: self.method.id.clone(),
            trial: self.trial,
            seconds,
            reasons,
            iterations: hierarchy
                .layers
                .iter()
                .map(|l| l.outcome.iterations)
                .collect(),
            failed,
        };
        Ok(Some(Done {
            line: partial::Line { summary, cells },
            hierarchy,
        }))
    }
}

/// Fits one method in one trial.
pub(super) fn fit(
    prepared: &Prepared<'_>,
    method: &Method,
    trial: u32,
    order: usize,
    ranks: &[usize],
    first_layers: &FirstLayers,
    watch: &dyn Watch,
) -> Result<Hierarchy, HarnessError> {
    let model = &method.model.value;
    let fit = request(prepared, method, trial, order, ranks);
    let (data, seed) = (fit.data, fit.seed);
    let refuse = |source| HarnessError::Model {
        method: method.id.clone(),
        source,
    };
    model.validate(data.shape(), ranks).map_err(refuse)?;
    let mut observer = cancels(watch);
    let settings = model.first_layer();
    // Methods that start alike share their first layer; one that draws nothing serves all seeds.
    let seed_of_first = if is_seedless(&settings, data.shape(), ranks[0]) {
        0
    } else {
        seed
    };
    let key = format!("{} {seed_of_first} {settings:?}", ranks[0]);
    let shared = Arc::clone(lock(first_layers).entry(key).or_default());
    let first = shared.get_or_init(|| settings.fit(&fit, &mut observer).map(Arc::new));
    match first {
        Ok(first) => model.stack(&fit, first, &mut observer).map_err(refuse),
        Err(error) => Err(refuse(error.clone())),
    }
}

/// What a method is asked for in a trial.
fn request<'p>(
    prepared: &'p Prepared<'_>,
    method: &Method,
    trial: u32,
    order: usize,
    ranks: &'p [usize],
) -> Fit<'p> {
    let variants = method.model.value.variants(order);
    let variants = u32::try_from(variants).unwrap_or(1).max(1);
    Fit {
        data: &*prepared.dataset.data,
        ranks,
        seed: trial / variants,
        variant: (trial % variants) as usize,
        labels: &prepared.labels,
    }
}

/// Stops a fit when the user wants the run to stop.
fn cancels(watch: &dyn Watch) -> impl FnMut(Progress) -> Signal + '_ {
    |_| {
        if watch.cancelled() {
            Signal::Cancel
        } else {
            Signal::Continue
        }
    }
}

/// Whether a first layer is the same for all seeds: it has one of its own, or its start draws
/// nothing.
fn is_seedless(settings: &FirstLayer, shape: &[usize], rank: usize) -> bool {
    match settings {
        FirstLayer::Ncpd(ncpd) => {
            let drawn = match ncpd.start {
                Start::Svd => shape.iter().any(|n| *n < rank),
                Start::Data => false,
                _ => true,
            };
            ncpd.seed.is_some() || !drawn
        }
        FirstLayer::Ssnmf(_) => false,
        FirstLayer::Joint => true,
    }
}
