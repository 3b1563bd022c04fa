//! Finding a data file that is already on this computer.

use std::fmt::{self, Write};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{FileName, Sha256Sum, Source};

/// A file with the right name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is the published file, byte for byte.
    pub checksum: Checksum,
}

/// How the checksum of a file compares with the one its source states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// It is the published file.
    Matches,
    /// It is another file, with this checksum. It may still hold the same data, packed
    /// differently: whoever reads it must check what is inside.
    Differs(Sha256Sum),
}

/// Looks for the file of `source` in each of `data_dirs`, then in `cache_dir`, and takes the
/// first there is, whatever its checksum: a folder that the user names goes before the cache.
/// Reads the file once, for its checksum.
///
/// # Errors
/// When no folder has the file (the message names the folders and the command that fetches
/// it), or when it is there and cannot be read.
pub fn locate(
    source: &Source,
    data_dirs: &[PathBuf],
    cache_dir: &Path,
) -> Result<Found, LocateError> {
    let folders = || data_dirs.iter().map(PathBuf::as_path).chain([cache_dir]);
    for folder in folders() {
        let found = examine(source, folder).map_err(|error| LocateError::Unreadable {
            path: folder.join(source.file.as_str()),
            error,
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    let looked = folders().map(|folder| Looked {
        folder: folder.to_owned(),
        exists: folder.is_dir(),
    });
    Err(LocateError::Nowhere {
        name: source.name.to_string(),
        file: source.file.clone(),
        looked: looked.collect(),
    })
}

/// The file of `source` in `folder`, if it is there.
pub(super) fn examine(source: &Source, folder: &Path) -> io::Result<Option<Found>> {
    let path = folder.join(source.file.as_str());
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => {}
        // A folder that is a file, or is missing, has no file in it.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    }
    let sum = Sha256Sum::of_file(&path)?;
    let checksum = if sum == source.sha256 {
        Checksum::Matches
    } else {
        Checksum::Differs(sum)
    };
    Ok(Some(Found { path, checksum }))
}

/// A folder that was looked in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The folder.
    pub folder: PathBuf,
    /// Whether there is such a folder at all.
    pub exists: bool,
}

/// Why a data file was not found.
#[derive(Debug, Error)]
pub enum LocateError {
    /// No folder has it.
    #[error("{}", nowhere(.name, .file, .looked))]
    Nowhere {
        /// The source.
        name: String,
        /// The file looked for.
        file: FileName,
        /// The folders looked in, in order.
        looked: Vec<Looked>,
    },
    /// It is there and cannot be read.
    #[error("cannot read {path}: {error}; expected a readable file", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

fn nowhere(name: &str, file: &FileName, looked: &[Looked]) -> String {
    let mut text = format!("no `{file}` (data set `{name}`) in any of these folders:\n");
    for Looked { folder, exists } in looked {
        let note = if *exists { "" } else { " (no such folder)" };
        // Writing to a String cannot fail.
        let _: fmt::Result = writeln!(text, "  {}{note}", folder.display());
    }
    text + &format!(
        "run `cargo xtask fetch {name}` to download it, or point --data-dir (or HNTF_DATA_DIR) at \
         a folder that has it"
    )
}
