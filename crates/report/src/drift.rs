//! Whether numbers have moved: a new record against a committed one.

use std::cmp::Ordering;
use std::fmt;

use hntf_experiment::Experiment;
use hntf_run::{Cell, Record};

/// A cell that is not what it was.
#[derive(Debug, Clone, PartialEq)]
pub enum Drift {
    /// The value has moved by more than the method's tolerance.
    Moved {
        /// As committed.
        before: Cell,
        /// Its value now.
        now: f64,
        /// How far it may move.
        allowed: f64,
    },
    /// A committed cell that is no longer computed.
    Gone(Cell),
    /// A computed cell that is not committed.
    New(Cell),
}

/// Decimals after the point that tell any two f64 apart.
const MOST_DIGITS: usize = 16;

/// Compares two records cell by cell. A cell may move by the `drift` of its method, relative to its
/// value (absolute below 1).
pub fn compare(experiment: &Experiment, committed: &Record, now: &Record) -> Vec<Drift> {
    let mut drifts = Vec::new();
    let (mut old, mut new) = (
        committed.cells().iter().peekable(),
        now.cells().iter().peekable(),
    );
    while let Some(cell) = old.peek().or(new.peek()).copied() {
        let order = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) => a.key().cmp(&b.key()),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        match order {
            Ordering::Less => drifts.extend(old.next().cloned().map(Drift::Gone)),
            Ordering::Greater => drifts.extend(new.next().cloned().map(Drift::New)),
            Ordering::Equal => {
                old.next();
                let Some(found) = new.next() else { break };
                let drift = experiment
                    .method(&cell.method)
                    .map_or(0.0, |(_, m)| m.drift.allowed(&cell.metric));
                let allowed = drift * cell.value.abs().max(1.0);
                // NaN is nowhere, so it has moved.
                let close = (cell.value - found.value).abs() <= allowed;
                if !close {
                    let before = cell.clone();
                    drifts.push(Drift::Moved {
                        before,
                        now: found.value,
                        allowed,
                    });
                }
            }
        }
    }
    drifts
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |cell: &Cell| {
            format!(
                "{} trial {} layer {} {}",
                cell.method, cell.trial, cell.layer, cell.metric
            )
        };
        match self {
            Self::Moved {
                before,
                now,
                allowed,
            } => {
                let (name, was) = (name(before), before.value);
                let by = now - was;
                // As many digits as tell them apart.
                let same = |digits: &usize| {
                    let digits = *digits;
                    format!("{:.digits$e}", by.abs()) == format!("{allowed:.digits$e}")
                };
                let digits = (1..MOST_DIGITS).find(|digits| !same(digits));
                let digits = digits.unwrap_or(MOST_DIGITS);
                write!(
                    f,
                    "{name}: was {was}, is {now} (moved by {by:+.digits$e}, allowed {allowed:.digits$e})"
                )
            }
            Self::Gone(cell) => write!(f, "{}: was {}, is no longer there", name(cell), cell.value),
            Self::New(cell) => write!(f, "{}: is {}, was not there", name(cell), cell.value),
        }
    }
}
