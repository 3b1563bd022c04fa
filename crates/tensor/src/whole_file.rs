//! Files that appear whole or not at all.

use std::io;
use std::path::Path;

/// A temporary file with the permissions of a file made in the ordinary way: by default it could
/// be read by its owner alone, and would stay so once renamed.
pub(crate) fn new_file_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
