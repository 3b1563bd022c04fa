//! What can keep a run from ending.

use hntf_models::ModelError;
use thiserror::Error;

use crate::store::StoreError;

/// Everything a user can be told in place of fits.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// A model that refused its data.
    #[error("method `{method}`: {source}")]
    Model {
        /// Its id.
        method: String,
        /// What it said.
        source: ModelError,
    },
    /// A store that cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Fits that a view needs and the store has not.
    #[error(
        "{missing} of {total} fits are not in the store {store} (the first is {first}); nothing was written: fit them with {command}"
    )]
    Missing {
        /// How many.
        missing: usize,
        /// Of how many.
        total: usize,
        /// Method and trial of the first of them.
        first: String,
        /// Where they were looked for.
        store: String,
        /// What fits them.
        command: String,
    },
    /// The user stopped the run.
    #[error(
        "interrupted after {done} of {total} fits; they are kept: the same command goes on from there"
    )]
    Interrupted {
        /// Fits finished.
        done: usize,
        /// Fits planned.
        total: usize,
    },
    /// A pool of threads the system refused.
    #[error("cannot start {threads} threads ({reason}): choose fewer with --threads")]
    Threads {
        /// The number asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
}
