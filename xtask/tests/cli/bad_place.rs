//! Folders that cannot be written. (A read-only folder stops everyone but the superuser, whom tests
//! may run as; a file in the way stops all.)

use insta::assert_snapshot;

use crate::lab::Lab;

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

#[test]
fn a_file_in_place_of_the_folder_for_unfinished_runs() {
    let lab = Lab::new();
    lab.write("results/.partial", "something of the user's");
    assert_snapshot!(lab.refused(&["run", "mine.toml", "--out", "results"]));
}
