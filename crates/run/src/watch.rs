//! What somebody sees of a run, and how they stop it.

use hntf_solvers::{Progress, Signal};

/// Sees how a run goes, from several threads.
pub trait Watch: Sync {
    /// Called once, when it is known how many fits there are and how many the store has.
    fn planned(&self, _fits: usize, _kept: usize) {}

    /// A fit has begun.
    fn started(&self, _method: &str, _trial: u32) {}

    /// A fit has done one more iteration.
    fn progressed(&self, _method: &str, _trial: u32, _progress: Progress) {}

    /// A fit has ended.
    fn finished(&self, _method: &str, _trial: u32) {}

    /// Something that a user should know.
    fn noted(&self, _text: &str) {}

    /// Whether the user wants the run to stop.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Sees nothing and never stops a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}

/// Passes the iterations of a fit on, and stops it when the user wants the run to stop.
pub(crate) fn observe<'a>(
    watch: &'a dyn Watch,
    method: &'a str,
    trial: u32,
) -> impl FnMut(Progress) -> Signal + 'a {
    move |progress| {
        watch.progressed(method, trial, progress);
        if watch.cancelled() {
            Signal::Cancel
        } else {
            Signal::Continue
        }
    }
}
