//! Folders that are made beside their place and put there whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Makes a temporary folder, which is its owner's alone, everyone's to read.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn share(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

/// Elsewhere they are.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn share(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A temporary file below a folder, which is everyone's to read once it is persisted.
///
/// # Errors
/// What the system says.
pub fn staged(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o644));
    }
    builder.tempfile_in(folder)
}

/// A lock on a folder in the making, which ends with the process that holds it; none if another one
/// does, or where folders cannot be locked.
pub fn hold(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

/// Folders below `place` in which nobody is at work any more: those with files and without a lock, of
/// the names that `is_ours` knows. One without files may be somebody's who has just begun.
pub fn left_behind(place: &Path, is_ours: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| is_ours(&entry.file_name().to_string_lossy()));
    let has_files = |path: &Path| fs::read_dir(path).is_ok_and(|mut files| files.next().is_some());
    let folders = ours.map(|entry| entry.path());
    folders
        .filter(|path| has_files(path) && hold(path).is_some())
        .collect()
}
