//! The error (or another metric) of every method by layer, with all trials and the published values.

use hntf_datasets::Dataset;
use serde::Deserialize;

use super::{NamedPicture, Picture, PictureError};
use crate::HarnessError;
use crate::config::{Aggregate, Experiment, Origin};
use crate::figures::{DotPlot, DotRow, DotRows, Figure, Spread};
use crate::metrics::{self, RELATIVE_ERROR};
use crate::report::{Row, rows};
use crate::run::Finished;

/// The experiment's first metric, the relative error if it names none: a row for every row of the
/// table, a panel for every layer. What is published has its own mark; rows beyond the publication
/// stand below a rule, under a dagger.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Errors {}

impl NamedPicture for Errors {
    const ID: &'static str = "errors";
    const SUMMARY: &'static str = "the first metric of every row by layer, all trials";
}

impl Picture for Errors {
    fn stem(&self) -> String {
        "errors".to_owned()
    }

    fn validate(&self, _: &Experiment, _: &Dataset) -> Result<(), PictureError> {
        Ok(())
    }

    fn draw(&self, finished: &Finished<'_>) -> Result<Box<dyn Figure>, HarnessError> {
        let experiment = finished.prepared.experiment;
        let layers = experiment.ranks.len();
        let metric = experiment.metrics[0].as_str();
        let row = |row: &Row<'_>| DotRow {
            label: row_name(row),
            values: (0..layers)
                .map(|l| {
                    let summary = row.summary(&finished.record, l, metric)?;
                    Some(Spread {
                        centre: summary.value,
                        trials: summary.shown,
                    })
                })
                .collect(),
            published: (0..layers).map(|l| row.published(metric, l)).collect(),
        };
        let all = rows(experiment);
        let group = |name: &str, origin: Origin| DotRows {
            name: name.to_owned(),
            rows: all.iter().filter(|r| r.origin == origin).map(row).collect(),
        };
        let mut groups = vec![
            group("row of the publication", Origin::Paper),
            group("† row beyond it", Origin::Beyond),
        ];
        if groups.iter().any(|group| group.rows.is_empty()) {
            // Nothing to tell apart.
            groups.iter_mut().for_each(|group| group.name.clear());
        }
        Ok(Box::new(DotPlot {
            title: experiment.title.clone(),
            panels: experiment
                .ranks
                .iter()
                .map(|r| format!("r = {r}"))
                .collect(),
            x_label: x_label(finished, metric, &all),
            groups,
        }))
    }
}

/// The name of a row, which says so if it is not a mean; with a dagger beyond the publication.
fn row_name(row: &Row<'_>) -> String {
    let mut name = row.label.to_owned();
    if row.aggregate != Aggregate::Mean && !name.contains("best") {
        name.push_str(", best trial");
    }
    if row.origin == Origin::Beyond {
        name.push_str("\u{a0}†");
    }
    name
}

/// What is measured, against what, and how trials are summed up.
fn x_label(finished: &Finished<'_>, metric: &str, rows: &[Row<'_>]) -> String {
    let title = metrics::title(metric);
    let measured = match &finished.prepared.dataset.reference {
        Some((name, _)) if metric == RELATIVE_ERROR => format!("{title} against the {name}"),
        _ => title.to_owned(),
    };
    let several = |row: &&Row<'_>| {
        finished
            .fits
            .iter()
            .filter(|f| f.method == row.method)
            .count()
            > 1
    };
    let averaged = |row: &Row<'_>| row.aggregate == Aggregate::Mean;
    let mut summed_up = rows
        .iter()
        .filter(several)
        .map(averaged)
        .collect::<Vec<_>>();
    summed_up.sort_unstable();
    summed_up.dedup();
    match summed_up[..] {
        [] => measured,
        [true] => format!("{measured}; mean over trials"),
        [false] => format!("{measured}; best trial by training error"),
        _ => format!("{measured}; mean over trials, or the best where the name says so"),
    }
}
