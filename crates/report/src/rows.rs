//! The rows of the tables, and how the trials of a cell become a number.

use hntf_experiment::metrics::TRAINING_ERROR;
use hntf_experiment::{Aggregate, Experiment, Origin, Published};
use hntf_run::{Record, best_of};
use itertools::Itertools;

/// A row of a table: a method, or a view of one.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its label, which says so if it is not the mean over several trials.
    pub name: String,
    /// The method whose cells it shows.
    pub method: &'a str,
    /// How trials are summed up.
    pub aggregate: Aggregate,
    /// Whether it is the literature's.
    pub origin: Origin,
    /// Numbers to compare with.
    pub published: &'a Published,
}

/// The trials of one cell, summed up.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The number of the table.
    pub value: f64,
    /// The trials it was made from.
    pub shown: Vec<f64>,
    /// Smallest and largest over all trials of the method.
    pub range: (f64, f64),
    /// How many trials there are.
    pub trials: usize,
}

/// All rows: the methods in order, each followed by its views.
pub fn rows<'a>(experiment: &'a Experiment, record: &Record) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for method in &experiment.methods {
        let trials = trials(record, &method.id);
        rows.push(Row {
            id: &method.id,
            name: name(&method.label, method.aggregate, trials),
            method: &method.id,
            aggregate: method.aggregate,
            origin: method.origin,
            published: &method.published,
        });
        let views = experiment.views.iter().filter(|v| v.of == method.id);
        rows.extend(views.map(|view| Row {
            id: &view.id,
            name: name(&view.label, view.aggregate, trials),
            method: &view.of,
            aggregate: view.aggregate,
            origin: view.origin,
            published: &view.published,
        }));
    }
    // The literature's rows stand together, ours below them.
    rows.sort_by_key(|row| row.origin == Origin::Beyond);
    rows
}

/// How many trials of a method have cells.
fn trials(record: &Record, method: &str) -> usize {
    let of_method = record.cells().iter().filter(|c| c.method == method);
    of_method.map(|c| c.trial).dedup().count()
}

fn name(label: &str, aggregate: Aggregate, trials: usize) -> String {
    let how = match aggregate {
        _ if trials < 2 || label.contains("best") => return label.to_owned(),
        Aggregate::Mean => return label.to_owned(),
        Aggregate::Best => "",
        Aggregate::BestPerLayer => " at each layer",
    };
    format!("{label}, best of {trials}{how}")
}

impl Row<'_> {
    /// The published number of a cell.
    pub fn published_at(&self, metric: &str, layer: usize) -> Option<f64> {
        self.published
            .values
            .get(metric)?
            .get(layer)
            .copied()
            .filter(|v| !v.is_nan())
    }

    /// Digits after the point that the published numbers of a metric were printed with.
    pub fn digits(&self, metric: &str) -> u8 {
        *self
            .published
            .digits_of
            .get(metric)
            .unwrap_or(&self.published.digits)
    }

    /// One cell; `None` if the method has no such metric at that layer.
    pub fn summary(&self, record: &Record, layer: usize, metric: &str) -> Option<Summary> {
        let all: Vec<(u32, f64)> = record.trials(self.method, layer, metric).collect();
        if all.is_empty() {
            return None;
        }
        let values: Vec<f64> = all.iter().map(|(_, v)| *v).collect();
        let of_trial =
            |trial: Option<u32>| all.iter().find(|(t, _)| Some(*t) == trial).map(|(_, v)| *v);
        let (value, shown) = match self.aggregate {
            Aggregate::Mean => (
                values.iter().sum::<f64>() / values.len() as f64,
                values.clone(),
            ),
            Aggregate::Best => {
                let value = of_trial(best_of(record, self.method))?;
                (value, vec![value])
            }
            Aggregate::BestPerLayer => {
                let trained = record.trials(self.method, layer, TRAINING_ERROR);
                let value = of_trial(trained.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(t, _)| t))?;
                (value, vec![value])
            }
        };
        let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some(Summary {
            value,
            shown,
            range: (smallest, largest),
            trials: values.len(),
        })
    }
}
