//! What can be wrong with an archive.

use std::io;

use zip::result::ZipError;

use crate::npy::error::NpyProblem;

/// An archive that could not be read or written, and why. A caller that knows its path says it
/// before this.
#[derive(Debug, thiserror::Error)]
#[error("{}{problem}", of(entry.as_deref()))]
pub struct NpzError {
    /// The array that is the matter, without `.npy`; none if it is the archive.
    pub entry: Option<String>,
    /// What is wrong with it.
    pub problem: NpzProblem,
}

/// What is wrong with an archive; each reads as a sentence that begins with what it is said of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpzProblem {
    /// It is no zip file, or not what it was.
    #[error("is damaged or is no .npz file ({0}): copy or make it again")]
    Damaged(String),
    /// It is packed in a way that is not known.
    #[error("cannot be unpacked ({0}): write it again with numpy.savez_compressed")]
    Unsupported(String),
    /// There is no such array.
    #[error("is not in the archive, which holds {}", list(found))]
    Absent {
        /// The names there are.
        found: Vec<String>,
    },
    /// All arrays together are larger than the caller allows.
    #[error(
        "takes more than the limit of {limit} bytes of memory: raise the limit if you trust the file, or read single arrays"
    )]
    AboveLimit {
        /// What is allowed.
        limit: u64,
    },
    /// A name that an array cannot have.
    #[error(
        "cannot be written under this name: names are not empty, have no \\, : or zero character, do not begin with / or hold .. as a part, and are used once"
    )]
    Name,
    /// What is wrong with the array itself.
    #[error(transparent)]
    Array(#[from] NpyProblem),
    /// The system refused to read.
    #[error("cannot be read ({0}): check its permissions and its disk")]
    Read(#[source] io::Error),
    /// The system refused to write.
    #[error("cannot be written ({0}): check that there is space left")]
    Write(#[source] io::Error),
}

impl NpzProblem {
    /// What the unpacking of an archive said.
    pub(super) fn reading(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::of_stream(error),
            ZipError::UnsupportedArchive(_)
            | ZipError::InvalidPassword
            | ZipError::CompressionMethodNotSupported(_) => Self::Unsupported(error.to_string()),
            error => Self::Damaged(error.to_string()),
        }
    }

    /// What the packing of an archive said.
    pub(super) fn writing(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Write(error),
            error => Self::Write(io::Error::other(error)),
        }
    }

    /// What is wrong with an array in an archive: what the system says may be the unpacking.
    pub(super) fn array(problem: NpyProblem) -> Self {
        match problem {
            NpyProblem::Read(error) => Self::of_stream(error),
            problem => Self::Array(problem),
        }
    }

    fn of_stream(error: io::Error) -> Self {
        use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
        match error.kind() {
            InvalidData | InvalidInput | Other | UnexpectedEof => Self::Damaged(error.to_string()),
            _ => Self::Read(error),
        }
    }

    /// As an error of one array.
    pub(super) fn of(self, entry: &str) -> NpzError {
        NpzError {
            entry: Some(entry.to_owned()),
            problem: self,
        }
    }

    /// As an error of the archive.
    pub(super) fn of_archive(self) -> NpzError {
        NpzError {
            entry: None,
            problem: self,
        }
    }
}

fn of(entry: Option<&str>) -> String {
    entry.map_or_else(
        || "the archive ".to_owned(),
        |name| format!("the array `{}` ", name.escape_debug()),
    )
}

fn list(names: &[String]) -> String {
    /// More names than these help nobody.
    const SHOWN: usize = 20;
    let shown = names.iter().take(SHOWN);
    let shown: Vec<_> = shown.map(|n| n.escape_debug().to_string()).collect();
    match names.len() {
        0 => "no arrays".to_owned(),
        n if n > SHOWN => format!("{} and {} more", shown.join(", "), n - SHOWN),
        _ => shown.join(", "),
    }
}
