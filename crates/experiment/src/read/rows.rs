//! Rows of the table: methods, views of them, and the numbers published for either.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeValue;

use super::metrics::unknown_metric;
use super::numbers::{Trials, not_negative, read_trials};
use super::section::{Node, deserialize, into_table, read_section};
use crate::diagnostic::{ConfigError, Text};
use crate::registry::MODELS;
use crate::rows::{Aggregate, Drift, Method, Origin, Published, View};
use crate::words::suggestion;

/// An f64 has no more significant digits.
const MOST_DIGITS: u8 = 15;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PlainMethod {
    id: Spanned<String>,
    label: Option<String>,
    #[serde(default)]
    origin: Origin,
    trials: Option<Spanned<Trials>>,
    layers: Option<Spanned<usize>>,
    #[serde(default)]
    aggregate: Aggregate,
    #[serde(default)]
    published: PlainPublished,
    drift: Option<Spanned<f64>>,
    #[serde(default)]
    drift_of: BTreeMap<Spanned<String>, Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PlainView {
    id: Spanned<String>,
    label: String,
    of: Spanned<String>,
    aggregate: Aggregate,
    #[serde(default)]
    origin: Origin,
    #[serde(default)]
    published: PlainPublished,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PlainPublished {
    #[serde(default)]
    values: BTreeMap<Spanned<String>, Spanned<Vec<f64>>>,
    digits: Option<Spanned<u8>>,
    #[serde(default)]
    digits_of: BTreeMap<String, Spanned<u8>>,
    tolerance: Option<Spanned<f64>>,
}

/// Other processors round differently; a million times that is still far below a printed digit.
const DEFAULT_DRIFT: f64 = 1e-6;
const DEFAULT_DIGITS: u8 = 3;

/// Reads rows, which must differ in their ids.
pub(super) struct Rows<'a> {
    pub(super) text: &'a Text,
    pub(super) ranks: &'a [usize],
    /// The names of all metrics.
    pub(super) metrics: &'a [String],
    seen: Vec<String>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a Text, ranks: &'a [usize], metrics: &'a [String]) -> Self {
        Self {
            text,
            ranks,
            metrics,
            seen: Vec::new(),
        }
    }

    pub(super) fn method(&mut self, node: Node<'_>) -> Result<Method, ConfigError> {
        let text = self.text;
        let span = node.span();
        let help = || "write [[method]] with double brackets and the keys below it".to_owned();
        let mut table = into_table(text, "method", node, help)?;
        let Some(model) = table.remove("model") else {
            return Err(text
                .error(span, "this [[method]] has no model")
                .help("add one, such as model = { kind = \"multi-hntf\" }"));
        };
        let model = read_section(text, "model", model, MODELS)?;
        let rest = Spanned::new(span.clone(), DeValue::Table(table));
        let plain: PlainMethod = deserialize(text, rest, &span, &["model"])?;
        let id = self.id(&plain.id)?;
        Ok(Method {
            label: plain.label.unwrap_or_else(|| id.clone()),
            id,
            origin: plain.origin,
            model,
            trials: read_trials(text, plain.trials.as_ref())?,
            layers: self.layers(plain.layers.as_ref())?,
            aggregate: plain.aggregate,
            published: self.published(plain.published)?,
            drift: Drift {
                any: not_negative(text, "drift", plain.drift)?.unwrap_or(DEFAULT_DRIFT),
                of: self.drifts(plain.drift_of)?,
            },
        })
    }

    pub(super) fn view(&mut self, node: Node<'_>, methods: &[Method]) -> Result<View, ConfigError> {
        let span = node.span();
        let plain: PlainView = deserialize(self.text, node, &span, &[])?;
        let id = self.id(&plain.id)?;
        let of = plain.of.get_ref();
        if !methods.iter().any(|m| m.id == *of) {
            let message = format!("a view of `{of}`, which is no method's id");
            return Err(self
                .text
                .error(plain.of.span(), message)
                .help(suggestion(of, methods.iter().map(|m| m.id.as_str()))));
        }
        Ok(View {
            id,
            label: plain.label,
            of: plain.of.into_inner(),
            aggregate: plain.aggregate,
            origin: plain.origin,
            published: self.published(plain.published)?,
        })
    }

    /// How many of the ranks a method fits; all of them if it does not say.
    fn layers(&self, layers: Option<&Spanned<usize>>) -> Result<usize, ConfigError> {
        let all = self.ranks.len();
        match layers {
            None => Ok(all),
            Some(layers) if (1..=all).contains(layers.get_ref()) => Ok(*layers.get_ref()),
            Some(layers) => {
                let message = format!("`layers` is {}", layers.get_ref());
                Err(self.text.error(layers.span(), message).help(format!(
                    "give how many of the {all} ranks the method fits, finest first, from 1 to {all}"
                )))
            }
        }
    }

    /// `topic-loss` stands for the losses of all pairs of layers.
    fn drifts(
        &self,
        drifts: BTreeMap<Spanned<String>, Spanned<f64>>,
    ) -> Result<BTreeMap<String, f64>, ConfigError> {
        let known = self.metrics;
        let mut found = BTreeMap::new();
        for (metric, drift) in drifts {
            if !known.iter().any(|k| k.starts_with(metric.get_ref())) {
                let message = format!("unknown metric `{}`", metric.get_ref());
                let help = unknown_metric(metric.get_ref(), known);
                return Err(self.text.error(metric.span(), message).help(help));
            }
            if let Some(drift) = not_negative(self.text, metric.get_ref(), Some(drift))? {
                found.insert(metric.into_inner(), drift);
            }
        }
        Ok(found)
    }

    fn id(&mut self, id: &Spanned<String>) -> Result<String, ConfigError> {
        let (span, id) = (id.span(), id.get_ref());
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(is_plain) {
            let help = "an id is lower-case letters, digits and hyphens: it stands in records; a label may be anything";
            return Err(self
                .text
                .error(span, format!("`{id}` cannot be an id"))
                .help(help));
        }
        if self.seen.contains(id) {
            let message = format!("the id `{id}` is taken by a row above");
            return Err(self
                .text
                .error(span, message)
                .help("give every [[method]] and [[view]] an id of its own"));
        }
        self.seen.push(id.clone());
        Ok(id.clone())
    }

    fn published(&self, plain: PlainPublished) -> Result<Published, ConfigError> {
        if let Some((metric, digits)) = plain
            .digits_of
            .iter()
            .find(|(m, _)| !plain.values.keys().any(|k| k.get_ref() == *m))
        {
            let message = format!("digits of `{metric}`, which has no published values");
            return Err(self.text.error(digits.span(), message).help("leave it out"));
        }
        let mut values = BTreeMap::new();
        for (metric, list) in plain.values {
            if !self.metrics.contains(metric.get_ref()) {
                let name = metric.get_ref();
                return Err(self
                    .text
                    .error(metric.span(), format!("unknown metric `{name}`"))
                    .help(unknown_metric(name, self.metrics)));
            }
            let (layers, found) = (self.ranks.len(), list.get_ref().len());
            if found > layers {
                let message = format!("{found} published values for {layers} ranks");
                return Err(self.text.error(list.span(), message).help(
                    "give one value a rank, finest first, and nan where none was published",
                ));
            }
            if let Some(value) = list.get_ref().iter().find(|v| v.is_infinite()) {
                return Err(self
                    .text
                    .error(list.span(), format!("a published value is {value}"))
                    .help("give a finite number, or nan where none was published"));
            }
            values.insert(metric.into_inner(), list.into_inner());
        }
        let digits = plain.digits.iter().chain(plain.digits_of.values());
        if let Some(digits) = digits.into_iter().find(|d| *d.get_ref() > MOST_DIGITS) {
            let message = format!("`digits` is {}", digits.get_ref());
            return Err(self.text.error(digits.span(), message).help(format!(
                "give the digits after the point that were printed, at most {MOST_DIGITS}"
            )));
        }
        Ok(Published {
            values,
            digits: plain.digits.map_or(DEFAULT_DIGITS, Spanned::into_inner),
            digits_of: (plain.digits_of.into_iter())
                .map(|(metric, digits)| (metric, digits.into_inner()))
                .collect(),
            tolerance: not_negative(self.text, "tolerance", plain.tolerance)?,
        })
    }
}
