//! Folders that cannot be written. (A read-only folder stops everyone but the superuser, whom tests
//! may run as; a file in the way stops all.)

use insta::assert_snapshot;

use crate::lab::{EXPERIMENT, Lab, SYNTHETIC};

#[test]
fn a_folder_below_a_file() {
    assert_snapshot!(Lab::new().refused(&["run", "mine.toml", "--out", "x.npy/results"]));
}

#[test]
fn a_file_in_place_of_the_folder() {
    assert_snapshot!(Lab::new().refused(&["run", "mine.toml", "--out", "x.npy"]));
}

#[test]
fn a_file_in_place_of_the_experiments_folder() {
    let lab = Lab::new();
    lab.write("results/mine", "something of the user's");
    assert_snapshot!(lab.refused(&["run", "mine.toml", "--out", "results"]));
}

/// Two experiments of one file name: the second one must not take the place of the first.
#[test]
fn the_results_of_another_experiment() {
    let lab = Lab::new();
    lab.write("other/mine.toml", SYNTHETIC);
    lab.done(&["run", "mine.toml"]);
    let said = lab.refused(&["run", "other/mine.toml"]);
    let expected = "out/mine: holds the results of another experiment, ";
    assert!(
        said.contains(expected) && said.contains("mine.toml; nothing was written"),
        "{said}"
    );
    // However its path is spelt, and edited or not, an experiment replaces its own results.
    for path in ["./mine.toml", "other/../mine.toml"] {
        lab.write("mine.toml", format!("{EXPERIMENT}# {path}\n"));
        lab.done(&["run", path]);
    }
    // The same experiment elsewhere is the same.
    lab.write("other/mine.toml", lab.read("mine.toml"));
    lab.tensor("other/x.npy", &[6, 5, 4]);
    lab.done(&["run", "other/mine.toml"]);
}

#[test]
fn a_manifest_names_the_file_as_seen_from_the_results() {
    let lab = Lab::new();
    lab.done(&["run", "mine.toml"]);
    let manifest = lab.read("out/mine/manifest.json");
    assert!(
        manifest.contains("\"file\": \"../../mine.toml\""),
        "{manifest}"
    );
}

#[test]
fn files_that_no_run_has_written() {
    let lab = Lab::new();
    lab.write("out/mine/thesis.txt", "three years of work");
    let said = lab.refused(&["run", "mine.toml"]);
    assert!(
        said.contains("out/mine: holds files that no run has written"),
        "{said}"
    );
}

#[test]
fn the_results_of_an_experiment_of_the_repository() {
    let lab = Lab::new();
    lab.write("experiments/mine.toml", SYNTHETIC);
    let check = ["check", "--experiments", "experiments", "--results", "out"];
    lab.done(&[&check[..], &["--bless", "mine"]].concat());
    assert!(!lab.read("out/mine/manifest.json").contains("\"file\""));
    let said = lab.refused(&["run", "mine.toml"]);
    assert!(
        said.contains("holds the results of the published experiment `mine`"),
        "{said}"
    );
    // And the other way round.
    lab.done(&["run", "mine.toml", "--out", "results"]);
    let check = [
        "check",
        "--experiments",
        "experiments",
        "--results",
        "results",
    ];
    let said = lab.refused(&[&check[..], &["--bless", "mine"]].concat());
    assert!(
        said.contains("results/mine: holds the results of another experiment"),
        "{said}"
    );
}

#[test]
fn a_file_in_place_of_the_store() {
    assert_snapshot!(Lab::new().refused(&["run", "mine.toml", "--store", "x.npy"]));
}

#[test]
fn a_store_below_a_file() {
    let said = Lab::new().refused(&["run", "mine.toml", "--store", "x.npy/store"]);
    let expected = "error: x.npy/store: the store cannot be written (Not a directory (os error 20)); fits that are in it stay: free space, or name another folder with --store\n";
    assert_eq!(said, expected);
}
