//! The relations between the topics of layers, beside the true ones.

use hntf_datasets::{Dataset, Grouping};
use hntf_models::{FlatNcpd, Hierarchy, NamedModel, Relation};
use hntf_tensor::Matrix;
use serde::Deserialize;

use super::{NamedPicture, Picture, PictureError, known_method};
use crate::HarnessError;
use crate::config::{Experiment, Method};
use crate::figures::{Figure, HeatmapGrid, Panel};
use crate::metrics::match_topics;
use crate::run::Finished;
use crate::topics::{Shown, coupled, shown, word_mode};

/// Every relation matrix of a method's best trial by training error, rows scaled to sum 1. Where
/// the truth is known it stands first, and learned topics are ordered as the true ones they match;
/// where topics are printed they have the order and the numbers of the print; elsewhere fine topics
/// that go to the same coarse topic stand together.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Relations {
    /// The method whose relations are shown.
    pub method: String,
}

impl NamedPicture for Relations {
    const ID: &'static str = "relations";
    const SUMMARY: &'static str = "a method's relation matrices between layers, beside the truth";
}

impl Picture for Relations {
    fn stem(&self) -> String {
        format!("relations-{}", self.method)
    }

    fn validate(&self, experiment: &Experiment, _: &Dataset) -> Result<(), PictureError> {
        known_method(experiment, &self.method)?;
        let flat = |m: &Method| m.model.kind == FlatNcpd::ABOUT.id;
        if experiment
            .method(&self.method)
            .is_some_and(|(_, m)| flat(m))
        {
            return Err(PictureError {
                key: "method",
                message: format!(
                    "`{}` is a flat model: its layers have no relations",
                    self.method
                ),
                help: "name a method with a hierarchy, or leave this [[figure]] out".to_owned(),
            });
        }
        let layers = experiment.method(&self.method).map(|(_, m)| m.layers);
        if layers.is_some_and(|layers| layers < 2) {
            return Err(PictureError {
                key: "",
                message: "relations need at least two layers".to_owned(),
                help: "give more ranks, or leave this [[figure]] out".to_owned(),
            });
        }
        Ok(())
    }

    fn draw(&self, finished: &Finished<'_>) -> Result<Box<dyn Figure>, HarnessError> {
        let experiment = finished.prepared.experiment;
        let (index, label) = experiment
            .method(&self.method)
            .map_or((0, ""), |(i, m)| (i, m.label.as_str()));
        let shown = shown(finished, index)?;
        let hierarchy = &shown.hierarchy;
        let words = word_mode(&finished.prepared.dataset).filter(|_| experiment.topics.is_some());
        let truth = &finished.prepared.dataset.truth;
        let mut pairs: Vec<(usize, usize)> =
            hierarchy.relations.iter().map(|r| (r.from, r.to)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let with_truth = pairs
            .iter()
            .any(|(a, b)| grouping(truth, hierarchy, *a, *b).is_some());
        let names = &finished.prepared.dataset.mode_names;
        let mut grid = HeatmapGrid {
            title: None,
            scale: (0.0, 1.0),
            scale_label: "share of the row".to_owned(),
            ..HeatmapGrid::default()
        };
        for (from, to) in pairs {
            let known = grouping(truth, hierarchy, from, to);
            let mut row = Vec::new();
            if with_truth {
                row.push(known.map(true_panel));
            }
            for relation in hierarchy.relations_between(from, to) {
                row.push(Some(match (known, words) {
                    (Some(grouping), _) => matched_panel(relation, grouping),
                    (None, Some(words)) => printed_panel(relation, &shown, words),
                    (None, None) => grouped_panel(relation),
                }));
            }
            grid.panels.push(row);
            let (fine, coarse) = (hierarchy.layers[from].rank, hierarchy.layers[to].rank);
            grid.row_titles.push(format!("{fine} → {coarse}"));
        }
        let first = hierarchy
            .relations
            .first()
            .map_or((0, 1), |r| (r.from, r.to));
        let learned = hierarchy
            .relations_between(first.0, first.1)
            .map(|r| match r.mode {
                None => label.to_owned(),
                Some(mode) => format!("{label}, {}", names[mode]),
            });
        grid.column_titles = with_truth
            .then(|| "truth".to_owned())
            .into_iter()
            .chain(learned)
            .collect();
        if grid.column_titles.len() == 1 {
            // One panel a pair: side by side they fit a page.
            grid.title = grid.column_titles.pop();
            grid.column_titles = std::mem::take(&mut grid.row_titles);
            grid.panels = vec![grid.panels.into_iter().flatten().collect()];
        }
        grid.x_labels = vec!["coarse topic".to_owned(); grid.column_titles.len()];
        grid.y_labels = vec!["fine topic".to_owned(); grid.column_titles.len()];
        Ok(Box::new(grid))
    }
}

fn grouping<'a>(
    truth: &'a [Grouping],
    hierarchy: &Hierarchy,
    from: usize,
    to: usize,
) -> Option<&'a Grouping> {
    let ranks = (hierarchy.layers[from].rank, hierarchy.layers[to].rank);
    truth.iter().find(|g| (g.classes.len(), g.coarse) == ranks)
}

fn panel(weights: &Matrix) -> Panel {
    Panel {
        rows: weights.rows(),
        cols: weights.cols(),
        values: weights.as_slice().to_vec(),
        annotate: weights.cols() <= 8,
        ..Panel::default()
    }
}

fn true_panel(grouping: &Grouping) -> Panel {
    let member = |i: usize, j: usize| f64::from(u8::from(grouping.classes[i] == j));
    panel(&Matrix::from_fn(
        grouping.classes.len(),
        grouping.coarse,
        member,
    ))
}

/// In the order of the true topics.
fn matched_panel(relation: &Relation, grouping: &Grouping) -> Panel {
    let shares = shares(&relation.weights);
    let matched = match_topics(&relation.weights, grouping);
    let share = |i: usize, j: usize| shares[(matched.rows[i], matched.columns[j])];
    panel(&Matrix::from_fn(shares.rows(), shares.cols(), share))
}

/// In the order in which topics are printed, under the numbers they have there.
fn printed_panel(relation: &Relation, shown: &Shown, words: usize) -> Panel {
    let shares = shares(&relation.weights);
    // A mode whose topics are its own has them in the order of the fit.
    let order = |layer: usize| -> Vec<usize> {
        let of_words = relation.mode.is_none_or(|mode| mode == words);
        if of_words || coupled(&shown.hierarchy.layers[layer]) {
            shown.order.layers[layer].clone()
        } else {
            (0..shown.hierarchy.layers[layer].rank).collect()
        }
    };
    let (rows, columns) = (order(relation.from), order(relation.to));
    let share = |i: usize, j: usize| shares[(rows[i], columns[j])];
    let numbers = |count: usize| (1..=count).map(|n| n.to_string()).collect();
    Panel {
        row_labels: numbers(rows.len()),
        col_labels: numbers(columns.len()),
        ..panel(&Matrix::from_fn(rows.len(), columns.len(), share))
    }
}

/// Fine topics that go to the same coarse topic together, under the numbers of the fit.
fn grouped_panel(relation: &Relation) -> Panel {
    let shares = shares(&relation.weights);
    let order = by_coarse_topic(&shares);
    let share = |i: usize, j: usize| shares[(order[i], j)];
    Panel {
        row_labels: order.iter().map(|i| (i + 1).to_string()).collect(),
        col_labels: (1..=shares.cols()).map(|j| j.to_string()).collect(),
        ..panel(&Matrix::from_fn(shares.rows(), shares.cols(), share))
    }
}

/// Every row scaled to sum 1; rows of zeros stay.
fn shares(weights: &Matrix) -> Matrix {
    Matrix::from_fn(weights.rows(), weights.cols(), |i, j| {
        let sum: f64 = weights.row(i).iter().sum();
        if sum > 0.0 {
            weights[(i, j)] / sum
        } else {
            0.0
        }
    })
}

/// The rows grouped by their largest column, the clearest first.
fn by_coarse_topic(shares: &Matrix) -> Vec<usize> {
    let largest = |i: usize| {
        let row = shares.row(i).iter().copied().enumerate();
        row.fold((0, 0.0), |best, x| if x.1 > best.1 { x } else { best })
    };
    let mut order: Vec<usize> = (0..shares.rows()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (largest(*a), largest(*b));
        a.0.cmp(&b.0).then(b.1.total_cmp(&a.1))
    });
    order
}
