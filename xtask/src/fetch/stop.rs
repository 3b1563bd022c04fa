//! What ends a download, and the words that say what to do.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::error::FetchError;
use super::sources::Source;

/// What ends a download.
pub(crate) enum Stop {
    /// The connection broke: ask this address again for the rest.
    Broke(String),
    /// This address will not give the file.
    Address(String),
    /// No address does, for these reasons; so many bytes are kept.
    Nowhere(String, u64),
    /// The file is there, with this checksum.
    Occupied(String),
    /// The folder cannot be made, or written in.
    Folder(io::Error),
    /// Another process is writing the part.
    Busy,
    /// A file cannot be read or written.
    Disk(io::Error),
    Interrupted,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<ureq::Error> for Stop {
    fn from(error: ureq::Error) -> Self {
        use ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
        let broken = [UnexpectedEof, ConnectionReset, ConnectionAborted];
        match error {
            ureq::Error::Io(e) if broken.contains(&e.kind()) => Self::Broke(e.to_string()),
            ureq::Error::Timeout(_) => Self::Address("no answer in time".to_owned()),
            // A connection refused, a certificate, a malformed answer: the client's own words.
            other => Self::Address(other.to_string()),
        }
    }
}

impl Stop {
    /// The message of a download of `source` to `target` that ended so.
    pub(crate) fn message(self, source: &Source, target: &Path) -> FetchError {
        let Source {
            name,
            file,
            size,
            address,
            ..
        } = source;
        let (place, folder) = (
            target.display(),
            target.parent().unwrap_or(target).display(),
        );
        let again = format!("run `cargo xtask fetch {name}` again");
        let elsewhere = "point --data-dir at a folder that has the file";
        let (problem, advice) = match self {
            Self::Interrupted => return FetchError::Interrupted,
            Self::Broke(reason) | Self::Address(reason) => (reason, again),
            Self::Nowhere(failures, kept) => {
                let goes_on = match kept {
                    0 => String::new(),
                    _ => format!(", which continues after the {kept} bytes already here"),
                };
                let by_hand = format!("download {} by hand to {folder}", address.0);
                (
                    format!("no address gave the expected file{failures}"),
                    format!("check the network and {again}{goes_on}, or {by_hand}, or {elsewhere}"),
                )
            }
            Self::Occupied(found) => (
                format!(
                    "{place} is there already, found SHA-256 {found}, expected {}; nothing is \
                     overwritten",
                    source.sha256
                ),
                format!("move that file away and {again}, say --force, or {elsewhere}"),
            ),
            Self::Folder(error) => (
                format!("cannot write in {folder}: {error}"),
                format!("make the folder writable, or {elsewhere}"),
            ),
            Self::Busy => (
                format!("another process is writing {place}.part"),
                format!("wait until it has ended, then {again}"),
            ),
            Self::Disk(error)
                if matches!(
                    error.kind(),
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded
                ) =>
            {
                (
                    format!("the disk is full, {place}.part needs {size} bytes"),
                    format!("free some space and {again}, which continues where it stopped"),
                )
            }
            Self::Disk(error) => (
                format!("cannot read or write {place} or its .part: {error}"),
                format!("check the disk and {again}, or {elsewhere}"),
            ),
        };
        FetchError::Refused(format!(
            "cannot fetch `{file}` (data set `{name}`): {problem}\n{advice}"
        ))
    }
}
