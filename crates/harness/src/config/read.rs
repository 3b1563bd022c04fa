//! From TOML text to an [`Experiment`], keeping the place of every mistake.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::{
    Aggregate, ConfigError, Experiment, Method, Origin, Published, Section, Spans, Text, View,
    suggestion,
};
use crate::pictures::default_pictures;
use crate::registry::{DATASETS, Entry, MODELS, PICTURES};

/// The keys of the file that are not sections with a `kind`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Plain {
    title: Option<String>,
    #[serde(default)]
    notes: Vec<String>,
    ranks: Spanned<Vec<usize>>,
    trials: Option<Spanned<u32>>,
    #[serde(default)]
    view: Vec<Spanned<View>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PlainMethod {
    id: Spanned<String>,
    label: Option<String>,
    #[serde(default)]
    origin: Origin,
    trials: Option<Spanned<u32>>,
    #[serde(default)]
    aggregate: Aggregate,
    #[serde(default)]
    published: Published,
    #[serde(default = "default_drift")]
    drift: f64,
}

/// Other processors round differently; a million times that is still far below a printed digit.
fn default_drift() -> f64 {
    1e-6
}

type Node<'i> = Spanned<DeValue<'i>>;

impl Experiment {
    /// Reads a configuration from its text; `path` is what messages name.
    ///
    /// # Errors
    /// Text that is not TOML, or a key or value that is not understood.
    pub fn parse(path: &Path, content: &str) -> Result<Self, ConfigError> {
        let text = Text {
            path: path.to_path_buf(),
            content: Arc::from(content),
        };
        let whole = 0..content.len();
        let table = DeTable::parse(content).map_err(|e| text.toml_error(&e, whole.clone()))?;
        let mut table = table.into_inner();
        let dataset = table.remove("dataset");
        let methods = table.remove("method");
        let figures = table.remove("figure");
        let rest = Spanned::new(whole.clone(), DeValue::Table(table));
        let plain: Plain = deserialize(&text, rest, &whole)?;

        let ranks = read_ranks(&text, &plain.ranks)?;
        let trials = read_trials(&text, plain.trials.as_ref())?.unwrap_or(1);
        let dataset = dataset.ok_or_else(|| missing(&text, "[dataset]", "kind = \"file\""))?;
        let dataset = read_section(&text, "dataset", dataset, DATASETS)?;
        let methods = list(&text, "method", methods)?
            .into_iter()
            .map(|node| read_method(&text, node))
            .collect::<Result<Vec<_>, _>>()?;
        if methods.is_empty() {
            let example = "id = \"multi-hntf\"\n  model = { kind = \"multi-hntf\" }";
            return Err(missing(&text, "[[method]]", example));
        }
        let views = read_views(&text, plain.view, &methods)?;
        let figures = match figures {
            None => default_pictures(),
            Some(node) => list(&text, "figure", Some(node))?
                .into_iter()
                .map(|node| read_section(&text, "figure", node, PICTURES))
                .collect::<Result<Vec<_>, _>>()?,
        };
        let name = path
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        Ok(Self {
            title: plain.title.unwrap_or_else(|| name.clone()),
            name,
            notes: plain.notes,
            spans: Spans {
                ranks: plain.ranks.span(),
            },
            ranks,
            trials,
            dataset,
            methods,
            views,
            figures,
            text,
        })
    }
}

fn missing(text: &Text, what: &str, example: &str) -> ConfigError {
    let end = text.content.trim_end().len();
    text.error(end..end, format!("the experiment has no {what} section"))
        .help(format!("add one, such as\n  {what}\n  {example}"))
}

fn read_ranks(text: &Text, ranks: &Spanned<Vec<usize>>) -> Result<Vec<usize>, ConfigError> {
    let list = ranks.get_ref();
    let decreasing = list.windows(2).all(|pair| pair[1] < pair[0]);
    if list.is_empty() || list.contains(&0) || !decreasing {
        let message = format!("ranks {list:?} do not decrease to a number ≥ 1");
        let help =
            "a hierarchy needs at least one rank, each below the one before it, as [7, 4, 2]";
        return Err(text.error(ranks.span(), message).help(help));
    }
    Ok(list.clone())
}

fn read_trials(text: &Text, trials: Option<&Spanned<u32>>) -> Result<Option<u32>, ConfigError> {
    match trials {
        Some(t) if *t.get_ref() == 0 => Err(text
            .error(t.span(), "0 trials: there would be nothing to report")
            .help("give a number ≥ 1; trial t uses the seed t")),
        other => Ok(other.map(|t| *t.get_ref())),
    }
}

fn read_method(text: &Text, node: Node<'_>) -> Result<Method, ConfigError> {
    let span = node.span();
    let mut table = into_table(text, "method", node)?;
    let Some(model) = table.remove("model") else {
        return Err(text
            .error(span, "this [[method]] has no model")
            .help("add one, such as model = { kind = \"multi-hntf\" }"));
    };
    let model = read_section(text, "model", model, MODELS)?;
    let rest = Spanned::new(span.clone(), DeValue::Table(table));
    let plain: PlainMethod = deserialize(text, rest, &span)?;
    let id = plain.id.get_ref().clone();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(is_plain) {
        let help = "an id is lower-case letters, digits and hyphens: it stands in records";
        return Err(text
            .error(plain.id.span(), format!("`{id}` cannot be an id"))
            .help(help));
    }
    Ok(Method {
        label: plain.label.unwrap_or_else(|| id.clone()),
        id,
        origin: plain.origin,
        model,
        trials: read_trials(text, plain.trials.as_ref())?,
        aggregate: plain.aggregate,
        published: plain.published,
        drift: plain.drift,
    })
}

fn read_views(
    text: &Text,
    views: Vec<Spanned<View>>,
    methods: &[Method],
) -> Result<Vec<View>, ConfigError> {
    let mut seen: Vec<&str> = Vec::new();
    for method in methods {
        if seen.contains(&method.id.as_str()) {
            let message = format!("two methods have the id `{}`", method.id);
            return Err(text
                .error(method.model.span.clone(), message)
                .help("ids must differ"));
        }
        seen.push(&method.id);
    }
    for view in &views {
        if !methods.iter().any(|m| m.id == view.get_ref().of) {
            let of = &view.get_ref().of;
            let known = suggestion(of, methods.iter().map(|m| m.id.as_str()));
            let message = format!("this [[view]] is of `{of}`, which is no method's id");
            return Err(text.error(view.span(), message).help(known));
        }
    }
    Ok(views.into_iter().map(Spanned::into_inner).collect())
}

/// Reads a section by its `kind`.
fn read_section<T: ?Sized>(
    text: &Text,
    name: &str,
    node: Node<'_>,
    entries: &'static [Entry<T>],
) -> Result<Section<T>, ConfigError> {
    let span = node.span();
    let mut table = into_table(text, name, node)?;
    let known = || entries.iter().map(|e| e.id);
    let Some((_, kind)) = table.remove_entry("kind") else {
        return Err(text
            .error(span, format!("this {name} has no `kind`"))
            .help(suggestion("", known())));
    };
    let Some(id) = kind.get_ref().as_str() else {
        let found = kind.get_ref().type_str();
        return Err(text.error(
            kind.span(),
            format!("`kind` is a {found}, expected a string"),
        ));
    };
    let Some(entry) = entries.iter().find(|e| e.id == id) else {
        let message = format!("unknown {name} `{id}`");
        return Err(text
            .error(kind.span(), message)
            .help(suggestion(id, known())));
    };
    let rest = Spanned::new(span.clone(), DeValue::Table(table));
    let read = (entry.read)(ValueDeserializer::from(rest))
        .map_err(|e| text.toml_error(&e, span.clone()))?;
    Ok(Section {
        kind: entry.id,
        value: read.value,
        parameters: read.parameters,
        span,
    })
}

fn into_table<'i>(text: &Text, name: &str, node: Node<'i>) -> Result<DeTable<'i>, ConfigError> {
    let span = node.span();
    match node.into_inner() {
        DeValue::Table(table) => Ok(table),
        other => {
            let found = other.type_str();
            Err(text.error(span, format!("`{name}` is a {found}, expected a table")))
        }
    }
}

/// The tables of `[[name]]`; none if the key is absent.
fn list<'i>(text: &Text, name: &str, node: Option<Node<'i>>) -> Result<Vec<Node<'i>>, ConfigError> {
    let Some(node) = node else {
        return Ok(Vec::new());
    };
    let span = node.span();
    match node.into_inner() {
        DeValue::Array(items) => Ok(items.into_iter().collect()),
        other => {
            let found = other.type_str();
            let message = format!("`{name}` is a {found}, expected a list of tables");
            Err(text
                .error(span, message)
                .help(format!("write [[{name}]] with double brackets")))
        }
    }
}

fn deserialize<T: DeserializeOwned>(
    text: &Text,
    node: Node<'_>,
    within: &Range<usize>,
) -> Result<T, ConfigError> {
    T::deserialize(ValueDeserializer::from(node)).map_err(|e| text.toml_error(&e, within.clone()))
}
