//! The store: what is fitted again and what is not, what interrupted runs leave, what damage does.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use common::{experiment, on, tensor};
use hntf_experiment::Experiment;
use hntf_run::store::Store;
use hntf_run::{Fits, Options, Record, RunError, Unwatched, Watch, collect, run};
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
    notes: Mutex<Vec<String>>,
}

impl StopAfter {
    fn new(fits: usize) -> Self {
        Self {
            fits,
            planned: Mutex::default(),
            done: Mutex::default(),
            notes: Mutex::default(),
        }
    }

    fn never() -> Self {
        Self::new(usize::MAX)
    }

    fn done(&self) -> Vec<(String, u32)> {
        self.done.lock().unwrap().clone()
    }

    fn kept(&self) -> usize {
        self.planned.lock().unwrap().1
    }

    fn notes(&self) -> String {
        self.notes.lock().unwrap().join("\n")
    }
}

impl Watch for StopAfter {
    fn planned(&self, fits: usize, kept: usize) {
        *self.planned.lock().unwrap() = (fits, kept);
    }

    fn finished(&self, method: &str, trial: u32) {
        self.done.lock().unwrap().push((method.to_owned(), trial));
    }

    fn noted(&self, text: &str) {
        self.notes.lock().unwrap().push(text.to_owned());
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
        Self::with(TEXT)
    }

    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        tensor(folder.path(), &[6, 5, 4]);
        let experiment = experiment(folder.path(), text);
        Self { folder, experiment }
    }

    /// The same data under another text.
    fn rewrite(&mut self, text: &str) {
        self.experiment = experiment(self.folder.path(), text);
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Runs on one thread, so that the order of fits is known.
    fn run(&self, watch: &dyn Watch, trials: Option<u32>) -> Result<Record, RunError> {
        self.run_then(watch, trials, |fits| fits.record.clone())
    }

    fn run_then<T>(
        &self,
        watch: &dyn Watch,
        trials: Option<u32>,
        then: impl FnOnce(&Fits<'_>) -> T,
    ) -> Result<T, RunError> {
        let prepared = self.experiment.prepare().unwrap();
        let store = Store::open(&self.store())?;
        let options = Options { trials, ..on(1) };
        run(&prepared, options, &store, watch).map(|fits| then(&fits))
    }

    fn interrupt_after(&self, fits: usize) {
        match self.run(&StopAfter::new(fits), None) {
            Err(RunError::Interrupted { done, total }) => assert_eq!((done, total), (fits, 6)),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("the run was not stopped"),
        }
    }

    fn uninterrupted(&self) -> Record {
        let prepared = self.experiment.prepare().unwrap();
        let store = Store::temporary().unwrap();
        run(&prepared, on(1), &store, &Unwatched).unwrap().record
    }

    /// Ends the run; how many fits it found, and how many it made.
    fn resume(&self) -> (usize, usize) {
        let watch = StopAfter::never();
        let record = self.run(&watch, None).unwrap();
        assert_eq!(record, self.uninterrupted());
        (watch.kept(), watch.done().len())
    }

    /// The folders of entries that have arrays, or of those that have none.
    fn entries(&self, arrays: bool) -> Vec<PathBuf> {
        let below = |folder: &Path| -> Vec<PathBuf> {
            let entries = fs::read_dir(folder).unwrap().flatten();
            entries.map(|e| e.path()).filter(|p| p.is_dir()).collect()
        };
        let shelves = below(&self.store());
        let mut entries: Vec<_> = shelves.iter().flat_map(|shelf| below(shelf)).collect();
        entries.retain(|entry| entry.join("arrays.npz").exists() == arrays);
        entries.sort();
        entries
    }
}

#[test]
fn a_second_run_fits_only_what_the_first_left() {
    let lab = Lab::new();
    lab.interrupt_after(2);
    assert_eq!(lab.resume(), (2, 4));
    assert_eq!(lab.resume(), (6, 0));
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
fn hierarchies_of_kept_fits_are_those_that_were_made() {
    let lab = Lab::new();
    lab.interrupt_after(3);
    let shown = |fits: &Fits<'_>| format!("{:?}", fits.hierarchy(0, 1).unwrap());
    let resumed = lab.run_then(&Unwatched, None, shown).unwrap();
    let prepared = lab.experiment.prepare().unwrap();
    let store = Store::temporary().unwrap();
    let whole = run(&prepared, on(1), &store, &Unwatched).unwrap();
    assert_eq!(resumed, shown(&whole));
}

#[test]
fn more_trials_cost_only_what_is_new() {
    let lab = Lab::new();
    lab.run(&Unwatched, None).unwrap();
    let watch = StopAfter::never();
    let five = lab.run_then(&watch, Some(5), |fits| fits.made).unwrap();
    let new = |method: &str| [(method.to_owned(), 3), (method.to_owned(), 4)];
    assert_eq!(watch.done(), [new("multi-hntf"), new("random")].concat());
    assert_eq!((five, watch.kept()), (4, 6));
    let fewer = StopAfter::never();
    let one = lab.run(&fewer, Some(1)).unwrap();
    assert!(fewer.done().is_empty());
    assert!(one.cells().iter().all(|c| c.trial == 0));
}

#[test]
fn the_same_fit_in_another_experiment_is_not_made_again() {
    let mut lab = Lab::new();
    lab.run(&Unwatched, None).unwrap();
    let other = TEXT
        .replace("id = \"random\"", "id = \"flat\"\nlabel = \"NCPD\"")
        .replace(
            "ranks =",
            "title = \"Another\"\nmetrics = [\"reconstruction\"]\nranks =",
        );
    lab.rewrite(&other);
    let record = lab.run(&Unwatched, None).unwrap();
    // Measured of the kept fits, since nobody had asked for it before.
    assert_eq!(record.trials("flat", 1, "reconstruction").count(), 3);
    assert_eq!(lab.resume(), (6, 0));
    // And not shown where it is not asked for.
    lab.rewrite(TEXT);
    let record = lab.run(&Unwatched, None).unwrap();
    assert_eq!(record.trials("random", 1, "reconstruction").count(), 0);
}

#[test]
fn other_parameters_ranks_or_data_are_other_fits() {
    for (piece, by) in [
        ("iterations = 20", "iterations = 21"),
        ("ranks = [3, 2]", "ranks = [3, 1]"),
    ] {
        let mut lab = Lab::new();
        lab.run(&Unwatched, None).unwrap();
        lab.rewrite(&TEXT.replace(piece, by));
        let kept = lab.resume().0;
        // NCPD has the same parameters as before, and at other ranks none.
        assert_eq!(kept, if piece.starts_with("ranks") { 0 } else { 3 });
    }
    // The same shape, norm and sum: two entries are exchanged.
    let lab = Lab::new();
    lab.run(&Unwatched, None).unwrap();
    let path = lab.folder.path().join("x.npy");
    let mut array = hntf_tensor::npy::read_npy(&path).unwrap();
    array.values.swap(3, 4);
    assert_ne!(array.values[3].to_bits(), array.values[4].to_bits());
    hntf_tensor::npy::write_npy(&path, &array.shape, &array.values).unwrap();
    assert_eq!(lab.resume(), (0, 6));
}

#[test]
fn damaged_entries_are_fitted_again_with_a_note() {
    for file in ["entry.json", "arrays.npz"] {
        let lab = Lab::with(&compared());
        let whole = lab.run(&Unwatched, None).unwrap();
        let entry = lab.entries(true).remove(2).join(file);
        let bytes = fs::read(&entry).unwrap();
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        for damage in [&changed[..], &bytes[..middle], &[]] {
            // What compares trials would otherwise not look at them.
            for values in lab.entries(false) {
                fs::remove_dir_all(values).unwrap();
            }
            fs::write(&entry, damage).unwrap();
            let watch = StopAfter::never();
            assert_eq!(lab.run(&watch, None).unwrap(), whole, "{file}");
        }
    }
}

#[test]
fn a_damaged_fit_is_named_once_and_made_anew() {
    let lab = Lab::new();
    let whole = lab.run(&Unwatched, None).unwrap();
    let entry = lab.entries(true).remove(0).join("entry.json");
    let text = fs::read_to_string(&entry).unwrap();
    fs::write(&entry, text.replace("seconds", "secunds")).unwrap();
    let watch = StopAfter::never();
    assert_eq!(lab.run(&watch, None).unwrap(), whole);
    let notes = watch.notes();
    assert_eq!(notes.matches("cannot be read").count(), 1, "{notes}");
    assert!(notes.ends_with("so it counts as not fitted"), "{notes}");
}

#[test]
fn trials_that_are_compared_go_on_where_they_were_and_the_record_is_that_of_one_run() {
    let lab = Lab::with(&compared());
    let whole = lab.uninterrupted();
    let has = |metric: &str| whole.cells().iter().any(|c| c.metric == metric);
    assert!(has("stability-of-best") && has("held-out-error"));
    lab.interrupt_after(5);
    let watch = StopAfter::never();
    assert_eq!(lab.run(&watch, None).unwrap(), whole);
    assert_eq!(*watch.planned.lock().unwrap(), (6, 5));
}

#[test]
fn views_collect_what_is_kept_and_say_what_is_not() {
    let lab = Lab::with(&compared());
    let prepared = lab.experiment.prepare().unwrap();
    let refused = |store: &Store| {
        let collected = collect(&prepared, None, store, &[], "the command");
        collected.err().unwrap().to_string()
    };
    let store = Store::open(&lab.store()).unwrap();
    let said = refused(&store);
    assert!(
        said.starts_with("6 of 6 fits are not in the store"),
        "{said}"
    );
    assert!(said.contains("the first is multi-hntf trial 0"), "{said}");
    assert!(said.ends_with("fit them with the command"), "{said}");
    let whole = lab.run(&Unwatched, None).unwrap();
    let found = collect(&prepared, None, &store, &[], "the command").unwrap();
    assert_eq!((&found.record, found.made), (&whole, 0));
}

#[test]
fn a_folder_that_is_no_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| Store::open(path).err().unwrap().to_string();
    fs::write(folder.path().join("thesis.tex"), "all of it").unwrap();
    assert!(refused(folder.path()).contains("not a store"));
    let file = folder.path().join("thesis.tex");
    assert!(refused(&file).contains("a file is in the way"));
    let newer = folder.path().join("newer");
    fs::create_dir(&newer).unwrap();
    fs::write(newer.join("store.json"), "{\"format\":99}").unwrap();
    assert!(refused(&newer).contains("written by a newer hntf (layout 99"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "all of it");
}

#[test]
fn clearing_removes_entries_and_nothing_else() {
    let lab = Lab::new();
    lab.run(&Unwatched, None).unwrap();
    let own = lab.store().join("my-notes.txt");
    fs::write(&own, "mine").unwrap();
    fs::create_dir(lab.store().join(".new-left")).unwrap();
    let store = Store::open(&lab.store()).unwrap();
    let listed = store.entries().unwrap();
    assert!(listed.iter().all(|e| e.about.is_some() && e.bytes > 0));
    // Three random fits with a first layer each, three Multi-HNTFs with one.
    assert_eq!(listed.len(), 10);
    assert_eq!(store.clear().unwrap(), 10);
    let left: Vec<_> = fs::read_dir(lab.store()).unwrap().flatten().collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(fs::read_to_string(own).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_is_used_and_said() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::new();
    lab.interrupt_after(2);
    let set = |mode| {
        fs::set_permissions(lab.store(), fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o555);
    // Root may write anywhere.
    if fs::write(lab.store().join("probe"), "").is_ok() {
        set(0o755);
        return;
    }
    let watch = StopAfter::never();
    let record = lab.run(&watch, None).unwrap();
    set(0o755);
    assert_eq!(record, lab.uninterrupted());
    assert_eq!((watch.kept(), watch.done().len()), (2, 4));
    assert!(watch.notes().contains("new ones are not kept"));
}
