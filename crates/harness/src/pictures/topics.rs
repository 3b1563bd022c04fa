//! Where topics live: the items of every mode but the words', by topic.

use hntf_datasets::{Dataset, LabelSet};
use hntf_tensor::Matrix;
use serde::Deserialize;

use super::names::{fit_name, topic_names};
use super::{NamedPicture, Picture, PictureError, known_method};
use crate::HarnessError;
use crate::config::Experiment;
use crate::figures::{Figure, HeatmapGrid, Panel};
use crate::run::Finished;
use crate::topics::{profile, shown, word_mode};

/// For every layer of a method's best trial by training error and every mode but the words' one heat
/// map: row an item (a politician, a month), column a topic, the entry how much of the topic lies
/// at that item ([`profile`]; the weights of the words are summed up in it). Every column is scaled
/// by itself, so a colour compares items within a topic, not topics.
///
/// Classes stand in place of the indices of the last mode where it has labels: a thousand documents
/// have no names a reader would know. Topics stand in the order in which they are printed, with
/// their number and first words. Data without words show all modes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TopicMaps {
    /// The method whose topics are shown.
    pub method: String,
    /// How a column is scaled.
    #[serde(default)]
    pub scaled: Scaled,
    /// First words of a topic in its label, as far as there is room.
    #[serde(default = "three")]
    pub words: usize,
}

/// How the profile of a topic is scaled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaled {
    /// To a largest entry of 1.
    #[default]
    Maximum,
    /// To a sum of 1: entries are shares of the topic.
    Sum,
}

fn three() -> usize {
    3
}

impl NamedPicture for TopicMaps {
    const ID: &'static str = "topics";
    const SUMMARY: &'static str =
        "where a method's topics live in every mode but the words': item × topic, layer by layer";
}

impl Picture for TopicMaps {
    fn stem(&self) -> String {
        let scaled = match self.scaled {
            Scaled::Maximum => "",
            Scaled::Sum => "-shares",
        };
        format!("topics-{}{scaled}", self.method)
    }

    fn validate(&self, experiment: &Experiment, _: &Dataset) -> Result<(), PictureError> {
        known_method(experiment, &self.method)
    }

    fn draw(&self, finished: &Finished<'_>) -> Result<Box<dyn Figure>, HarnessError> {
        let (experiment, dataset) = (finished.prepared.experiment, &finished.prepared.dataset);
        let index = experiment.method(&self.method).map_or(0, |(i, _)| i);
        let shown = shown(finished, index)?;
        let words = word_mode(dataset);
        let modes = dataset.data.shape().len();
        // Without words any mode can be the topics': the last one, as documents are.
        let topic_mode = words.unwrap_or(modes.saturating_sub(1));
        let labels = topic_names(&shown.hierarchy, &shown.order, dataset, words, self.words);
        let mut grid = HeatmapGrid {
            title: Some(fit_name(finished, &self.method, shown.trial)),
            ..HeatmapGrid::default()
        };
        let unnamed = Vec::new();
        let mut largest = 0.0_f64;
        for mode in (0..modes).filter(|m| Some(*m) != words) {
            let classes = dataset.labels.first().filter(|_| mode + 1 == modes);
            let items = dataset.items[mode].as_ref().unwrap_or(&unnamed);
            let mut row = Vec::new();
            for (l, order) in shown.order.layers.iter().enumerate() {
                let profile = profile(&shown.hierarchy, l, mode, topic_mode);
                let profile = classes.map_or_else(|| profile.clone(), |set| sums(&profile, set));
                let scaled = scaled(&profile, order, self.scaled);
                largest = scaled.as_slice().iter().fold(largest, |a, b| a.max(*b));
                row.push(Some(Panel {
                    rows: scaled.rows(),
                    cols: scaled.cols(),
                    row_labels: classes.map_or(items, |set| &set.classes).clone(),
                    col_labels: labels[l].clone(),
                    values: scaled.into_vec(),
                    ..Panel::default()
                }));
            }
            grid.panels.push(row);
            let name = classes.map_or(&dataset.mode_names[mode], |set| &set.name);
            let from_first_day = classes.is_none() && are_first_days(name, items);
            grid.row_titles.push(if from_first_day {
                format!("{name}, first day")
            } else {
                name.clone()
            });
        }
        let ranks = shown.hierarchy.layers.iter().map(|l| l.rank);
        grid.column_titles = ranks.map(|rank| format!("rank {rank}")).collect();
        grid.x_labels = vec!["topic".to_owned(); grid.column_titles.len()];
        let (high, scale_label) = match self.scaled {
            Scaled::Maximum => (1.0, "weight, scaled so that each topic's largest is 1"),
            Scaled::Sum => (largest, "share of the topic"),
        };
        grid.scale = (0.0, high);
        grid.scale_label = scale_label.to_owned();
        Ok(Box::new(grid))
    }
}

/// Whether items are periods named by the day they begin on: "7 Feb" is the month from then on. Data
/// name whole months "Feb 2016", weeks "2016-W05" and single days "2016-02-07".
fn are_first_days(mode: &str, items: &[String]) -> bool {
    let day = |name: &String| {
        let first = name.split(' ').next().unwrap_or_default();
        name.contains(' ') && first.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
    };
    mode == "period" && !items.is_empty() && items.iter().all(day)
}

/// Row c: the sum of the rows of class c.
fn sums(profile: &Matrix, set: &LabelSet) -> Matrix {
    let mut sums = Matrix::zeros(set.classes.len(), profile.cols());
    for (row, class) in profile.iter_rows().zip(&set.of) {
        let sums = sums.row_mut(*class);
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    sums
}

/// The columns in that order, each scaled; columns of zeros stay.
fn scaled(profile: &Matrix, order: &[usize], scaled: Scaled) -> Matrix {
    let size = |j: usize| {
        let column = (0..profile.rows()).map(|i| profile[(i, j)]);
        match scaled {
            Scaled::Maximum => column.fold(0.0, f64::max),
            Scaled::Sum => column.sum(),
        }
    };
    let sizes: Vec<f64> = (0..profile.cols()).map(size).collect();
    Matrix::from_fn(profile.rows(), order.len(), |i, place| {
        let j = order[place];
        if sizes[j] > 0.0 {
            profile[(i, j)] / sizes[j]
        } else {
            0.0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_scaled_by_themselves_and_put_in_order() {
        let profile = Matrix::from_vec(2, 3, vec![1.0, 6.0, 0.0, 4.0, 2.0, 0.0]);
        let maximum = scaled(&profile, &[1, 0, 2], Scaled::Maximum);
        assert_eq!(maximum.as_slice(), [1.0, 0.25, 0.0, 2.0 / 6.0, 1.0, 0.0]);
        let sum = scaled(&profile, &[1, 0, 2], Scaled::Sum);
        assert_eq!(sum.as_slice(), [0.75, 0.2, 0.0, 0.25, 0.8, 0.0]);
    }

    #[test]
    fn periods_known_by_a_day_of_a_month_begin_on_it() {
        let are = |mode, items: &[&str]| {
            let items: Vec<String> = items.iter().map(|i| (*i).to_owned()).collect();
            are_first_days(mode, &items)
        };
        assert!(are("period", &["7 Feb", "7 Mar"]));
        assert!(are("period", &["31 Dec 2015", "31 Jan 2016"]));
        assert!(!are("author", &["7 Feb"]));
        assert!(!are("period", &["Feb 2016", "Mar 2016"]));
        assert!(!are("period", &["2016-W05"]));
        assert!(!are("period", &["2016-02-07"]));
        assert!(!are("period", &[]));
    }

    #[test]
    fn classes_take_the_place_of_their_documents() {
        let profile = Matrix::from_vec(3, 2, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let set = LabelSet {
            name: "group".to_owned(),
            classes: ["a", "b", "none"].map(str::to_owned).to_vec(),
            of: vec![1, 0, 1],
            known: vec![true; 3],
        };
        let sums = sums(&profile, &set);
        assert_eq!(sums.as_slice(), [3.0, 4.0, 6.0, 8.0, 0.0, 0.0]);
    }
}
