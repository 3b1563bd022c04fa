//! Why a store cannot be used.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a store cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It cannot be made or written.
    #[error("{}: the store cannot be written ({source}); fits that are in it stay: free space, or name another folder with --store", path.display())]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It may not be read.
    #[error("{}: the store cannot be read ({source}): have it shared, or name another folder with --store", path.display())]
    Read {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another program's folder.
    #[error("{}: not a store (it has files, and no store.json that can be read): name an empty or a new folder with --store", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// A later version's.
    #[error("{}: written by a newer hntf (layout {found}, this one knows {known}): use that one, or name another folder with --store", path.display())]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Its layout.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// A fit that is there and cannot be read, where it is too late to fit it again.
    #[error("{}: an entry that could not be read ({reason}) and was removed: run the experiment again, which fits it anew", path.display())]
    Damaged {
        /// The entry.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}
