//! What a `[[figure]]` can ask for: the kinds, their options, and whether an experiment has what they
//! need. How they are drawn is the report's affair.

use hntf_datasets::Dataset;
use hntf_models::{FlatNcpd, NamedModel};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::metrics::{names, unmeasurable};
use crate::registry::{Entry, Read, read_value};
use crate::rows::Method;
use crate::section::Section;
use crate::sections::RankChoice;
use crate::words::suggestion;

/// All figures.
pub static FIGURES: &[Entry<Figure>] = &[
    figure::<Errors>(),
    figure::<Projections>(),
    figure::<Relations>(),
    figure::<Confusion>(),
    figure::<TopicMaps>(),
    figure::<Convergence>(),
    figure::<RankChoices>(),
];

/// A figure as a configuration asks for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// See [`Errors`].
    Errors(Errors),
    /// See [`Projections`].
    Projections(Projections),
    /// See [`Relations`].
    Relations(Relations),
    /// See [`Confusion`].
    Confusion(Confusion),
    /// See [`TopicMaps`].
    TopicMaps(TopicMaps),
    /// See [`Convergence`].
    Convergence(Convergence),
    /// See [`RankChoices`].
    RankChoices(RankChoices),
}

impl Figure {
    fn options(&self) -> &dyn Options {
        match self {
            Self::Errors(f) => f,
            Self::Projections(f) => f,
            Self::Relations(f) => f,
            Self::Confusion(f) => f,
            Self::TopicMaps(f) => f,
            Self::Convergence(f) => f,
            Self::RankChoices(f) => f,
        }
    }

    /// The stem of its files, unique within an experiment.
    pub fn stem(&self) -> String {
        self.options().stem()
    }

    /// The method and the ranks of a fit that no row of the experiment has, where it shows one.
    pub fn own_fit(&self) -> Option<(&str, &[usize])> {
        match self {
            Self::Projections(f) => Some((&f.method, f.ranks.as_deref()?)),
            _ => None,
        }
    }

    pub(crate) fn validate(&self, facts: &Facts<'_>) -> Result<(), Undrawable> {
        self.options().validate(facts)
    }
}

/// What a figure can be checked against.
pub(crate) struct Facts<'a> {
    pub(crate) dataset: &'a Dataset,
    pub(crate) methods: &'a [Method],
    pub(crate) ranks: &'a [usize],
    pub(crate) rank_choice: Option<&'a RankChoice>,
}

impl Facts<'_> {
    fn method(&self, id: &str) -> Result<&Method, Undrawable> {
        self.methods.iter().find(|m| m.id == id).ok_or_else(|| {
            wrong(
                "method",
                format!("a figure of `{id}`, which is no method's id"),
                suggestion(id, self.methods.iter().map(|m| m.id.as_str())),
            )
        })
    }
}

/// Why a figure cannot be drawn.
#[derive(Debug)]
pub(crate) struct Undrawable {
    /// The key that is to blame; empty if it is the figure as a whole.
    pub(crate) key: &'static str,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
}

fn wrong(key: &'static str, message: impl Into<String>, help: impl Into<String>) -> Undrawable {
    Undrawable {
        key,
        message: message.into(),
        help: help.into(),
    }
}

/// What a kind of figure must say of itself; its options are its own fields.
trait Options {
    fn stem(&self) -> String;

    /// Checks that it can be drawn for this experiment.
    fn validate(&self, facts: &Facts<'_>) -> Result<(), Undrawable>;
}

trait Kind: Options + DeserializeOwned {
    const ID: &'static str;
    const SUMMARY: &'static str;
    const WRAP: fn(Self) -> Figure;
}

const fn figure<F: Kind + 'static>() -> Entry<Figure> {
    Entry {
        id: F::ID,
        summary: F::SUMMARY,
        citation: "",
        revision: 0,
        defaults: String::new,
        read: |section| {
            let value: F = read_value(section)?;
            Ok(Read {
                value: Box::new(F::WRAP(value)),
                parameters: toml::Table::new(),
            })
        },
    }
}

/// What an experiment draws that does not say.
pub(crate) fn default_figures() -> Vec<Section<Figure>> {
    vec![Section {
        kind: Errors::ID,
        value: Box::new(Figure::Errors(Errors { metric: None })),
        parameters: toml::Table::new(),
        span: 0..0,
        keys: std::collections::BTreeMap::new(),
    }]
}

/// A metric: a row for every row of the table, a panel for every layer. What is published has its own
/// mark; rows beyond the publication stand below a rule, under a dagger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Errors {
    /// What is drawn; the experiment's first metric if absent.
    pub metric: Option<String>,
}

impl Kind for Errors {
    const ID: &'static str = "errors";
    const SUMMARY: &'static str = "a metric of every row by layer, all trials";
    const WRAP: fn(Self) -> Figure = Figure::Errors;
}

impl Options for Errors {
    fn stem(&self) -> String {
        match &self.metric {
            Some(metric) => format!("errors-{metric}"),
            None => "errors".to_owned(),
        }
    }

    fn validate(&self, facts: &Facts<'_>) -> Result<(), Undrawable> {
        let Some(metric) = &self.metric else {
            return Ok(());
        };
        let known = names(facts.ranks.len(), facts.rank_choice.is_some());
        if !known.contains(metric) {
            let help = suggestion(metric, known.iter().map(String::as_str));
            return Err(wrong("metric", format!("unknown metric `{metric}`"), help));
        }
        match unmeasurable(metric, facts.dataset, facts.ranks) {
            Some(lack) => Err(wrong("metric", lack.message, lack.help)),
            None => Ok(()),
        }
    }
}

/// The largest entries along each of the three modes, one row of panels for the data and one for
/// every layer, on one colour scale. The trial shown is the best by training error. Where entries lie
/// beyond the scale the colour bar has an arrow head.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Projections {
    /// The method whose layers are shown.
    pub method: String,
    /// Other ranks than the experiment's.
    pub ranks: Option<Vec<usize>>,
    /// Ends of the colour scale; 0 and the data's largest entry if absent.
    pub scale: Option<(f64, f64)>,
}

impl Kind for Projections {
    const ID: &'static str = "projections";
    const SUMMARY: &'static str = "max-projections of the data and of a method's layers (order 3)";
    const WRAP: fn(Self) -> Figure = Figure::Projections;
}

impl Options for Projections {
    fn stem(&self) -> String {
        let ranks = self.ranks.iter().flatten().map(|r| format!("-{r}"));
        format!("projections-{}{}", self.method, ranks.collect::<String>())
    }

    fn validate(&self, facts: &Facts<'_>) -> Result<(), Undrawable> {
        let method = facts.method(&self.method)?;
        let data = &facts.dataset.data;
        let order = data.shape().len();
        if order != 3 || data.as_dense().is_none() {
            let message =
                format!("projections need a dense tensor of order 3, this data has order {order}");
            return Err(wrong("", message, "leave this [[figure]] out"));
        }
        if let Some(ranks) = &self.ranks {
            let valid = method.model.value.validate(data.shape(), ranks);
            let help = "give this figure ranks such as [7, 3], or leave them out";
            valid.map_err(|e| wrong("ranks", e.to_string(), help))?;
        }
        match self.scale {
            Some((low, high)) if !(low < high && (high - low).is_finite()) => Err(wrong(
                "scale",
                format!("a colour scale from {low} to {high}"),
                "give its lower and its upper end, such as [0.0, 3.5]",
            )),
            _ => Ok(()),
        }
    }
}

/// Every relation matrix of a method's best trial by training error, rows scaled to sum 1. Where
/// the truth is known it stands first, and learned topics are ordered as the true ones they match;
/// where topics are printed they have the order and the numbers of the print; elsewhere fine topics
/// that go to the same coarse topic stand together. A layer has one order in all panels. Where each
/// mode has topics of its own, which match no other mode's, the panel says so.
///
/// Topics are named by their first words where the data have words, topics of one mode alone by the
/// first items of that mode.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Relations {
    /// The method whose relations are shown.
    pub method: String,
}

impl Kind for Relations {
    const ID: &'static str = "relations";
    const SUMMARY: &'static str = "a method's relation matrices between layers, beside the truth";
    const WRAP: fn(Self) -> Figure = Figure::Relations;
}

impl Options for Relations {
    fn stem(&self) -> String {
        format!("relations-{}", self.method)
    }

    fn validate(&self, facts: &Facts<'_>) -> Result<(), Undrawable> {
        let method = facts.method(&self.method)?;
        if method.model.kind == FlatNcpd::ABOUT.id {
            return Err(wrong(
                "method",
                format!(
                    "`{}` is a flat model: its layers have no relations",
                    self.method
                ),
                "name a method with a hierarchy, or leave this [[figure]] out",
            ));
        }
        if method.layers < 2 {
            return Err(wrong(
                "",
                "relations need at least two layers",
                "give more ranks, or leave this [[figure]] out",
            ));
        }
        Ok(())
    }
}

/// For every layer of a method the share of each true class that is predicted as each class, over
/// the documents whose label the fit did not see (all, if it saw every label), in the best trial by
/// training error. Rows name the number n of these documents; a class without any is grey.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Confusion {
    /// The method.
    pub method: String,
}

impl Kind for Confusion {
    const ID: &'static str = "confusion";
    const SUMMARY: &'static str =
        "true against predicted classes, layer by layer (data with labels)";
    const WRAP: fn(Self) -> Figure = Figure::Confusion;
}

impl Options for Confusion {
    fn stem(&self) -> String {
        format!("confusion-{}", self.method)
    }

    fn validate(&self, facts: &Facts<'_>) -> Result<(), Undrawable> {
        facts.method(&self.method)?;
        if facts.dataset.labels.is_empty() {
            let message = "a confusion matrix needs labels, this data has none";
            return Err(wrong("kind", message, "leave this [[figure]] out"));
        }
        Ok(())
    }
}

/// For every layer of a method's best trial by training error and every mode but the words' one heat
/// map: row an item (a politician, a month), column a topic, the entry how much of the topic lies
/// at that item; the weights of the words are summed up in it. Every column is scaled by itself, so a
/// colour compares items within a topic, not topics.
///
/// Classes stand in place of the indices of the last mode where it has labels: a thousand documents
/// have no names a reader would know. Topics stand in the order in which they are printed, with
/// their number and first words. Data without words show all modes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TopicMaps {
    /// The method whose topics are shown.
    pub method: String,
    /// How a column is scaled.
    #[serde(default)]
    pub scaled: Scaled,
    /// First words of a topic in its label, as far as there is room.
    #[serde(default = "three")]
    pub words: usize,
}

/// How the profile of a topic is scaled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaled {
    /// To a largest entry of 1.
    #[default]
    Maximum,
    /// To a sum of 1: entries are shares of the topic.
    Sum,
}

fn three() -> usize {
    3
}

impl Kind for TopicMaps {
    const ID: &'static str = "topics";
    const SUMMARY: &'static str =
        "where a method's topics live in every mode but the words': item × topic, layer by layer";
    const WRAP: fn(Self) -> Figure = Figure::TopicMaps;
}

impl Options for TopicMaps {
    fn stem(&self) -> String {
        let scaled = match self.scaled {
            Scaled::Maximum => "",
            Scaled::Sum => "-shares",
        };
        format!("topics-{}{scaled}", self.method)
    }

    fn validate(&self, facts: &Facts<'_>) -> Result<(), Undrawable> {
        facts.method(&self.method).map(|_| ())
    }
}

/// The trace of every method's best trial by training error, over iterations on a logarithmic axis.
///
/// A trace is what the layer's stopping rule watches: a relative error (NCPD, Multi-HNTF), a squared
/// one or a mean of squares (HNMF, Neural HNCPD). So what is drawn is how far it is above the
/// smallest value e* of its trace, relative to it: (e − e*)/e*, on a logarithmic axis, for the smallest
/// e so far, since a noisy trace would be a solid block. That is near the same for an error and, but
/// for a factor of two, its square, however they are scaled; where a curve flattens, no more is to be
/// gained. Near its end every curve falls to e* itself, which says nothing of the method: it ends where
/// it is below a millionth. With `values = "watched"` the values stand as they are, for methods that
/// watch the same.
///
/// Shown is the last layer, or those named. Methods that train several layers together (Neural
/// HNCPD) have one trace for them, which is drawn once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Convergence {
    /// The methods; all of them if absent.
    pub methods: Option<Vec<String>>,
    /// Layers, counted from 0; the last if absent.
    pub layers: Option<Vec<usize>>,
    /// What is drawn.
    #[serde(default)]
    pub values: Values,
}

/// What is drawn of a trace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Values {
    /// The relative excess over the smallest value.
    #[default]
    Excess,
    /// The values.
    Watched,
}

impl Kind for Convergence {
    const ID: &'static str = "convergence";
    const SUMMARY: &'static str = "what the fits of several methods watch, by iteration";
    const WRAP: fn(Self) -> Figure = Figure::Convergence;
}

impl Options for Convergence {
    fn stem(&self) -> String {
        let methods = self.methods.iter().flatten().map(|m| format!("-{m}"));
        let layers = self.layers.iter().flatten().map(|l| format!("-{l}"));
        let values = match self.values {
            Values::Excess => "",
            Values::Watched => "-watched",
        };
        let parts: String = methods.chain(layers).collect();
        format!("convergence{parts}{values}")
    }

    fn validate(&self, facts: &Facts<'_>) -> Result<(), Undrawable> {
        for id in self.methods.iter().flatten() {
            let blame = |lack| Undrawable {
                key: "methods",
                ..lack
            };
            facts.method(id).map_err(blame)?;
        }
        if self.methods.as_ref().is_some_and(Vec::is_empty) {
            let help = "leave the key out for all methods";
            return Err(wrong("methods", "a figure of no methods", help));
        }
        let layers = facts.ranks.len();
        if let Some(beyond) = self.layers.iter().flatten().find(|l| **l >= layers) {
            let message = format!("a curve of layer {beyond}, there are {layers}");
            let help = format!("layers are counted from 0 to {}", layers - 1);
            return Err(wrong("layers", message, help));
        }
        if self.layers.as_ref().is_some_and(Vec::is_empty) {
            let help = "leave the key out for the last layer";
            return Err(wrong("layers", "a figure of no layers", help));
        }
        Ok(())
    }
}

/// The training error, the stability of the best trials, the consensus and, for orders above 2, the
/// core consistency of every method of `[rank-choice]`, by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RankChoices {}

impl Kind for RankChoices {
    const ID: &'static str = "rank-choice";
    const SUMMARY: &'static str = "error, stability, consensus and core consistency by rank";
    const WRAP: fn(Self) -> Figure = Figure::RankChoices;
}

impl Options for RankChoices {
    fn stem(&self) -> String {
        "rank-choice".to_owned()
    }

    fn validate(&self, facts: &Facts<'_>) -> Result<(), Undrawable> {
        match facts.rank_choice {
            Some(_) => Ok(()),
            None => Err(wrong(
                "kind",
                "a figure of the choice of ranks, and no [rank-choice]",
                "add a section [rank-choice], which may be empty",
            )),
        }
    }
}
