//! Folders that are made beside their place and put there whole.

use std::io;
use std::path::Path;

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
