//! The order in which topics are shown, so that those of several methods stand beside each other.

use crate::Hierarchy;
use hntf_tensor::Matrix;

use super::assignment::assign;
use super::parts;

/// The order of the topics of every layer. Only what a reader sees depends on it: records and fits
/// do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicOrder {
    /// For every layer, finest first, its topics in the order in which they are shown.
    pub layers: Vec<Vec<usize>>,
}

impl TopicOrder {
    /// As the fit left them.
    pub fn fitted(hierarchy: &Hierarchy) -> Self {
        let layers = hierarchy.layers.iter().map(|l| (0..l.rank).collect());
        Self {
            layers: layers.collect(),
        }
    }

    /// As a tree read from the top: the coarsest layer as the fit left it, and below it the parts
    /// of its first topic, then those of the second, and so on; each the largest first. A fine
    /// topic stands below the coarse one that it makes up more of than of any other. Layers without
    /// relations stay as they are.
    pub fn tree(hierarchy: &Hierarchy, mode: usize) -> Self {
        let mut order = Self::fitted(hierarchy);
        for l in (1..hierarchy.layers.len()).rev() {
            let above = order.layers[l].clone();
            let shares: Vec<Vec<f64>> = above
                .iter()
                .map(|j| parts::shares(hierarchy, l, *j, mode))
                .collect();
            let share = |place: usize, i: usize| shares[place].get(i).copied().unwrap_or(0.0);
            let parent = |i: usize| {
                let places = 0..above.len();
                places.fold((0, 0.0), |best, place| {
                    let share = share(place, i);
                    if share > best.1 { (place, share) } else { best }
                })
            };
            // Stable, so that topics that say nothing stay in their order.
            order.layers[l - 1].sort_by(|a, b| {
                let (a, b) = (parent(*a), parent(*b));
                a.0.cmp(&b.0).then(b.1.total_cmp(&a.1))
            });
        }
        order
    }

    /// In the order of the topics of `reference` that they match: layer by layer the assignment
    /// with the largest sum of cosines between the columns of mode `mode`. Topics beyond the
    /// reference's number stand last, in the order of the fit; so do layers it has not.
    pub fn like(hierarchy: &Hierarchy, reference: &Hierarchy, order: &Self, mode: usize) -> Self {
        let mut found = Self::fitted(hierarchy);
        let layers = hierarchy.layers.iter().zip(&reference.layers);
        for (l, (layer, other)) in layers.enumerate() {
            let (ours, theirs) = (&layer.topics[mode], &other.topics[mode]);
            if ours.rows() != theirs.rows() {
                continue;
            }
            let cosines = cosines(theirs, ours);
            let places = &order.layers[l];
            let assigned = assign(places.len(), layer.rank, |place, j| {
                cosines[(places[place], j)]
            });
            let matched: Vec<usize> = assigned.into_iter().flatten().collect();
            let rest = (0..layer.rank).filter(|j| !matched.contains(j));
            found.layers[l] = matched.iter().copied().chain(rest).collect();
        }
        found
    }

    /// The number a reader knows a topic by, from 1.
    pub fn number(&self, layer: usize, topic: usize) -> usize {
        let place = self.layers[layer].iter().position(|t| *t == topic);
        place.map_or(topic, |place| place) + 1
    }
}

/// Entry (i, j): the cosine between column i of `a` and column j of `b`, 0 for a column of zeros.
fn cosines(a: &Matrix, b: &Matrix) -> Matrix {
    let (norms_a, norms_b) = (a.column_norms(), b.column_norms());
    let products = a.transposed().times(b);
    Matrix::from_fn(a.cols(), b.cols(), |i, j| {
        let norm = norms_a[i] * norms_b[j];
        if norm > 0.0 {
            products[(i, j)] / norm
        } else {
            0.0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hierarchy, layer};
    use super::*;
    use crate::Relation;

    /// Topic j of a layer of rank 4 over six words, the columns in another order and length.
    fn shuffled(order: [usize; 4]) -> Matrix {
        let base = |i: usize, j: usize| if i == j { 1.0 } else { 0.05 * (i + j) as f64 };
        Matrix::from_fn(6, 4, |i, j| base(i, order[j]) * (1.0 + 10.0 * j as f64))
    }

    #[test]
    fn topics_stand_in_the_order_of_those_they_match_whatever_their_length() {
        let reference = hierarchy(vec![layer(shuffled([0, 1, 2, 3]))], Vec::new());
        let other = hierarchy(vec![layer(shuffled([2, 0, 3, 1]))], Vec::new());
        let order = TopicOrder::fitted(&reference);
        let found = TopicOrder::like(&other, &reference, &order, 0);
        assert_eq!(found.layers, [vec![1, 3, 0, 2]]);
        assert_eq!(found.number(0, 2), 4);
        // The reference's own order may be another one.
        let order = TopicOrder {
            layers: vec![vec![3, 2, 1, 0]],
        };
        let found = TopicOrder::like(&other, &reference, &order, 0);
        assert_eq!(found.layers, [vec![2, 0, 3, 1]]);
    }

    #[test]
    fn other_ranks_and_fewer_words_than_topics_are_ordered_too() {
        let three = Matrix::from_fn(6, 3, |i, j| shuffled([3, 1, 0, 2])[(i, j)]);
        let (four, three) = (layer(shuffled([0, 1, 2, 3])), layer(three));
        let four = hierarchy(vec![four], Vec::new());
        let three = hierarchy(vec![three], Vec::new());
        let found = TopicOrder::like(&three, &four, &TopicOrder::fitted(&four), 0);
        assert_eq!(found.layers, [vec![2, 1, 0]]);
        let found = TopicOrder::like(&four, &three, &TopicOrder::fitted(&three), 0);
        assert_eq!(found.layers, [vec![3, 1, 0, 2]]);

        let narrow = |first: f64| Matrix::from_fn(2, 3, |i, j| first * (i + j) as f64);
        let a = hierarchy(vec![layer(narrow(1.0))], Vec::new());
        let b = hierarchy(vec![layer(narrow(0.0))], Vec::new());
        let found = TopicOrder::like(&b, &a, &TopicOrder::fitted(&a), 0);
        let mut all = found.layers[0].clone();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2]);
    }

    #[test]
    fn a_tree_reads_from_the_top() {
        // Topics 1 and 3 make up the first coarse topic, 2 and 0 the second.
        let weights = Matrix::from_vec(4, 2, vec![0.1, 0.3, 0.5, 0.0, 0.2, 0.9, 0.8, 0.1]);
        let fine = Matrix::from_fn(6, 4, |_, _| 1.0);
        let layers = vec![layer(fine.clone()), layer(fine.times(&weights))];
        let relation = Relation {
            from: 0,
            to: 1,
            mode: None,
            weights,
        };
        let tree = TopicOrder::tree(&hierarchy(layers, vec![relation]), 0);
        assert_eq!(tree.layers, [vec![3, 1, 2, 0], vec![0, 1]]);
    }

    #[test]
    fn a_tree_without_relations_stays_as_it_is() {
        let layers = vec![layer(shuffled([0, 1, 2, 3])), layer(shuffled([3, 2, 1, 0]))];
        let flat = hierarchy(layers, Vec::new());
        assert_eq!(TopicOrder::tree(&flat, 0), TopicOrder::fitted(&flat));
    }
}
