//! Factors of kept fits as files.

use insta::assert_snapshot;

use crate::lab::Lab;

/// A small tensor that has been fitted.
fn fitted() -> Lab {
    let lab = Lab::new();
    lab.done(&["run", "mine.toml"]);
    lab
}

const MULTI: &str = "out/mine/factors/multi-hntf";

#[test]
fn all_trials_stand_below_the_best_and_stay_there() {
    let lab = fitted();
    let best = lab.tree(MULTI);
    let printed = lab.done(&["export", "mine.toml", "--trial", "all"]);
    assert_eq!(
        printed,
        format!("multi-hntf, trial 0: {MULTI}/trial-0\nmulti-hntf, trial 1: {MULTI}/trial-1\n")
    );
    let trials: Vec<_> = [0, 1]
        .map(|t| lab.tree(&format!("{MULTI}/trial-{t}")))
        .into();
    assert!(trials.contains(&best));
    assert_ne!(trials[0], trials[1]);
    let all = lab.tree("");
    lab.done(&["export", "mine.toml"]);
    assert!(
        all == lab.tree(""),
        "nothing but what was there, to the byte"
    );
}

#[test]
fn factors_alone_stand_elsewhere_and_make_room_for_results() {
    let lab = fitted();
    lab.done(&[
        "export",
        "mine.toml",
        "--out",
        "there",
        "--method",
        "multi-hntf",
    ]);
    assert!(
        lab.names("there")
            .contains(&"mine/factors/multi-hntf/fit.json".to_owned())
    );
    lab.done(&["export", "mine.toml", "--out", "there"]);
    lab.done(&["run", "mine.toml", "--out", "there"]);
    assert!(lab.names("there").contains(&"mine/table.md".to_owned()));
}

#[test]
fn nothing_is_kept() {
    let lab = Lab::new();
    assert_snapshot!(lab.refused(&["export", "mine.toml"]));
}

#[test]
fn fits_are_missing() {
    let lab = fitted();
    assert_snapshot!(lab.refused(&["export", "mine.toml", "--trials", "3"]));
}

#[test]
fn no_such_method() {
    let lab = fitted();
    assert_snapshot!(lab.refused(&["export", "mine.toml", "--method", "hnmf"]));
}

#[test]
fn no_such_trial() {
    let lab = fitted();
    assert_snapshot!(lab.refused(&["export", "mine.toml", "--trial", "2"]));
    let said = lab.refused(&["export", "mine.toml", "--trial", "worst"]);
    assert!(
        said.contains("expected `best`, `all` or the number of a trial"),
        "{said}"
    );
}

#[test]
fn results_of_another_experiment_are_not_touched() {
    let lab = fitted();
    lab.write(
        "other/mine.toml",
        lab.read("mine.toml")
            .replace("iterations = 20", "iterations = 21"),
    );
    lab.write("other/x.npy", std::fs::read(lab.path("x.npy")).unwrap());
    lab.done(&["run", "other/mine.toml", "--out", "there"]);
    let said = lab.refused(&["export", "other/mine.toml"]);
    assert!(said.contains("the results of another experiment"), "{said}");
}

#[test]
fn fits_that_failed_are_told_and_the_others_exported() {
    let wild = "\n[[method]]\nid = \"wild\"\nmodel = { kind = \"neural-hncpd\", adam = { step = 1e300 } }\n";
    let lab = Lab::and(wild);
    lab.done(&["run", "mine.toml"]);
    let output = lab.command(&["export", "mine.toml"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_snapshot!(said);
    let said = lab.refused(&["export", "mine.toml", "--method", "wild"]);
    assert!(said.contains("all of its fits failed"), "{said}");
}
