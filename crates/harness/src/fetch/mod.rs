//! Fetching: public data sets are listed in `datasets/sources.toml` ([`Sources`]), downloaded and
//! verified ([`fetch`]). Finding files that are already here is for the loaders
//! (`hntf_datasets::Places`), which look at what is in them.
//!
//! Only [`fetch`] touches the network, and only when the crate is built with its feature
//! `fetch` (on by default).

mod checksum;
#[cfg(feature = "fetch")]
mod client;
#[cfg(feature = "fetch")]
mod download;
mod error;
#[cfg(feature = "fetch")]
mod part;
mod sources;

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use checksum::Sha256Sum;
pub use error::{Failure, FetchError, FetchErrorKind, Reason};
pub use sources::{Address, FileName, Source, SourceName, Sources, SourcesError};

/// How patient and how careful a download is.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// Longest wait for a name to be resolved, and then for a connection.
    pub connect_timeout: Duration,
    /// Longest silence of a server, before its answer and within it. A download of any length
    /// goes on as long as bytes keep coming.
    pub stall_timeout: Duration,
    /// How often a connection that breaks is taken up again at one address.
    pub retries: u32,
    /// Wait before the first of these; every further one waits twice as long.
    pub retry_delay: Duration,
    /// Redirects followed at one address.
    pub max_redirects: u32,
    /// Most bytes written for a source that does not state its size.
    pub max_bytes: u64,
    /// Whether `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are obeyed.
    pub proxy_from_environment: bool,
    /// Whether a file that is already there with another checksum is replaced, once the
    /// published one has arrived and been verified.
    pub replace: bool,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(30),
            retries: 3,
            retry_delay: Duration::from_secs(1),
            max_redirects: 5,
            max_bytes: 4 << 30,
            proxy_from_environment: true,
            replace: false,
        }
    }
}

/// What a download is doing.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A request is about to be sent.
    Connecting {
        /// Where to.
        address: &'a Address,
        /// Bytes that are already here and will not be asked for again.
        kept: u64,
    },
    /// Bytes are arriving.
    Receiving {
        /// Where from.
        address: &'a Address,
        /// Bytes here so far, those kept from earlier attempts included.
        received: u64,
        /// Bytes of the whole file, when known.
        total: Option<u64>,
    },
    /// The connection broke, and will be taken up again after a pause.
    Waiting {
        /// Where from.
        address: &'a Address,
        /// What happened.
        reason: &'a Reason,
        /// What is left of the pause.
        remaining: Duration,
    },
    /// This address is given up; the next one is tried, if there is one.
    Failed(&'a Failure),
}

/// Downloads the file of `source` into `cache_dir` and returns its path.
///
/// Bytes stream into `<file>.part`; size and SHA-256 are computed on the way, and the file gets
/// its name, atomically, only once both are right. What an earlier call left in the `.part` is
/// not downloaded again. Each address is tried in order; a connection that breaks is taken up
/// again where it broke, [`FetchOptions::retries`] times. A file that is already there and
/// verified is returned without any request.
///
/// `progress` is called before each request, after each piece that arrives, and ten times a
/// second in pauses; when it returns [`ControlFlow::Break`] the download stops and keeps its
/// `.part`.
///
/// # Errors
/// [`FetchError`] says what happened at each address or on the disk, and what to do. Without
/// the feature `fetch` every file that is not there yet is an error.
pub fn fetch(
    source: &Source,
    cache_dir: &Path,
    options: &FetchOptions,
    progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<PathBuf, FetchError> {
    let fail = |kind| FetchError::new(source, cache_dir, kind);
    let target = cache_dir.join(source.file.as_str());
    let unreadable = |error| FetchErrorKind::Disk {
        action: "read",
        path: target.clone(),
        error,
    };
    let existing = checksum_of(&target).map_err(|error| fail(unreadable(error)))?;
    match existing {
        Some(found) if found == source.sha256 => return Ok(target),
        Some(found) if !options.replace => {
            return Err(fail(FetchErrorKind::Occupied {
                path: target,
                found,
                expected: source.sha256,
            }));
        }
        _ => {}
    }
    retrieve(source, &target, options, progress)
        .map(|()| target)
        .map_err(fail)
}

#[cfg(feature = "fetch")]
use download::retrieve;

#[cfg(not(feature = "fetch"))]
fn retrieve(
    _: &Source,
    _: &Path,
    _: &FetchOptions,
    _: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
) -> Result<(), FetchErrorKind> {
    Err(FetchErrorKind::NotBuilt)
}

/// The checksum of a file, if it is there.
fn checksum_of(path: &Path) -> io::Result<Option<Sha256Sum>> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Sha256Sum::of_file(path).map(Some),
        // A folder that is a file, or is missing, has no file in it.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
