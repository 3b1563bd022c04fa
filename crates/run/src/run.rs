//! Runs every method of an experiment in every trial, as far as the store has not got the fits.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use hntf_experiment::Prepared;
use rayon::prelude::*;

use crate::compare::compare_trials;
use crate::error::RunError;
use crate::fit::{Done, FitSummary, Fitter};
use crate::fits::{Fits, best_of};
use crate::plan::{Job, plan};
use crate::record::Record;
use crate::store::{Store, StoreError};
use crate::watch::{Unwatched, Watch};

/// How to run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Threads over which the fits are spread; results do not depend on it.
    pub threads: usize,
    /// Seeds per method, for methods that do not fix their own number.
    pub trials: Option<u32>,
}

/// Runs all fits that the store has not, and keeps them there one by one.
///
/// # Errors
/// A model that refuses its data, an interruption, or a store that cannot be written.
pub fn run<'a>(
    prepared: &'a Prepared<'a>,
    options: Options,
    store: &'a Store,
    watch: &dyn Watch,
) -> Result<Fits<'a>, RunError> {
    loop {
        match attempt(prepared, options, store, watch) {
            // It was found when trials were compared, and no longer counts as kept.
            Err(RunError::Store(StoreError::Damaged { .. })) => {}
            other => return other,
        }
    }
}

fn attempt<'a>(
    prepared: &'a Prepared<'a>,
    options: Options,
    store: &'a Store,
    watch: &dyn Watch,
) -> Result<Fits<'a>, RunError> {
    let fitter = Fitter::new(prepared, store, watch);
    let jobs = plan(prepared, options.trials);
    let mut done: HashMap<(String, u32), Done> = HashMap::new();
    for job in &jobs {
        done.extend(fitter.kept(job).map(|found| (job.id(), found)));
    }
    let open: Vec<_> = jobs
        .iter()
        .filter(|j| !done.contains_key(&j.id()))
        .collect();
    tell(store, watch);
    watch.planned(jobs.len(), done.len());

    let finished = AtomicUsize::new(done.len());
    let interrupted = || RunError::Interrupted {
        done: finished.load(Ordering::Relaxed),
        total: jobs.len(),
    };
    let fit = |job: &&Job<'a>| -> Result<Option<Done>, RunError> {
        if watch.cancelled() {
            return Ok(None);
        }
        watch.started(&job.method.id, job.trial);
        let found = fitter.fit(job)?;
        if found.is_some() {
            finished.fetch_add(1, Ordering::Relaxed);
            watch.finished(&job.method.id, job.trial);
        }
        tell(store, watch);
        Ok(found)
    };
    // More threads than fits would have nothing to do.
    let threads = options.threads.min(jobs.len()).max(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let pool = pool.build().map_err(|error| RunError::Threads {
        threads,
        reason: error.to_string(),
    })?;
    let results: Vec<_> = pool.install(|| open.par_iter().with_max_len(1).map(fit).collect());
    for (job, result) in open.iter().zip(results) {
        done.insert(job.id(), result?.ok_or_else(interrupted)?);
    }
    let mut fits = pool.install(|| finish(&fitter, &jobs, done))?;
    for job in own_fits(prepared, &fits.record, &jobs) {
        if store.fit(&fitter.key(&job)).is_none() {
            watch.started(&job.method.id, job.trial);
            fitter.fit(&job)?.ok_or_else(interrupted)?;
            watch.finished(&job.method.id, job.trial);
        }
    }
    tell(store, watch);
    fits.made = fitter.made();
    Ok(fits)
}

/// The fits of an experiment as the store has them, without fitting anything. `failed` are those that
/// are known to have failed, of which a store has nothing; `command` is what fits them.
///
/// # Errors
/// [`RunError::Missing`] if there is a fit that the store has not.
pub fn collect<'a>(
    prepared: &'a Prepared<'a>,
    trials: Option<u32>,
    store: &'a Store,
    failed: &[FitSummary],
    command: &str,
) -> Result<Fits<'a>, RunError> {
    let fitter = Fitter::new(prepared, store, &Unwatched);
    let jobs = plan(prepared, trials);
    let mut done: HashMap<(String, u32), Done> = HashMap::new();
    let mut missing = Vec::new();
    for job in &jobs {
        let key = fitter.key(job).to_string();
        let known =
            |f: &&FitSummary| f.key == key && (&f.method, f.trial) == (&job.method.id, job.trial);
        let failure = failed.iter().find(known).map(|summary| Done {
            summary: summary.clone(),
            cells: Vec::new(),
        });
        match fitter.kept(job).or(failure) {
            Some(found) => {
                done.insert(job.id(), found);
            }
            None => missing.push(format!("{} trial {}", job.method.id, job.trial)),
        }
    }
    let refuse = |missing: Vec<String>| {
        missing.first().map(|first| RunError::Missing {
            missing: missing.len(),
            total: jobs.len(),
            first: first.clone(),
            store: store.root().display().to_string(),
            command: command.to_owned(),
        })
    };
    if let Some(error) = refuse(missing) {
        return Err(error);
    }
    let fits = finish(&fitter, &jobs, done)?;
    let own = own_fits(prepared, &fits.record, &jobs);
    let missing = own.filter(|job| store.fit(&fitter.key(job)).is_none());
    let missing =
        missing.map(|j| format!("{} trial {} at ranks {:?}", j.method.id, j.trial, j.ranks));
    match refuse(missing.collect()) {
        Some(error) => Err(error),
        None => Ok(fits),
    }
}

/// Compares trials and puts everything in the order of the plan.
fn finish<'a>(
    fitter: &Fitter<'a, '_>,
    jobs: &[Job<'a>],
    mut done: HashMap<(String, u32), Done>,
) -> Result<Fits<'a>, RunError> {
    let compared = compare_trials(fitter, jobs, &done)?;
    let in_order: Vec<Done> = jobs.iter().filter_map(|j| done.remove(&j.id())).collect();
    let (mut cells, mut summaries) = (compared, Vec::new());
    for found in in_order {
        cells.extend(found.cells);
        summaries.push(found.summary);
    }
    Ok(Fits::new(
        fitter.prepared,
        fitter.store,
        fitter.keys,
        Record::new(cells),
        summaries,
    ))
}

/// The fits that figures show and no row has: the best trial of a method, at other ranks.
fn own_fits<'a>(
    prepared: &'a Prepared<'a>,
    record: &Record,
    jobs: &[Job<'a>],
) -> impl Iterator<Item = Job<'a>> {
    let figures = prepared.experiment.figures.iter();
    let asked = figures.filter_map(|figure| figure.value.own_fit());
    asked.filter_map(move |(method, ranks)| {
        let trial = best_of(record, method)?;
        let job = jobs.iter().find(|j| j.method.id == method)?;
        Some(Job {
            trial,
            ranks,
            ..*job
        })
    })
}

fn tell(store: &Store, watch: &dyn Watch) {
    store.notes().iter().for_each(|note| watch.noted(note));
}
