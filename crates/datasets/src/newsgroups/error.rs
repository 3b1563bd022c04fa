//! What can go wrong with the collection, in words a user can act on.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::text::TextError;

/// An error of the 20 Newsgroups loader.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NewsgroupsError {
    /// A file or folder cannot be opened or listed.
    #[error("cannot read {}: {source}; check its permissions", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The archive breaks off or is not one.
    #[error(
        "{} is corrupt or truncated after {entries} entries ({source}); expected a complete \
         gzip-compressed tar archive: delete the file and get it again with \
         `cargo xtask fetch newsgroups`",
        path.display()
    )]
    Corrupt {
        /// The archive.
        path: PathBuf,
        /// Entries read before the error.
        entries: usize,
        /// What the decoder says.
        source: io::Error,
    },

    /// Something was read, but no post.
    #[error(
        "{} holds no posts of the {split} part; expected files named \
         20news-bydate-train/<group>/<number> and 20news-bydate-test/<group>/<number>, in \
         20news-bydate.tar.gz or unpacked: delete it and get the archive with \
         `cargo xtask fetch newsgroups`",
        path.display()
    )]
    NoPosts {
        /// The archive or folder.
        path: PathBuf,
        /// The part asked for.
        split: &'static str,
    },

    /// A group is asked for that the collection does not have.
    #[error(
        "{} has no group `{group}`{}; its groups: {}",
        path.display(),
        crate::nearest::did_you_mean(group, known),
        known.join(", ")
    )]
    UnknownGroup {
        /// The archive or folder.
        path: PathBuf,
        /// The group asked for.
        group: String,
        /// The groups there are.
        known: Vec<String>,
    },

    /// The list of groups cannot be used.
    #[error("option `groups`: found {found}, expected one or more different names of groups")]
    Groups {
        /// What is wrong with the list.
        found: String,
    },

    /// A group has fewer posts than asked for.
    #[error(
        "group `{group}` has {found} posts, `documents-per-group` asks for {wanted}; lower it or \
         write \"all\""
    )]
    TooFewDocuments {
        /// The group.
        group: String,
        /// The posts it has.
        found: usize,
        /// The posts asked for.
        wanted: usize,
    },

    /// The collection is not the official one.
    #[error(
        "{} has {found} posts in {split} group `{group}`, the official collection {expected}; \
         delete it and get the archive again with `cargo xtask fetch newsgroups`",
        path.display()
    )]
    WrongCount {
        /// The archive or folder.
        path: PathBuf,
        /// The part.
        split: &'static str,
        /// The group.
        group: String,
        /// The posts found.
        found: usize,
        /// The posts of the official collection.
        expected: usize,
    },

    /// The posts do not make a matrix.
    #[error(transparent)]
    Text(#[from] TextError),
}
