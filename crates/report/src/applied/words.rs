//! What the topics of a fit are about, seen from the mode of the new items.

use hntf_models::topics::{profile, top_items};
use hntf_run::export::Exported;

/// For every topic of a layer its first words: the named items of another mode with the largest
/// weights where the topic lives there. Empty lists if no other mode has names.
pub(super) fn first_words(
    fit: &Exported,
    layer: usize,
    mode: usize,
    count: usize,
) -> Vec<Vec<String>> {
    let topics = fit.hierarchy.layers[layer].rank;
    let Some((of_words, names)) = words(fit, mode) else {
        return vec![Vec::new(); topics];
    };
    let weights = profile(&fit.hierarchy, layer, of_words, mode);
    let first = |topic| {
        let top = top_items(&weights, topic, names, count);
        top.into_iter().map(|(word, _)| word).collect()
    };
    (0..topics).map(first).collect()
}

/// The mode that tells a reader most of a topic, and the names of its items: the words of texts, else
/// the one with the most names; not that of the new items.
fn words(fit: &Exported, mode: usize) -> Option<(usize, &[String])> {
    let named = fit.items.iter().enumerate().filter(|(m, _)| *m != mode);
    let named = named.filter_map(|(m, names)| Some((m, names.as_deref()?)));
    let of_text = fit.text.as_ref().map(|text| text.mode);
    named.max_by_key(|(m, names)| (Some(*m) == of_text, names.len()))
}
