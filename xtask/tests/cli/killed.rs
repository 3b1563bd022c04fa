//! Runs that are killed at any moment, and runs at once in one store.
#![cfg(unix)]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use numpy_random::RandomState;

use crate::lab::{EXPERIMENT, Lab, Tree};

/// Shared first layers, second fits to a part of the entries, trials that are compared, fits that only
/// a figure needs, and pictures.
const MORE: &str = r#"
[[method]]
id = "random"
trials = 3
model = { kind = "ncpd", ncpd.start = "random" }

[[method]]
id = "neural-hncpd"
model = { kind = "neural-hncpd", epochs = 500 }

[rank-choice]
methods = ["random"]
held-out = 0.2

[[figure]]
kind = "rank-choice"

[[figure]]
kind = "projections"
method = "multi-hntf"
ranks = [4, 2]

[[figure]]
kind = "relations"
method = "neural-hncpd"
"#;

const RUN: [&str; 2] = ["run", "mine.toml"];
const MOMENTS: u32 = 20;

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("mine.toml", format!("{EXPERIMENT}{MORE}"));
    lab
}

/// Entries of a store by their names, none of which is there in part.
fn entries(lab: &Lab, store: &str) -> Vec<String> {
    let mut names = lab.names(store);
    names.retain(|name| !name.starts_with(".new-"));
    names
}

fn ended(child: Child) {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
}

/// Results that a run left which nobody disturbed, what its store has, and how long it took.
#[expect(clippy::disallowed_methods, reason = "the claim is about time")]
fn undisturbed() -> (Tree, Vec<String>, Duration) {
    let lab = lab();
    let begun = Instant::now();
    let printed = lab.done(&RUN);
    let took = begun.elapsed();
    // Seven fits, three of them twice, and one of other ranks.
    assert!(printed.contains("7 fits: 11 models fitted."), "{printed}");
    (lab.results("out/mine"), entries(&lab, "out/store"), took)
}

#[test]
fn a_run_that_was_killed_at_any_moment_is_ended_by_the_next_one() {
    let (whole, kept, mut took) = undisturbed();
    let mut random = RandomState::new(10);
    let (mut moment, mut killed) = (0, 0);
    while killed < MOMENTS {
        let lab = lab();
        let mut child = lab.spawn(&RUN);
        // One in each twentieth of the time that it takes, in another order.
        let share = (f64::from(moment * 7 % MOMENTS) + random.random_sample()) / f64::from(MOMENTS);
        std::thread::sleep(took.mul_f64(share));
        child.kill().unwrap();
        let status = child.wait_with_output().unwrap().status;
        moment += 1;
        match status.signal() {
            Some(9) => killed += 1,
            // It was too early to say how long it takes: other tests were running.
            _ => took = took.mul_f64(0.8),
        }
        assert!(moment < 4 * MOMENTS, "too fast to be killed: {took:?}");
        let at = format!("killed after {share:.3} of {took:?}");
        if lab.path("out/mine").exists() {
            assert!(lab.results("out/mine") == whole, "{at}: half-written");
        }

        let output = lab.command(&RUN).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{at}: {said}");
        assert!(!said.contains("cannot be read"), "{at}: {said}");
        assert!(lab.results("out/mine") == whole, "{at}: other results");
        assert_eq!(entries(&lab, "out/store"), kept, "{at}");
        let left = fs::read_dir(lab.path("out")).unwrap().flatten();
        let left = left.filter(|entry| {
            let is_one = |name: &str| entry.file_name() == *name;
            // One that was killed before it had written anything may have been about to.
            let is_empty = || fs::read_dir(entry.path()).is_ok_and(|mut f| f.next().is_none());
            !is_one("mine") && !is_one("store") && !is_empty()
        });
        let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
        assert!(left.is_empty(), "{at}: {left:?} are left");
    }
}

/// Killed between the two renames that put new results in place of old ones.
#[test]
fn results_that_were_out_of_the_way_are_not_lost() {
    let lab = Lab::new();
    lab.done(&RUN);
    let whole = lab.results("out/mine");
    let away = lab.path("out/.hntf-mine-Ab12cD.old");
    fs::rename(lab.path("out/mine"), away).unwrap();
    lab.write("out/.hntf-mine-Ab12cD/cells.csv", "");
    let printed = lab.done(&["draw", "mine.toml"]);
    assert!(printed.contains("none was made"), "{printed}");
    assert!(lab.results("out/mine") == whole);
    assert!(!lab.path("out/.hntf-mine-Ab12cD").exists());
    assert!(!lab.path("out/.hntf-mine-Ab12cD.old").exists());
}

/// Killed before the store had been marked as one, or about to be marked by another run.
#[test]
fn a_store_that_was_about_to_be_made_is_no_folder_of_somebody_elses() {
    let lab = Lab::new();
    lab.write("out/store/.new-Ab12cD", "");
    assert!(lab.done(&RUN).contains("2 fits: 2 models fitted."));
    assert!(lab.path("out/store/store.json").exists());
}

#[test]
fn two_runs_at_once_in_one_store_end_alike() {
    let (whole, kept, _) = undisturbed();
    for _ in 0..4 {
        let lab = lab();
        let run = |out| lab.spawn(&[&RUN[..], &["--out", out, "--store", "fits"]].concat());
        let both = [run("one"), run("two")];
        both.into_iter().for_each(ended);
        for out in ["one/mine", "two/mine"] {
            assert!(lab.results(out) == whole, "{out}");
        }
        assert_eq!(entries(&lab, "fits"), kept);
        assert!(lab.tree("fits").contains_key(Path::new("store.json")));
    }
}
