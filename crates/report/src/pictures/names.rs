//! What figures call things: the fit they show, and its topics.

use hntf_datasets::Dataset;
use hntf_models::Hierarchy;
use hntf_models::topics::{TopicOrder, TopicTree, topic_tree};
use hntf_run::Fits;

/// Characters of a topic's name: what a figure shows without cutting it.
const LONGEST_NAME: usize = 26;

/// "Multi-HNTF: trial 3, the best by training error": the method and which of its trials is shown,
/// under the number it has in records. A method with one trial has its name alone.
pub(super) fn fit_name(fits: &Fits<'_>, method: &str, trial: u32) -> String {
    let label = fits.prepared.experiment.method(method);
    let label = label.map_or(method, |(_, m)| m.label.as_str());
    if fits.trials(method) > 1 {
        format!("{label}: trial {trial}, the best by training error")
    } else {
        label.to_owned()
    }
}

/// For every layer the names of its topics in the order in which they are shown: "3 god jesus bible",
/// or numbers where mode `mode` has no names.
pub(super) fn topic_names(
    hierarchy: &Hierarchy,
    order: &TopicOrder,
    dataset: &Dataset,
    mode: Option<usize>,
    words: usize,
) -> Vec<Vec<String>> {
    let tree = mode.and_then(|mode| {
        let names = dataset.items[mode].as_deref()?;
        Some(topic_tree(hierarchy, mode, names, words, order))
    });
    let layers = order.layers.iter().enumerate();
    let layer = |(l, topics): (usize, &Vec<usize>)| {
        let name = |place: usize| topic_name(place, tree.as_ref(), l);
        (0..topics.len()).map(name).collect()
    };
    layers.map(layer).collect()
}

fn topic_name(place: usize, tree: Option<&TopicTree>, layer: usize) -> String {
    let mut name = (place + 1).to_string();
    let words = tree.map_or(&[][..], |tree| &tree.layers[layer][place].words);
    // Items of several words ("7 Feb") would run into each other.
    let (first, next) = match words.iter().any(|(word, _)| word.contains(' ')) {
        true => (": ", ", "),
        false => (" ", " "),
    };
    for (i, (word, _)) in words.iter().enumerate() {
        // Whole words only; the first stands in any case.
        if i > 0 && name.chars().count() + 1 + word.chars().count() > LONGEST_NAME {
            break;
        }
        name.push_str(if i == 0 { first } else { next });
        name.push_str(word);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_models::topics::Topic;

    #[test]
    fn names_have_whole_words_and_at_least_one() {
        let long = "pneumonoultramicroscopicsilicovolcanoconiosis";
        let topic = |words: &[&str]| Topic {
            words: words.iter().map(|w| ((*w).to_owned(), 1.0)).collect(),
            parts: Vec::new(),
        };
        let topics = vec![
            topic(&["trump", "hillary", "vote"]),
            topic(&["trump", "realdonaldtrump", "vote"]),
            topic(&[long, "vote"]),
            topic(&[]),
            topic(&["7 Feb", "7 Mar"]),
        ];
        let tree = TopicTree {
            layers: vec![topics],
            parts_by: None,
        };
        let name = |place| topic_name(place, Some(&tree), 0);
        assert_eq!(name(0), "1 trump hillary vote");
        assert_eq!(name(1), "2 trump realdonaldtrump");
        assert_eq!(name(2), format!("3 {long}"));
        assert_eq!(name(3), "4");
        assert_eq!(name(4), "5: 7 Feb, 7 Mar");
        assert_eq!(topic_name(4, None, 0), "5");
    }
}
