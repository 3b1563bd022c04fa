//! A report for other programs.

use serde_json::{Value, json as object};

use super::{claims, comparisons, published_topics, rank_choices, rows};
use crate::run::Finished;

/// The run as one JSON object: rows, comparisons, claims, published topics, and every cell.
pub fn json(finished: &Finished<'_>, command: &str) -> Value {
    let experiment = finished.prepared.experiment;
    let mut metrics: Vec<&str> = finished
        .record
        .cells()
        .iter()
        .map(|c| c.metric.as_str())
        .collect();
    metrics.sort_unstable();
    metrics.dedup();
    let mut summaries = Vec::new();
    for row in rows(experiment) {
        for (layer, rank) in experiment.ranks.iter().enumerate() {
            for metric in &metrics {
                if let Some(s) = row.summary(&finished.record, layer, metric) {
                    summaries.push(object!({
                        "row": row.id, "label": row.label, "origin": row.origin,
                        "aggregate": row.aggregate, "layer": layer, "rank": rank,
                        "metric": metric, "value": s.value, "smallest": s.range.0,
                        "largest": s.range.1, "trials": s.trials,
                    }));
                }
            }
        }
    }
    // A fit that could not be repeated is no reason to keep the rest back.
    let topics = match published_topics(finished) {
        Ok(topics) => object!(topics),
        Err(error) => object!({ "error": error.to_string() }),
    };
    object!({
        "experiment": experiment.name,
        "title": experiment.title,
        "command": command,
        "ranks": experiment.ranks,
        "rows": summaries,
        "published": comparisons(experiment, &finished.record),
        "claims": claims(experiment, &finished.record),
        "published-topics": topics,
        "rank-choice": rank_choices(experiment, &finished.record),
        "fits": finished.fits,
        "cells": finished.record.cells(),
        "notes": experiment.notes,
    })
}
