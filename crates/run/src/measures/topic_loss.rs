//! The topic-modelling loss: learned relations between layers against the true ones.

use hntf_datasets::Grouping;
use hntf_experiment::metrics::TOPIC_LOSS;
use hntf_tensor::Matrix;
use itertools::Itertools;
use pathfinding::kuhn_munkres::kuhn_munkres_min;
use pathfinding::matrix::Matrix as Costs;

use super::measured::{Measured, Measurement};

/// The topic-modelling loss of every pair of layers whose true grouping is known; the mean over the
/// modes where each has a relation of its own.
pub(super) fn measure(fit: &Measured<'_>) -> Vec<Measurement> {
    let (truth, hierarchy) = (&fit.dataset.truth, fit.hierarchy);
    let ranks: Vec<_> = hierarchy.layers.iter().map(|l| l.rank).collect();
    let mut found = Vec::new();
    for (from, fine) in ranks.iter().enumerate() {
        for (to, coarse) in ranks.iter().enumerate().skip(from + 1) {
            let known = |g: &&Grouping| (g.classes.len(), g.coarse) == (*fine, *coarse);
            let Some(grouping) = truth.iter().find(known) else {
                continue;
            };
            let losses: Vec<_> = hierarchy
                .relations_between(from, to)
                .map(|relation| topic_loss(&relation.weights, grouping))
                .collect();
            if !losses.is_empty() {
                let mean = losses.iter().sum::<f64>() / losses.len() as f64;
                found.push((to, format!("{TOPIC_LOSS}-{from}-{to}"), mean));
            }
        }
    }
    found
}

/// How far a learned relation is from the true classes, 0 (right) to 1.
///
/// Every row is scaled to sum 1, p[i, j] the share of fine topic i that goes to coarse topic j.
/// Over all assignments of the learned fine topics to the true ones and all permutations of the
/// coarse ones, the smallest mean of 1 − p[i, class of i]. Cost: coarse! linear assignments.
pub fn topic_loss(weights: &Matrix, grouping: &Grouping) -> f64 {
    match_topics(weights, grouping).loss
}

/// The learned topics that stand for the true ones.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicMatch {
    /// See [`topic_loss`].
    pub loss: f64,
    /// For every true fine topic the row that stands for it.
    pub rows: Vec<usize>,
    /// For every true class the column that stands for it.
    pub columns: Vec<usize>,
}

/// The assignment behind [`topic_loss`].
pub fn match_topics(weights: &Matrix, grouping: &Grouping) -> TopicMatch {
    let (rows, cols) = (weights.rows(), weights.cols());
    let share = |i: usize, j: usize| {
        let sum: f64 = weights.row(i).iter().sum();
        if sum > 0.0 {
            weights[(i, j)] / sum
        } else {
            0.0
        }
    };
    let shares = Matrix::from_fn(rows, cols, share);
    // What stays if the weights are no numbers.
    let mut best = TopicMatch {
        loss: f64::INFINITY,
        rows: (0..rows).collect(),
        columns: (0..cols).collect(),
    };
    for columns in (0..cols).permutations(cols) {
        let cost = |topic: usize, i: usize| 1.0 - shares[(i, columns[grouping.classes[topic]])];
        // Integers, because assignment needs a total order; 2⁴⁰ steps leave 12 digits.
        let scaled = |(topic, i)| (cost(topic, i) * (1_u64 << 40) as f64).round() as i64;
        let (_, assigned) = kuhn_munkres_min(&Costs::from_fn(rows, rows, scaled));
        let total: f64 = assigned
            .iter()
            .enumerate()
            .map(|(topic, i)| cost(topic, *i))
            .sum();
        let loss = total / rows as f64;
        if loss < best.loss {
            best = TopicMatch {
                loss,
                rows: assigned,
                columns,
            };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouping() -> Grouping {
        Grouping {
            classes: vec![0, 0, 1, 1, 2, 2, 3],
            coarse: 4,
        }
    }

    #[test]
    fn the_true_relation_has_no_loss_however_it_is_shuffled_and_scaled() {
        let truth = grouping();
        let (rows, cols) = ([3, 0, 6, 2, 5, 1, 4], [2, 0, 3, 1]);
        let weights = Matrix::from_fn(7, 4, |i, j| {
            f64::from(u8::from(truth.classes[rows[i]] == cols[j])) * (1.0 + i as f64)
        });
        assert_eq!(topic_loss(&weights, &truth), 0.0);
    }

    #[test]
    fn a_relation_that_says_nothing_loses_all_but_its_share() {
        let uniform = Matrix::from_fn(7, 4, |_, _| 0.3);
        assert!((topic_loss(&uniform, &grouping()) - 0.75).abs() < 1e-12);
        assert_eq!(topic_loss(&Matrix::zeros(7, 4), &grouping()), 1.0);
    }

    #[test]
    fn weights_that_are_no_numbers_match_nothing() {
        let broken = Matrix::from_fn(7, 4, |_, _| f64::INFINITY);
        let matched = match_topics(&broken, &grouping());
        assert_eq!(matched.loss, f64::INFINITY);
        assert_eq!((matched.rows.len(), matched.columns.len()), (7, 4));
    }

    #[test]
    fn one_topic_in_the_wrong_class_costs_its_row() {
        let truth = Grouping {
            classes: vec![0, 0, 1, 1],
            coarse: 2,
        };
        let weights = Matrix::from_vec(4, 2, vec![1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        assert!((topic_loss(&weights, &truth) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn assignment_agrees_with_trying_all_permutations() {
        let mut random = numpy_random::RandomState::new(4);
        for _ in 0..20 {
            let truth = Grouping {
                classes: vec![0, 0, 1, 2],
                coarse: 3,
            };
            let weights = Matrix::from_fn(4, 3, |_, _| random.random_sample());
            let plain = (0..4)
                .permutations(4)
                .flat_map(|rows| (0..3).permutations(3).map(move |cols| (rows.clone(), cols)))
                .map(|(rows, cols)| {
                    let row = |i: usize| {
                        let sum: f64 = weights.row(i).iter().sum();
                        1.0 - weights[(i, cols[truth.classes[rows[i]]])] / sum
                    };
                    (0..4).map(row).sum::<f64>() / 4.0
                })
                .fold(f64::INFINITY, f64::min);
            assert!((topic_loss(&weights, &truth) - plain).abs() < 1e-10);
        }
    }
}
