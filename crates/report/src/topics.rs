//! Topics as words: for a terminal, for Markdown and for LaTeX.

use crate::error::ReportError;
use crate::format::{Format, Grid, one_line};
use crate::published::{PublishedTopics, match_published};
use crate::shown::shown;
use hntf_models::topics::{Topic, TopicTree, topic_tree};
use hntf_run::Fits;

/// The topics of every method the experiment asks for, each by its best trial, and the published
/// topics beside them; empty if it asks for none.
///
/// # Errors
/// A fit that cannot be read.
pub fn topics(fits: &Fits<'_>, format: Format) -> Result<String, ReportError> {
    let mut out = String::new();
    for named in trees(fits)? {
        match format {
            Format::Terminal => plain(&mut out, &named),
            Format::Markdown => markdown(&mut out, &named),
            Format::Latex => latex(&mut out, &named),
        }
        // What a table of a paper would show are the topics themselves.
        if format != Format::Latex {
            for layer in matches(fits, &named) {
                beside_published(&mut out, &layer, format);
            }
        }
    }
    Ok(out)
}

/// The published topics of the experiment beside those of every method whose topics it prints.
///
/// # Errors
/// A fit that cannot be read.
pub fn published_topics(fits: &Fits<'_>) -> Result<Vec<PublishedTopics>, ReportError> {
    let trees = trees(fits)?;
    let matched = trees.iter().flat_map(|named| matches(fits, named));
    Ok(matched.collect())
}

/// The topics of one method.
struct Named {
    id: String,
    label: String,
    trial: u32,
    ranks: Vec<usize>,
    /// Topics with as many words as are printed.
    tree: TopicTree,
    /// For every layer and topic as many words as published ones are looked for among.
    words: Vec<Vec<Vec<String>>>,
    /// The mode that says what topics are made of, where it is another one.
    parts_by: Option<String>,
}

impl Named {
    fn title(&self) -> String {
        one_line(&format!("{}, trial {}", self.label, self.trial))
    }

    /// "made of rank 8", and by which mode if not by the words'.
    fn made_of(&self, layer: usize) -> String {
        let by = self.parts_by.as_ref().map(|mode| format!(" by {mode}"));
        format!(
            "made of rank {}{}",
            self.ranks[layer - 1],
            by.unwrap_or_default()
        )
    }

    /// Whether a layer's topics are made of finer ones.
    fn has_parts(&self, layer: usize) -> bool {
        self.tree.layers[layer].iter().any(|t| !t.parts.is_empty())
    }
}

fn trees(fits: &Fits<'_>) -> Result<Vec<Named>, ReportError> {
    let (experiment, dataset) = (fits.prepared.experiment, &fits.prepared.dataset);
    let mut found = Vec::new();
    let Some((wanted, mode)) = experiment.topics.as_ref().zip(dataset.word_mode()) else {
        return Ok(found);
    };
    let names = dataset.items[mode].as_deref().unwrap_or_default();
    for id in &wanted.methods {
        let Some((index, method)) = experiment.method(id) else {
            continue;
        };
        let Some(shown) = shown(fits, index)? else {
            continue;
        };
        let tree = |words| topic_tree(&shown.hierarchy, mode, names, words, &shown.order);
        let printed = tree(wanted.words);
        let longest = wanted.published.values().flatten().map(Vec::len).max();
        let words = |topic: &Topic| topic.words.iter().map(|(word, _)| word.clone()).collect();
        found.push(Named {
            id: id.clone(),
            label: method.label.clone(),
            trial: shown.trial,
            ranks: shown.hierarchy.layers.iter().map(|l| l.rank).collect(),
            words: longest.map_or(Vec::new(), |longest| {
                let tree = tree(longest.max(wanted.match_words));
                let layers = tree.layers.iter();
                layers.map(|l| l.iter().map(words).collect()).collect()
            }),
            parts_by: printed.parts_by.map(|m| dataset.mode_names[m].clone()),
            tree: printed,
        });
    }
    Ok(found)
}

fn matches(fits: &Fits<'_>, named: &Named) -> Vec<PublishedTopics> {
    let Some(wanted) = fits.prepared.experiment.topics.as_ref() else {
        return Vec::new();
    };
    let at = |(layer, rank): (usize, &usize)| {
        let published = wanted.published.get(rank)?;
        let topics = match_published(published, &named.words[layer], wanted.match_words);
        Some(PublishedTopics {
            method: named.id.clone(),
            label: named.label.clone(),
            trial: named.trial,
            layer,
            rank: *rank,
            match_words: wanted.match_words,
            found: topics.iter().filter(|t| t.found).count(),
            word_for_word: topics.iter().filter(|t| t.word_for_word).count(),
            topics,
        })
    };
    named.ranks.iter().enumerate().filter_map(at).collect()
}

/// Published topics, ours, and how many words they share.
fn beside_published(out: &mut String, layer: &PublishedTopics, format: Format) {
    let title = format!(
        "Published topics beside {}, rank {}",
        layer.label, layer.rank
    );
    out.push_str(&format.heading(3, &title));
    let header = ["published", "topic", "ours", "shared", "verdict"];
    let mut table = Grid::new(format, &header).left(2);
    for topic in &layer.topics {
        let verdict = match (topic.word_for_word, topic.found) {
            (true, _) => "word for word",
            (false, true) => "found",
            (false, false) => "NOT FOUND",
        };
        table.row([
            topic.published.join(" "),
            topic
                .topic
                .map_or("–".to_owned(), |number| number.to_string()),
            topic.words.join(" "),
            format!("{} of {}", topic.shared.len(), topic.published.len()),
            verdict.to_owned(),
        ]);
    }
    out.push_str(&table.finish());
    out.push_str(&format!(
        "{} of {} published topics found ({} among one topic's top {}), {} word for word.\n\n",
        layer.found,
        layer.topics.len(),
        enough(layer),
        layer.match_words,
        layer.word_for_word
    ));
}

/// "three or more of their five words", in digits; "more than half of their words" if they have not
/// all as many.
fn enough(layer: &PublishedTopics) -> String {
    let mut lengths = layer.topics.iter().map(|t| t.published.len());
    match lengths.next() {
        Some(count) if lengths.all(|other| other == count) => {
            format!("{} or more of their {count} words", count / 2 + 1)
        }
        _ => "more than half of their words".to_owned(),
    }
}

fn words(topic: &Topic) -> String {
    let words = topic.words.iter().map(|(word, _)| one_line(word));
    words.collect::<Vec<_>>().join(" ")
}

/// "62 % of topic 3, 21 % of topic 1".
fn parts(topic: &Topic) -> String {
    let part = |(i, share): &(usize, f64)| format!("{} ({:.0} %)", i + 1, share * 100.0);
    topic.parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

fn plain(out: &mut String, named: &Named) {
    out.push_str(&format!("Topics of {}\n", named.title()));
    for (l, (rank, layer)) in named.ranks.iter().zip(&named.tree.layers).enumerate() {
        out.push_str(&format!("  rank {rank}\n"));
        for (j, topic) in layer.iter().enumerate() {
            out.push_str(&format!("  {:>4}  {}\n", j + 1, words(topic)));
            if !topic.parts.is_empty() {
                let made_of = named.made_of(l);
                out.push_str(&format!("        {made_of}: {}\n", parts(topic)));
            }
        }
    }
    out.push('\n');
}

fn markdown(out: &mut String, named: &Named) {
    out.push_str(&format!("## Topics of {}\n\n", named.title()));
    for (l, (rank, layer)) in named.ranks.iter().zip(&named.tree.layers).enumerate() {
        out.push_str(&format!("### Rank {rank}\n\n"));
        let mut header = vec!["topic".to_owned(), "words".to_owned()];
        if named.has_parts(l) {
            header.push(named.made_of(l));
        }
        let columns = header.len();
        let mut table = Grid::new(Format::Markdown, &header).left(1).left(2);
        for (j, topic) in layer.iter().enumerate() {
            let cells = [(j + 1).to_string(), words(topic), parts(topic)];
            table.row(cells.into_iter().take(columns));
        }
        out.push_str(&table.finish());
    }
}

fn latex(out: &mut String, named: &Named) {
    for (l, (rank, layer)) in named.ranks.iter().zip(&named.tree.layers).enumerate() {
        let has_parts = named.has_parts(l);
        let columns = if has_parts { "rll" } else { "rl" };
        out.push_str(&format!("% {}, rank {rank}\n", escape(&named.title())));
        out.push_str(&format!("\\begin{{tabular}}{{{columns}}}\n\\hline\n"));
        for (j, topic) in layer.iter().enumerate() {
            out.push_str(&format!("{} & {}", j + 1, escape(&words(topic))));
            if has_parts {
                out.push_str(&format!(" & {}", escape(&parts(topic))));
            }
            out.push_str(" \\\\\n");
        }
        out.push_str("\\hline\n\\end{tabular}\n\n");
    }
}

/// The characters LaTeX reads as commands.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | '$' | '%' | '&' | '_' | '{' | '}' => out.extend(['\\', c]),
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named() -> Named {
        let topic = |words: &[&str], parts: &[(usize, f64)]| Topic {
            words: words.iter().map(|w| ((*w).to_owned(), 1.0)).collect(),
            parts: parts.to_vec(),
        };
        let layers = vec![
            vec![topic(&["god", "a_b"], &[]), topic(&["car|s"], &[])],
            vec![topic(&["god"], &[(1, 0.625), (0, 0.375)])],
        ];
        Named {
            id: "hnmf".to_owned(),
            label: "HNMF".to_owned(),
            trial: 0,
            ranks: vec![2, 1],
            words: Vec::new(),
            parts_by: None,
            tree: TopicTree {
                layers,
                parts_by: None,
            },
        }
    }

    #[test]
    fn the_three_formats_say_the_same() {
        let mut out = String::new();
        plain(&mut out, &named());
        markdown(&mut out, &named());
        latex(&mut out, &named());
        insta::assert_snapshot!(out);
    }

    #[test]
    fn published_topics_of_different_length_are_found_by_more_than_half() {
        let of = |lengths: &[usize]| {
            let word = || "a".to_owned();
            let lists: Vec<_> = lengths.iter().map(|n| vec![word(); *n]).collect();
            let topics = match_published(&lists, &[vec![word()]], 10);
            let layer = PublishedTopics {
                method: "hnmf".to_owned(),
                label: "HNMF".to_owned(),
                trial: 0,
                layer: 0,
                rank: 2,
                match_words: 10,
                found: 0,
                word_for_word: 0,
                topics,
            };
            enough(&layer)
        };
        assert_eq!(of(&[5, 5]), "3 or more of their 5 words");
        assert_eq!(of(&[4]), "3 or more of their 4 words");
        assert_eq!(of(&[5, 4]), "more than half of their words");
    }
}
