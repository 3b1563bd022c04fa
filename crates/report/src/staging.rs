//! A folder of results in the making, beside its place, and how it gets there. A run may be killed at
//! any moment: what it leaves is found and taken away by the next one, and no other's is touched.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use hntf_run::files::{self, hold, share};
use tempfile::TempDir;

/// What the names of folders in the making begin with; an experiment's name and a random part follow.
const MAKING: &str = ".hntf-";
/// What the name of a folder ends with that makes way for new results.
const OLD: &str = ".old";

/// A new folder that is gone with this value unless it is put in place.
pub(crate) struct Staging {
    folder: TempDir,
    /// Says to other runs that somebody is at work here.
    _held: Option<File>,
}

impl Staging {
    /// A folder beside that of an experiment's results; what killed runs left of it is removed.
    pub(crate) fn beside(folder: &Path) -> io::Result<Self> {
        for left in left_behind(folder) {
            let _ = fs::remove_dir_all(left);
        }
        let (out, name) = parts(folder);
        let made = tempfile::Builder::new()
            .prefix(&prefix(&name))
            .tempdir_in(out)?;
        Ok(Self {
            _held: hold(made.path()),
            folder: made,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Two renames; the old results are deleted only when the new ones stand.
    pub(crate) fn put(self, folder: &Path) -> io::Result<()> {
        self.put_keeping(folder, |_| false)
    }

    /// The same, but what of the old results is called so stays.
    pub(crate) fn put_keeping(self, folder: &Path, keep: impl Fn(&str) -> bool) -> io::Result<()> {
        share(self.path())?;
        let mut old = self.path().as_os_str().to_os_string();
        old.push(OLD);
        let _held = hold(folder);
        let had_old = folder.exists();
        if had_old {
            fs::rename(folder, &old)?;
        }
        if let Err(error) = fs::rename(self.path(), folder) {
            if had_old {
                let _ = fs::rename(&old, folder);
            }
            return Err(error);
        }
        if had_old {
            for entry in fs::read_dir(&old)?.flatten() {
                if keep(&entry.file_name().to_string_lossy()) {
                    fs::rename(entry.path(), folder.join(entry.file_name()))?;
                }
            }
            // What is left of it is taken away by the next run.
            let _ = fs::remove_dir_all(&old);
        }
        Ok(())
    }
}

/// Puts results back that a run has moved out of the way before it was killed.
pub(crate) fn restore(folder: &Path) {
    if folder.exists() {
        return;
    }
    let is_old = |path: &PathBuf| path.to_string_lossy().ends_with(OLD);
    if let Some(old) = left_behind(folder).into_iter().find(is_old) {
        let _ = fs::rename(old, folder);
    }
}

/// What killed runs of this experiment have left.
fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let (out, name) = parts(folder);
    let prefix = prefix(&name);
    files::left_behind(out, |name| {
        let random = name.strip_prefix(&prefix).unwrap_or_default();
        let random = random.strip_suffix(OLD).unwrap_or(random);
        !random.is_empty() && random.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

fn prefix(name: &str) -> String {
    format!("{MAKING}{name}-")
}

fn parts(folder: &Path) -> (&Path, String) {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    (parent(folder), name.into_owned())
}

/// The folder a path stands in.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn write(folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("cells.csv"), "1").unwrap();
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_nothing_else() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("mine.v2");
        let others = [
            ".hntf-mine.v2-of-mine",
            ".mine.v2-backup",
            ".hntf-mine-abcdef",
        ];
        for name in others {
            write(&out.path().join(name));
        }
        let at_work = Staging::beside(&folder).unwrap();
        write(at_work.path());
        let begun = Staging::beside(&folder).unwrap();
        for left in [".hntf-mine.v2-abcdef", ".hntf-mine.v2-ghijkl.old"] {
            write(&out.path().join(left));
        }
        let staging = Staging::beside(&folder).unwrap();
        write(staging.path());
        assert!(at_work.path().exists() && begun.path().exists());
        staging.put(&folder).unwrap();
        drop((at_work, begun));
        let mut expected = others.map(str::to_owned).to_vec();
        expected.push("mine.v2".to_owned());
        expected.sort();
        assert_eq!(names(out.path()), expected);
    }

    #[test]
    fn results_that_were_out_of_the_way_when_a_run_was_killed_are_put_back() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("mine");
        write(&out.path().join(".hntf-mine-abcdef.old"));
        restore(&folder);
        assert_eq!(names(out.path()), ["mine"]);
        // But not over results that stand.
        write(&out.path().join(".hntf-mine-abcdef.old"));
        fs::write(folder.join("cells.csv"), "2").unwrap();
        restore(&folder);
        assert_eq!(fs::read_to_string(folder.join("cells.csv")).unwrap(), "2");
    }

    #[test]
    fn old_results_give_way_to_new_ones() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("mine");
        write(&folder);
        let staging = Staging::beside(&folder).unwrap();
        fs::write(staging.path().join("table.md"), "2").unwrap();
        staging.put(&folder).unwrap();
        assert_eq!(names(out.path()), ["mine"]);
        assert_eq!(names(&folder), ["table.md"]);
        let staging = Staging::beside(&folder).unwrap();
        let put = staging.put_keeping(&folder, |name| name.starts_with("table"));
        put.unwrap();
        assert_eq!(names(&folder), ["table.md"]);
    }
}
