//! How many topics: what restarts say of every rank.

use hntf_figures::{LayerPanel, LayerPanels, Series, Spread};
use hntf_run::Fits;

use super::drawn::Drawn;
use crate::rank_choice::{RankReport, RankRow, mean, rank_choices};

pub(super) fn draw(fits: &Fits<'_>) -> Drawn {
    let experiment = fits.prepared.experiment;
    let reports = rank_choices(experiment, &fits.record);
    let choice = experiment.rank_choice.as_ref();
    // Smallest first; a method may leave out the smallest ones of the experiment.
    let ranks: Vec<usize> = experiment.ranks.iter().rev().copied().collect();
    let panel = |y_label: &str, threshold, reach: &[f64], spread: Measured<'_>| {
        let series = reports.iter().map(|report| series(report, &ranks, spread));
        LayerPanel {
            y_label: y_label.to_owned(),
            series: series.collect(),
            threshold,
            reach: reach.to_vec(),
        }
    };
    let alone = |value: Option<f64>| {
        value.map(|centre| Spread {
            centre,
            trials: Vec::new(),
        })
    };
    let error = |row: &RankRow| {
        let trials = row.errors.clone();
        row.error().map(|centre| Spread { centre, trials })
    };
    let stability = |row: &RankRow| {
        let trials = row.stability_of_best.clone();
        mean(&trials).map(|centre| Spread { centre, trials })
    };
    let held_out = |row: &RankRow| {
        let trials = row.held_out.iter().map(|(_, error)| *error).collect();
        row.held_out_error().map(|centre| Spread { centre, trials })
    };
    let stable = choice.map(|c| c.stable);
    let panels = [
        panel("training error", None, &[], &error),
        panel("held-out error", None, &[], &held_out),
        panel("stability of best", stable, &[1.0], &stability),
        panel("cophenetic corr.", None, &[0.9, 1.0], &|row| {
            alone(row.cophenetic)
        }),
        panel("dispersion", None, &[0.9, 1.0], &|row| {
            alone(row.dispersion)
        }),
        // Far below 0 it says no more than at 0, and would leave the rest no room.
        panel(
            "core consistency",
            choice.map(|c| c.consistent),
            &[0.0, 100.0],
            &|row| alone(row.core_consistency.map(|c| c.max(0.0))),
        ),
    ];
    let shows = |panel: &LayerPanel| {
        let mut values = panel.series.iter().flat_map(|s| &s.values);
        values.any(Option::is_some)
    };
    Ok(Some(Box::new(LayerPanels {
        title: experiment.title.clone(),
        subtitle: "what restarts say of every rank".to_owned(),
        layers: ranks.iter().map(ToString::to_string).collect(),
        x_label: "rank".to_owned(),
        panels: panels.into_iter().filter(shows).collect(),
    })))
}

/// What is drawn of a rank.
type Measured<'a> = &'a dyn Fn(&RankRow) -> Option<Spread>;

fn series(report: &RankReport, ranks: &[usize], spread: Measured<'_>) -> Series {
    let row = |rank: &usize| report.ranks.iter().find(|row| row.rank == *rank);
    Series {
        label: report.label.clone(),
        values: ranks.iter().map(|rank| spread(row(rank)?)).collect(),
    }
}
