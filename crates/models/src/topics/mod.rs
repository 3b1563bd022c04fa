//! What topics are about: their top words, which finer topics they are made of, where in the other
//! modes they live, and the order in which several fits show the same ones.

mod assignment;
mod order;
mod parts;
mod profiles;

use hntf_tensor::Matrix;

use crate::{Hierarchy, Layer};

pub use assignment::assign;
pub use order::TopicOrder;
pub use profiles::{coupled, item_shares, profile};

/// The topics of a hierarchy in one mode.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicTree {
    /// Layers, finest first.
    pub layers: Vec<Vec<Topic>>,
    /// The mode whose relations say what topics are made of, where it is another one (HNTF).
    pub parts_by: Option<usize>,
}

/// One topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    /// The items with the largest weights, largest first, and their weights.
    pub words: Vec<(String, f64)>,
    /// Topics of the layer below and their share in this one, largest first; shares below a
    /// twentieth are left out.
    pub parts: Vec<(usize, f64)>,
}

/// Parts smaller than this are noise to a reader.
const SMALLEST_PART: f64 = 0.05;

/// The topics of all layers in mode `mode`, whose items are called `names`, in that order; parts are
/// numbers of topics as a reader sees them, from 0.
pub fn topic_tree(
    hierarchy: &Hierarchy,
    mode: usize,
    names: &[String],
    words: usize,
    order: &TopicOrder,
) -> TopicTree {
    let describe = |(l, layer): (usize, &Layer)| {
        let topic = |j: &usize| Topic {
            words: top_items(&layer.topics[mode], *j, names, words),
            parts: large_parts(hierarchy, (l, *j), mode, order),
        };
        order.layers[l].iter().map(topic).collect()
    };
    let by = (1..hierarchy.layers.len()).find_map(|l| parts::relation(hierarchy, l, mode)?.mode);
    TopicTree {
        layers: hierarchy.layers.iter().enumerate().map(describe).collect(),
        parts_by: by.filter(|by| *by != mode),
    }
}

/// The items with the largest weights in column `topic`, largest first, and their weights; those
/// without weight are left out. `names` has one for every row.
pub fn top_items(
    topics: &Matrix,
    topic: usize,
    names: &[String],
    count: usize,
) -> Vec<(String, f64)> {
    let mut order: Vec<usize> = (0..topics.rows()).collect();
    // Ties go to the first item, so that tables do not depend on the sort.
    let by_weight = |a: &usize, b: &usize| {
        topics[(*b, topic)]
            .total_cmp(&topics[(*a, topic)])
            .then(a.cmp(b))
    };
    let count = count.min(order.len());
    if count == 0 {
        return Vec::new();
    }
    order.select_nth_unstable_by(count - 1, by_weight);
    order.truncate(count);
    order.sort_by(by_weight);
    let weight = |i: usize| topics[(i, topic)];
    order
        .iter()
        .filter(|i| weight(**i) > 0.0)
        .map(|i| (names[*i].clone(), weight(*i)))
        .collect()
}

/// The parts of a topic that are not noise, largest first.
fn large_parts(
    hierarchy: &Hierarchy,
    (layer, topic): (usize, usize),
    mode: usize,
    order: &TopicOrder,
) -> Vec<(usize, f64)> {
    let shares = parts::shares(hierarchy, layer, topic, mode);
    let numbered = shares.into_iter().enumerate();
    let mut parts: Vec<(usize, f64)> = numbered
        .filter(|(_, share)| *share >= SMALLEST_PART)
        .map(|(i, share)| (order.number(layer - 1, i) - 1, share))
        .collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    parts
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Relation;
    use hntf_solvers::{Outcome, StopReason};
    use hntf_tensor::CpTensor;

    pub(super) fn layer(words: Matrix) -> Layer {
        let other = Matrix::from_fn(2, words.cols(), |_, _| 1.0);
        let approximation = CpTensor::new(vec![words.clone(), other.clone()]).unwrap();
        let outcome = Outcome {
            reason: StopReason::Converged,
            iterations: 1,
            trace: Vec::new(),
        };
        Layer {
            rank: words.cols(),
            topics: vec![words, other],
            parameters: 0,
            classifier: None,
            approximation,
            outcome,
        }
    }

    pub(super) fn hierarchy(layers: Vec<Layer>, relations: Vec<Relation>) -> Hierarchy {
        Hierarchy { layers, relations }
    }

    #[test]
    fn top_words_come_by_weight_and_parts_by_what_they_contribute() {
        let fine = Matrix::from_vec(3, 3, vec![5.0, 0.0, 0.1, 1.0, 2.0, 0.0, 0.0, 2.0, 0.0]);
        let weights = Matrix::from_vec(3, 1, vec![1.0, 0.5, 1.0]);
        let hierarchy = Hierarchy {
            layers: vec![layer(fine.clone()), layer(fine.times(&weights))],
            relations: vec![Relation {
                from: 0,
                to: 1,
                mode: None,
                weights,
            }],
        };
        let names: Vec<String> = ["ant", "bee", "cat"].map(str::to_owned).to_vec();
        let tree = topic_tree(&hierarchy, 0, &names, 2, &TopicOrder::fitted(&hierarchy));
        let words = |l: usize, j: usize| -> Vec<&str> {
            tree.layers[l][j]
                .words
                .iter()
                .map(|(w, _)| w.as_str())
                .collect()
        };
        assert_eq!(words(0, 0), ["ant", "bee"]);
        assert_eq!(words(0, 1), ["bee", "cat"]);
        assert_eq!(words(0, 2), ["ant"]);
        assert_eq!(words(1, 0), ["ant", "bee"]);
        // Masses 6, 4, 0.1: contributions 6, 2, 0.1.
        let parts = &tree.layers[1][0].parts;
        assert_eq!(parts.iter().map(|(i, _)| *i).collect::<Vec<_>>(), [0, 1]);
        assert!((parts[0].1 - 6.0 / 8.1).abs() < 1e-12);
        // In another order the parts bear the numbers a reader sees.
        let order = TopicOrder {
            layers: vec![vec![2, 1, 0], vec![0]],
        };
        let tree = topic_tree(&hierarchy, 0, &names, 2, &order);
        assert_eq!(tree.layers[0][0].words[0].0, "ant");
        let parts = &tree.layers[1][0].parts;
        assert_eq!(parts.iter().map(|(i, _)| *i).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn a_relation_of_another_mode_alone_says_what_topics_are_made_of() {
        let fine = Matrix::from_fn(3, 2, |_, _| 1.0);
        let weights = Matrix::from_vec(2, 1, vec![3.0, 1.0]);
        let relation = Relation {
            from: 0,
            to: 1,
            mode: Some(1),
            weights: weights.clone(),
        };
        let layers = vec![layer(fine.clone()), layer(fine.times(&weights))];
        let hierarchy = hierarchy(layers, vec![relation]);
        let names: Vec<String> = ["ant", "bee", "cat"].map(str::to_owned).to_vec();
        let tree = topic_tree(&hierarchy, 0, &names, 2, &TopicOrder::fitted(&hierarchy));
        assert_eq!(tree.parts_by, Some(1));
        assert_eq!(tree.layers[1][0].parts, [(0, 0.75), (1, 0.25)]);
    }
}
