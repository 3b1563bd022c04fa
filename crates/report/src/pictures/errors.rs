//! The error (or another metric) of every method by layer, with all trials and the published values.

use hntf_experiment::figures::Errors;
use hntf_experiment::metrics::{self, RELATIVE_ERROR};
use hntf_experiment::{Aggregate, Origin};
use hntf_figures::{DotPlot, DotRow, DotRows, Spread};
use hntf_run::Fits;

use super::drawn::Drawn;
use crate::rows::{Row, rows};

pub(super) fn draw(figure: &Errors, fits: &Fits<'_>) -> Drawn {
    let experiment = fits.prepared.experiment;
    let layers = experiment.ranks.len();
    let metric = figure.metric.as_ref().unwrap_or(&experiment.metrics[0]);
    let row = |row: &Row<'_>| DotRow {
        label: match row.origin {
            Origin::Paper => row.name.clone(),
            Origin::Beyond => format!("{}\u{a0}†", row.name),
        },
        values: (0..layers)
            .map(|l| {
                let summary = row.summary(&fits.record, l, metric)?;
                Some(Spread {
                    centre: summary.value,
                    trials: summary.shown,
                })
            })
            .collect(),
        published: (0..layers).map(|l| row.published_at(metric, l)).collect(),
    };
    let all = rows(experiment, &fits.record);
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
    Ok(Some(Box::new(DotPlot {
        title: experiment.title.clone(),
        subtitle: String::new(),
        panels: experiment
            .ranks
            .iter()
            .map(|r| format!("r = {r}"))
            .collect(),
        x_label: x_label(fits, metric, &all),
        groups,
    })))
}

/// What is measured, against what, and how trials are summed up.
fn x_label(fits: &Fits<'_>, metric: &str, rows: &[Row<'_>]) -> String {
    let title = metrics::title(metric);
    let measured = match &fits.prepared.dataset.reference {
        Some((name, _)) if metric == RELATIVE_ERROR => format!("{title} against the {name}"),
        _ => title.to_owned(),
    };
    let several = |row: &&Row<'_>| {
        fits.summaries
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
