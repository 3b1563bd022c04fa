//! What a user sees while fits run, and how they stop them.

use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hntf_harness::run::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Set by Ctrl-C.
static CANCELLED: AtomicBool = AtomicBool::new(false);

/// A bar over all fits of an experiment, on standard error.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar that is hidden where standard error is no terminal.
    pub(crate) fn new(name: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let template =
            "{prefix} [{bar:30}] {pos}/{len} fits, {elapsed} gone, {eta} left  {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Watch for Bar {
    fn planned(&self, fits: usize, already_done: usize) {
        self.0.set_length(fits as u64);
        self.0.set_position(already_done as u64);
        self.0.reset_eta();
        if already_done > 0 {
            let message =
                format!("going on after {already_done} of {fits} fits of an interrupted run");
            self.0.suspend(|| say(&message));
        }
    }

    fn started(&self, method: &str, trial: u32) {
        self.0.set_message(format!("{method} trial {trial}"));
    }

    fn finished(&self, _: &str, _: u32) {
        self.0.inc(1);
    }

    fn cancelled(&self) -> bool {
        is_cancelled()
    }
}

/// Whether the user has asked to stop.
pub(crate) fn is_cancelled() -> bool {
    CANCELLED.load(Ordering::Relaxed)
}

/// The first Ctrl-C lets running fits end at their next iteration and keeps finished ones; the
/// second one ends the program.
pub(crate) fn listen_for_interrupts() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let handler = || {
            if CANCELLED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
            say("\nstopping; press Ctrl-C again to stop at once");
        };
        if ctrlc::set_handler(handler).is_err() {
            say("warning: Ctrl-C will stop the program at once");
        }
    });
}

/// A line on standard error. That nobody may be there to read it is no reason to fail.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A line on standard output; a closed pipe ends the program quietly, as readers like `head` expect.
pub(crate) fn print(text: &str) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}
