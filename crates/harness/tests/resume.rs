//! Interrupted runs: what is kept, and what is fitted again.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use common::{experiment, on, tensor};
use hntf_harness::run::{Finished, Options, Unwatched, Watch, forget_partial, run};
use hntf_harness::{Experiment, HarnessError, Record};
use tempfile::TempDir;

const TEXT: &str = r#"
ranks = [3, 2]
trials = 3
dataset = { kind = "file", path = "x.npy" }

[[method]]
id = "multi-hntf"
model = { kind = "multi-hntf", iterations = 20 }

[[method]]
id = "random"
model = { kind = "ncpd", ncpd.start = "random" }
"#;

/// The same, with trials that are compared.
fn compared() -> String {
    let section = "[rank-choice]\nmethods = [\"random\"]\nheld-out = 0.2\n\n[[method]]";
    TEXT.replacen("[[method]]", section, 1)
}

/// Counts fits and stops the run after some of them.
struct StopAfter {
    fits: usize,
    planned: Mutex<(usize, usize)>,
    done: Mutex<Vec<(String, u32)>>,
}

impl StopAfter {
    fn new(fits: usize) -> Self {
        Self {
            fits,
            planned: Mutex::default(),
            done: Mutex::default(),
        }
    }

    fn done(&self) -> Vec<(String, u32)> {
        self.done.lock().unwrap().clone()
    }
}

impl Watch for StopAfter {
    fn planned(&self, fits: usize, already_done: usize) {
        *self.planned.lock().unwrap() = (fits, already_done);
    }

    fn finished(&self, method: &str, trial: u32) {
        self.done.lock().unwrap().push((method.to_owned(), trial));
    }

    fn cancelled(&self) -> bool {
        self.done.lock().unwrap().len() >= self.fits
    }
}

struct Lab {
    folder: TempDir,
    experiment: Experiment,
}

impl Lab {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        tensor(folder.path(), &[6, 5, 4]);
        let experiment = experiment(folder.path(), TEXT);
        Self { folder, experiment }
    }

    /// The same data under another text.
    fn rewrite(&mut self, text: &str) {
        self.experiment = experiment(self.folder.path(), text);
    }

    fn partial(&self) -> PathBuf {
        self.folder.path().join("out/.partial")
    }

    /// Runs on one thread, so that the order of fits is known.
    fn run(&self, watch: &dyn Watch, trials: Option<u32>) -> Result<Record, HarnessError> {
        let prepared = self.experiment.prepare()?;
        let partial = self.partial();
        let options = Options {
            threads: 1,
            trials,
            partial: Some(&partial),
        };
        run(&prepared, options, watch).map(|f: Finished<'_>| f.record)
    }

    fn interrupt_after(&self, fits: usize) {
        let stopped = self.run(&StopAfter::new(fits), None);
        match stopped {
            Err(HarnessError::Interrupted { done, total }) => assert_eq!((done, total), (fits, 6)),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("the run was not stopped"),
        }
    }

    /// The one file of the interrupted run.
    fn kept(&self) -> PathBuf {
        let mut entries: Vec<_> = fs::read_dir(self.partial()).unwrap().collect();
        assert_eq!(entries.len(), 1);
        entries.remove(0).unwrap().path()
    }

    fn uninterrupted(&self) -> Record {
        let prepared = self.experiment.prepare().unwrap();
        run(&prepared, on(1), &Unwatched).unwrap().record
    }

    /// Ends the run; how many fits it found done, and how many it did.
    fn resume(&self) -> (usize, usize) {
        let watch = StopAfter::new(usize::MAX);
        let record = self.run(&watch, None).unwrap();
        assert_eq!(record, self.uninterrupted());
        let already = watch.planned.lock().unwrap().1;
        (already, watch.done().len())
    }
}

#[test]
fn a_second_run_fits_only_what_the_first_left() {
    let lab = Lab::new();
    lab.interrupt_after(2);
    assert_eq!(fs::read_to_string(lab.kept()).unwrap().lines().count(), 2);
    assert_eq!(lab.resume(), (2, 4));
}

#[test]
fn a_run_can_be_interrupted_again_and_again() {
    let lab = Lab::new();
    lab.interrupt_after(1);
    let again = lab.run(&StopAfter::new(2), None).err().unwrap();
    let words = "interrupted after 3 of 6 fits; they are kept: the same command goes on from there";
    assert_eq!(again.to_string(), words);
    assert_eq!(lab.resume(), (3, 3));
}

#[test]
fn hierarchies_of_kept_fits_are_there_for_figures() {
    let lab = Lab::new();
    lab.interrupt_after(3);
    let prepared = lab.experiment.prepare().unwrap();
    let partial = lab.partial();
    let options = Options {
        threads: 1,
        trials: None,
        partial: Some(&partial),
    };
    let resumed = run(&prepared, options, &Unwatched).unwrap();
    let whole = run(&prepared, on(1), &Unwatched).unwrap();
    let factors = |finished: &Finished<'_>| {
        let hierarchy = finished.hierarchy(0, 1).unwrap();
        let factors = hierarchy.layers[1].approximation.factors().to_vec();
        factors
            .iter()
            .map(|f| f.as_slice().to_vec())
            .collect::<Vec<_>>()
    };
    assert_eq!(factors(&resumed), factors(&whole));
}

#[test]
fn a_line_cut_short_is_fitted_again() {
    let lab = Lab::new();
    lab.interrupt_after(2);
    let text = fs::read_to_string(lab.kept()).unwrap();
    fs::write(lab.kept(), &text[..text.len() - 30]).unwrap();
    lab.interrupt_after_from(1);
    assert_eq!(lab.resume(), (2, 4));
}

impl Lab {
    /// Goes on for one fit from `kept` of them, so that something is added to the file.
    fn interrupt_after_from(&self, kept: usize) {
        let watch = StopAfter::new(1);
        self.run(&watch, None).err().unwrap();
        assert_eq!(watch.planned.lock().unwrap().1, kept);
    }
}

#[test]
fn a_file_that_is_not_text_is_fitted_again() {
    let lab = Lab::new();
    lab.interrupt_after(2);
    fs::write(lab.kept(), [0xff, 0xfe, b'\n']).unwrap();
    assert_eq!(lab.resume(), (0, 6));
}

#[test]
fn another_configuration_uses_none_of_it() {
    let mut lab = Lab::new();
    lab.interrupt_after(2);
    lab.rewrite(&TEXT.replace("iterations = 20", "iterations = 21"));
    assert_eq!(lab.resume(), (0, 6));
}

#[test]
fn other_data_use_none_of_it() {
    let lab = Lab::new();
    lab.interrupt_after(2);
    tensor(lab.folder.path(), &[5, 6, 4]);
    assert_eq!(lab.resume(), (0, 6));
}

#[test]
fn fits_beyond_the_trials_asked_for_are_left_out() {
    let lab = Lab::new();
    lab.interrupt_after(2);
    let one = lab.run(&Unwatched, Some(1)).unwrap();
    assert!(one.cells().iter().all(|c| c.trial == 0));
    let whole = lab.uninterrupted();
    let first = whole.cells().iter().filter(|c| c.trial == 0);
    assert!(first.eq(one.cells()));
}

#[test]
fn failed_fits_are_tried_again() {
    let lab = Lab::new();
    lab.interrupt_after(2);
    let text = fs::read_to_string(lab.kept()).unwrap();
    fs::write(
        lab.kept(),
        text.replacen("\"failed\":false", "\"failed\":true", 1),
    )
    .unwrap();
    assert_eq!(lab.resume(), (1, 5));
}

#[test]
fn a_written_run_leaves_nothing_behind() {
    let lab = Lab::new();
    lab.interrupt_after(2);
    lab.resume();
    forget_partial(&lab.partial(), &lab.experiment.prepare().unwrap());
    assert!(!lab.partial().exists());
}

#[test]
fn trials_that_are_compared_go_on_where_they_were_and_the_record_is_that_of_one_run() {
    let mut lab = Lab::new();
    lab.rewrite(&compared());
    let whole = lab.run(&Unwatched, None).unwrap();
    assert!(
        whole
            .cells()
            .iter()
            .any(|c| c.metric == "stability-of-best")
    );
    let forget = |lab: &Lab| forget_partial(&lab.partial(), &lab.experiment.prepare().unwrap());
    forget(&lab);
    assert!(!lab.partial().exists());
    lab.interrupt_after(5);
    let watch = StopAfter::new(usize::MAX);
    assert_eq!(lab.run(&watch, None).unwrap(), whole);
    assert_eq!(*watch.planned.lock().unwrap(), (6, 5));
    forget(&lab);
    assert!(!lab.partial().exists());
}

#[test]
fn trials_whose_topics_are_lost_are_fitted_again() {
    let mut lab = Lab::new();
    lab.rewrite(&compared());
    let whole = lab.run(&Unwatched, None).unwrap();
    let topics = fs::read_dir(lab.partial()).unwrap().flatten();
    let mut topics: Vec<_> = topics
        .map(|e| e.path())
        .filter(|p| p.extension().unwrap() == "npy")
        .collect();
    topics.sort();
    assert_eq!(topics.len(), 3);
    fs::remove_file(&topics[0]).unwrap();
    let cut = fs::read(&topics[1]).unwrap();
    fs::write(&topics[1], &cut[..cut.len() / 2]).unwrap();
    let watch = StopAfter::new(usize::MAX);
    assert_eq!(lab.run(&watch, None).unwrap(), whole);
    let again: Vec<_> = watch.done();
    assert_eq!(again, [("random".to_owned(), 0), ("random".to_owned(), 1)]);
}
