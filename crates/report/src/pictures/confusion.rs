//! A confusion matrix: true classes against predicted ones.

use hntf_experiment::figures::Confusion;
use hntf_figures::{HeatmapGrid, Panel};
use hntf_run::Fits;
use hntf_run::measures::{confusion, judged};

use super::drawn::Drawn;
use super::names::fit_name;

pub(super) fn draw(figure: &Confusion, fits: &Fits<'_>) -> Drawn {
    let experiment = fits.prepared.experiment;
    let index = experiment.method(&figure.method).map_or(0, |(i, _)| i);
    let Some(trial) = fits.best_trial(&figure.method) else {
        return Ok(None);
    };
    let hierarchy = fits.hierarchy(index, trial)?;
    let mut grid = HeatmapGrid {
        title: fit_name(fits, &figure.method, trial),
        subtitle: "true and predicted classes".to_owned(),
        scale: (0.0, 1.0),
        scale_label: "share of the documents of the true class".to_owned(),
        panels: vec![Vec::new()],
        ..HeatmapGrid::default()
    };
    let Some(labels) = fits.prepared.dataset.label_set() else {
        return Ok(None);
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
    Ok(Some(Box::new(grid)))
}
