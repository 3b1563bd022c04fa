//! A report for other programs.

use serde_json::{Value, json as object};

use crate::claims::claims;
use crate::compare::comparisons;
use crate::rank_choice::rank_choices;
use crate::rows::rows;
use crate::topics::published_topics;
use hntf_run::Fits;

/// The run as one JSON object: rows, comparisons, claims, published topics, and every cell.
pub fn json(fits: &Fits<'_>, command: &str) -> Value {
    let experiment = fits.prepared.experiment;
    let mut metrics: Vec<&str> = fits
        .record
        .cells()
        .iter()
        .map(|c| c.metric.as_str())
        .collect();
    metrics.sort_unstable();
    metrics.dedup();
    let mut summaries = Vec::new();
    for row in rows(experiment, &fits.record) {
        for (layer, rank) in experiment.ranks.iter().enumerate() {
            for metric in &metrics {
                if let Some(s) = row.summary(&fits.record, layer, metric) {
                    summaries.push(object!({
                        "row": row.id, "label": row.name, "origin": row.origin,
                        "aggregate": row.aggregate, "layer": layer, "rank": rank,
                        "metric": metric, "value": s.value, "smallest": s.range.0,
                        "largest": s.range.1, "trials": s.trials,
                    }));
                }
            }
        }
    }
    // A fit that could not be repeated is no reason to keep the rest back.
    let topics = match published_topics(fits) {
        Ok(topics) => object!(topics),
        Err(error) => object!({ "error": error.to_string() }),
    };
    object!({
        "experiment": experiment.name,
        "title": experiment.title,
        "command": command,
        "ranks": experiment.ranks,
        "rows": summaries,
        "published": comparisons(experiment, &fits.record),
        "claims": claims(experiment, &fits.record),
        "published-topics": topics,
        "rank-choice": rank_choices(experiment, &fits.record),
        "fits": fits.summaries,
        "cells": fits.record.cells(),
        "notes": experiment.notes,
    })
}
