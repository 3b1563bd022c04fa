//! `[topics]`: which topics are printed, in which order, and what they are compared with.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::{ConfigError, Text};
use crate::rows::Method;
use crate::sections::{Arrangement, Topics};
use crate::words::suggestion;

/// The section as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PlainTopics {
    methods: Vec<Spanned<String>>,
    #[serde(default = "five")]
    words: usize,
    reference: Option<Spanned<String>>,
    #[serde(default)]
    order: Arrangement,
    #[serde(default)]
    published: BTreeMap<Spanned<String>, Spanned<Vec<Vec<String>>>>,
    match_words: Option<Spanned<usize>>,
}

fn five() -> usize {
    5
}

const MATCH_WORDS: usize = 10;

pub(super) fn read_topics(
    text: &Text,
    topics: PlainTopics,
    methods: &[Method],
    ranks: &[usize],
) -> Result<Topics, ConfigError> {
    let known = || methods.iter().map(|m| m.id.as_str());
    for id in topics.methods.iter().chain(&topics.reference) {
        if !known().any(|k| k == id.get_ref()) {
            let message = format!("topics of `{}`, which is no method's id", id.get_ref());
            let help = suggestion(id.get_ref(), known());
            return Err(text.error(id.span(), message).help(help));
        }
    }
    let match_words = topics.match_words.as_ref();
    if let Some(zero) = match_words.filter(|m| *m.get_ref() == 0) {
        return Err(text
            .error(zero.span(), "`match-words` is 0: no topic would match")
            .help(format!("leave it out for {MATCH_WORDS}")));
    }
    let mut published = BTreeMap::new();
    for (key, lists) in topics.published {
        let rank = key.get_ref().parse().ok().filter(|r| ranks.contains(r));
        let Some(rank) = rank else {
            let message = format!("published topics of `{}`, which is no rank", key.get_ref());
            let ranks: Vec<String> = ranks.iter().map(ToString::to_string).collect();
            return Err(text
                .error(key.span(), message)
                .help(format!("give one of the ranks: {}", ranks.join(", "))));
        };
        if lists.get_ref().is_empty() || lists.get_ref().iter().any(Vec::is_empty) {
            return Err(text
                .error(lists.span(), "a published topic without words")
                .help("give each topic as a list of its words, such as [[\"god\", \"jesus\"], [\"game\", \"team\"]]"));
        }
        published.insert(rank, lists.into_inner());
    }
    Ok(Topics {
        methods: topics
            .methods
            .into_iter()
            .map(Spanned::into_inner)
            .collect(),
        words: topics.words,
        reference: topics.reference.map(Spanned::into_inner),
        order: topics.order,
        published,
        match_words: topics.match_words.map_or(MATCH_WORDS, Spanned::into_inner),
    })
}
