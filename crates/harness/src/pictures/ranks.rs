//! How many topics: what restarts say of every rank.

use hntf_datasets::Dataset;
use serde::Deserialize;

use super::{NamedPicture, Picture, PictureError};
use crate::HarnessError;
use crate::config::Experiment;
use crate::figures::{ErrorByLayer, Figure, LayerPanel, LayerPanels, Series, Spread};
use crate::report::{RankReport, RankRow, mean, rank_choices};
use crate::run::Finished;

/// The training error, the stability of the best trials, the consensus and, for orders above 2, the
/// core consistency of every method of `[rank-choice]`, by rank.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RankChoices {}

impl NamedPicture for RankChoices {
    const ID: &'static str = "rank-choice";
    const SUMMARY: &'static str = "error, stability, consensus and core consistency by rank";
}

impl Picture for RankChoices {
    fn stem(&self) -> String {
        "rank-choice".to_owned()
    }

    fn validate(&self, experiment: &Experiment, _: &Dataset) -> Result<(), PictureError> {
        match &experiment.rank_choice {
            Some(_) => Ok(()),
            None => Err(PictureError {
                key: "kind",
                message: "a figure of the choice of ranks, and no [rank-choice]".to_owned(),
                help: "add a section [rank-choice], which may be empty".to_owned(),
            }),
        }
    }

    fn draw(&self, finished: &Finished<'_>) -> Result<Box<dyn Figure>, HarnessError> {
        let experiment = finished.prepared.experiment;
        let reports = rank_choices(experiment, &finished.record);
        let choice = experiment.rank_choice.as_ref();
        // Smallest first; a method may leave out the smallest ones of the experiment.
        let ranks: Vec<usize> = experiment.ranks.iter().rev().copied().collect();
        let panel = |y_label: &str, threshold, reach: &[f64], spread: Measured<'_>| {
            let series = reports.iter().map(|report| series(report, &ranks, spread));
            let plot = ErrorByLayer {
                title: String::new(),
                layers: ranks.iter().map(ToString::to_string).collect(),
                x_label: "rank".to_owned(),
                y_label: y_label.to_owned(),
                series: series.collect(),
            };
            let reach = reach.to_vec();
            LayerPanel {
                plot,
                threshold,
                reach,
            }
        };
        let alone = |value: Option<f64>| {
            value.map(|mean| Spread {
                mean,
                trials: Vec::new(),
            })
        };
        let error = |row: &RankRow| {
            let trials = row.errors.clone();
            row.error().map(|mean| Spread { mean, trials })
        };
        let stability = |row: &RankRow| {
            let trials = row.stability_of_best.clone();
            mean(&trials).map(|mean| Spread { mean, trials })
        };
        let held_out = |row: &RankRow| {
            let trials = row.held_out.iter().map(|(_, error)| *error).collect();
            row.held_out_error().map(|mean| Spread { mean, trials })
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
            let mut values = panel.plot.series.iter().flat_map(|s| &s.values);
            values.any(Option::is_some)
        };
        Ok(Box::new(LayerPanels {
            title: experiment.title.clone(),
            panels: panels.into_iter().filter(shows).collect(),
        }))
    }
}

/// What is drawn of a rank.
type Measured<'a> = &'a dyn Fn(&RankRow) -> Option<Spread>;

fn series(report: &RankReport, ranks: &[usize], spread: Measured<'_>) -> Series {
    let row = |rank: &usize| report.ranks.iter().find(|row| row.rank == *rank);
    Series {
        label: report.label.clone(),
        emphasised: true,
        values: ranks.iter().map(|rank| spread(row(rank)?)).collect(),
        published: Vec::new(),
    }
}
