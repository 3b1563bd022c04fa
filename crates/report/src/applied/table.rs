//! New items and their largest topics, for a terminal.

use std::mem::take;

use hntf_run::apply::{AppliedFit, AppliedLayer};
use hntf_run::export::Exported;
use hntf_solvers::StopReason;

use super::words::first_words;
use crate::format::{Format, Grid, one_line};

/// So many items are shown; the rest is counted.
const MOST_ITEMS: usize = 40;
/// So many topics of an item.
const MOST_TOPICS: usize = 3;
/// Topics with a smaller share are left out, but for the largest one.
const SMALLEST_SHARE: f64 = 0.05;
/// So many words of a topic.
const WORDS: usize = 4;
/// So many items are named in a sentence.
const MOST_NAMED: usize = 8;
/// Longer names are cut.
const LONGEST_ITEM: usize = 24;
const LONGEST_WORD: usize = 20;

/// The largest topics of every item at the finest and at the coarsest layer with their shares and first
/// words, the class where a classifier says one, and what is to be known of the items besides.
pub fn render(fit: &Exported, applied: &AppliedFit) -> String {
    let of = &fit.description;
    let mode = &of.modes[applied.mode].name;
    let mut out = one_line(&format!(
        "New items of the mode `{mode}`: {}, in the topics of {}, trial {} of {}",
        applied.names.len(),
        of.label,
        of.trial,
        of.experiment,
    ));
    out.push('\n');
    out.push_str(&table(fit, applied).finish());
    for sentence in sentences(applied) {
        out.push_str(&one_line(&sentence));
        out.push('\n');
    }
    out
}

/// A layer that is shown.
struct Shown<'a> {
    layer: &'a AppliedLayer,
    words: Vec<Vec<String>>,
}

fn table(fit: &Exported, applied: &AppliedFit) -> Grid {
    let last = applied.layers.len().saturating_sub(1);
    let layers = applied.layers.iter().enumerate();
    let shown = layers.filter(|(l, layer)| *l == 0 || *l == last || layer.classes.is_some());
    let shown: Vec<Shown<'_>> = shown
        .map(|(l, layer)| Shown {
            layer,
            words: first_words(fit, l, applied.mode, WORDS),
        })
        .collect();
    let with_words = shown.iter().any(|s| s.words.iter().any(|w| !w.is_empty()));
    let with_classes = shown.iter().any(|s| s.layer.classes.is_some());
    let mode = &fit.description.modes[applied.mode].name;
    let mut header = vec![mode.as_str(), "rank", "topic", "share"];
    header.extend(with_words.then_some("first words"));
    header.extend(with_classes.then_some("class"));
    let width = header.len();
    let mut grid = Grid::new(Format::Terminal, &header);
    for column in 4..width {
        grid = grid.left(column);
    }
    for (item, name) in applied.names.iter().take(MOST_ITEMS).enumerate() {
        let mut name = shorten(name, LONGEST_ITEM);
        let says = |s: &&Shown<'_>| s.layer.says_something_of(item);
        let layers: Vec<_> = shown.iter().filter(says).collect();
        if layers.is_empty() {
            let mut cells = vec![name, String::new(), "–".to_owned()];
            cells.resize(width, String::new());
            grid.row(cells);
            continue;
        }
        for shown in layers {
            let mut rank = shown.layer.coefficients.cols().to_string();
            let mut class = class(shown.layer, item);
            for (topic, share, words) in lines(shown, item) {
                // Said once.
                let mut cells = vec![take(&mut name), take(&mut rank), topic, share];
                cells.extend(with_words.then_some(words));
                cells.extend(with_classes.then(|| take(&mut class)));
                grid.row(cells);
            }
        }
    }
    grid
}

/// Number, share and words of an item's largest topics.
fn lines(shown: &Shown<'_>, item: usize) -> Vec<(String, String, String)> {
    let shares = shown.layer.shares.row(item);
    let mut order: Vec<usize> = (0..shares.len()).filter(|j| shares[*j] > 0.0).collect();
    order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]).then(a.cmp(b)));
    let noise = order
        .iter()
        .skip(1)
        .position(|j| shares[*j] < SMALLEST_SHARE);
    order.truncate(noise.map_or(MOST_TOPICS, |n| (n + 1).min(MOST_TOPICS)));
    let line = |j: usize| {
        let words = shown.words[j]
            .iter()
            .map(|word| shorten(word, LONGEST_WORD));
        let words = words.collect::<Vec<_>>().join(", ");
        (
            (j + 1).to_string(),
            format!("{:.0} %", shares[j] * 100.0),
            words,
        )
    };
    order.into_iter().map(line).collect()
}

/// The class of an item and its score.
fn class(layer: &AppliedLayer, item: usize) -> String {
    match layer
        .classes
        .as_ref()
        .and_then(|classes| classes.best(item))
    {
        Some((class, score)) => format!("{} ({score:.2})", shorten(class, LONGEST_ITEM)),
        None => String::new(),
    }
}

/// What is to be known besides the table.
fn sentences(applied: &AppliedFit) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(rest) = applied.names.len().checked_sub(MOST_ITEMS + 1) {
        let rest = rest + 1;
        out.push(format!(
            "{rest} more are not shown: --out DIR writes all of them, --json prints them."
        ));
    }
    let counts = applied.unknown.iter().flatten();
    let unknown: usize = counts.sum();
    if let Some(most) = applied.unknown.as_ref().filter(|_| unknown > 0) {
        let documents = most.iter().filter(|n| **n > 0).count();
        let largest = most.iter().max().copied().unwrap_or(0);
        let at = most.iter().position(|n| *n == largest).unwrap_or(0);
        out.push(format!(
            "Words that the fit does not know: {unknown}, in {documents} of {}; most in {} ({largest}).",
            most.len(),
            shorten(&applied.names[at], LONGEST_ITEM),
        ));
    }
    let empty = (0..applied.names.len()).filter(|i| !applied.layers[0].says_something_of(*i));
    let empty: Vec<usize> = empty.collect();
    if !empty.is_empty() {
        let named = empty.iter().take(MOST_NAMED);
        let named: Vec<_> = named
            .map(|i| shorten(&applied.names[*i], LONGEST_ITEM))
            .collect();
        let more = match empty.len() - named.len() {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        out.push(format!(
            "Nothing of any topic is in {} of {}: {}{more}.",
            empty.len(),
            applied.names.len(),
            named.join(", ")
        ));
    }
    if applied.reason != StopReason::Converged {
        let note = "The search for the coefficients ended before it had settled; they are the best so far.";
        out.push(note.to_owned());
    }
    out
}

fn shorten(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let start: String = text.chars().take(longest - 1).collect();
    format!("{start}…")
}
