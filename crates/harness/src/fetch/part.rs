//! The unfinished download: `<file>.part`, locked while it is written, hashed as it grows.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::checksum::hash_rest;
use super::{FetchErrorKind, Sha256Sum};

/// An open, locked `.part` file, written at its end only.
pub(super) struct Part {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    len: u64,
}

impl Part {
    /// Opens, or makes, the `.part` of `target`, and hashes what an earlier call left in it.
    pub(super) fn open(target: &Path) -> Result<Self, FetchErrorKind> {
        let folder = target.parent().unwrap_or(Path::new("."));
        let unwritable = |error| FetchErrorKind::Folder {
            path: folder.to_owned(),
            error,
        };
        fs::create_dir_all(folder).map_err(unwritable)?;
        let mut path = OsString::from(target);
        path.push(".part");
        let path = PathBuf::from(path);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(unwritable)?;
        match file.try_lock() {
            // Some network file systems have no locks. Two writers there spoil the checksum,
            // never the finished file.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Err(FetchErrorKind::Busy { part: path }),
        }
        let mut hasher = Sha256::new();
        let read = |error| FetchErrorKind::Disk {
            action: "read",
            path: path.clone(),
            error,
        };
        // Devices and pipes have no length; only what a regular file holds can be continued.
        let len = if file.metadata().map_err(read)?.len() > 0 {
            hash_rest(&mut file, &mut hasher).map_err(read)?
        } else {
            0
        };
        Ok(Self {
            path,
            file,
            hasher,
            len,
        })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn checksum(&self) -> Sha256Sum {
        Sha256Sum::from_hasher(&self.hasher)
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), FetchErrorKind> {
        self.file
            .write_all(bytes)
            .map_err(|error| self.failure("write", error))?;
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Throws away what has arrived.
    pub(super) fn restart(&mut self) -> Result<(), FetchErrorKind> {
        if self.len > 0 {
            self.file
                .set_len(0)
                .and_then(|()| self.file.seek(SeekFrom::Start(0)))
                .map_err(|error| self.failure("empty", error))?;
            self.hasher = Sha256::new();
            self.len = 0;
        }
        Ok(())
    }

    /// Gives the file its final name, in one step and only once its bytes are on the disk.
    pub(super) fn publish(self, target: &Path) -> Result<(), FetchErrorKind> {
        self.file
            .sync_all()
            .and_then(|()| fs::rename(&self.path, target))
            .map_err(|error| self.failure("finish", error))
    }

    /// Lets go of the file: what has arrived stays for the next call, an empty file goes.
    pub(super) fn close(self) {
        if self.len == 0 {
            // Nothing is lost if an empty file stays behind.
            let _: io::Result<()> = fs::remove_file(&self.path);
        }
    }

    fn failure(&self, action: &'static str, error: io::Error) -> FetchErrorKind {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FetchErrorKind::DiskFull {
                part: self.path.clone(),
                written: self.len,
                expected: None,
            },
            _ => FetchErrorKind::Disk {
                action,
                path: self.path.clone(),
                error,
            },
        }
    }
}
