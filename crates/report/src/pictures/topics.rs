//! Where topics live: the items of every mode but the words', by topic.

use hntf_datasets::LabelSet;
use hntf_experiment::figures::{Scaled, TopicMaps};
use hntf_figures::{HeatmapGrid, Panel};
use hntf_models::topics::profile;
use hntf_run::Fits;
use hntf_tensor::Matrix;

use super::drawn::Drawn;
use super::names::{fit_name, topic_names};
use crate::shown::shown;

pub(super) fn draw(figure: &TopicMaps, fits: &Fits<'_>) -> Drawn {
    let (experiment, dataset) = (fits.prepared.experiment, &fits.prepared.dataset);
    let index = experiment.method(&figure.method).map_or(0, |(i, _)| i);
    let Some(shown) = shown(fits, index)? else {
        return Ok(None);
    };
    let words = dataset.word_mode();
    let modes = dataset.data.shape().len();
    // Without words any mode can be the topics': the last one, as documents are.
    let topic_mode = words.unwrap_or(modes.saturating_sub(1));
    let labels = topic_names(&shown.hierarchy, &shown.order, dataset, words, figure.words);
    let mut grid = HeatmapGrid {
        title: fit_name(fits, &figure.method, shown.trial),
        subtitle: "where topics live".to_owned(),
        ..HeatmapGrid::default()
    };
    let unnamed = Vec::new();
    let mut largest = 0.0_f64;
    for mode in (0..modes).filter(|m| Some(*m) != words) {
        let classes = dataset.label_set().filter(|_| mode + 1 == modes);
        let items = dataset.items[mode].as_ref().unwrap_or(&unnamed);
        let mut row = Vec::new();
        for (l, order) in shown.order.layers.iter().enumerate() {
            let profile = profile(&shown.hierarchy, l, mode, topic_mode);
            let profile = classes.map_or_else(|| profile.clone(), |set| sums(&profile, set));
            let scaled = scaled(&profile, order, figure.scaled);
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
    let (high, scale_label) = match figure.scaled {
        Scaled::Maximum => (1.0, "weight, scaled so that each topic's largest is 1"),
        Scaled::Sum => (largest, "share of the topic"),
    };
    grid.scale = (0.0, high);
    grid.scale_label = scale_label.to_owned();
    Ok(Some(Box::new(grid)))
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
