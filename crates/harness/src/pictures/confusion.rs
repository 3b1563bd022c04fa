//! A confusion matrix: true classes against predicted ones.

use hntf_datasets::{Dataset, LabelSet};
use serde::Deserialize;

use super::names::fit_name;
use super::{NamedPicture, Picture, PictureError, known_method};
use crate::HarnessError;
use crate::classification::confusion;
use crate::config::Experiment;
use crate::figures::{Figure, HeatmapGrid, Panel};
use crate::run::Finished;

/// For every layer of a method the share of each true class that is predicted as each class, over
/// the documents whose label the fit did not see (all, if it saw every label), in the best trial by
/// training error. Rows name the number n of these documents; a class without any is grey.
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
            title: Some(fit_name(finished, &self.method, trial)),
            scale: (0.0, 1.0),
            scale_label: "share of the documents of the true class".to_owned(),
            panels: vec![Vec::new()],
            ..HeatmapGrid::default()
        };
        let Some(labels) = finished.prepared.dataset.labels.last() else {
            return Ok(Box::new(grid));
        };
        let counts = judged(labels);
        let rows = labels.classes.iter().zip(&counts);
        let row_labels: Vec<String> = rows.map(|(name, n)| format!("{name} (n = {n})")).collect();
        for layer in &hierarchy.layers {
            let mut shares = confusion(layer, labels);
            // Of a class without documents there are no shares, which is not the same as zero.
            for (class, _) in counts.iter().enumerate().filter(|(_, n)| **n == 0) {
                shares.row_mut(class).fill(f64::NAN);
            }
            grid.panels[0].push(Some(Panel {
                rows: shares.rows(),
                cols: shares.cols(),
                values: shares.as_slice().to_vec(),
                row_labels: row_labels.clone(),
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

/// For every class the number of documents that a confusion matrix is measured on.
fn judged(set: &LabelSet) -> Vec<usize> {
    let all_seen = set.known.iter().all(|known| *known);
    let mut counts = vec![0; set.classes.len()];
    for (class, known) in set.of.iter().zip(&set.known) {
        counts[*class] += usize::from(!known || all_seen);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_with_unseen_labels_are_counted_or_all_if_none_is_unseen() {
        let set = |known: [bool; 4]| LabelSet {
            name: "party".to_owned(),
            classes: ["a", "b", "none"].map(str::to_owned).to_vec(),
            of: vec![0, 1, 1, 0],
            known: known.to_vec(),
        };
        assert_eq!(judged(&set([true, false, false, true])), [0, 2, 0]);
        assert_eq!(judged(&set([true; 4])), [2, 2, 0]);
    }
}
