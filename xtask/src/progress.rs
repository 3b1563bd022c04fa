//! What a user sees while fits run, and how they stop them.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use hntf_run::Watch;
use hntf_solvers::Progress;
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
    /// What runs, by method and trial.
    running: Mutex<BTreeMap<(String, u32), Stage>>,
    /// The tenth of a second for which the bar's message was made last.
    shown: AtomicU64,
}

/// How far a fit is. It has several loops, one after the other: those of its first layer, of its
/// layers, and of a second fit to a part of the entries.
struct Stage {
    /// When this loop was first heard of, and the iteration it was at.
    since: Instant,
    first: usize,
    iteration: usize,
    limit: usize,
    error: Option<f64>,
}

impl Stage {
    #[expect(
        clippy::disallowed_methods,
        reason = "progress is where the command line reads the clock"
    )]
    fn new() -> Self {
        Self {
            since: Instant::now(),
            first: 0,
            iteration: 0,
            limit: 0,
            error: None,
        }
    }

    fn advance(&mut self, progress: Progress) {
        let is_next = progress.iteration <= self.iteration || progress.max_iterations != self.limit;
        if is_next {
            *self = Self {
                first: progress.iteration,
                limit: progress.max_iterations,
                ..Self::new()
            };
        }
        self.iteration = progress.iteration;
        self.error = progress.error.or(self.error);
    }

    /// In words, so long after it was first heard of this loop.
    fn words(&self, (method, trial): &(String, u32), elapsed: Duration) -> String {
        let mut words = format!("{method} trial {trial}");
        if self.iteration > 0 {
            words.push_str(&format!(": iteration {}/{}", self.iteration, self.limit));
        }
        if let Some(error) = self.error {
            words.push_str(&format!(", error {error:.4}"));
        }
        let done = (self.iteration - self.first) as f64;
        let rate = done / elapsed.as_secs_f64();
        if done > 0.0 && rate.is_finite() {
            words.push_str(&match rate >= 10.0 {
                true => format!(", {rate:.0}/s"),
                false => format!(", {rate:.2}/s"),
            });
        }
        words
    }
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
            running: Mutex::default(),
            shown: AtomicU64::new(0),
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
        let mut line = format!("{name}: {done} of {all} fits after {seconds} s");
        let running = self.running();
        if !running.is_empty() {
            line.push_str(&format!("; now {running}"));
        }
        Some(line)
    }

    /// What runs, in words.
    fn running(&self) -> String {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let words: Vec<String> = running
            .iter()
            .map(|(fit, stage)| stage.words(fit, stage.since.elapsed()))
            .collect();
        words.join("; ")
    }
}

impl Watch for Bar {
    fn planned(&self, fits: usize, kept: usize) {
        self.bar.set_length(fits as u64);
        self.bar.set_position(kept as u64);
        self.bar.reset_eta();
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
        self.bar.enable_steady_tick(Duration::from_millis(200));
        if kept > 0 && kept < fits {
            self.noted(&format!("{kept} of {fits} fits are kept from earlier runs"));
        }
    }

    fn started(&self, method: &str, trial: u32) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert((method.to_owned(), trial), Stage::new());
    }

    fn progressed(&self, method: &str, trial: u32, progress: Progress) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let stage = running
            .iter_mut()
            .find(|((m, t), _)| m == method && *t == trial);
        if let Some((_, stage)) = stage {
            stage.advance(progress);
        }
        drop(running);
        let tenths = self.started.elapsed().as_millis() as u64 / 100;
        if self.lines.is_none() && self.shown.swap(tenths, Ordering::Relaxed) != tenths {
            self.bar.set_message(self.running());
        }
    }

    fn finished(&self, method: &str, trial: u32) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&(method.to_owned(), trial));
        drop(running);
        // Fits that only a figure needs come last and are not counted.
        if Some(self.bar.position()) < self.bar.length() {
            self.bar.inc(1);
        }
        self.tell();
    }

    fn noted(&self, text: &str) {
        self.bar.suspend(|| say(text));
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

    fn at(iteration: usize, max_iterations: usize, error: Option<f64>) -> Progress {
        Progress {
            iteration,
            max_iterations,
            error,
        }
    }

    #[test]
    fn a_fit_says_where_its_loop_is_and_how_fast() {
        let fit = ("multi-hntf".to_owned(), 0);
        let after = |stage: &Stage, seconds| stage.words(&fit, Duration::from_secs(seconds));
        let mut stage = Stage::new();
        assert_eq!(after(&stage, 9), "multi-hntf trial 0");
        // Its first layer: that one iteration is done says nothing about the rate.
        stage.advance(at(1, 200, None));
        assert_eq!(after(&stage, 0), "multi-hntf trial 0: iteration 1/200");
        stage.advance(at(100, 200, Some(0.30304)));
        stage.advance(at(101, 200, None));
        assert_eq!(
            after(&stage, 5),
            "multi-hntf trial 0: iteration 101/200, error 0.3030, 20/s"
        );
        // Its layers: counted and timed from their own beginning, and no error is known yet.
        stage.advance(at(1, 800, None));
        assert_eq!(after(&stage, 0), "multi-hntf trial 0: iteration 1/800");
        stage.advance(at(3, 800, Some(0.45432)));
        let expected = "multi-hntf trial 0: iteration 3/800, error 0.4543, 0.50/s";
        assert_eq!(after(&stage, 4), expected);
    }

    #[test]
    fn loops_of_one_iteration_are_told_apart_and_so_are_loops_of_other_lengths() {
        let mut stage = Stage::new();
        stage.advance(at(1, 5, Some(0.5)));
        stage.advance(at(1, 5, None));
        assert_eq!((stage.first, stage.error), (1, None));
        stage.advance(at(2, 5, Some(0.25)));
        stage.advance(at(10, 900, None));
        assert_eq!((stage.first, stage.error), (10, None));
    }

    #[test]
    fn a_line_names_what_runs_until_it_has_ended() {
        let bar = Bar {
            lines: Some(AtomicU64::new(0)),
            ..Bar::new("mine")
        };
        bar.bar.set_length(6);
        bar.started("hnmf", 0);
        bar.started("multi-hntf", 3);
        bar.progressed("multi-hntf", 3, at(120, 800, Some(0.4543)));
        let expected = "mine: 0 of 6 fits after 30 s; now hnmf trial 0; multi-hntf trial 3: iteration 120/800, error 0.4543";
        assert_eq!(bar.line(30).as_deref(), Some(expected));
        bar.finished("hnmf", 0);
        bar.finished("multi-hntf", 3);
        let expected = "mine: 2 of 6 fits after 60 s";
        assert_eq!(bar.line(60).as_deref(), Some(expected));
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
