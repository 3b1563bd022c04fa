//! What a user sees while fits run, and how they stop them.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hntf_harness::run::Watch;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Set by Ctrl-C.
static CANCELLED: AtomicBool = AtomicBool::new(false);

/// Seconds between two lines where standard error is no terminal.
const LINES_EVERY: u64 = 30;

/// A bar over all fits of an experiment, on standard error; where that is no terminal, a line now
/// and then.
pub(crate) struct Bar {
    bar: ProgressBar,
    started: Instant,
    /// How many lines have been due; `None` in a terminal.
    lines: Option<AtomicU64>,
}

impl Bar {
    /// A bar that is drawn once it is known how many fits there are.
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is where the command line reads the clock"
    )]
    pub(crate) fn new(name: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        // Short enough for the longest name and a method in 80 columns.
        let template = "{prefix} [{bar:16}] {pos}/{len} fits, {elapsed}{left} {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> ").with_key("left", time_left));
        }
        bar.set_prefix(name.to_owned());
        let lines = (!std::io::stderr().is_terminal()).then(AtomicU64::default);
        Self {
            bar,
            started: Instant::now(),
            lines,
        }
    }

    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Says how far the run is, if that is not drawn and was not said for a while.
    fn tell(&self) {
        if let Some(line) = self.line(self.started.elapsed().as_secs()) {
            say(&line);
        }
    }

    /// What is to be said after so many seconds; one thread is told for all.
    fn line(&self, seconds: u64) -> Option<String> {
        let lines = self.lines.as_ref()?;
        let (said, due) = (lines.load(Ordering::Relaxed), seconds / LINES_EVERY);
        let (before, now) = (Ordering::Relaxed, Ordering::Relaxed);
        if due <= said || lines.compare_exchange(said, due, before, now).is_err() {
            return None;
        }
        let (name, done) = (self.bar.prefix(), self.bar.position());
        let all = self.bar.length().unwrap_or(0);
        Some(format!("{name}: {done} of {all} fits after {seconds} s"))
    }
}

impl Watch for Bar {
    fn planned(&self, fits: usize, already_done: usize) {
        self.bar.set_length(fits as u64);
        self.bar.set_position(already_done as u64);
        self.bar.reset_eta();
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
        self.bar.enable_steady_tick(Duration::from_millis(200));
        if already_done > 0 {
            let message =
                format!("going on after {already_done} of {fits} fits of an interrupted run");
            self.bar.suspend(|| say(&message));
        }
    }

    fn started(&self, method: &str, trial: u32) {
        self.bar.set_message(format!("{method} trial {trial}"));
    }

    fn finished(&self, _: &str, _: u32) {
        self.bar.inc(1);
        self.tell();
    }

    /// Asked after every iteration of a fit, and so a place to speak up in a long one.
    fn cancelled(&self) -> bool {
        self.tell();
        is_cancelled()
    }
}

/// How long the rest takes, once a fit has ended that tells.
fn time_left(state: &ProgressState, out: &mut dyn fmt::Write) {
    if state.pos() > 0 {
        let _ = write!(out, ", {:#} left", HumanDuration(state.eta()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_a_line_comes_every_half_minute_at_most() {
        let bar = Bar {
            lines: Some(AtomicU64::new(0)),
            ..Bar::new("mine")
        };
        bar.bar.set_length(8);
        assert_eq!(bar.line(29), None);
        bar.bar.inc(3);
        let expected = "mine: 3 of 8 fits after 31 s";
        assert_eq!(bar.line(31).as_deref(), Some(expected));
        assert_eq!(bar.line(59), None);
        // A fit that asks late does not make up for the lines that were missed.
        assert!(bar.line(200).is_some());
        assert_eq!(bar.line(201), None);
    }

    #[test]
    fn in_a_terminal_the_bar_says_it() {
        let bar = Bar {
            lines: None,
            ..Bar::new("mine")
        };
        assert_eq!(bar.line(3600), None);
    }
}
