//! Max-projections along every mode: the data, and the approximation of every layer.

use hntf_datasets::Dataset;
use hntf_tensor::{DenseTensor, Tensor};
use serde::Deserialize;

use super::names::fit_name;
use super::{NamedPicture, Picture, PictureError, known_method};
use crate::HarnessError;
use crate::config::Experiment;
use crate::figures::{Figure, HeatmapGrid, Panel};
use crate::run::Finished;

/// The largest entries along each of the three modes, one row of panels for the data and one for
/// every layer, on one colour scale. The trial shown is the best by training error. Where entries lie
/// beyond the scale the colour bar has an arrow head.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Projections {
    /// The method whose layers are shown.
    pub method: String,
    /// Other ranks than the experiment's.
    pub ranks: Option<Vec<usize>>,
    /// Ends of the colour scale; 0 and the data's largest entry if absent.
    pub scale: Option<(f64, f64)>,
}

impl NamedPicture for Projections {
    const ID: &'static str = "projections";
    const SUMMARY: &'static str = "max-projections of the data and of a method's layers (order 3)";
}

impl Picture for Projections {
    fn stem(&self) -> String {
        let ranks = self
            .ranks
            .iter()
            .flatten()
            .map(|r| format!("-{r}"))
            .collect::<String>();
        format!("projections-{}{ranks}", self.method)
    }

    fn validate(&self, experiment: &Experiment, dataset: &Dataset) -> Result<(), PictureError> {
        known_method(experiment, &self.method)?;
        let order = dataset.data.shape().len();
        if order != 3 || dataset.data.as_dense().is_none() {
            return Err(PictureError {
                key: "",
                message: format!(
                    "projections need a dense tensor of order 3, this data has order {order}"
                ),
                help: "leave this [[figure]] out".to_owned(),
            });
        }
        if let (Some(ranks), Some((_, method))) = (&self.ranks, experiment.method(&self.method)) {
            let valid = method.model.value.validate(dataset.data.shape(), ranks);
            valid.map_err(|e| PictureError {
                key: "ranks",
                message: e.to_string(),
                help: "give this figure ranks such as [7, 3], or leave them out".to_owned(),
            })?;
        }
        if let Some((low, high)) = self.scale
            && !(low < high && (high - low).is_finite())
        {
            return Err(PictureError {
                key: "scale",
                message: format!("a colour scale from {low} to {high}"),
                help: "give its lower and its upper end, such as [0.0, 3.5]".to_owned(),
            });
        }
        Ok(())
    }

    fn draw(&self, finished: &Finished<'_>) -> Result<Box<dyn Figure>, HarnessError> {
        let dataset = &finished.prepared.dataset;
        let mut rows: Vec<(String, Vec<DenseTensor>)> = Vec::new();
        let named = dataset
            .reference
            .iter()
            .map(|(name, tensor)| (name, &**tensor));
        for (name, tensor) in named.chain([(&dataset.data_name, &*dataset.data)]) {
            if let Some(dense) = tensor.as_dense() {
                rows.push((name.clone(), projections(dense)));
            }
        }
        let index = finished
            .prepared
            .experiment
            .method(&self.method)
            .map_or(0, |(i, _)| i);
        let trial = finished.best_trial(&self.method).unwrap_or(0);
        let hierarchy = match &self.ranks {
            None => finished.hierarchy(index, trial)?,
            Some(ranks) => finished.fit(index, trial, ranks)?,
        };
        for layer in &hierarchy.layers {
            let full = DenseTensor::from_cp(&layer.approximation);
            rows.push((format!("rank {}", layer.rank), projections(&full)));
        }
        let largest = || {
            rows[0]
                .1
                .iter()
                .flat_map(DenseTensor::values)
                .fold(0.0, |a: f64, b| a.max(*b))
        };
        let scale = self.scale.unwrap_or_else(|| (0.0, largest()));
        let names = &dataset.mode_names;
        let others = |mode: usize| -> Vec<&String> {
            names
                .iter()
                .enumerate()
                .filter(|(m, _)| *m != mode)
                .map(|(_, n)| n)
                .collect()
        };
        let panel = |projection: &DenseTensor| {
            Some(Panel {
                rows: projection.shape()[0],
                cols: projection.shape()[1],
                values: projection.values().to_vec(),
                ..Panel::default()
            })
        };
        Ok(Box::new(HeatmapGrid {
            title: Some(fit_name(finished, &self.method, trial)),
            row_titles: rows.iter().map(|(name, _)| name.clone()).collect(),
            column_titles: names.iter().map(|n| format!("max over {n}")).collect(),
            y_labels: (0..names.len()).map(|m| others(m)[0].clone()).collect(),
            x_labels: (0..names.len()).map(|m| others(m)[1].clone()).collect(),
            panels: rows
                .iter()
                .map(|(_, row)| row.iter().map(panel).collect())
                .collect(),
            scale,
            scale_label: "entry".to_owned(),
        }))
    }
}

fn projections(tensor: &DenseTensor) -> Vec<DenseTensor> {
    (0..tensor.shape().len())
        .map(|mode| tensor.max_projection(mode))
        .collect()
}
