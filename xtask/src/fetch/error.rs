//! Why there is no file.

use thiserror::Error;

/// What a user is told instead of getting a file.
#[derive(Debug, Error)]
pub(crate) enum FetchError {
    #[error("{0}")]
    Refused(String),
    #[error("interrupted; what has arrived is kept: the same command goes on from there")]
    Interrupted,
}
