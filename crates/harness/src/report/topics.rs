//! Topics as words: for a terminal, for Markdown and for LaTeX.

use super::{Format, best_trial};
use crate::HarnessError;
use crate::run::Finished;
use crate::topics::{Topic, TopicTree, topic_tree, word_mode};

/// The topics of every method the experiment asks for, each by its best trial; empty if it asks for
/// none.
///
/// # Errors
/// A fit that has to be repeated and fails.
pub fn topics(finished: &Finished<'_>, format: Format) -> Result<String, HarnessError> {
    let mut out = String::new();
    for (label, ranks, tree) in trees(finished)? {
        match format {
            Format::Terminal => plain(&mut out, &label, &ranks, &tree),
            Format::Markdown => markdown(&mut out, &label, &ranks, &tree),
            Format::Latex => latex(&mut out, &label, &ranks, &tree),
        }
    }
    Ok(out)
}

type Named = (String, Vec<usize>, TopicTree);

fn trees(finished: &Finished<'_>) -> Result<Vec<Named>, HarnessError> {
    let (experiment, dataset) = (finished.prepared.experiment, &finished.prepared.dataset);
    let mut found = Vec::new();
    let Some((wanted, mode)) = experiment.topics.as_ref().zip(word_mode(dataset)) else {
        return Ok(found);
    };
    let names = dataset.items[mode].as_deref().unwrap_or_default();
    for id in &wanted.methods {
        let Some((index, method)) = experiment.method(id) else {
            continue;
        };
        let trial = best_trial(&finished.record, id).unwrap_or(0);
        let hierarchy = finished.hierarchy(index, trial)?;
        let ranks = hierarchy.layers.iter().map(|l| l.rank).collect();
        let tree = topic_tree(&hierarchy, mode, names, wanted.words);
        found.push((format!("{}, trial {trial}", method.label), ranks, tree));
    }
    Ok(found)
}

fn words(topic: &Topic) -> String {
    topic
        .words
        .iter()
        .map(|(word, _)| word.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// "62 % of topic 3, 21 % of topic 1".
fn parts(topic: &Topic) -> String {
    let part = |(i, share): &(usize, f64)| format!("{} ({:.0} %)", i + 1, share * 100.0);
    topic.parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

fn plain(out: &mut String, label: &str, ranks: &[usize], tree: &TopicTree) {
    out.push_str(&format!("Topics of {label}\n"));
    for (l, (rank, layer)) in ranks.iter().zip(&tree.layers).enumerate() {
        out.push_str(&format!("  rank {rank}\n"));
        for (j, topic) in layer.iter().enumerate() {
            out.push_str(&format!("  {:>4}  {}\n", j + 1, words(topic)));
            if !topic.parts.is_empty() {
                out.push_str(&format!(
                    "        made of rank {}: {}\n",
                    ranks[l - 1],
                    parts(topic)
                ));
            }
        }
    }
    out.push('\n');
}

fn markdown(out: &mut String, label: &str, ranks: &[usize], tree: &TopicTree) {
    out.push_str(&format!("## Topics of {label}\n\n"));
    for (l, (rank, layer)) in ranks.iter().zip(&tree.layers).enumerate() {
        out.push_str(&format!("### Rank {rank}\n\n"));
        if l == 0 {
            out.push_str("| topic | words |\n|---|---|\n");
        } else {
            let below = ranks[l - 1];
            out.push_str(&format!(
                "| topic | words | made of rank {below} |\n|---|---|---|\n"
            ));
        }
        for (j, topic) in layer.iter().enumerate() {
            // A bar would end the cell.
            out.push_str(&format!(
                "| {} | {} |",
                j + 1,
                words(topic).replace('|', "\\|")
            ));
            if l > 0 {
                out.push_str(&format!(" {} |", parts(topic)));
            }
            out.push('\n');
        }
        out.push('\n');
    }
}

fn latex(out: &mut String, label: &str, ranks: &[usize], tree: &TopicTree) {
    for (l, (rank, layer)) in ranks.iter().zip(&tree.layers).enumerate() {
        let columns = if l == 0 { "rl" } else { "rll" };
        out.push_str(&format!("% {}, rank {rank}\n", escape(label)));
        out.push_str(&format!("\\begin{{tabular}}{{{columns}}}\n\\hline\n"));
        for (j, topic) in layer.iter().enumerate() {
            out.push_str(&format!("{} & {}", j + 1, escape(&words(topic))));
            if l > 0 {
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

    fn tree() -> (Vec<usize>, TopicTree) {
        let topic = |words: &[&str], parts: &[(usize, f64)]| Topic {
            words: words.iter().map(|w| ((*w).to_owned(), 1.0)).collect(),
            parts: parts.to_vec(),
        };
        let layers = vec![
            vec![topic(&["god", "a_b"], &[]), topic(&["car|s"], &[])],
            vec![topic(&["god"], &[(1, 0.625), (0, 0.375)])],
        ];
        (vec![2, 1], TopicTree { layers })
    }

    #[test]
    fn the_three_formats_say_the_same() {
        let (ranks, tree) = tree();
        let mut out = String::new();
        plain(&mut out, "HNMF", &ranks, &tree);
        markdown(&mut out, "HNMF", &ranks, &tree);
        latex(&mut out, "HNMF", &ranks, &tree);
        insta::assert_snapshot!(out);
    }
}
