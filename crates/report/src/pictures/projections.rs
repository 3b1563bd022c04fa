//! Max-projections along every mode: the data, and the approximation of every layer.

use hntf_experiment::figures::Projections;
use hntf_figures::{HeatmapGrid, Panel};
use hntf_run::Fits;
use hntf_tensor::{DenseTensor, Tensor};

use super::drawn::Drawn;
use super::names::fit_name;

pub(super) fn draw(figure: &Projections, fits: &Fits<'_>) -> Drawn {
    let dataset = &fits.prepared.dataset;
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
    let index = fits
        .prepared
        .experiment
        .method(&figure.method)
        .map_or(0, |(i, _)| i);
    let Some(trial) = fits.best_trial(&figure.method) else {
        return Ok(None);
    };
    let hierarchy = match &figure.ranks {
        None => fits.hierarchy(index, trial)?,
        Some(ranks) => fits.at_ranks(index, trial, ranks)?,
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
    let ranks: Vec<String> = (hierarchy.layers.iter())
        .map(|l| l.rank.to_string())
        .collect();
    let scale = figure.scale.unwrap_or_else(|| (0.0, largest()));
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
    Ok(Some(Box::new(HeatmapGrid {
        title: fit_name(fits, &figure.method, trial),
        subtitle: format!("largest entries along each mode, ranks {}", ranks.join("-")),
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
    })))
}

fn projections(tensor: &DenseTensor) -> Vec<DenseTensor> {
    (0..tensor.shape().len())
        .map(|mode| tensor.max_projection(mode))
        .collect()
}
