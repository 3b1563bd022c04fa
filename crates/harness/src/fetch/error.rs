//! Why a download failed, in words that say what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Address, FileName, Sha256Sum, Source};

/// A file that could not be fetched.
#[derive(Debug)]
pub struct FetchError {
    /// What happened.
    pub kind: FetchErrorKind,
    wanted: Box<Wanted>,
}

/// What was to be fetched, for the messages.
#[derive(Debug)]
struct Wanted {
    name: String,
    file: FileName,
    address: Address,
    cache_dir: PathBuf,
}

impl FetchError {
    pub(super) fn new(source: &Source, cache_dir: &Path, kind: FetchErrorKind) -> Self {
        let wanted = Box::new(Wanted {
            name: source.name.to_string(),
            file: source.file.clone(),
            address: source.address.clone(),
            cache_dir: cache_dir.to_owned(),
        });
        Self { kind, wanted }
    }

    /// The folder the file was to stand in.
    fn folder(&self) -> PathBuf {
        let mut path = self.wanted.cache_dir.join(self.wanted.file.as_str());
        path.pop();
        path
    }

    fn advice(&self) -> String {
        let elsewhere = "point --data-dir at a folder that has the file";
        let Wanted { name, address, .. } = &*self.wanted;
        let by_hand = format!(
            "download {address} by hand to {}, or {elsewhere}",
            self.folder().display()
        );
        let again = format!("run `cargo xtask fetch {name}` again");
        match &self.kind {
            FetchErrorKind::NoAddress { kept: 0, .. } => {
                format!("check the network and {again}, or {by_hand}")
            }
            FetchErrorKind::NoAddress { kept, .. } => format!(
                "check the network and {again}, which continues after the {kept} bytes already \
                 here, or {by_hand}"
            ),
            FetchErrorKind::Folder { .. } => format!("make the folder writable, or {elsewhere}"),
            FetchErrorKind::DiskFull { .. } => {
                format!("free some space and {again}, which continues where it stopped")
            }
            FetchErrorKind::Disk { .. } => format!("check the disk and {again}, or {elsewhere}"),
            FetchErrorKind::Busy { .. } => format!("wait until it has ended, then {again}"),
            FetchErrorKind::Occupied { .. } => {
                format!("move that file away and {again}, or {elsewhere}")
            }
            FetchErrorKind::Interrupted { .. } => {
                format!("{again} to continue where it stopped")
            }
            FetchErrorKind::NotBuilt => by_hand,
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wanted { name, file, .. } = &*self.wanted;
        write!(
            f,
            "cannot fetch `{file}` (data set `{name}`): {}",
            self.kind
        )?;
        if let FetchErrorKind::NoAddress { failures, .. } = &self.kind {
            for failure in failures {
                write!(f, "\n  {failure}")?;
            }
        }
        write!(f, "\n{}", self.advice())
    }
}

impl std::error::Error for FetchError {}

/// What stopped a download.
#[derive(Debug, Error)]
pub enum FetchErrorKind {
    /// No address gave the file.
    #[error("no address gave the expected file")]
    NoAddress {
        /// What happened at each address, in the order tried.
        failures: Vec<Failure>,
        /// Bytes kept in the `.part` for the next call.
        kept: u64,
    },
    /// The folder cannot be made, or nothing can be written in it.
    #[error("cannot write in {path}: {error}", path = .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// There is no space left, or the user's quota is used up.
    #[error(
        "the disk is full: {written} bytes{expected} are in {part}",
        expected = of_total(*.expected),
        part = .part.display()
    )]
    DiskFull {
        /// The unfinished file, which is kept.
        part: PathBuf,
        /// Bytes written to it.
        written: u64,
        /// Bytes of the whole file, when known.
        expected: Option<u64>,
    },
    /// A file in the cache cannot be read, written or renamed.
    #[error("cannot {action} {path}: {error}", path = .path.display())]
    Disk {
        /// `read`, `write`, …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another process is downloading the same file.
    #[error("another process is writing {part}", part = .part.display())]
    Busy {
        /// The unfinished file.
        part: PathBuf,
    },
    /// A file of that name is already there, with another checksum.
    #[error(
        "{path} is there already, found SHA-256 {found}, expected {expected}; nothing is \
         overwritten",
        path = .path.display()
    )]
    Occupied {
        /// The file.
        path: PathBuf,
        /// Its checksum.
        found: Sha256Sum,
        /// The one of the published file.
        expected: Sha256Sum,
    },
    /// The progress callback asked to stop.
    #[error("interrupted after {received} bytes{expected}", expected = of_total(*.expected))]
    Interrupted {
        /// Bytes kept in the `.part` for the next call.
        received: u64,
        /// Bytes of the whole file, when known.
        expected: Option<u64>,
    },
    /// The crate was built without its feature `fetch`.
    #[error("this program was built without the feature `fetch`, so it cannot download")]
    NotBuilt,
}

/// What happened at one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The address.
    pub address: Address,
    /// Why it did not give the file.
    pub reason: Reason,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.address, self.reason)
    }
}

/// Why an address did not give the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    /// The host's name has no number.
    #[error("the host's name cannot be resolved: there is no network, or no such host")]
    HostNotFound,
    /// There is no way to the host.
    #[error("the host cannot be reached: there is no network, or it is switched off")]
    Unreachable,
    /// The host answers, but nothing listens there.
    #[error("the host refused the connection")]
    Refused,
    /// No connection or no answer within the time allowed.
    #[error("no answer in time")]
    TimedOut,
    /// The server answered with an error.
    #[error("the server answered {status}{}, expected 200", meaning(*.status))]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The connection broke, more often than it is taken up again.
    #[error(
        "the connection broke {often}, last after {received} bytes{expected} ({detail})",
        often = how_often(*.times),
        expected = of_total(*.expected)
    )]
    Broken {
        /// How often.
        times: u32,
        /// Bytes here when it last broke.
        received: u64,
        /// Bytes of the whole file, when known.
        expected: Option<u64>,
        /// What the system or the client says.
        detail: String,
    },
    /// The server announced, or sent, another size.
    #[error("found a file of {found} bytes, expected {expected}")]
    WrongSize {
        /// Bytes the server offers.
        found: u64,
        /// Bytes of the published file.
        expected: u64,
    },
    /// The server sent more than it may.
    #[error("the server sent more than the {limit} bytes expected")]
    TooLong {
        /// Most bytes accepted.
        limit: u64,
    },
    /// Everything arrived, and it is not the published file.
    #[error("found SHA-256 {found}, expected {expected}: the file has changed or was damaged")]
    WrongChecksum {
        /// Checksum of what arrived.
        found: Sha256Sum,
        /// Checksum of the published file.
        expected: Sha256Sum,
    },
    /// One redirect led to the next too often.
    #[error("too many redirects")]
    TooManyRedirects,
    /// Anything else, in the client's words: a certificate, a malformed answer.
    #[error("{detail}")]
    Other {
        /// The client's words.
        detail: String,
    },
}

fn of_total(total: Option<u64>) -> String {
    total.map_or_else(String::new, |total| format!(" of {total}"))
}

fn how_often(times: u32) -> String {
    match times {
        1 => "once".to_owned(),
        _ => format!("{times} times"),
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => " (not allowed)",
        404 | 410 => " (no such file)",
        429 => " (too many requests)",
        500..=599 => " (the server is in trouble)",
        _ => "",
    }
}
