//! Matrix Market files that cannot be used.

use insta::assert_snapshot;

use crate::lab::Lab;

/// An experiment on a 5 × 4 matrix with these entries, one a line.
fn lab(entries: &[&str]) -> Lab {
    let lab = Lab::on("kind = \"matrix-market\"\npath = \"x.mtx\"\n");
    let header = "%%MatrixMarket matrix coordinate real general\n";
    let (count, lines) = (entries.len(), entries.join("\n"));
    lab.write("x.mtx", format!("{header}5 4 {count}\n{lines}\n"));
    lab
}

#[test]
fn an_index_out_of_range() {
    assert_snapshot!(lab(&["1 1 2.5", "6 2 1"]).run_refused());
}

#[test]
fn a_duplicate() {
    assert_snapshot!(lab(&["1 1 2.5", "3 2 1", "1 1 0.5"]).run_refused());
}

#[test]
fn a_negative_entry() {
    assert_snapshot!(lab(&["1 1 2.5", "3 2 -1"]).run_refused());
}

#[test]
fn duplicates_are_added_up_on_demand() {
    let whole = [
        "1 1 3", "2 2 1", "3 3 1", "4 4 1", "5 1 1", "5 2 2", "1 3 0.5",
    ];
    let halves = [
        "1 1 2.5", "1 1 0.5", "2 2 1", "3 3 1", "4 4 1", "5 1 1", "5 2 2", "1 3 0.5",
    ];
    let [whole, halves] = [&whole[..], &halves[..]].map(|entries| {
        let lab = lab(entries);
        let content = lab.read("mine.toml");
        let path = "path = \"x.mtx\"\n";
        lab.write(
            "mine.toml",
            content.replace(path, &format!("{path}sum-duplicates = true\n")),
        );
        lab.done(&["run", "mine.toml", "--out", "results"]);
        lab.read("results/mine/cells.csv")
    });
    assert_eq!(whole, halves);
}
