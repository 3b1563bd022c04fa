//! The one loop: iteration limit, stopping rule, trace, progress and cancellation.

use serde::{Deserialize, Serialize};

use crate::number;

/// Something that is improved step by step.
pub trait Iterate {
    /// One iteration.
    fn step(&mut self);

    /// The quantity the stopping rule watches, for the current iterate: a relative error or a loss.
    fn error(&mut self) -> f64;
}

/// What decides that an iteration has settled. With e the error at a check and e⁻ at the one
/// before it:
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// |e⁻ − e| < tolerance, from the third check on.
    AbsoluteChange,
    /// (e⁻ − e)/e₁ < tolerance, from the second check on; e₁ is the error of the first check.
    DecreaseOverFirst,
    /// (e⁻ − e)/e₀ < tolerance, from the first check on; e₀ is the error before any iteration, and
    /// e⁻ of the first check is e₀ too.
    DecreaseOverInitial,
    /// Only the iteration limit stops.
    Never,
}

/// When an iteration stops.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Stopping {
    /// Iterations at most.
    pub max_iterations: usize,
    /// The number the criterion compares with.
    pub tolerance: f64,
    /// The criterion.
    pub criterion: Criterion,
    /// Iterations between two checks; the error is evaluated at checks only.
    pub check_every: usize,
}

/// Until the error changes by less than 1e-8, at most 1,000 iterations.
impl Default for Stopping {
    fn default() -> Self {
        Self {
            max_iterations: 1000,
            tolerance: 1e-8,
            criterion: Criterion::AbsoluteChange,
            check_every: 1,
        }
    }
}

impl Stopping {
    /// Exactly `iterations` iterations.
    pub fn after(iterations: usize) -> Self {
        Self {
            max_iterations: iterations,
            tolerance: 0.0,
            criterion: Criterion::Never,
            check_every: usize::MAX,
        }
    }
}

/// Why an iteration stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// The stopping rule was met.
    Converged,
    /// The iteration limit was reached.
    IterationLimit,
    /// The observer asked to stop.
    Cancelled,
    /// The observer found that time is up.
    TimeLimit,
    /// The error became NaN or infinite.
    Diverged,
}

/// Where an iteration stands, for an [`Observer`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Iterations done.
    pub iteration: usize,
    /// Iterations at most.
    pub max_iterations: usize,
    /// The error, where this iteration was a check.
    pub error: Option<f64>,
}

/// An observer's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Go on.
    Continue,
    /// Stop: the user does not want to wait.
    Cancel,
    /// Stop: the time limit has passed. Solvers themselves never read a clock.
    TimeUp,
}

/// Sees every iteration and may end the loop. Closures `FnMut(Progress) -> Signal` are observers.
pub trait Observer {
    /// Called after every iteration.
    fn iteration(&mut self, progress: Progress) -> Signal;
}

impl<F: FnMut(Progress) -> Signal> Observer for F {
    fn iteration(&mut self, progress: Progress) -> Signal {
        self(progress)
    }
}

/// The observer that never objects.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn iteration(&mut self, _: Progress) -> Signal {
        Signal::Continue
    }
}

/// How a loop ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Why it stopped.
    pub reason: StopReason,
    /// Iterations done.
    pub iterations: usize,
    /// (iteration, error) at every check; iteration 0 is the start. The last error of an iteration that
    /// diverged is NaN or infinite, and serde keeps that in every format.
    #[serde(with = "number::in_pairs")]
    pub trace: Vec<(usize, f64)>,
}

/// Runs `iterate` until its stopping rule, its limit, the observer or a non-finite error ends it.
///
/// Whatever the checks, an iterate whose error has become NaN or infinite ends as
/// [`StopReason::Diverged`], with the iteration it was found after: where the last iteration is no
/// check, the error is evaluated once more when the loop has ended, and enters the trace only then.
pub fn drive(
    iterate: &mut dyn Iterate,
    stopping: &Stopping,
    observer: &mut dyn Observer,
) -> Outcome {
    let mut rule = Rule {
        stopping,
        first: f64::NAN,
        previous: f64::NAN,
        checks: 0,
    };
    let mut outcome = Outcome {
        reason: StopReason::IterationLimit,
        iterations: 0,
        trace: Vec::new(),
    };
    if stopping.criterion == Criterion::DecreaseOverInitial {
        let initial = iterate.error();
        (rule.first, rule.previous) = (initial, initial);
        outcome.trace.push((0, initial));
        if !initial.is_finite() {
            outcome.reason = StopReason::Diverged;
            return outcome;
        }
    }
    for iteration in 1..=stopping.max_iterations {
        iterate.step();
        outcome.iterations = iteration;
        let check = iteration % stopping.check_every.max(1) == 0;
        let error = check.then(|| iterate.error());
        let progress = Progress {
            iteration,
            max_iterations: stopping.max_iterations,
            error,
        };
        let signal = observer.iteration(progress);
        if let Some(error) = error {
            outcome.trace.push((iteration, error));
            if !error.is_finite() {
                outcome.reason = StopReason::Diverged;
                break;
            }
            if rule.is_met(error) {
                outcome.reason = StopReason::Converged;
                break;
            }
        }
        match signal {
            Signal::Continue => {}
            Signal::Cancel => {
                outcome.reason = StopReason::Cancelled;
                break;
            }
            Signal::TimeUp => {
                outcome.reason = StopReason::TimeLimit;
                break;
            }
        }
    }
    // Iterations that no check has seen: what they came to is told by one error.
    let seen = outcome.trace.last().map_or(0, |(iteration, _)| *iteration);
    let unseen = outcome.iterations > seen && outcome.reason != StopReason::Cancelled;
    if unseen {
        let error = iterate.error();
        if !error.is_finite() {
            outcome.trace.push((outcome.iterations, error));
            outcome.reason = StopReason::Diverged;
        }
    }
    outcome
}

struct Rule<'a> {
    stopping: &'a Stopping,
    first: f64,
    previous: f64,
    checks: usize,
}

impl Rule<'_> {
    fn is_met(&mut self, error: f64) -> bool {
        self.checks += 1;
        let decrease = self.previous - error;
        if self.checks == 1 && self.first.is_nan() {
            self.first = error;
        }
        self.previous = error;
        let tolerance = self.stopping.tolerance;
        match self.stopping.criterion {
            Criterion::AbsoluteChange => self.checks >= 3 && decrease.abs() < tolerance,
            Criterion::DecreaseOverFirst => self.checks >= 2 && decrease / self.first < tolerance,
            Criterion::DecreaseOverInitial => decrease / self.first < tolerance,
            Criterion::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Errors read from a list.
    struct Scripted(Vec<f64>, usize);

    impl Iterate for Scripted {
        fn step(&mut self) {
            self.1 += 1;
        }
        fn error(&mut self) -> f64 {
            self.0[self.1]
        }
    }

    fn run(errors: &[f64], criterion: Criterion, check_every: usize) -> Outcome {
        let stopping = Stopping {
            max_iterations: errors.len() - 1,
            tolerance: 0.1,
            criterion,
            check_every,
        };
        drive(&mut Scripted(errors.to_vec(), 0), &stopping, &mut Silent)
    }

    #[test]
    fn absolute_change_waits_for_the_third_check() {
        let outcome = run(&[9.0, 1.0, 1.0, 1.05, 0.2], Criterion::AbsoluteChange, 1);
        assert_eq!(
            (outcome.reason, outcome.iterations),
            (StopReason::Converged, 3)
        );
    }

    #[test]
    fn decrease_over_first_compares_with_the_first_error_and_stops_on_an_increase() {
        let outcome = run(&[9.0, 4.0, 3.5, 3.2, 1.0], Criterion::DecreaseOverFirst, 1);
        assert_eq!(
            (outcome.reason, outcome.iterations),
            (StopReason::Converged, 3)
        );
        let outcome = run(&[9.0, 4.0, 4.1, 1.0], Criterion::DecreaseOverFirst, 1);
        assert_eq!(
            (outcome.reason, outcome.iterations),
            (StopReason::Converged, 2)
        );
    }

    #[test]
    fn decrease_over_initial_checks_every_so_many_iterations() {
        let outcome = run(
            &[9.0, 8.95, 5.0, 4.9, 4.5, 4.0],
            Criterion::DecreaseOverInitial,
            2,
        );
        assert_eq!(
            (outcome.reason, outcome.iterations),
            (StopReason::Converged, 4)
        );
        assert_eq!(outcome.trace, [(0, 9.0), (2, 5.0), (4, 4.5)]);
    }

    #[test]
    fn an_error_that_is_not_finite_is_found_without_a_check_too() {
        for bad in [f64::NAN, f64::INFINITY] {
            let mut iterate = Scripted(vec![1.0, 2.0, 3.0, bad], 0);
            let outcome = drive(&mut iterate, &Stopping::after(3), &mut Silent);
            assert_eq!(
                (outcome.reason, outcome.iterations, outcome.trace.len()),
                (StopReason::Diverged, 3, 1)
            );
            let outcome = run(&[bad, 1.0, 1.0], Criterion::DecreaseOverInitial, 1);
            assert_eq!(
                (outcome.reason, outcome.iterations),
                (StopReason::Diverged, 0)
            );
        }
        // Where nothing is wrong the trace has checks alone.
        let mut iterate = Scripted(vec![1.0; 4], 0);
        let outcome = drive(&mut iterate, &Stopping::after(3), &mut Silent);
        assert_eq!(outcome.reason, StopReason::IterationLimit);
        assert!(outcome.trace.is_empty());
    }

    #[test]
    fn limit_cancellation_time_and_divergence_are_told_apart() {
        assert_eq!(
            run(&[9.0, 1.0, 2.0], Criterion::Never, 1).reason,
            StopReason::IterationLimit
        );
        assert_eq!(
            run(&[9.0, f64::NAN, 2.0], Criterion::Never, 1).reason,
            StopReason::Diverged
        );
        for (signal, reason) in [
            (Signal::Cancel, StopReason::Cancelled),
            (Signal::TimeUp, StopReason::TimeLimit),
        ] {
            let mut observer = |p: Progress| {
                if p.iteration == 2 {
                    signal
                } else {
                    Signal::Continue
                }
            };
            let mut iterate = Scripted(vec![1.0; 9], 0);
            let outcome = drive(&mut iterate, &Stopping::after(8), &mut observer);
            assert_eq!((outcome.reason, outcome.iterations), (reason, 2));
        }
    }
}
