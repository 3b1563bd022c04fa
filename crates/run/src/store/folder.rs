//! A store as a folder: opened, listed, cleared; entries found, written whole, taken out of the way.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::entry::{About, Entry, Kind};
use super::error::StoreError;
use super::key::{self, Key};
use crate::files::{hold, left_behind, share, staged};
use crate::sync::lock;

/// The file that says that a folder is a store.
const MARK: &str = "store.json";
/// What folders that are being written begin with.
const STAGING: &str = ".new-";

/// A folder of entries.
pub struct Store {
    root: PathBuf,
    /// Where new entries go if the folder cannot be written: gone with the run.
    overlay: Option<TempDir>,
    notes: Mutex<Vec<String>>,
    /// Whether entries are looked up only, and none is removed.
    looks: bool,
    /// Entries that cannot be read and were not removed.
    unreadable: Mutex<HashSet<Key>>,
}

#[derive(Serialize, Deserialize)]
struct Mark {
    format: u32,
}

/// An entry as a list shows it.
pub struct Listed {
    /// Its name.
    pub key: String,
    /// What it says of itself; none if it cannot be read.
    pub about: Option<(Kind, About)>,
    /// Bytes on disk.
    pub bytes: u64,
}

impl Store {
    /// Opens a store, or makes one. A store that cannot be written is read, and what is new lives as
    /// long as this value; [`Store::notes`] then says so.
    ///
    /// # Errors
    /// A folder that cannot be made, is something else, or of a later version.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let refuse = |source| StoreError::Write {
            path: root.to_path_buf(),
            source,
        };
        let mut store = Self {
            root: root.to_path_buf(),
            overlay: None,
            notes: Mutex::default(),
            looks: false,
            unreadable: Mutex::default(),
        };
        let exists = store.check()?;
        fs::create_dir_all(root).map_err(refuse)?;
        if let Err(error) = store.probe(exists) {
            store.overlay = Some(tempfile::tempdir().map_err(refuse)?);
            store.note(format!(
                "{}: cannot be written ({error}); fits that are in it are used, new ones are not kept",
                root.display()
            ));
        }
        for left in left_behind(root, |name| name.starts_with(STAGING)) {
            let _ = fs::remove_dir_all(left);
        }
        Ok(store)
    }

    /// Opens a store to look things up. Where none is, none is made, and nothing is found.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn existing(root: &Path) -> Result<Self, StoreError> {
        let store = if root.exists() {
            Self::open(root)?
        } else {
            Self {
                root: root.to_path_buf(),
                ..Self::temporary()?
            }
        };
        Ok(Self {
            looks: true,
            ..store
        })
    }

    /// A store that is gone with this value, for runs that keep nothing.
    ///
    /// # Errors
    /// No temporary folder.
    pub fn temporary() -> Result<Self, StoreError> {
        let overlay = tempfile::tempdir().map_err(|source| StoreError::Write {
            path: std::env::temp_dir(),
            source,
        })?;
        Ok(Self {
            root: overlay.path().join("none"),
            overlay: Some(overlay),
            notes: Mutex::default(),
            looks: false,
            unreadable: Mutex::default(),
        })
    }

    /// Whether the folder is a store already; refuses what is none.
    fn check(&self) -> Result<bool, StoreError> {
        let path = self.root.clone();
        if path.exists() && !path.is_dir() {
            let source = io::Error::new(io::ErrorKind::AlreadyExists, "a file is in the way");
            return Err(StoreError::Write { path, source });
        }
        let text = match fs::read_to_string(path.join(MARK)) {
            Ok(text) => text,
            Err(source) if source.kind() == io::ErrorKind::PermissionDenied => {
                return Err(StoreError::Read { path, source });
            }
            Err(_) => {
                let mut entries = fs::read_dir(&path).into_iter().flatten().flatten();
                // Another run may be about to make it, or was killed there.
                let is_other = |entry: fs::DirEntry| {
                    let name = entry.file_name();
                    !name.to_string_lossy().starts_with(STAGING)
                };
                return if entries.any(is_other) {
                    Err(StoreError::Foreign { path })
                } else {
                    Ok(false)
                };
            }
        };
        match serde_json::from_str::<Mark>(&text) {
            Ok(Mark { format }) if format > key::FORMAT => Err(StoreError::Newer {
                path,
                found: format,
                known: key::FORMAT,
            }),
            // Keys hold the layout: entries of an older one are never looked up.
            Ok(_) => Ok(true),
            Err(_) => Err(StoreError::Foreign { path }),
        }
    }

    fn probe(&self, exists: bool) -> io::Result<()> {
        let staged = staged(&self.root, STAGING)?;
        if exists {
            return Ok(());
        }
        serde_json::to_writer(
            staged.as_file(),
            &Mark {
                format: key::FORMAT,
            },
        )?;
        staged.persist(self.root.join(MARK))?;
        Ok(())
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What a user should know and has not been told: each is given once.
    pub fn notes(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.notes))
    }

    fn note(&self, text: String) {
        lock(&self.notes).push(text);
    }

    /// Where new entries are written.
    fn home(&self) -> &Path {
        self.overlay.as_ref().map_or(&self.root, |o| o.path())
    }

    /// Where an entry is, if it is there.
    pub(super) fn find(&self, key: &Key) -> Option<PathBuf> {
        let homes = [self.home(), &self.root];
        let unreadable = lock(&self.unreadable).contains(key);
        // What was made in its place lives with this value.
        let usable = match (unreadable, self.overlay.is_some()) {
            (true, false) => 0,
            (true, true) => 1,
            (false, _) => 2,
        };
        let mut places = homes.iter().take(usable).map(|home| place(home, key));
        places.find(|place| place.is_dir())
    }

    /// An entry; one that cannot be read is noted, removed where that is possible, and not there.
    pub(super) fn read(&self, key: &Key) -> Option<Entry> {
        let folder = self.find(key)?;
        match Entry::read(&folder) {
            Ok(entry) => Some(entry),
            Err(reason) => {
                self.discard(key, &reason);
                None
            }
        }
    }

    /// Takes a damaged entry out of the way.
    pub(super) fn discard(&self, key: &Key, reason: &str) {
        if let Some(folder) = self.find(key) {
            if self.looks || fs::remove_dir_all(&folder).is_err() {
                lock(&self.unreadable).insert(*key);
            }
            self.note(format!(
                "{}: cannot be read ({reason}), so it counts as not fitted",
                folder.display()
            ));
        }
    }

    pub(super) fn write(&self, key: &Key, entry: &Entry) -> Result<(), StoreError> {
        let home = self.home();
        let refuse = |source| StoreError::Write {
            path: home.to_path_buf(),
            source,
        };
        let staging = tempfile::Builder::new()
            .prefix(STAGING)
            .tempdir_in(home)
            .map_err(refuse)?;
        let _held = hold(staging.path());
        entry.write(staging.path()).map_err(refuse)?;
        share(staging.path()).map_err(refuse)?;
        let place = place(home, key);
        fs::create_dir_all(place.parent().unwrap_or(home)).map_err(refuse)?;
        match fs::rename(staging.path(), &place) {
            Ok(()) => {
                // It is no longer where it would be removed.
                let _ = staging.keep();
                Ok(())
            }
            // Another run was first; what it kept is the same.
            Err(_) if place.is_dir() => Ok(()),
            Err(source) => Err(refuse(source)),
        }
    }

    /// All entries, in the order of their names.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn entries(&self) -> io::Result<Vec<Listed>> {
        let mut found = Vec::new();
        for folder in self.folders()? {
            let name = |path: &Path| {
                path.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned()
            };
            let entry = Entry::read(&folder).ok();
            let files = fs::read_dir(&folder)?.collect::<io::Result<Vec<_>>>()?;
            let sizes = files.iter().map(|f| f.metadata().map(|m| m.len()));
            let sizes = sizes.collect::<io::Result<Vec<u64>>>()?;
            found.push(Listed {
                key: name(folder.parent().unwrap_or(&folder)) + &name(&folder),
                about: entry.map(|e| (e.kind, e.about)),
                bytes: sizes.iter().sum(),
            });
        }
        Ok(found)
    }

    /// Removes all entries and what killed runs left; nothing else.
    ///
    /// # Errors
    /// An entry that cannot be removed.
    pub fn clear(&self) -> io::Result<usize> {
        let folders = self.folders()?;
        for folder in &folders {
            fs::remove_dir_all(folder)?;
            // Goes with its last entry.
            let _ = folder.parent().map(fs::remove_dir);
        }
        for left in fs::read_dir(&self.root)?.flatten() {
            let path = left.path();
            if left.file_name().to_string_lossy().starts_with(STAGING) {
                if path.is_dir() {
                    fs::remove_dir_all(path)?;
                } else {
                    fs::remove_file(path)?;
                }
            }
        }
        Ok(folders.len())
    }

    fn folders(&self) -> io::Result<Vec<PathBuf>> {
        let is_hex = |path: &Path, len: usize| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.len() == len && name.bytes().all(|b| b.is_ascii_hexdigit()) && path.is_dir()
        };
        let below = |folder: &Path, len: usize| -> io::Result<Vec<PathBuf>> {
            let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
            let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
            paths.retain(|path| is_hex(path, len));
            paths.sort();
            Ok(paths)
        };
        let mut found = Vec::new();
        for shelf in below(&self.root, 2)? {
            found.extend(below(&shelf, 62)?);
        }
        Ok(found)
    }
}

/// Not all entries in one folder: some file systems become slow.
fn place(home: &Path, key: &Key) -> PathBuf {
    let name = key.to_string();
    home.join(&name[..2]).join(&name[2..])
}
