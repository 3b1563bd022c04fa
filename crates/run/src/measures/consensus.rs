//! How often fits put the same items of a mode into one topic.

use kodama::{Method, linkage};

use super::layer_topics::LayerTopics;

/// Of a longer mode so many items are taken, evenly spaced: their pairs are counted.
pub(super) const MOST_ITEMS: usize = 2000;

/// The topic of every item of a mode (every so-manieth of a long one): that of its largest share,
/// of equal ones the first; `None` for an item that is zero in all topics.
///
/// The share of topic j in item i is f(i, j) times the lengths of the topic's columns in the other
/// modes, so that it does not depend on how a fit spreads a topic's size over the modes. Topics of
/// every mode on their own (HNCPD) have no such lengths and are compared as they are.
pub(super) fn clusters(layer: &LayerTopics, mode: usize) -> Vec<Option<usize>> {
    let own = &layer.topics[mode];
    let others = layer
        .topics
        .iter()
        .enumerate()
        .filter(|(m, _)| layer.terms && *m != mode);
    let norms: Vec<Vec<f64>> = others.map(|(_, f)| f.column_norms()).collect();
    let sizes: Vec<f64> = (0..own.cols())
        .map(|j| norms.iter().map(|n| n[j]).product())
        .collect();
    let stride = own.rows().div_ceil(MOST_ITEMS).max(1);
    let rows = own.iter_rows().step_by(stride);
    rows.map(|row| largest(row, &sizes)).collect()
}

fn largest(row: &[f64], sizes: &[f64]) -> Option<usize> {
    let shares = row.iter().zip(sizes).map(|(f, s)| f * s).enumerate();
    let best = shares.fold((None, 0.0), |(topic, most), (j, share)| {
        if share > most {
            (Some(j), share)
        } else {
            (topic, most)
        }
    });
    best.0
}

/// The consensus matrix C of some clusterings of n items: entry (i, j) is the share of them that put
/// items i and j into one cluster (Brunet et al., PNAS 101, 2004). An item without a cluster is with
/// no other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Consensus {
    items: usize,
    /// C above the diagonal, row by row.
    together: Vec<f64>,
}

impl Consensus {
    /// The consensus of clusterings of as many items. Cost: n²/2 comparisons each.
    pub(super) fn of(clusterings: &[Vec<Option<usize>>]) -> Self {
        let items = clusterings.first().map_or(0, Vec::len);
        let mut together = vec![0.0; items * items.saturating_sub(1) / 2];
        let share = 1.0 / clusterings.len().max(1) as f64;
        for clusters in clusterings {
            let mut at = together.iter_mut();
            for (i, of_first) in clusters.iter().enumerate() {
                for (of_second, c) in clusters[i + 1..].iter().zip(&mut at) {
                    if of_first.is_some() && of_first == of_second {
                        *c += share;
                    }
                }
            }
        }
        Self { items, together }
    }

    /// The cophenetic correlation: that of the distances 1 − C of all pairs with the heights at which
    /// average linkage joins them (Brunet et al.). 1 for a consensus without doubts, less the less the
    /// items fall into clusters. `None` where all pairs have one and the same doubtful distance, or
    /// there are fewer than two items. Cost: O(n²) time and memory.
    pub(super) fn cophenetic(&self) -> Option<f64> {
        if self.items < 2 {
            return None;
        }
        let distances: Vec<f64> = self.together.iter().map(|c| 1.0 - c).collect();
        // Rounding apart, 0 and 1 are certain.
        let certain = |d: &f64| d.min(1.0 - d) < 1e-9;
        let all_alike = distances.iter().all(|d| (d - distances[0]).abs() < 1e-9);
        if all_alike {
            return certain(&distances[0]).then_some(1.0);
        }
        let heights = self.join_heights(distances.clone());
        correlation(&distances, &heights)
    }

    /// The height at which average linkage joins the items of every pair, in the order of `together`.
    fn join_heights(&self, mut distances: Vec<f64>) -> Vec<f64> {
        let n = self.items;
        let tree = linkage(&mut distances, n, Method::Average);
        // The linkage leaves nothing of use in the distances: their room serves the heights.
        let mut heights = distances;
        let mut members: Vec<Vec<usize>> = (0..n).map(|i| vec![i]).collect();
        for step in tree.steps() {
            let [a, b] = [step.cluster1, step.cluster2].map(|c| std::mem::take(&mut members[c]));
            for (i, j) in a.iter().flat_map(|i| b.iter().map(move |j| (*i, *j))) {
                let (i, j) = (i.min(j), i.max(j));
                heights[i * (2 * n - i - 1) / 2 + j - i - 1] = step.dissimilarity;
            }
            members.push([a, b].concat());
        }
        heights
    }

    /// The dispersion, the mean of 4 (c − ½)² over all entries of C, the diagonal's ones included (Kim
    /// & Park, Bioinformatics 23, 2007): 1 for a consensus without doubts, 0 where all fits are torn.
    /// `None` without items.
    pub(super) fn dispersion(&self) -> Option<f64> {
        let n = self.items as f64;
        let above: f64 = self.together.iter().map(|c| 4.0 * (c - 0.5).powi(2)).sum();
        (self.items > 0).then(|| (n + 2.0 * above) / (n * n))
    }
}

/// Pearson's; `None` if one of them does not vary.
fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (mx, my) = (mean(x), mean(y));
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - mx, y - my);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_tensor::Matrix;
    use numpy_random::RandomState;
    use proptest::prelude::*;

    fn clustering(of: &[usize]) -> Vec<Option<usize>> {
        of.iter().map(|c| Some(*c)).collect()
    }

    /// Average linkage by its definition: the mean over all pairs of items, tried for all pairs of
    /// clusters.
    fn plain_heights(consensus: &Consensus) -> Vec<f64> {
        let n = consensus.items;
        let at =
            |i: usize, j: usize| i.min(j) * (2 * n - i.min(j) - 1) / 2 + i.max(j) - i.min(j) - 1;
        let mut clusters: Vec<Vec<usize>> = (0..n).map(|i| vec![i]).collect();
        let mut heights = vec![0.0; consensus.together.len()];
        while clusters.len() > 1 {
            let mut best = (f64::INFINITY, 0, 0);
            for b in 0..clusters.len() {
                for a in 0..b {
                    let pairs = clusters[a].iter();
                    let pairs = pairs.flat_map(|i| clusters[b].iter().map(move |j| (*i, *j)));
                    let distances: Vec<f64> = pairs
                        .map(|(i, j)| 1.0 - consensus.together[at(i, j)])
                        .collect();
                    let mean = distances.iter().sum::<f64>() / distances.len() as f64;
                    if mean < best.0 {
                        best = (mean, a, b);
                    }
                }
            }
            let (height, a, b) = best;
            let joined = clusters.remove(b);
            for (i, j) in clusters[a]
                .iter()
                .flat_map(|i| joined.iter().map(move |j| (*i, *j)))
            {
                heights[at(i, j)] = height;
            }
            clusters[a].extend(joined);
        }
        heights
    }

    proptest! {
        /// Weights drawn at random leave no two means alike, so that the tree is unique.
        #[test]
        fn pairs_join_where_average_linkage_joins_them(items in 2..9_usize, seed in 0..1000_u32) {
            let mut random = RandomState::new(seed);
            let together = (0..items * (items - 1) / 2).map(|_| random.random_sample()).collect();
            let consensus = Consensus { items, together };
            let distances: Vec<f64> = consensus.together.iter().map(|c| 1.0 - c).collect();
            let heights = consensus.join_heights(distances);
            for (a, b) in heights.iter().zip(plain_heights(&consensus)) {
                prop_assert!((a - b).abs() < 1e-12);
            }
        }
    }

    /// SciPy 1.17.1 on the same clusterings: `cophenet(linkage(1 - C, "average"), 1 - C)`, and NumPy's
    /// mean of 4 (C − ½)².
    #[test]
    fn scipy_has_the_same_coefficients() {
        let mut random = RandomState::new(1);
        let (fits, items) = (12, 10);
        let drawn: Vec<usize> = (0..fits * items)
            .map(|_| (3.0 * random.random_sample()) as usize)
            .collect();
        // The clusterings lean on items 0–3, 4–7, 8–9.
        let leaning = drawn.iter().enumerate().map(|(at, c)| {
            if random.random_sample() < 0.6 {
                at % items / 4
            } else {
                *c
            }
        });
        let leaning: Vec<usize> = leaning.collect();
        let clusterings: Vec<_> = leaning.chunks(items).map(clustering).collect();
        let consensus = Consensus::of(&clusterings);
        let cophenetic = consensus.cophenetic().unwrap();
        assert!(
            (cophenetic - 0.9139436072549801).abs() < 1e-12,
            "{cophenetic}"
        );
        let dispersion = consensus.dispersion().unwrap();
        assert!(
            (dispersion - 0.4127777777777778).abs() < 1e-12,
            "{dispersion}"
        );
    }

    #[test]
    fn fits_that_agree_leave_no_doubt_whatever_their_topics_are_called() {
        let consensus =
            Consensus::of(&[clustering(&[0, 0, 1, 2, 1]), clustering(&[2, 2, 0, 1, 0])]);
        assert_eq!(consensus.cophenetic(), Some(1.0));
        assert_eq!(consensus.dispersion(), Some(1.0));
    }

    #[test]
    fn one_cluster_is_certain_and_a_doubt_of_all_pairs_alike_has_no_correlation() {
        let one = Consensus::of(&[clustering(&[0, 0, 0])]);
        assert_eq!((one.cophenetic(), one.dispersion()), (Some(1.0), Some(1.0)));
        // Each of three pairs is together in one of three fits.
        let torn = Consensus::of(&[
            clustering(&[0, 0, 1]),
            clustering(&[0, 1, 0]),
            clustering(&[1, 0, 0]),
        ]);
        assert_eq!(torn.cophenetic(), None);
        let none = Consensus::of(&[]);
        assert_eq!((none.cophenetic(), none.dispersion()), (None, None));
        let single = Consensus::of(&[clustering(&[0])]);
        assert_eq!(
            (single.cophenetic(), single.dispersion()),
            (None, Some(1.0))
        );
    }

    #[test]
    fn items_without_a_topic_are_with_no_other() {
        let consensus = Consensus::of(&[vec![None, None, Some(0), Some(0)]]);
        assert_eq!(consensus.together, [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn the_topic_of_an_item_does_not_depend_on_where_a_term_keeps_its_size() {
        let mut random = RandomState::new(3);
        let mut factor = |n: usize| Matrix::from_fn(n, 3, |_, _| random.random_sample());
        let mut factors = vec![factor(7), factor(6), factor(5)];
        (0..3).for_each(|j| factors[1][(2, j)] = 0.0);
        let layer = |factors: &[Matrix]| LayerTopics {
            topics: factors.to_vec(),
            terms: true,
        };
        let before = clusters(&layer(&factors), 1);
        assert_eq!(before[2], None);
        factors[1].scale_columns(&[20.0, 0.5, 1.0]);
        factors[0].scale_columns(&[0.05, 2.0, 1.0]);
        assert_eq!(clusters(&layer(&factors), 1), before);
        let tall = factors[1].clone();
        factors[1] = Matrix::from_fn(5000, 3, |i, j| tall[(i % 6, j)]);
        assert_eq!(clusters(&layer(&factors), 1).len(), 1667);
    }
}
