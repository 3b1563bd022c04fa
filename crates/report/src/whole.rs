//! Folders that are written beside their place and put there whole.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use hntf_run::files::share;
use tempfile::TempDir;

use crate::error::ReportError;

/// A folder that cannot be written.
pub(crate) fn refuse(path: &Path) -> impl FnOnce(io::Error) -> ReportError + use<> {
    let path = path.to_path_buf();
    move |source| ReportError::Write { path, source }
}

/// A temporary folder beside the place of `folder`, so that the last step is a rename.
pub(crate) fn stage(folder: &Path) -> Result<TempDir, ReportError> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let beside = parent(folder);
    let staging = tempfile::Builder::new()
        .prefix(&format!(".{name}-"))
        .tempdir_in(beside);
    staging.map_err(refuse(beside))
}

/// The folder a path stands in.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Puts a staged folder in the place of `folder`, by two renames; what was there is deleted only when
/// the new one stands, but for what is to be kept of it.
pub(crate) fn put(
    staging: &TempDir,
    folder: &Path,
    keep: impl Fn(&str) -> bool,
) -> Result<(), ReportError> {
    let new = staging.path();
    share(new).map_err(refuse(folder))?;
    let mut old = new.as_os_str().to_owned();
    old.push(OsStr::new(".old"));
    let old = PathBuf::from(old);
    let had_old = folder.exists();
    if had_old {
        std::fs::rename(folder, &old).map_err(refuse(folder))?;
    }
    if let Err(source) = std::fs::rename(new, folder) {
        if had_old {
            let _ = std::fs::rename(&old, folder);
        }
        return Err(refuse(folder)(source));
    }
    if had_old {
        for entry in std::fs::read_dir(&old).map_err(refuse(&old))? {
            let entry = entry.map_err(refuse(&old))?;
            if keep(&entry.file_name().to_string_lossy()) {
                let place = folder.join(entry.file_name());
                std::fs::rename(entry.path(), &place).map_err(refuse(&place))?;
            }
        }
        std::fs::remove_dir_all(&old).map_err(refuse(&old))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn write(folder: &Path, name: &str) {
        fs::write(folder.join(name), name).unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_takes_the_place_of_another_and_keeps_of_it_what_it_shall() {
        let root = tempfile::tempdir().unwrap();
        // Dots are part of a name.
        let folder = root.path().join("a.b.c");
        for (file, expected) in [
            ("one", vec!["one"]),
            ("two", vec!["two"]),
            ("kept-1", vec!["kept-1"]),
            ("three", vec!["kept-1", "three"]),
        ] {
            let staging = stage(&folder).unwrap();
            write(staging.path(), file);
            put(&staging, &folder, |name| name.starts_with("kept")).unwrap();
            assert_eq!(names(&folder), expected);
            assert_eq!(names(root.path()), ["a.b.c"]);
        }
    }
}
