//! Numbers with limits of their own: `trials`, how many seeds a method is fitted with, and what may not
//! be negative.

use std::fmt;
use std::ops::Range;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::diagnostic::{ConfigError, Text};
use crate::experiment::MOST_TRIALS;

/// A number as it is written: how many are too many is said in words of its own.
pub(super) struct Trials(u32);

impl<'de> Deserialize<'de> for Trials {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u32(Count)
    }
}

struct Count;

impl Visitor<'_> for Count {
    type Value = Trials;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from 1 to {MOST_TRIALS}")
    }

    fn visit_i64<E: Error>(self, found: i64) -> Result<Trials, E> {
        let count = u32::try_from(found).map(Trials);
        count.map_err(|_| E::invalid_value(Unexpected::Signed(found), &self))
    }

    fn visit_u64<E: Error>(self, found: u64) -> Result<Trials, E> {
        let count = u32::try_from(found).map(Trials);
        count.map_err(|_| E::invalid_value(Unexpected::Unsigned(found), &self))
    }
}

pub(super) fn read_trials(
    text: &Text,
    trials: Option<&Spanned<Trials>>,
) -> Result<Option<u32>, ConfigError> {
    let Some(trials) = trials else {
        return Ok(None);
    };
    let (span, count): (Range<usize>, u32) = (trials.span(), trials.get_ref().0);
    let message = match count {
        0 => "0 trials: there would be nothing to report".to_owned(),
        1..=MOST_TRIALS => return Ok(Some(count)),
        _ => format!("{count} trials are more than any table can use"),
    };
    Err(text.error(span, message).help(format!(
        "give a number from 1 to {MOST_TRIALS}; trial t uses the seed t"
    )))
}

pub(super) fn not_negative(
    text: &Text,
    key: &str,
    value: Option<Spanned<f64>>,
) -> Result<Option<f64>, ConfigError> {
    match value {
        Some(v) if !(*v.get_ref() >= 0.0 && v.get_ref().is_finite()) => Err(text
            .error(v.span(), format!("`{key}` is {}", v.get_ref()))
            .help("give a finite number ≥ 0")),
        other => Ok(other.map(Spanned::into_inner)),
    }
}
