//! `metrics`: what has a table of its own.

use std::ops::Range;

use toml::Spanned;

use crate::diagnostic::{ConfigError, Text};
use crate::metrics::{RELATIVE_ERROR, compares_trials};
use crate::words::suggestion;

pub(super) fn read_metrics(
    text: &Text,
    metrics: Option<&Spanned<Vec<Spanned<String>>>>,
    known: &[String],
) -> Result<(Vec<String>, Vec<Range<usize>>), ConfigError> {
    let Some(metrics) = metrics else {
        return Ok((vec![RELATIVE_ERROR.to_owned()], vec![Range::default()]));
    };
    let list = metrics.get_ref();
    match list.iter().find(|m| !known.contains(m.get_ref())) {
        Some(unknown) => {
            let name = unknown.get_ref();
            let told = text.error(unknown.span(), format!("unknown metric `{name}`"));
            Err(told.help(unknown_metric(name, known)))
        }
        None if list.is_empty() => Err(text
            .error(
                metrics.span(),
                "`metrics` is empty: there would be no table",
            )
            .help("leave it out for the relative error")),
        None => Ok((list.iter().map(|m| (m.get_ref().clone(), m.span()))).unzip()),
    }
}

/// What to write in place of a metric there is not.
pub(super) fn unknown_metric(unknown: &str, known: &[String]) -> String {
    let listed = known.iter().any(|k| k == unknown);
    if !listed && compares_trials(unknown) {
        return "it compares trials: add a section [rank-choice], which may be empty".to_owned();
    }
    suggestion(unknown, known.iter().map(String::as_str))
}
