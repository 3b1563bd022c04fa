//! Sections of a TOML file: tables that know their place, read by their `kind`.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::diagnostic::{ConfigError, Text};
use crate::registry::Entry;
use crate::section::{KeySpans, Section};
use crate::words::suggestion;

pub(super) type Node<'i> = Spanned<DeValue<'i>>;

/// Reads a section by its `kind`.
pub(super) fn read_section<T: ?Sized>(
    text: &Text,
    name: &str,
    node: Node<'_>,
    entries: &'static [Entry<T>],
) -> Result<Section<T>, ConfigError> {
    let span = node.span();
    let known = || entries.iter().map(|e| e.id);
    let example = || match name {
        "model" => "write model = { kind = \"multi-hntf\" }".to_owned(),
        other => format!("write [{other}] with single brackets and the keys below it"),
    };
    let mut table = into_table(text, name, node, example)?;
    let Some((_, kind)) = table.remove_entry("kind") else {
        return Err(text
            .error(span, format!("this {name} has no `kind`"))
            .help(suggestion("", known())));
    };
    let Some(id) = kind.get_ref().as_str() else {
        let message = format!("`kind` is {}, expected a string", a_type(kind.get_ref()));
        return Err(text
            .error(kind.span(), message)
            .help(suggestion("", known())));
    };
    let Some(entry) = entries.iter().find(|e| e.id == id) else {
        let message = format!("unknown {name} `{id}`");
        return Err(text
            .error(kind.span(), message)
            .help(suggestion(id, known())));
    };
    let mut keys = KeySpans::new();
    collect_spans(&table, "", &mut keys);
    let outer = places_of_keys(&table);
    let rest = Spanned::new(span.clone(), DeValue::Table(table));
    let read = (entry.read)(rest).map_err(|e| {
        let also = of_outer(&e, &outer, &["kind"]);
        text.toml_error(&e, span.clone(), also)
    })?;
    Ok(Section {
        kind: entry.id,
        value: read.value,
        parameters: read.parameters,
        span,
        keys,
    })
}

/// The place of every value by its dotted key.
fn collect_spans(table: &DeTable<'_>, prefix: &str, keys: &mut KeySpans) {
    for (key, value) in table {
        let key = format!("{prefix}{}", key.get_ref());
        if let DeValue::Table(inner) = value.get_ref() {
            collect_spans(inner, &format!("{key}."), keys);
        }
        keys.insert(key, value.span());
    }
}

pub(super) fn into_table<'i>(
    text: &Text,
    name: &str,
    node: Node<'i>,
    help: impl FnOnce() -> String,
) -> Result<DeTable<'i>, ConfigError> {
    let span = node.span();
    match node.into_inner() {
        DeValue::Table(table) => Ok(table),
        other => {
            let message = format!("`{name}` is {}, expected a table", a_type(&other));
            Err(text.error(span, message).help(help()))
        }
    }
}

/// The tables of `[[name]]`; none if the key is absent.
pub(super) fn list<'i>(
    text: &Text,
    name: &str,
    node: Option<Node<'i>>,
) -> Result<Vec<Node<'i>>, ConfigError> {
    let Some(node) = node else {
        return Ok(Vec::new());
    };
    let span = node.span();
    match node.into_inner() {
        DeValue::Array(items) => Ok(items.into_iter().collect()),
        other => {
            let message = format!("`{name}` is {}, expected a list of tables", a_type(&other));
            Err(text
                .error(span, message)
                .help(format!("write [[{name}]] with double brackets")))
        }
    }
}

pub(super) fn deserialize<T: DeserializeOwned>(
    text: &Text,
    node: Node<'_>,
    within: &Range<usize>,
    also: &[&str],
) -> Result<T, ConfigError> {
    let outer = match node.get_ref() {
        DeValue::Table(table) => places_of_keys(table),
        _ => Vec::new(),
    };
    T::deserialize(ValueDeserializer::from(node)).map_err(|e| {
        let also = of_outer(&e, &outer, also);
        text.toml_error(&e, within.clone(), also)
    })
}

fn places_of_keys(table: &DeTable<'_>) -> Vec<Range<usize>> {
    table.keys().map(Spanned::span).collect()
}

/// Keys that are read elsewhere are known to a table, and not to the tables in it.
fn of_outer<'a>(
    error: &toml::de::Error,
    outer: &[Range<usize>],
    also: &'a [&'a str],
) -> &'a [&'a str] {
    let is_outer = error.span().is_none_or(|span| outer.contains(&span));
    if is_outer { also } else { &[] }
}

/// The type of a value, with its article.
fn a_type(value: &DeValue<'_>) -> String {
    let name = value.type_str();
    let article = if name.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}
