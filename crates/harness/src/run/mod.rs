//! Runs every method of an experiment in every trial.

mod held_out;
mod job;
mod partial;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hntf_models::{FirstLayerFit, Hierarchy, ModelError};
use hntf_solvers::StopReason;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::config::Prepared;
use crate::metrics::TRAINING_ERROR;
use crate::rank_choice::{LayerTopics, Traits, across};
use crate::{Cell, HarnessError, Record};

pub(crate) use held_out::{MOST_ENTRIES, MOST_HELD_OUT};
use job::Job;
use partial::Partial;

/// How to run.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Threads over which the fits are spread; results do not depend on it.
    pub threads: usize,
    /// Seeds per method, for methods that do not fix their own number.
    pub trials: Option<u32>,
    /// Where finished fits of an unfinished run are kept, so that the next one goes on from there.
    pub partial: Option<&'a Path>,
}

/// Sees how a run goes, from several threads.
pub trait Watch: Sync {
    /// Called once, when it is known how many fits there are and how many an interrupted run left.
    fn planned(&self, _fits: usize, _already_done: usize) {}

    /// A fit has begun.
    fn started(&self, _method: &str, _trial: u32) {}

    /// A fit has ended.
    fn finished(&self, _method: &str, _trial: u32) {}

    /// Whether the user wants the run to stop.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Sees nothing and never stops a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}

/// What one fit left, apart from its cells.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FitSummary {
    /// The method's id.
    pub method: String,
    /// The trial.
    pub trial: u32,
    /// How long it took.
    pub seconds: f64,
    /// How the iteration of every layer ended.
    pub reasons: Vec<StopReason>,
    /// Iterations of every layer.
    pub iterations: Vec<usize>,
    /// Whether a value became NaN or infinite; such a fit has no cells.
    pub failed: bool,
}

/// A finished run.
pub struct Finished<'a> {
    /// What was run.
    pub prepared: &'a Prepared<'a>,
    /// All cells.
    pub record: Record,
    /// One entry per fit, in the order of methods and trials.
    pub fits: Vec<FitSummary>,
    best: HashMap<usize, Best>,
    first_layers: FirstLayers,
}

/// First layers by what they depend on, fitted once and shared.
type FirstLayers = Mutex<HashMap<String, Arc<OnceLock<Result<Arc<FirstLayerFit>, ModelError>>>>>;

/// Runs all fits that an interrupted run has not left behind.
///
/// # Errors
/// A model that refuses its data, an interruption, or a partial record that cannot be written.
pub fn run<'a>(
    prepared: &'a Prepared<'a>,
    options: Options<'_>,
    watch: &dyn Watch,
) -> Result<Finished<'a>, HarnessError> {
    let jobs = job::plan(prepared, options.trials);
    let partial = options
        .partial
        .map(|folder| Partial::open(folder, prepared))
        .transpose()?;
    // The interrupted run may have planned more trials than this one.
    let planned: HashSet<_> = jobs.iter().map(Job::key).collect();
    let kept = partial.iter().flat_map(Partial::lines);
    let mut known: HashMap<(String, u32), partial::Line> = kept
        .map(|line| (line.key(), line))
        .filter(|(key, _)| planned.contains(key))
        .collect();
    let traits: Mutex<BTreeMap<(usize, u32), Traits>> = Mutex::default();
    // Trials that are compared need their topics too; where those are lost they are fitted again.
    for job in jobs.iter().filter(|job| prepared.compares(job.method)) {
        let Some(line) = known.get(&job.key()) else {
            continue;
        };
        let (place, ranks) = (
            (job.index, job.trial),
            prepared.experiment.ranks_of(job.method),
        );
        let shape = prepared.dataset.data.shape();
        let topics = partial.as_ref().and_then(|p| p.topics(place, ranks, shape));
        match topics {
            Some(layers) => {
                let traits_of_fit = traits_of(prepared, &layers, line);
                lock(&traits).insert(place, traits_of_fit);
            }
            None => {
                known.remove(&job.key());
            }
        }
    }
    let left = |job: &&Job<'_>| !known.contains_key(&job.key());
    let open: Vec<_> = jobs.iter().filter(left).collect();
    watch.planned(jobs.len(), jobs.len() - open.len());

    let first_layers = FirstLayers::default();
    let done = AtomicUsize::new(jobs.len() - open.len());
    let best = Mutex::new(HashMap::new());
    let fit = |job: &&Job<'_>| -> Result<Option<partial::Line>, HarnessError> {
        if watch.cancelled() {
            return Ok(None);
        }
        watch.started(&job.method.id, job.trial);
        let Some(job::Done { line, hierarchy }) = job.run(prepared, &first_layers, watch)? else {
            return Ok(None);
        };
        if prepared.compares(job.method) && !line.summary.failed {
            let layers: Vec<_> = hierarchy.layers.iter().map(LayerTopics::from).collect();
            let place = (job.index, job.trial);
            if let Some(partial) = &partial {
                partial.keep_topics(place, &layers)?;
            }
            lock(&traits).insert(place, traits_of(prepared, &layers, &line));
        }
        if let Some(partial) = &partial {
            partial.append(&line)?;
        }
        keep_if_best(&mut lock(&best), job, &line, hierarchy);
        done.fetch_add(1, Ordering::Relaxed);
        watch.finished(&job.method.id, job.trial);
        Ok(Some(line))
    };
    // More threads than fits would have nothing to do.
    let threads = options.threads.min(open.len()).max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| HarnessError::Threads {
            threads,
            reason: error.to_string(),
        })?;
    let results: Vec<_> = pool.install(|| open.par_iter().with_max_len(1).map(fit).collect());

    let mut cells: Vec<Cell> = Vec::new();
    let mut fits: HashMap<(String, u32), FitSummary> = HashMap::new();
    for (key, line) in known {
        cells.extend(line.cells);
        fits.insert(key, line.summary);
    }
    let mut interrupted = false;
    for result in results {
        let Some(line) = result? else {
            interrupted = true;
            continue;
        };
        fits.insert(line.key(), line.summary);
        cells.extend(line.cells);
    }
    if interrupted {
        let done = done.load(Ordering::Relaxed);
        return Err(HarnessError::Interrupted {
            done,
            total: jobs.len(),
        });
    }
    cells.extend(pool.install(|| compare_trials(prepared, traits)));
    let in_order = jobs.iter().filter_map(|j| fits.remove(&j.key()));
    let fits = in_order.collect();
    let record = Record::new(cells);
    Ok(Finished {
        prepared,
        record,
        fits,
        best: best.into_inner().unwrap_or_else(PoisonError::into_inner),
        first_layers,
    })
}

/// What of a fit is compared with other trials.
fn traits_of(prepared: &Prepared<'_>, layers: &[LayerTopics], line: &partial::Line) -> Traits {
    let errors = line.cells.iter().filter(|c| c.metric == TRAINING_ERROR);
    let errors: Vec<f64> = errors.map(|c| c.value).collect();
    Traits::of(layers, prepared.grouped_mode(), &errors)
}

/// What the trials of every method that is to be compared say of each other.
fn compare_trials(
    prepared: &Prepared<'_>,
    traits: Mutex<BTreeMap<(usize, u32), Traits>>,
) -> Vec<Cell> {
    let Some(choice) = &prepared.experiment.rank_choice else {
        return Vec::new();
    };
    let mut by_method: BTreeMap<usize, Vec<(u32, Traits)>> = BTreeMap::new();
    let traits = traits.into_inner().unwrap_or_else(PoisonError::into_inner);
    for ((method, trial), of_fit) in traits {
        by_method.entry(method).or_default().push((trial, of_fit));
    }
    let methods = &prepared.experiment.methods;
    let cells = by_method
        .into_par_iter()
        .map(|(method, fits)| across(&methods[method].id, &fits, choice.near));
    cells.flatten().collect()
}

/// The best fit of a method so far. Tables are made of cells and figures show best trials, so the
/// other hierarchies, which may be as large as the data, need not be kept.
struct Best {
    misfit: f64,
    trial: u32,
    hierarchy: Hierarchy,
}

/// The same rule as [`crate::report::best_trial`], whatever the order in which fits end.
fn keep_if_best(
    best: &mut HashMap<usize, Best>,
    job: &Job<'_>,
    line: &partial::Line,
    hierarchy: Hierarchy,
) {
    let Some(misfit) = crate::report::misfit(&line.cells) else {
        return;
    };
    let trial = job.trial;
    let better = best.get(&job.index).is_none_or(|known| {
        let order = misfit.total_cmp(&known.misfit);
        order.then(trial.cmp(&known.trial)).is_lt()
    });
    if better {
        best.insert(
            job.index,
            Best {
                misfit,
                trial,
                hierarchy,
            },
        );
    }
}

/// Forgets the fits kept for a run that has been written.
pub fn forget_partial(folder: &Path, prepared: &Prepared<'_>) {
    partial::forget(folder, prepared);
}

impl Finished<'_> {
    /// The hierarchy of a fit: kept for the best trial of a method, fitted again for another one or
    /// where the best trial came from an interrupted run.
    ///
    /// # Errors
    /// As the fit itself.
    pub fn hierarchy(&self, method: usize, trial: u32) -> Result<Hierarchy, HarnessError> {
        match self.best.get(&method) {
            Some(best) if best.trial == trial => Ok(best.hierarchy.clone()),
            _ => {
                let experiment = self.prepared.experiment;
                let ranks = experiment.ranks_of(&experiment.methods[method]);
                self.fit(method, trial, ranks)
            }
        }
    }

    /// Fits a method of the experiment at other ranks.
    ///
    /// # Errors
    /// Ranks that do not fit the data.
    pub fn fit(
        &self,
        method: usize,
        trial: u32,
        ranks: &[usize],
    ) -> Result<Hierarchy, HarnessError> {
        let method = &self.prepared.experiment.methods[method];
        let order = self.prepared.dataset.data.shape().len();
        job::fit(
            self.prepared,
            method,
            trial,
            order,
            ranks,
            &self.first_layers,
            &Unwatched,
        )
    }

    /// The trial with the smallest sum of squared training errors.
    pub fn best_trial(&self, method: &str) -> Option<u32> {
        crate::report::best_trial(&self.record, method)
    }
}

/// A lock whose holder cannot have left it half-changed.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
