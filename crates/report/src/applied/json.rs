//! New items for other programs.

use hntf_run::apply::{AppliedFit, AppliedLayer};
use hntf_run::export::Exported;
use serde_json::{Map, Value, json as object};

use super::words::first_words;

/// So many words of a topic.
const WORDS: usize = 10;

/// Everything as one JSON object. Layers, modes and topics are counted from 0: topic j is the one of
/// which `coefficients[j]` is how much.
pub fn json(fit: &Exported, applied: &AppliedFit) -> Value {
    let of = &fit.description;
    let layers = applied.layers.iter().enumerate().map(|(l, layer)| {
        object!({
            "rank": layer.coefficients.cols(),
            "topics": first_words(fit, l, applied.mode, WORDS),
        })
    });
    let items = applied.names.iter().enumerate().map(|(i, name)| {
        let layers = applied.layers.iter().map(|layer| at_layer(layer, i));
        object!({
            "item": name,
            "unknown-words": applied.unknown.as_ref().map(|unknown| unknown[i]),
            "layers": layers.collect::<Vec<_>>(),
        })
    });
    object!({
        "experiment": of.experiment,
        "method": of.method,
        "label": of.label,
        "trial": of.trial,
        "model": of.model,
        "mode": applied.mode,
        "mode-name": of.modes[applied.mode].name,
        "reason": applied.reason,
        "layers": layers.collect::<Vec<_>>(),
        "items": items.collect::<Vec<_>>(),
    })
}

fn at_layer(layer: &AppliedLayer, item: usize) -> Value {
    let mut value = object!({
        "coefficients": layer.coefficients.row(item),
        "shares": layer.shares.row(item),
    });
    if let Some(classes) = &layer.classes {
        let names = classes.names.iter().cloned();
        let scores = classes.scores.row(item).iter().map(|x| Value::from(*x));
        let scores: Map<String, Value> = names.zip(scores).collect();
        let best = classes.best(item).filter(|_| layer.says_something_of(item));
        value["class"] = object!(best.map(|(class, _)| class));
        value["scores"] = Value::Object(scores);
    }
    value
}
