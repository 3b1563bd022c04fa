//! What is measured of a hierarchy.

use hntf_datasets::{Dataset, Grouping};
use hntf_models::Hierarchy;
use hntf_solvers::Classifier;
use hntf_tensor::{Matrix, Scratch, relative_error};
use pathfinding::kuhn_munkres::kuhn_munkres_min;
use pathfinding::matrix::Matrix as Costs;

use crate::classification::accuracy;
use crate::rank_choice::{
    COPHENETIC, CORE_CONSISTENCY, DISPERSION, HELD_OUT_ERROR, STABILITY, STABILITY_OF_BEST,
    core_consistency,
};

/// ‖T − X̂‖/‖T‖ against the experiment's reference data T.
pub const RELATIVE_ERROR: &str = "relative-error";
/// ‖X − X̂‖/‖X‖ against the data X the model was fitted to.
pub const TRAINING_ERROR: &str = "training-error";
/// Number of rank-one terms of a layer's approximation.
pub const TERMS: &str = "terms";
/// Count of the numbers a layer's approximation is determined by.
pub const PARAMETERS: &str = "parameters";
/// ‖X − X̂‖, in the units of the data.
pub const RECONSTRUCTION: &str = "reconstruction";
/// √((o + ‖X − X̂‖²)/(o + ‖X‖²)): the relative error against the data that X stands for, whose part
/// of squared norm o X leaves out; it is exact where that part is orthogonal to X̂ too. Of data with
/// such a part only.
pub const PROXY_ERROR: &str = "proxy-error";
/// Share of the documents with unseen labels (of all, if every label was seen) whose class is
/// predicted by the pseudo-inverse of all coefficients, as the papers do it; for the last set of
/// labels.
pub const ACCURACY: &str = "accuracy";
/// The same with the least-squares classifier of the labelled documents alone.
pub const ACCURACY_LABELLED: &str = "accuracy-labelled";
/// As [`ACCURACY`], but every layer on its own set of labels: the l-th, and the last one for the
/// layers beyond.
pub const ACCURACY_OF_LAYER: &str = "accuracy-of-layer";
/// The metric `topic-loss-FROM-TO` of a pair of layers starts with this.
pub const TOPIC_LOSS: &str = "topic-loss";

/// What a metric is called in tables.
pub fn title(metric: &str) -> &str {
    match metric {
        RELATIVE_ERROR => "Relative error",
        TRAINING_ERROR => "Training error, ‖X − X̂‖ / ‖X‖",
        RECONSTRUCTION => "Reconstruction error, ‖X − X̂‖",
        PROXY_ERROR => "Relative error against the data that X stands for, estimated",
        ACCURACY => "Accuracy on documents with unseen labels, classifier (L*Y) S⁺",
        ACCURACY_LABELLED => "Accuracy, least squares on the labelled documents alone",
        ACCURACY_OF_LAYER => "Accuracy on each layer's own classes, classifier (L*Y) S⁺",
        STABILITY => "Stability: mean factor match score with the other trials",
        STABILITY_OF_BEST => "Stability among the trials near the smallest training error",
        HELD_OUT_ERROR => "Held-out error: relative error at entries the fit has not seen",
        COPHENETIC => "Cophenetic correlation of the consensus",
        DISPERSION => "Dispersion of the consensus",
        CORE_CONSISTENCY => "Core consistency, percent",
        TERMS => "Rank-one terms",
        PARAMETERS => "Numbers stored",
        other => other,
    }
}

/// The names of all metrics a hierarchy of so many layers can have.
pub fn names(layers: usize) -> Vec<String> {
    let single = [
        RELATIVE_ERROR,
        TRAINING_ERROR,
        RECONSTRUCTION,
        PROXY_ERROR,
        ACCURACY,
        ACCURACY_LABELLED,
        ACCURACY_OF_LAYER,
        CORE_CONSISTENCY,
        TERMS,
        PARAMETERS,
    ]
    .map(str::to_owned);
    let pairs = (0..layers).flat_map(|from| (from + 1..layers).map(move |to| (from, to)));
    let losses = pairs.map(|(from, to)| format!("{TOPIC_LOSS}-{from}-{to}"));
    single.into_iter().chain(losses).collect()
}

/// The names of the metrics that only experiments with a `[rank-choice]` have.
pub const OF_RANK_CHOICE: [&str; 5] = [
    HELD_OUT_ERROR,
    STABILITY,
    STABILITY_OF_BEST,
    COPHENETIC,
    DISPERSION,
];

/// A measured value: layer, metric, value.
pub type Measurement = (usize, String, f64);

/// Everything measured of one fit. Of the metrics that not every table shows only those `wanted`.
pub fn measure(dataset: &Dataset, hierarchy: &Hierarchy, wanted: &[String]) -> Vec<Measurement> {
    let wants = |metric: &str| wanted.iter().any(|w| w == metric);
    let norm = dataset.data.squared_norm().sqrt();
    let mut scratch = Scratch::new();
    let mut found = Vec::new();
    for (l, layer) in hierarchy.layers.iter().enumerate() {
        let model = &layer.approximation;
        let training = relative_error(&*dataset.data, model, &mut scratch);
        let reference = match &dataset.reference {
            Some((_, reference)) => relative_error(&**reference, model, &mut scratch),
            None => training,
        };
        found.push((l, RELATIVE_ERROR.to_owned(), reference));
        found.push((l, TRAINING_ERROR.to_owned(), training));
        if wants(RECONSTRUCTION) {
            found.push((l, RECONSTRUCTION.to_owned(), training * norm));
        }
        if let Some(left_out) = dataset.left_out {
            let proxy = proxy_error(left_out, norm, training);
            found.push((l, PROXY_ERROR.to_owned(), proxy));
        }
        if let Some(labels) = dataset.labels.last() {
            let accuracy = |classifier| accuracy(layer, labels, classifier);
            found.push((l, ACCURACY.to_owned(), accuracy(Classifier::PseudoInverse)));
            let labelled = accuracy(Classifier::LabelledColumns);
            found.push((l, ACCURACY_LABELLED.to_owned(), labelled));
        }
        if let Some(own) = dataset.labels.get(l).or(dataset.labels.last())
            && wants(ACCURACY_OF_LAYER)
        {
            let own = accuracy(layer, own, Classifier::PseudoInverse);
            found.push((l, ACCURACY_OF_LAYER.to_owned(), own));
        }
        // Where there is no memory for it, the fit has no such number.
        if wants(CORE_CONSISTENCY)
            && model.rank() == layer.rank
            && let Ok(Some(percent)) = core_consistency(&*dataset.data, model)
        {
            found.push((l, CORE_CONSISTENCY.to_owned(), percent));
        }
        found.push((l, TERMS.to_owned(), model.rank() as f64));
        found.push((l, PARAMETERS.to_owned(), layer.parameters as f64));
    }
    found.extend(topic_losses(&dataset.truth, hierarchy));
    found
}

/// See [`PROXY_ERROR`]; `norm` is ‖X‖ and `error` ‖X − X̂‖/‖X‖.
fn proxy_error(left_out: f64, norm: f64, error: f64) -> f64 {
    let squared = |x: f64| x * x;
    ((left_out + squared(norm * error)) / (left_out + squared(norm))).sqrt()
}

/// The topic-modelling loss of every pair of layers whose true grouping is known; the mean over the
/// modes where each has a relation of its own.
fn topic_losses(truth: &[Grouping], hierarchy: &Hierarchy) -> Vec<Measurement> {
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
    for columns in permutations(cols) {
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

/// All permutations of 0 … n − 1.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    (0..n).fold(vec![Vec::new()], |shorter, next| {
        let insert = |p: &Vec<usize>| {
            let p = p.clone();
            (0..=p.len()).map(move |at| {
                let mut longer = p.clone();
                longer.insert(at, next);
                longer
            })
        };
        shorter.iter().flat_map(insert).collect()
    })
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
    fn the_proxy_error_is_the_error_of_the_whole_where_its_parts_are_orthogonal() {
        // The whole is (3, 4, 12), X its first two entries, the approximation (3, 0, 0).
        let (norm, error) = (5.0, 4.0 / 5.0);
        let whole: f64 = (16.0 + 144.0_f64).sqrt() / 13.0;
        assert!((proxy_error(144.0, norm, error) - whole).abs() < 1e-15);
        assert_eq!(proxy_error(0.0, norm, error), error);
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
            let plain = permutations(4)
                .iter()
                .flat_map(|rows| {
                    permutations(3)
                        .into_iter()
                        .map(move |cols| (rows.clone(), cols))
                })
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
