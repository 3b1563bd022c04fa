//! `[[claim]]`: an order of rows that a publication states and a run can confirm.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::metrics::unknown_metric;
use super::numbers::not_negative;
use super::section::{Node, deserialize};
use crate::diagnostic::{ConfigError, Text};
use crate::rows::{Method, View};
use crate::sections::Claim;
use crate::words::suggestion;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PlainClaim {
    text: String,
    order: Spanned<Vec<Spanned<String>>>,
    metric: Option<Spanned<String>>,
    layers: Option<Spanned<Vec<Spanned<usize>>>>,
    tolerance: Option<Spanned<f64>>,
}

/// What a claim can speak of.
pub(super) struct Known<'a> {
    pub(super) methods: &'a [Method],
    pub(super) views: &'a [View],
    pub(super) layers: usize,
    /// The names of all metrics.
    pub(super) metrics: &'a [String],
    /// The metric of claims that name none.
    pub(super) metric: &'a str,
}

/// A claim, and the place of its metric.
pub(super) fn read_claim(
    text: &Text,
    node: Node<'_>,
    known: &Known<'_>,
) -> Result<(Claim, Range<usize>), ConfigError> {
    let span = node.span();
    let plain: PlainClaim = deserialize(text, node, &span, &[])?;
    if plain.order.get_ref().len() < 2 {
        return Err(text
            .error(plain.order.span(), "an order of fewer than two rows claims nothing")
            .help("name the rows from the smallest value to the largest, such as order = [\"multi-hntf\", \"hntf-1\"]"));
    }
    let methods = known.methods.iter().map(|m| m.id.as_str());
    let ids: Vec<&str> = methods
        .chain(known.views.iter().map(|v| v.id.as_str()))
        .collect();
    for id in plain.order.get_ref() {
        if !ids.contains(&id.get_ref().as_str()) {
            let message = format!("a claim of `{}`, which is no row's id", id.get_ref());
            let help = suggestion(id.get_ref(), ids.iter().copied());
            return Err(text.error(id.span(), message).help(help));
        }
    }
    if let Some(metric) = plain
        .metric
        .as_ref()
        .filter(|m| !known.metrics.contains(m.get_ref()))
    {
        let message = format!("unknown metric `{}`", metric.get_ref());
        let help = unknown_metric(metric.get_ref(), known.metrics);
        return Err(text.error(metric.span(), message).help(help));
    }
    let layers = match plain.layers {
        None => (0..known.layers).collect(),
        Some(list) => read_layers(text, list, known.layers)?,
    };
    let metric_span = plain.metric.as_ref().map_or(span, Spanned::span);
    let metric = plain.metric.map(Spanned::into_inner);
    let claim = Claim {
        text: plain.text,
        order: (plain.order.into_inner().into_iter())
            .map(Spanned::into_inner)
            .collect(),
        metric: metric.unwrap_or_else(|| known.metric.to_owned()),
        layers,
        tolerance: not_negative(text, "tolerance", plain.tolerance)?.unwrap_or(0.0),
    };
    Ok((claim, metric_span))
}

fn read_layers(
    text: &Text,
    list: Spanned<Vec<Spanned<usize>>>,
    layers: usize,
) -> Result<Vec<usize>, ConfigError> {
    let help = format!(
        "layers are counted from 0, the finest, to {}; leave the key out for all of them",
        layers - 1
    );
    if list.get_ref().is_empty() {
        return Err(text
            .error(list.span(), "`layers` is empty: nothing is claimed")
            .help(help));
    }
    if let Some(beyond) = list.get_ref().iter().find(|l| *l.get_ref() >= layers) {
        let message = format!("a claim of layer {}, there are {layers}", beyond.get_ref());
        return Err(text.error(beyond.span(), message).help(help));
    }
    Ok(list
        .into_inner()
        .into_iter()
        .map(Spanned::into_inner)
        .collect())
}
