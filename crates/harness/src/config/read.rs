//! From TOML text to an [`Experiment`], keeping the place of every mistake.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::claims::{Known, read_claim};
use super::rank_choice::{PlainRankChoice, read_rank_choice};
use super::rows::{Rows, read_trials};
use super::section::{deserialize, list, read_section};
use super::topics::{PlainTopics, read_topics};
use super::{ConfigError, Experiment, Section, Spans, Text, suggestion};
use crate::metrics::{OF_RANK_CHOICE, RELATIVE_ERROR, names};
use crate::pictures::{Picture, default_pictures};
use crate::registry::{DATASETS, PICTURES};

/// The keys of the file that are not sections.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Plain {
    title: Option<String>,
    #[serde(default)]
    notes: Vec<String>,
    ranks: Spanned<Vec<usize>>,
    trials: Option<Spanned<u32>>,
    metrics: Option<Spanned<Vec<String>>>,
    topics: Option<Spanned<PlainTopics>>,
    rank_choice: Option<Spanned<PlainRankChoice>>,
}

const SECTIONS: [&str; 5] = ["dataset", "method", "view", "claim", "figure"];

impl Experiment {
    /// Reads a configuration from its text; `path` is what messages name.
    ///
    /// # Errors
    /// Text that is not TOML, or a key or value that is not understood.
    pub fn parse(path: &Path, content: &str) -> Result<Self, ConfigError> {
        let name = name(path)?;
        let text = Text {
            path: path.to_path_buf(),
            content: Arc::from(content),
        };
        let whole = 0..content.len();
        let table = DeTable::parse(content).map_err(|e| text.toml_error(&e, whole.clone(), &[]))?;
        let mut table = table.into_inner();
        let [dataset, methods, views, claims, figures] = SECTIONS.map(|name| table.remove(name));
        for name in ["topics", "rank-choice"] {
            if let Some(list) = table.get(name).filter(|v| v.get_ref().is_array()) {
                let message = format!("[[{name}]] is a list, expected one section");
                let help = format!("write [{name}] with single brackets and the keys below it");
                return Err(text.error(list.span(), message).help(help));
            }
        }
        let rest = Spanned::new(whole.clone(), DeValue::Table(table));
        let plain: Plain = deserialize(&text, rest, &whole, &SECTIONS)?;

        let ranks = read_ranks(&text, &plain.ranks)?;
        let trials = read_trials(&text, plain.trials.as_ref())?.unwrap_or(1);
        let example = "kind = \"file\"\n  path = \"data.npy\"";
        let dataset = dataset.ok_or_else(|| missing(&text, "[dataset]", example))?;
        let dataset = read_section(&text, "dataset", dataset, DATASETS)?;

        let mut rows = Rows::new(&text, &ranks);
        let methods = list(&text, "method", methods)?
            .into_iter()
            .map(|node| rows.method(node))
            .collect::<Result<Vec<_>, _>>()?;
        if methods.is_empty() {
            let example = "id = \"multi-hntf\"\n  model = { kind = \"multi-hntf\" }";
            return Err(missing(&text, "[[method]]", example));
        }
        let views = list(&text, "view", views)?
            .into_iter()
            .map(|node| rows.view(node, &methods))
            .collect::<Result<Vec<_>, _>>()?;
        let figures = match figures {
            None => default_pictures(),
            Some(node) => list(&text, "figure", Some(node))?
                .into_iter()
                .map(|node| read_section(&text, "figure", node, PICTURES))
                .collect::<Result<Vec<_>, _>>()?,
        };
        check_stems(&text, &figures)?;
        let mut known_metrics = names(ranks.len());
        if plain.rank_choice.is_some() {
            known_metrics.extend(OF_RANK_CHOICE.map(str::to_owned));
        }
        let metrics = read_metrics(&text, plain.metrics.as_ref(), &known_metrics)?;
        let known = Known {
            methods: &methods,
            views: &views,
            layers: ranks.len(),
            metrics: &known_metrics,
            metric: &metrics[0],
        };
        let claims = list(&text, "claim", claims)?
            .into_iter()
            .map(|node| read_claim(&text, node, &known))
            .collect::<Result<Vec<_>, _>>()?;
        let [grouped_mode, held_out] = plain
            .rank_choice
            .as_ref()
            .map_or([0..0, 0..0], |section| section.get_ref().spans());
        let rank_choice = plain
            .rank_choice
            .map(|section| read_rank_choice(&text, section, &methods, trials))
            .transpose()?;
        let topics_span = plain.topics.as_ref().map_or(0..0, Spanned::span);
        let topics = plain.topics.map(Spanned::into_inner);
        let topics = topics
            .map(|topics| read_topics(&text, topics, &methods, &ranks))
            .transpose()?;
        Ok(Self {
            metrics,
            title: plain.title.unwrap_or_else(|| name.clone()),
            name,
            notes: plain.notes,
            spans: Spans {
                ranks: plain.ranks.span(),
                topics: topics_span,
                grouped_mode,
                held_out,
            },
            topics,
            rank_choice,
            ranks,
            trials,
            dataset,
            methods,
            views,
            claims,
            figures,
            text,
        })
    }
}

/// The name of the experiment, which its folder of results will bear.
fn name(path: &Path) -> Result<String, ConfigError> {
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
    match stem {
        Some(name) if !name.starts_with('.') => Ok(name),
        _ => Err(
            ConfigError::file(path, "cannot give its name to a folder of results")
                .help("rename the file so that it does not begin with a dot"),
        ),
    }
}

fn missing(text: &Text, what: &str, example: &str) -> ConfigError {
    let end = text.content.trim_end().len();
    text.error(end..end, format!("the experiment has no {what} section"))
        .help(format!("add one, such as\n  {what}\n  {example}"))
}

fn read_ranks(text: &Text, ranks: &Spanned<Vec<usize>>) -> Result<Vec<usize>, ConfigError> {
    let list = ranks.get_ref();
    let message = if list.is_empty() {
        "`ranks` is empty".to_owned()
    } else if list.contains(&0) {
        "a rank is 0".to_owned()
    } else if list.windows(2).any(|pair| pair[1] >= pair[0]) {
        "the ranks do not decrease".to_owned()
    } else {
        return Ok(list.clone());
    };
    let help = "a hierarchy needs at least one rank, each ≥ 1 and below the one before it, such as [7, 4, 2]";
    Err(text.error(ranks.span(), message).help(help))
}

fn read_metrics(
    text: &Text,
    metrics: Option<&Spanned<Vec<String>>>,
    known: &[String],
) -> Result<Vec<String>, ConfigError> {
    let Some(metrics) = metrics else {
        return Ok(vec![RELATIVE_ERROR.to_owned()]);
    };
    let span = metrics.span();
    match metrics.get_ref().iter().find(|m| !known.contains(m)) {
        Some(unknown) => Err(text
            .error(span, format!("unknown metric `{unknown}`"))
            .help(known_metrics(unknown, known))),
        None if metrics.get_ref().is_empty() => Err(text
            .error(span, "`metrics` is empty: there would be no table")
            .help("leave it out for the relative error")),
        None => Ok(metrics.get_ref().clone()),
    }
}

/// What to write in place of a metric there is not.
pub(super) fn known_metrics(unknown: &str, known: &[String]) -> String {
    if OF_RANK_CHOICE.contains(&unknown) {
        return "it compares trials: add a section [rank-choice], which may be empty".to_owned();
    }
    suggestion(unknown, known.iter().map(String::as_str))
}

/// Two figures of one name would be written over each other.
fn check_stems(text: &Text, figures: &[Section<dyn Picture>]) -> Result<(), ConfigError> {
    for (i, figure) in figures.iter().enumerate() {
        let stem = figure.value.stem();
        if figures[..i].iter().any(|other| other.value.stem() == stem) {
            let message = format!("this figure is the same as one above: both would be {stem}.svg");
            return Err(text
                .error(figure.span.clone(), message)
                .help("leave it out"));
        }
    }
    Ok(())
}
