//! From TOML text to an [`Experiment`], keeping the place of every mistake.

mod claims;
mod metrics;
mod numbers;
mod rank_choice;
mod rows;
mod section;
mod topics;

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use claims::{Known, read_claim};
use metrics::read_metrics;
use numbers::{Trials, read_trials};
use rank_choice::{PlainRankChoice, read_rank_choice};
use rows::Rows;
use section::{deserialize, list, read_section};
use topics::{PlainTopics, read_topics};

use crate::diagnostic::{ConfigError, Text};
use crate::experiment::{Experiment, Spans};
use crate::figures::{FIGURES, Figure, default_figures};
use crate::metrics::names;
use crate::registry::DATASETS;
use crate::section::Section;

/// The keys of the file that are not sections.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Plain {
    title: Option<String>,
    #[serde(default)]
    notes: Vec<String>,
    ranks: Spanned<Vec<usize>>,
    trials: Option<Spanned<Trials>>,
    metrics: Option<Spanned<Vec<Spanned<String>>>>,
    topics: Option<Spanned<PlainTopics>>,
    rank_choice: Option<Spanned<PlainRankChoice>>,
}

const SECTIONS: [&str; 5] = ["dataset", "method", "view", "claim", "figure"];

impl Experiment {
    /// Reads a configuration.
    ///
    /// # Errors
    /// A file that cannot be read, is not TOML, or has a key or value that is not understood.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let content = std::fs::read_to_string(path).map_err(|error| {
            let what = match error.kind() {
                ErrorKind::NotFound => "no such file".to_owned(),
                ErrorKind::IsADirectory => "a folder, not a file".to_owned(),
                ErrorKind::InvalidData => "not a text file (its bytes are not UTF-8)".to_owned(),
                _ => format!("cannot be read ({error})"),
            };
            ConfigError::file(path, what).help("give the path of an experiment's .toml file")
        })?;
        Self::parse(path, &content)
    }

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
        let table = DeTable::parse(content).map_err(|e| text.syntax_error(&e, whole.clone()))?;
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

        let known_metrics = names(ranks.len(), plain.rank_choice.is_some());
        let mut rows = Rows::new(&text, &ranks, &known_metrics);
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
            None => default_figures(),
            Some(node) => list(&text, "figure", Some(node))?
                .into_iter()
                .map(|node| read_section(&text, "figure", node, FIGURES))
                .collect::<Result<Vec<_>, _>>()?,
        };
        check_stems(&text, &figures)?;
        let (metrics, metric_spans) = read_metrics(&text, plain.metrics.as_ref(), &known_metrics)?;
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
        let (claims, claim_spans) = claims.into_iter().unzip();
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
                metrics: metric_spans,
                claims: claim_spans,
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

/// Two figures of one name would be written over each other.
fn check_stems(text: &Text, figures: &[Section<Figure>]) -> Result<(), ConfigError> {
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
