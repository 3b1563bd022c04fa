//! A temporary folder with a small tensor and an experiment that takes milliseconds.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use assert_cmd::Command;
use hntf_tensor::npy::write_npy;
use tempfile::TempDir;

/// An experiment on `x.npy`.
pub(crate) const EXPERIMENT: &str = r#"title = "A small tensor"
ranks = [3, 2]
trials = 2

[dataset]
kind = "file"
path = "x.npy"

[[method]]
id = "multi-hntf"
label = "Multi-HNTF"
model = { kind = "multi-hntf", iterations = 20 }
"#;

/// A small experiment without a file: the synthetic tensor.
pub(crate) const SYNTHETIC: &str = r#"ranks = [3, 2]
trials = 2

[dataset]
kind = "synthetic-blocks"

[[method]]
id = "multi-hntf"
model = { kind = "multi-hntf", iterations = 20 }
"#;

pub(crate) struct Lab {
    folder: TempDir,
}

/// Files and folders below a place; folders have no content.
pub(crate) type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

impl Lab {
    /// A folder with `x.npy` (6 × 5 × 4) and `mine.toml`, which is [`EXPERIMENT`].
    pub(crate) fn new() -> Self {
        let lab = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        lab.tensor("x.npy", &[6, 5, 4]);
        lab.write("mine.toml", EXPERIMENT);
        lab
    }

    /// The same with a piece of the experiment replaced.
    pub(crate) fn with(piece: &str, by: &str) -> Self {
        assert!(EXPERIMENT.contains(piece), "{piece} is in no experiment");
        let lab = Self::new();
        lab.write("mine.toml", EXPERIMENT.replacen(piece, by, 1));
        lab
    }

    /// The same experiment on another data set.
    pub(crate) fn on(dataset: &str) -> Self {
        Self::with("kind = \"file\"\npath = \"x.npy\"\n", dataset)
    }

    /// The same with lines added at the end of the experiment.
    pub(crate) fn and(lines: &str) -> Self {
        let lab = Self::new();
        lab.write("mine.toml", format!("{EXPERIMENT}{lines}"));
        lab
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a tensor of positive numbers.
    pub(crate) fn tensor(&self, name: &str, shape: &[usize]) {
        let len: usize = shape.iter().product();
        let values: Vec<f64> = (0..len).map(|i| ((i * 7919 + 13) % 101) as f64).collect();
        write_npy(&self.path(name), shape, &values).unwrap();
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("xtask"));
        // What public data this machine has must not decide what a test sees.
        command.env_remove("HNTF_DATA_DIR");
        command.current_dir(self.folder.path()).args(args);
        command
    }

    /// Starts a command whose end is waited for elsewhere.
    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        std::process::Command::new(assert_cmd::cargo::cargo_bin!("xtask"))
            .env_remove("HNTF_DATA_DIR")
            .args(args)
            .current_dir(self.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs a command that must succeed; what it prints.
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let output = self.command(args).assert().success().get_output().clone();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same, and what it says on standard error.
    pub(crate) fn done_saying(&self, args: &[&str]) -> (String, String) {
        let output = self.command(args).assert().success().get_output().clone();
        let said = String::from_utf8(output.stderr).unwrap();
        (
            String::from_utf8(output.stdout).unwrap(),
            self.redact(&said),
        )
    }

    /// Runs a command that must refuse: exit code 2, nothing on standard output, nothing written,
    /// no panic. What it says, with the folder named TMP.
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let before = self.tree("");
        let output = self.command(args).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "", "{said}");
        assert!(!said.contains("panicked"), "{said}");
        assert!(said.starts_with("error: "), "{said}");
        assert!(before == self.tree(""), "something was written: {said}");
        self.redact(&said)
    }

    /// Runs the experiment, which must be refused.
    pub(crate) fn run_refused(&self) -> String {
        self.refused(&["run", "mine.toml"])
    }

    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&*self.folder.path().to_string_lossy(), "TMP")
    }

    pub(crate) fn tree(&self, below: &str) -> Tree {
        let root = self.folder.path().join(below);
        let mut tree = Tree::new();
        collect(&root, &root, &mut tree);
        tree
    }

    /// What is compared of the results in a folder: all but the times.
    pub(crate) fn results(&self, below: &str) -> Tree {
        let mut tree = self.tree(below);
        assert!(tree.remove(Path::new("seconds.csv")).is_some(), "{below}");
        tree
    }

    /// Replaces a piece of a file.
    pub(crate) fn edit(&self, name: &str, piece: &str, by: &str) {
        let text = self.read(name);
        assert!(text.contains(piece), "{piece} is not in {text}");
        self.write(name, text.replacen(piece, by, 1));
    }

    /// The names below a folder.
    pub(crate) fn names(&self, below: &str) -> Vec<String> {
        let name = |path: &PathBuf| path.to_string_lossy().into_owned();
        self.tree(below).keys().map(name).collect()
    }
}

/// A running program may remove its temporary files while they are listed:
/// what vanished in between is not there.
fn collect(root: &Path, folder: &Path, tree: &mut Tree) {
    let Some(entries) = unless_gone(fs::read_dir(folder)) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_path_buf();
        if path.is_dir() {
            tree.insert(name, None);
            collect(root, &path, tree);
        } else if let Some(bytes) = unless_gone(fs::read(&path)) {
            tree.insert(name, Some(bytes));
        }
    }
}

fn unless_gone<T>(read: io::Result<T>) -> Option<T> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => Some(read.unwrap()),
    }
}
