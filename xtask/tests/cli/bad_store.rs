//! Stores that cannot be used as they are: refused, or used as far as they go, and nothing is lost.

use std::fs;
use std::path::PathBuf;

use insta::assert_snapshot;

use crate::lab::Lab;

const RUN: [&str; 2] = ["run", "mine.toml"];

/// The entries of the store whose `entry.json` has a piece of text in it.
fn entries(lab: &Lab, piece: &str) -> Vec<PathBuf> {
    let tree = lab.tree("out/store").into_iter();
    let found = tree.filter(|(name, content)| {
        let text = String::from_utf8_lossy(content.as_deref().unwrap_or_default());
        name.ends_with("entry.json") && text.contains(piece)
    });
    let store = lab.path("out/store");
    let found: Vec<_> = found
        .map(|(name, _)| store.join(name.parent().unwrap()))
        .collect();
    assert!(!found.is_empty(), "no entry has {piece}");
    found
}

const OF_A_FIT: &str = "\"kind\": \"fit\"";

#[test]
fn a_store_of_a_newer_version() {
    let lab = Lab::new();
    lab.write("fits/store.json", "{\"format\":99}");
    assert_snapshot!(lab.refused(&[&RUN[..], &["--store", "fits"]].concat()));
    for action in ["size", "list", "clear"] {
        let said = lab.refused(&["store", action, "--store", "fits"]);
        assert!(said.contains("written by a newer hntf"), "{said}");
    }
}

#[test]
fn a_folder_that_is_no_store() {
    let lab = Lab::new();
    lab.write("fits/thesis.tex", "three years of work");
    assert_snapshot!(lab.refused(&[&RUN[..], &["--store", "fits"]].concat()));
    let said = lab.refused(&["store", "clear", "--store", "fits"]);
    assert!(said.contains("not a store"), "{said}");
}

#[test]
fn no_store_at_all() {
    let lab = Lab::new();
    for action in ["size", "list", "clear"] {
        let said = lab.refused(&["store", action, "--store", "fits"]);
        let expected = "error: fits: no store is there; fits are kept from the first run on, or name another folder with --store\n";
        assert_eq!(said, expected);
    }
}

/// Each piece of a store damaged in the ways that disks and people damage files.
#[test]
fn a_damaged_fit_is_fitted_again_and_the_results_are_the_same() {
    let lab = Lab::new();
    lab.done(&RUN);
    let whole = lab.results("out/mine");
    let half = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2);
    let flipped = |bytes: &mut Vec<u8>| {
        let at = bytes.len() / 2;
        bytes[at] ^= 4;
    };
    let emptied = |bytes: &mut Vec<u8>| bytes.clear();
    // Both trials' arrays: only a figure or an export notices, of the best one.
    for file in ["entry.json", "arrays.npz"] {
        for damage in [&half as &dyn Fn(&mut Vec<u8>), &flipped, &emptied] {
            let fits = entries(&lab, OF_A_FIT);
            assert_eq!(fits.len(), 2);
            for fit in fits {
                let mut bytes = fs::read(fit.join(file)).unwrap();
                damage(&mut bytes);
                fs::write(fit.join(file), bytes).unwrap();
            }
            let (printed, said) = lab.done_saying(&RUN);
            let expected = if file == "entry.json" { 2 } else { 1 };
            let notes = said.matches("so it counts as not fitted").count();
            assert_eq!(notes, expected, "{file}: {said}");
            assert!(
                said.contains(&format!("cannot be read ({file}: ")),
                "{said}"
            );
            let fitted = match expected {
                1 => "2 fits: 1 model fitted.",
                _ => "2 fits: 2 models fitted.",
            };
            assert!(printed.contains(fitted), "{file}: {printed}");
            assert!(lab.results("out/mine") == whole, "{file}");
            // Those that nobody looked at are still damaged.
            lab.done(&["store", "clear", "--store", "out/store"]);
            lab.done(&RUN);
        }
    }
}

#[test]
fn a_damaged_first_layer_is_fitted_again() {
    let lab = Lab::new();
    lab.done(&[&RUN[..], &["--trials", "1"]].concat());
    let first = entries(&lab, "\"kind\": \"first-layer\"").remove(0);
    fs::write(first.join("arrays.npz"), "PK").unwrap();
    let (printed, said) = lab.done_saying(&RUN);
    assert!(said.contains("cannot be read (arrays.npz: "), "{said}");
    assert!(printed.contains("2 fits: 1 model fitted."), "{printed}");
    let of_damaged = lab.results("out/mine");
    lab.done(&["store", "clear", "--store", "out/store"]);
    lab.done(&RUN);
    assert!(of_damaged == lab.results("out/mine"));
}

#[test]
fn a_damaged_fit_that_is_to_be_drawn_is_named() {
    let lab = Lab::new();
    lab.done(&RUN);
    let whole = lab.results("out/mine");
    for fit in entries(&lab, OF_A_FIT) {
        fs::write(fit.join("arrays.npz"), "PK").unwrap();
    }
    let output = lab.command(&["draw", "mine.toml"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    let advice = "run the experiment again, which fits it anew";
    assert!(
        said.contains("arrays.npz: ") && said.contains(advice),
        "{said}"
    );
    assert!(
        lab.results("out/mine") == whole,
        "the results are untouched"
    );
    assert!(lab.done(&RUN).contains("2 fits: 1 model fitted."));
}

#[cfg(unix)]
mod unwritable {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Output};

    use super::*;
    use crate::lab::Tree;

    const NOBODY: u32 = 65534;

    /// A lab with kept fits of two trials in a store that cannot be written.
    struct ReadOnly {
        lab: Lab,
        store: Tree,
    }

    impl ReadOnly {
        fn new(prepare: impl Fn(&Lab)) -> Self {
            let lab = Lab::new();
            lab.done(&RUN);
            prepare(&lab);
            // The superuser may write anywhere; somebody else then runs the program.
            let program = assert_cmd::cargo::cargo_bin!("xtask");
            fs::copy(program, lab.path("program")).unwrap();
            for folder in ["results", "temporary"] {
                fs::create_dir(lab.path(folder)).unwrap();
                set(&lab.path(folder), 0o777);
            }
            let lab = Self {
                store: lab.tree("out/store"),
                lab,
            };
            set(&lab.lab.path(""), 0o755);
            lab.set_store(0o555);
            lab
        }

        fn set_store(&self, mode: u32) {
            let store = self.lab.path("out/store");
            let folders = self.store.iter().filter(|(_, content)| content.is_none());
            folders.for_each(|(name, _)| set(&store.join(name), mode));
            set(&store, mode);
        }

        fn run(&self, options: &[&str]) -> Output {
            let mut command = Command::new(self.lab.path("program"));
            command
                .args(RUN)
                .args(["--out", "results", "--store", "out/store"]);
            command.args(options).current_dir(self.lab.path(""));
            command.env("TMPDIR", self.lab.path("temporary"));
            if fs::metadata(self.lab.path("program")).unwrap().uid() == 0 {
                command.uid(NOBODY);
            }
            command.output().unwrap()
        }
    }

    impl Drop for ReadOnly {
        fn drop(&mut self) {
            // So that it can be removed.
            self.set_store(0o755);
        }
    }

    fn set(path: &std::path::Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn done(output: &Output) -> (String, String) {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let said = text(&output.stderr);
        assert!(output.status.success(), "{said}");
        (text(&output.stdout), said)
    }

    #[test]
    fn a_read_only_store_is_used_and_new_fits_are_shown_but_not_kept() {
        let read_only = ReadOnly::new(|_| {});
        let (printed, said) = done(&read_only.run(&["--trials", "3"]));
        let note = "out/store: cannot be written (Permission denied (os error 13)";
        assert!(said.contains(note), "{said}");
        let rest = "); fits that are in it are used, new ones are not kept\n";
        assert!(said.contains(rest), "{said}");
        assert!(printed.contains("3 fits: 1 model fitted."), "{printed}");
        assert!(read_only.lab.tree("out/store") == read_only.store);
        assert!(read_only.lab.names("temporary").is_empty());
    }

    #[test]
    fn a_store_that_may_not_be_read_is_told_from_one_that_is_none() {
        let read_only = ReadOnly::new(|lab| set(&lab.path("out/store/store.json"), 0o000));
        let output = read_only.run(&[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        let expected = "error: out/store: the store cannot be read (Permission denied (os error 13)): have it shared, or name another folder with --store\n";
        assert_eq!(said, expected);
        assert!(read_only.lab.names("results").is_empty());
    }

    #[test]
    fn a_damaged_fit_that_cannot_be_removed_is_fitted_again() {
        let read_only = ReadOnly::new(|lab| {
            for fit in entries(lab, OF_A_FIT) {
                fs::write(fit.join("arrays.npz"), "PK").unwrap();
            }
        });
        let (printed, said) = done(&read_only.run(&[]));
        assert!(said.contains("so it counts as not fitted"), "{said}");
        assert!(printed.contains("2 fits: 1 model fitted."), "{printed}");
        assert!(read_only.lab.tree("out/store") == read_only.store);
        let results = |out| read_only.lab.results(out);
        assert!(results("results/mine") == results("out/mine"));
    }

    /// A disk that is full, for this program: no file may be longer than a kilobyte.
    #[test]
    fn a_full_disk_is_told_and_nothing_half_written_is_kept() {
        let lab = Lab::new();
        let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
        let output = Command::new("sh")
            .args(["-c", script])
            .arg(assert_cmd::cargo::cargo_bin!("xtask"))
            .args(RUN)
            .current_dir(lab.path(""))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(output.stdout.is_empty());
        let expected =
            "error: out/store: the store cannot be written (File too large (os error 27)";
        assert!(said.starts_with(expected), "{said}");
        let expected =
            "); fits that are in it stay: free space, or name another folder with --store\n";
        assert!(said.ends_with(expected), "{said}");
        assert_eq!(lab.names("out"), ["store", "store/store.json"]);
        assert!(lab.done(&RUN).contains("2 fits: 2 models fitted."));
    }
}
