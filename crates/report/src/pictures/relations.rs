//! The relations between the topics of layers, beside the true ones.

use hntf_datasets::{Dataset, Grouping};
use hntf_experiment::figures::Relations;
use hntf_figures::{HeatmapGrid, Panel};
use hntf_models::Relation;
use hntf_models::topics::TopicOrder;
use hntf_run::Fits;
use hntf_tensor::Matrix;

use super::drawn::Drawn;
use super::names::{fit_name, topic_names};
use super::orders::{Orders, shares};
use crate::shown::{Shown, shown};

/// First words in the name of a topic.
const WORDS: usize = 2;

pub(super) fn draw(figure: &Relations, fits: &Fits<'_>) -> Drawn {
    let (experiment, dataset) = (fits.prepared.experiment, &fits.prepared.dataset);
    let index = experiment.method(&figure.method).map_or(0, |(i, _)| i);
    let Some(shown) = shown(fits, index)? else {
        return Ok(None);
    };
    let words = dataset.word_mode();
    // The order of the print; without one, data with words have their topics in groups too.
    let printed = words.filter(|_| experiment.topics.is_some());
    let drawing = Drawing {
        orders: Orders {
            hierarchy: &shown.hierarchy,
            truth: &dataset.truth,
            printed: printed.map(|words| (&shown.order, words)),
        },
        dataset,
        names: topic_names(&shown.hierarchy, &shown.order, dataset, words, WORDS),
        shown: &shown,
    };
    let mut grid = drawing.grid();
    grid.title = fit_name(fits, &figure.method, shown.trial);
    grid.subtitle = "relations between the topics of layers".to_owned();
    Ok(Some(Box::new(grid)))
}

struct Drawing<'a> {
    orders: Orders<'a>,
    dataset: &'a Dataset,
    shown: &'a Shown,
    /// Names of the topics that modes share or words have, in the order in which they are shown.
    names: Vec<Vec<String>>,
}

impl Drawing<'_> {
    fn grid(&self) -> HeatmapGrid {
        let relations = &self.orders.hierarchy.relations;
        let mut pairs: Vec<(usize, usize)> = relations.iter().map(|r| (r.from, r.to)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let known = |(from, to): &(usize, usize)| self.orders.grouping(*from, *to).is_some();
        let with_truth = pairs.iter().any(known);
        let modes = relations.iter().filter(|r| (r.from, r.to) == pairs[0]);
        let modes: Vec<Option<usize>> = modes.map(|r| r.mode).collect();
        let mut grid = if modes.len() == 1 && !with_truth {
            self.by_layers(&pairs)
        } else {
            self.by_modes(&pairs, &modes, with_truth)
        };
        let columns = grid.panels.iter().map(Vec::len).max().unwrap_or(0);
        grid.x_labels = vec!["coarse topic".to_owned(); columns];
        grid.y_labels = vec!["fine topic".to_owned(); columns];
        grid.scale = (0.0, 1.0);
        grid.scale_label = "share of the fine topic that goes to each coarse one".to_owned();
        grid
    }

    /// One relation a pair of layers: a row for every finer one, a column for every coarser one.
    fn by_layers(&self, pairs: &[(usize, usize)]) -> HeatmapGrid {
        let rank = |layer: usize| self.orders.hierarchy.layers[layer].rank;
        let layers = |mut layers: Vec<usize>| {
            layers.sort_unstable();
            layers.dedup();
            layers
        };
        let fine = layers(pairs.iter().map(|pair| pair.0).collect());
        let coarse = layers(pairs.iter().map(|pair| pair.1).collect());
        let panel = |from: usize, to: usize| {
            let mut relations = self.orders.hierarchy.relations_between(from, to);
            relations.next().map(|relation| self.panel(relation))
        };
        let row = |from: &usize| coarse.iter().map(|to| panel(*from, *to)).collect();
        let title = |way: &str, layer: &usize| format!("{way} {} topics", rank(*layer));
        HeatmapGrid {
            panels: fine.iter().map(row).collect(),
            row_titles: fine.iter().map(|l| title("from", l)).collect(),
            column_titles: coarse.iter().map(|l| title("to", l)).collect(),
            ..HeatmapGrid::default()
        }
    }

    /// A row for every pair of layers: what is true, and every mode.
    fn by_modes(
        &self,
        pairs: &[(usize, usize)],
        modes: &[Option<usize>],
        with_truth: bool,
    ) -> HeatmapGrid {
        let mut grid = HeatmapGrid::default();
        for &(from, to) in pairs {
            let truth = self.orders.grouping(from, to).map(true_panel);
            let relations = self.orders.hierarchy.relations_between(from, to);
            let learned = relations.map(|relation| Some(self.panel(relation)));
            let truth = with_truth.then_some(truth);
            grid.panels.push(truth.into_iter().chain(learned).collect());
            let [fine, coarse] = [from, to].map(|l| self.orders.hierarchy.layers[l].rank);
            grid.row_titles.push(format!("{fine} → {coarse}"));
        }
        let learned = modes.iter().map(|mode| match mode {
            None => "learned".to_owned(),
            Some(mode) => self.dataset.mode_names[*mode].clone(),
        });
        let truth = with_truth.then(|| "truth".to_owned());
        grid.column_titles = truth.into_iter().chain(learned).collect();
        grid
    }

    fn panel(&self, relation: &Relation) -> Panel {
        let (from, to) = (relation.from, relation.to);
        let shares = shares(&relation.weights);
        let [rows, columns] = [from, to].map(|layer| self.orders.of(layer, relation.mode));
        let share = |i: usize, j: usize| shares[(rows[i], columns[j])];
        let ordered = panel(&Matrix::from_fn(rows.len(), columns.len(), share));
        if self.orders.grouping(from, to).is_some() {
            // Numbers are those of the true topics.
            return ordered;
        }
        let own = [from, to].map(|layer| self.orders.own(layer, relation.mode).is_some());
        Panel {
            title: match own {
                [false, false] => "",
                [false, true] => "coarse topics of this mode alone",
                [true, false] => "fine topics of this mode alone",
                [true, true] => "topics of this mode alone",
            }
            .to_owned(),
            row_labels: self.labels(from, relation.mode, &rows),
            col_labels: self.labels(to, relation.mode, &columns),
            ..ordered
        }
    }

    /// Names of a layer's topics: those of the print, or of the one mode whose topics they are.
    fn labels(&self, layer: usize, mode: Option<usize>, topics: &[usize]) -> Vec<String> {
        let Some(own) = self.orders.own(layer, mode) else {
            let name =
                |t: &usize| self.names[layer][self.shown.order.number(layer, *t) - 1].clone();
            return topics.iter().map(name).collect();
        };
        let hierarchy = self.orders.hierarchy;
        let fitted = TopicOrder::fitted(hierarchy);
        let names = topic_names(hierarchy, &fitted, self.dataset, Some(own), WORDS);
        let name = |t: &usize| match &self.dataset.items[own] {
            Some(_) => names[layer][*t].clone(),
            // Numbers alone would look like those of another mode.
            None => format!("{}: {}", self.dataset.mode_names[own], names[layer][*t]),
        };
        topics.iter().map(name).collect()
    }
}

fn panel(shares: &Matrix) -> Panel {
    Panel {
        rows: shares.rows(),
        cols: shares.cols(),
        values: shares.as_slice().to_vec(),
        annotate: shares.cols() <= 8,
        ..Panel::default()
    }
}

fn true_panel(grouping: &Grouping) -> Panel {
    let member = |i: usize, j: usize| f64::from(u8::from(grouping.classes[i] == j));
    let (fine, coarse) = (grouping.classes.len(), grouping.coarse);
    panel(&Matrix::from_fn(fine, coarse, member))
}
