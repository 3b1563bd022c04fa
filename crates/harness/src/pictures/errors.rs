//! The error (or another metric) of every method by layer, with all trials and the published values.

use hntf_datasets::Dataset;
use serde::Deserialize;

use super::{NamedPicture, Picture, PictureError};
use crate::HarnessError;
use crate::config::{Experiment, Origin};
use crate::figures::{ErrorByLayer, Figure, Series, Spread};
use crate::report::{Row, rows};
use crate::run::Finished;

/// The experiment's first metric, the relative error if it names none, by layer.
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
        let series = |row: &Row<'_>| Series {
            label: row.label.to_owned(),
            emphasised: row.origin == Origin::Paper,
            values: (0..layers)
                .map(|l| {
                    let summary = row.summary(&finished.record, l, metric)?;
                    Some(Spread {
                        mean: summary.value,
                        trials: summary.shown,
                    })
                })
                .collect(),
            published: (0..layers).map(|l| row.published(metric, l)).collect(),
        };
        Ok(Box::new(ErrorByLayer {
            title: experiment.title.clone(),
            layers: experiment
                .ranks
                .iter()
                .map(|r| format!("r = {r}"))
                .collect(),
            x_label: "layer".to_owned(),
            y_label: metric.replace('-', " "),
            series: rows(experiment).iter().map(series).collect(),
        }))
    }
}
