//! One fit: found in the store, or made and put there.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use hntf_experiment::Prepared;
use hntf_experiment::metrics::{CORE_CONSISTENCY, HELD_OUT_ERROR};
use hntf_experiment::registry::MODELS;
use hntf_models::{FirstLayer, FirstLayerFit, Hierarchy, ModelError};
use hntf_solvers::{Observer, Start, StopReason};
use serde::{Deserialize, Serialize};

use crate::archive::Layout;
use crate::clock::Stopwatch;
use crate::error::RunError;
use crate::held_out::held_out;
use crate::measures::{is_recorded, measure, on_demand};
use crate::plan::Job;
use crate::record::Cell;
use crate::store::{
    About, DataKeys, KeptFit, Key, Kind, Measured, ModelKey, Store, StoreError, Value,
    of_first_layer, of_fit, of_held_out,
};
use crate::sync::lock;
use crate::watch::{Watch, observe};

/// What one fit left, apart from its cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitSummary {
    /// The method's id.
    pub method: String,
    /// The trial.
    pub trial: u32,
    /// How long it took, when it was made.
    pub seconds: f64,
    /// How the iteration of every layer ended.
    pub reasons: Vec<StopReason>,
    /// Iterations of every layer.
    pub iterations: Vec<usize>,
    /// Whether a value became NaN or infinite; such a fit has no cells.
    pub failed: bool,
    /// Its name in a store, where it is if it has not failed.
    pub key: String,
}

/// A fit in the terms of the experiment.
pub(crate) struct Done {
    pub(crate) summary: FitSummary,
    pub(crate) cells: Vec<Cell>,
}

type KeyedFirst = (Key, Arc<FirstLayerFit>);
type SharedFirst = Arc<OnceLock<Result<Arc<FirstLayerFit>, ModelError>>>;

/// Makes and finds the fits of one experiment.
pub(crate) struct Fitter<'a, 'w> {
    pub(crate) prepared: &'a Prepared<'a>,
    pub(crate) store: &'a Store,
    pub(crate) keys: DataKeys,
    watch: &'w dyn Watch,
    /// First layers of this run, by key: whoever comes first fits it, the others wait.
    first_layers: Mutex<HashMap<Key, SharedFirst>>,
    made: AtomicUsize,
}

impl<'a, 'w> Fitter<'a, 'w> {
    pub(crate) fn new(prepared: &'a Prepared<'a>, store: &'a Store, watch: &'w dyn Watch) -> Self {
        Self {
            keys: DataKeys::of(&prepared.dataset),
            prepared,
            store,
            watch,
            first_layers: Mutex::default(),
            made: AtomicUsize::new(0),
        }
    }

    /// How many models have been fitted.
    pub(crate) fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }

    pub(crate) fn key(&self, job: &Job<'a>) -> Key {
        key_of(self.prepared, &self.keys, job)
    }

    /// The metrics that are not measured of every fit, but of this one.
    fn wanted(&self, job: &Job<'a>) -> Vec<String> {
        let mut wanted = self.prepared.experiment.metrics.clone();
        // For a matrix it says nothing about the number of topics.
        if self.prepared.compares(job.method) && self.prepared.dataset.data.shape().len() > 2 {
            wanted.push(CORE_CONSISTENCY.to_owned());
        }
        wanted
    }

    /// The share of entries that a second fit of this job is not to see, if any.
    fn share(&self, job: &Job<'a>) -> Option<f64> {
        let choice = self.prepared.experiment.rank_choice.as_ref();
        choice
            .filter(|_| self.prepared.compares(job.method))
            .and_then(|choice| choice.held_out)
    }

    /// The fit as the store has it; `None` if any part of it is missing. Nothing is fitted; what was
    /// measured of other labels or for other metrics is measured again.
    pub(crate) fn kept(&self, job: &Job<'a>) -> Option<Done> {
        let mut kept = self.store.fit(&self.key(job))?;
        let unseen = match self.share(job) {
            Some(share) => self.store.values(&self.held_out_key(job, share))?,
            None => Vec::new(),
        };
        let wanted = self.wanted(job);
        let demanded = on_demand(&wanted);
        let context = self.keys.context.to_string();
        let serves =
            |m: &Measured| m.context == context && demanded.iter().all(|d| m.on_demand.contains(d));
        if !kept.measured().is_some_and(serves) {
            let hierarchy = self.store.hierarchy(&kept).ok()?;
            let (measured, failed) = self.measure(&hierarchy, &wanted);
            if failed {
                let ends = kept.layout().map(ends).unwrap_or_default();
                let summary = self.summary(job, kept.seconds(), ends, true);
                let cells = Vec::new();
                return Some(Done { summary, cells });
            }
            kept.remeasured(measured);
        }
        Some(self.done(job, &kept, &wanted, unseen))
    }

    fn done(&self, job: &Job<'a>, kept: &KeptFit, wanted: &[String], unseen: Vec<Value>) -> Done {
        let ends = kept.layout().map(ends).unwrap_or_default();
        let measured = kept.measured().map(|m| m.values.clone());
        let values = measured.unwrap_or_default().into_iter();
        let values = values.filter(|(_, _, metric, _)| is_recorded(metric, wanted));
        Done {
            summary: self.summary(job, kept.seconds(), ends, false),
            cells: cells(job, values.chain(unseen)),
        }
    }

    fn summary(
        &self,
        job: &Job<'a>,
        seconds: f64,
        (reasons, iterations): (Vec<StopReason>, Vec<usize>),
        failed: bool,
    ) -> FitSummary {
        FitSummary {
            method: job.method.id.clone(),
            trial: job.trial,
            seconds,
            reasons,
            iterations,
            failed,
            key: self.key(job).to_string(),
        }
    }

    /// What is measured of a fit, and whether any of it is no finite number.
    fn measure(&self, hierarchy: &Hierarchy, wanted: &[String]) -> (Measured, bool) {
        let values = measure(&self.prepared.dataset, hierarchy, wanted);
        let failed = values.iter().any(|(_, _, value)| !value.is_finite());
        let values = values
            .into_iter()
            .map(|(layer, metric, value)| (0, layer, metric, value));
        let measured = Measured {
            context: self.keys.context.to_string(),
            on_demand: on_demand(wanted),
            values: values.collect(),
        };
        (measured, failed)
    }

    /// Fits, measures and keeps what the store has not; `None` if the user stopped it.
    pub(crate) fn fit(&self, job: &Job<'a>) -> Result<Option<Done>, RunError> {
        let key = self.key(job);
        if self.store.fit(&key).is_none() {
            let failed = self.make(job, &key)?;
            if self.watch.cancelled() {
                return Ok(None);
            }
            if let Some(summary) = failed {
                let cells = Vec::new();
                return Ok(Some(Done { summary, cells }));
            }
        }
        if let Some(share) = self.share(job)
            && !self.hold_out(job, share)?
        {
            return Ok(None);
        }
        let in_the_way = || StoreError::Write {
            path: self.store.root().to_path_buf(),
            source: std::io::Error::other(format!(
                "{key} was made and cannot be read: something is in its way"
            )),
        };
        self.kept(job).map(Some).ok_or_else(|| in_the_way().into())
    }

    /// Fits a model and keeps it; of a fit that failed, how it ended.
    fn make(&self, job: &Job<'a>, key: &Key) -> Result<Option<FitSummary>, RunError> {
        let time = Stopwatch::start();
        let (hierarchy, first) = self.hierarchy(job)?;
        let seconds = time.elapsed().as_secs_f64();
        let reasons: Vec<_> = hierarchy.layers.iter().map(|l| l.outcome.reason).collect();
        if reasons.contains(&StopReason::Cancelled) || self.watch.cancelled() {
            return Ok(None);
        }
        let (measured, infinite) = self.measure(&hierarchy, &self.wanted(job));
        if infinite || reasons.contains(&StopReason::Diverged) {
            let iterations = hierarchy.layers.iter().map(|l| l.outcome.iterations);
            let ends = (reasons, iterations.collect());
            return Ok(Some(self.summary(job, seconds, ends, true)));
        }
        let about = self.about(job);
        let first = first.as_ref().map(|(key, fit)| (*key, &**fit));
        let fitted = (&hierarchy, first);
        self.store
            .keep_fit(key, (about, seconds), fitted, measured)?;
        Ok(None)
    }

    /// Fits to a part of the entries, if that was not done before; whether it came to an end.
    fn hold_out(&self, job: &Job<'a>, share: f64) -> Result<bool, RunError> {
        let key = self.held_out_key(job, share);
        if self.store.values(&key).is_some() {
            return Ok(true);
        }
        let time = Stopwatch::start();
        let mut observer = observe(self.watch, &job.method.id, job.trial);
        let fit = job.request(self.prepared);
        let errors = held_out(job.method, &fit, (job.trial, share), &mut observer)?;
        self.made.fetch_add(1, Ordering::Relaxed);
        if self.watch.cancelled() {
            return Ok(false);
        }
        let known = errors.into_iter().enumerate();
        let known = known.filter_map(|(l, error)| Some((0, l, HELD_OUT_ERROR.to_owned(), error?)));
        let values: Vec<Value> = known.collect();
        let about = (self.about(job), time.elapsed().as_secs_f64());
        self.store
            .keep_values(&key, Kind::HeldOut, about, &values)?;
        Ok(true)
    }

    fn held_out_key(&self, job: &Job<'a>, share: f64) -> Key {
        let (model, fit) = (&*job.method.model.value, job.request(self.prepared));
        of_held_out(&self.keys, named(job), model, &fit, (job.trial, share))
    }

    /// The hierarchy, and its first layer with the key that it may be kept under.
    fn hierarchy(&self, job: &Job<'a>) -> Result<(Hierarchy, Option<KeyedFirst>), RunError> {
        let model = &job.method.model.value;
        let fit = job.request(self.prepared);
        let refuse = |source| RunError::Model {
            method: job.method.id.clone(),
            source,
        };
        model
            .validate(fit.data.shape(), fit.ranks)
            .map_err(refuse)?;
        self.made.fetch_add(1, Ordering::Relaxed);
        let mut observer = observe(self.watch, &job.method.id, job.trial);
        let (key, first) = self.first_layer(job, &mut observer)?;
        let hierarchy = model.stack(&fit, &first, &mut observer).map_err(refuse)?;
        Ok((hierarchy, key.map(|key| (key, first))))
    }

    /// Methods that start alike share their first layer; one that draws nothing serves all seeds.
    fn first_layer(
        &self,
        job: &Job<'a>,
        observer: &mut dyn Observer,
    ) -> Result<(Option<Key>, Arc<FirstLayerFit>), RunError> {
        let settings = job.method.model.value.first_layer();
        let fit = job.request(self.prepared);
        let (rank, shape) = (fit.ranks[0], fit.data.shape());
        let seedless = is_seedless(&settings, shape, rank);
        let seed = if seedless { 0 } else { fit.seed };
        let refuse = |source| RunError::Model {
            method: job.method.id.clone(),
            source,
        };
        let Some(key) = of_first_layer(&self.keys, &settings, rank, seed) else {
            let first = settings.fit(&fit, observer).map_err(refuse)?;
            return Ok((None, Arc::new(first)));
        };
        let shared = Arc::clone(lock(&self.first_layers).entry(key).or_default());
        let mut unkept = None;
        let found = shared.get_or_init(|| {
            if let Some(first) = self.store.first_layer(&key) {
                return Ok(Arc::new(first));
            }
            let time = Stopwatch::start();
            let first = settings.fit(&fit, observer)?;
            let sound = !matches!(
                first.fit.outcome.reason,
                StopReason::Cancelled | StopReason::Diverged
            ) && first.fit.error.is_finite();
            if sound {
                let about = About {
                    model: settings_name(&settings).to_owned(),
                    parameters: parameters(&settings),
                    ranks: vec![rank],
                    seed,
                    variant: 0,
                    revision: 0,
                    ..self.about(job)
                };
                let about = (about, time.elapsed().as_secs_f64());
                unkept = self.store.keep_first_layer(&key, about, &first).err();
            }
            Ok(Arc::new(first))
        });
        match (unkept, found) {
            (Some(error), _) => Err(error.into()),
            (None, Ok(first)) => Ok((Some(key), Arc::clone(first))),
            (None, Err(error)) => Err(refuse(error.clone())),
        }
    }

    pub(crate) fn about(&self, job: &Job<'a>) -> About {
        let fit = job.request(self.prepared);
        let named = named(job);
        About {
            model: named.id.to_owned(),
            revision: named.revision,
            solvers: hntf_solvers::REVISION,
            parameters: toml::to_string(named.parameters).unwrap_or_default(),
            ranks: fit.ranks.to_vec(),
            seed: fit.seed,
            variant: fit.variant,
            data: self.keys.data.to_string(),
            shape: fit.data.shape().to_vec(),
        }
    }
}

/// The name of a fit in a store.
pub(crate) fn key_of<'a>(prepared: &'a Prepared<'_>, keys: &DataKeys, job: &Job<'a>) -> Key {
    let model = &*job.method.model.value;
    of_fit(keys, named(job), model, &job.request(prepared))
}

/// How the layers of a kept fit ended.
fn ends(layout: &Layout) -> (Vec<StopReason>, Vec<usize>) {
    let layers = layout.layers.iter();
    layers.map(|l| (l.reason, l.iterations)).unzip()
}

fn named<'a>(job: &Job<'a>) -> ModelKey<'a> {
    let section = &job.method.model;
    let entry = MODELS.iter().find(|e| e.id == section.kind);
    ModelKey {
        id: section.kind,
        revision: entry.map_or(0, |e| e.revision),
        parameters: &section.parameters,
    }
}

fn cells(job: &Job<'_>, values: impl Iterator<Item = Value>) -> Vec<Cell> {
    let cell = |(_, layer, metric, value)| Cell {
        method: job.method.id.clone(),
        trial: job.trial,
        layer,
        metric,
        value,
    };
    values.map(cell).collect()
}

fn settings_name(settings: &FirstLayer) -> &'static str {
    match settings {
        FirstLayer::Ncpd(_) => "ncpd",
        FirstLayer::Ssnmf(_) => "ssnmf",
        FirstLayer::Joint => "joint",
    }
}

fn parameters(settings: &FirstLayer) -> String {
    let text = match settings {
        FirstLayer::Ncpd(ncpd) => toml::to_string(ncpd),
        FirstLayer::Ssnmf(ssnmf) => toml::to_string(ssnmf),
        FirstLayer::Joint => return String::new(),
    };
    text.unwrap_or_default()
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
