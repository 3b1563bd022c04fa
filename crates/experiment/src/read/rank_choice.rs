//! `[rank-choice]`: how many topics the data carry, by how well restarts agree.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::numbers::not_negative;
use crate::diagnostic::{ConfigError, Text};
use crate::rows::Method;
use crate::sections::RankChoice;
use crate::words::suggestion;

/// The section as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PlainRankChoice {
    methods: Option<Spanned<Vec<Spanned<String>>>>,
    mode: Option<Spanned<usize>>,
    held_out: Option<Spanned<f64>>,
    near: Option<Spanned<f64>>,
    stable: Option<Spanned<f64>>,
    consistent: Option<Spanned<f64>>,
}

impl PlainRankChoice {
    /// Where the mode and the share to hold out stand, for what only the data can tell.
    pub(super) fn spans(&self) -> [Range<usize>; 2] {
        let mode = self.mode.as_ref().map_or(0..0, Spanned::span);
        [mode, self.held_out.as_ref().map_or(0..0, Spanned::span)]
    }
}

/// Fits of one basin differ by less where they have settled, other basins of a table by more.
const NEAR: f64 = 0.01;
/// A cosine of 0.95 in each of two modes; the literature speaks of equal factors from 0.95 on in
/// every mode and of similar ones from 0.85 (Lorenzo-Seva & ten Berge, Methodology 2, 2006).
const STABLE: f64 = 0.9;
/// Bro & Kiers call values above 90 trilinear and near 50 problematic.
const CONSISTENT: f64 = 50.0;

pub(super) fn read_rank_choice(
    text: &Text,
    plain: Spanned<PlainRankChoice>,
    methods: &[Method],
    trials: u32,
) -> Result<RankChoice, ConfigError> {
    let section = plain.span();
    let plain = plain.into_inner();
    let several = |m: &&Method| m.trials.unwrap_or(trials) > 1;
    let more = "give it `trials` of at least 2: restarts are what is compared";
    let methods = match plain.methods {
        None => {
            let ids: Vec<String> = methods
                .iter()
                .filter(several)
                .map(|m| m.id.clone())
                .collect();
            if ids.is_empty() {
                return Err(text
                    .error(section, "no method has more than one trial to compare")
                    .help("set `trials` of the experiment or of a method to 2 or more; 10 and more tell much"));
            }
            ids
        }
        Some(named) => {
            if named.get_ref().is_empty() {
                return Err(text
                    .error(named.span(), "`methods` is empty: nothing is compared")
                    .help("leave the key out for all methods with more than one trial"));
            }
            for id in named.get_ref() {
                let Some(method) = methods.iter().find(|m| m.id == *id.get_ref()) else {
                    let message = format!("ranks of `{}`, which is no method's id", id.get_ref());
                    let help = suggestion(id.get_ref(), methods.iter().map(|m| m.id.as_str()));
                    return Err(text.error(id.span(), message).help(help));
                };
                if !several(&method) {
                    let message = format!("method `{}` has one trial", method.id);
                    return Err(text.error(id.span(), message).help(more));
                }
            }
            let ids = named.into_inner().into_iter().map(Spanned::into_inner);
            ids.collect()
        }
    };
    if let Some(zero) = plain.mode.as_ref().filter(|m| *m.get_ref() == 0) {
        return Err(text
            .error(zero.span(), "`mode` is 0")
            .help("modes are counted from 1"));
    }
    if let Some(v) = plain
        .held_out
        .as_ref()
        .filter(|v| !(0.0 < *v.get_ref() && *v.get_ref() < 1.0))
    {
        return Err(text
            .error(v.span(), format!("`held-out` is {}", v.get_ref()))
            .help("give the share of the entries to hold out, above 0 and below 1, such as 0.1"));
    }
    let share = |key, given: Option<Spanned<f64>>, most: f64, default| match given {
        Some(v) if !(0.0..=most).contains(v.get_ref()) => Err(text
            .error(v.span(), format!("`{key}` is {}", v.get_ref()))
            .help(format!("give a number from 0 to {most}"))),
        Some(v) => Ok(v.into_inner()),
        None => Ok(default),
    };
    Ok(RankChoice {
        methods,
        mode: plain.mode.map(|m| m.into_inner() - 1),
        held_out: plain.held_out.map(Spanned::into_inner),
        near: not_negative(text, "near", plain.near)?.unwrap_or(NEAR),
        stable: share("stable", plain.stable, 1.0, STABLE)?,
        consistent: share("consistent", plain.consistent, 100.0, CONSISTENT)?,
    })
}
