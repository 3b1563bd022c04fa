//! A confusion matrix: true classes against predicted ones.

use hntf_datasets::Dataset;
use serde::Deserialize;

use super::{NamedPicture, Picture, PictureError, known_method};
use crate::HarnessError;
use crate::classification::confusion;
use crate::config::Experiment;
use crate::figures::{Figure, HeatmapGrid, Panel};
use crate::run::Finished;

/// For every layer of a method the share of each true class that is predicted as each class, over
/// the documents whose label the fit did not see, in the best trial by training error.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Confusion {
    /// The method.
    pub method: String,
}

impl NamedPicture for Confusion {
    const ID: &'static str = "confusion";
    const SUMMARY: &'static str =
        "true against predicted classes, layer by layer (data with labels)";
}

impl Picture for Confusion {
    fn stem(&self) -> String {
        format!("confusion-{}", self.method)
    }

    fn validate(&self, experiment: &Experiment, dataset: &Dataset) -> Result<(), PictureError> {
        known_method(experiment, &self.method)?;
        if dataset.labels.is_empty() {
            return Err(PictureError {
                key: "kind",
                message: "a confusion matrix needs labels, this data has none".to_owned(),
                help: "leave this [[figure]] out".to_owned(),
            });
        }
        Ok(())
    }

    fn draw(&self, finished: &Finished<'_>) -> Result<Box<dyn Figure>, HarnessError> {
        let experiment = finished.prepared.experiment;
        let index = experiment.method(&self.method).map_or(0, |(i, _)| i);
        let trial = finished.best_trial(&self.method).unwrap_or(0);
        let hierarchy = finished.hierarchy(index, trial)?;
        let mut grid = HeatmapGrid {
            title: experiment
                .method(&self.method)
                .map(|(_, m)| m.label.clone()),
            scale: (0.0, 1.0),
            scale_label: "share of the true class".to_owned(),
            panels: vec![Vec::new()],
            ..HeatmapGrid::default()
        };
        let Some(labels) = finished.prepared.dataset.labels.last() else {
            return Ok(Box::new(grid));
        };
        for layer in &hierarchy.layers {
            let shares = confusion(layer, labels);
            grid.panels[0].push(Some(Panel {
                rows: shares.rows(),
                cols: shares.cols(),
                values: shares.as_slice().to_vec(),
                row_labels: labels.classes.clone(),
                col_labels: labels.classes.clone(),
                annotate: true,
                ..Panel::default()
            }));
            grid.column_titles
                .push(format!("layer of rank {}", layer.rank));
            grid.x_labels.push(format!("predicted {}", labels.name));
            grid.y_labels.push(format!("true {}", labels.name));
        }
        Ok(Box::new(grid))
    }
}
