//! One order for the topics of a layer in all panels of its relations.

use hntf_datasets::Grouping;
use hntf_models::{Hierarchy, Relation};
use hntf_tensor::Matrix;

use hntf_models::topics::{TopicOrder, assign, coupled};

/// Groupings beyond this many orders of coarse topics are left to those before.
const MOST_CHOICES: usize = 50_000;

/// How the topics of a hierarchy are ordered in figures of its relations.
pub(super) struct Orders<'a> {
    pub(super) hierarchy: &'a Hierarchy,
    /// What is known of the truth: learned topics then stand as the true ones they match.
    pub(super) truth: &'a [Grouping],
    /// The order in which topics are printed, and the mode of the words.
    pub(super) printed: Option<(&'a TopicOrder, usize)>,
}

impl Orders<'_> {
    /// The mode that a layer's topics in a relation of that mode are of alone: where each mode has
    /// topics of its own (HNCPD above the first layer) and they are not the printed ones.
    pub(super) fn own(&self, layer: usize, mode: Option<usize>) -> Option<usize> {
        let layer = self.hierarchy.layers.get(layer)?;
        let words = self.printed.map(|(_, words)| words);
        let several = || {
            let modes = self.hierarchy.relations.iter().map(|r| r.mode);
            modes.clone().any(|other| other != mode)
        };
        mode.filter(|m| !coupled(layer) && Some(*m) != words && (several() || words.is_some()))
    }

    /// The known grouping a relation should show.
    pub(super) fn grouping(&self, from: usize, to: usize) -> Option<&Grouping> {
        let ranks = [from, to].map(|l| self.hierarchy.layers.get(l).map(|layer| layer.rank));
        let known = |g: &&Grouping| [Some(g.classes.len()), Some(g.coarse)] == ranks;
        self.truth.iter().find(known)
    }

    /// The topics of a layer in the order in which panels of that mode show them.
    pub(super) fn of(&self, layer: usize, mode: Option<usize>) -> Vec<usize> {
        if let Some(order) = self.by_truth(layer, mode) {
            return order;
        }
        if let (Some((printed, _)), None) = (self.printed, self.own(layer, mode)) {
            return printed.layers[layer].clone();
        }
        self.by_groups(layer, mode)
    }

    /// The finest layer matches the true topics best in all its relations together; above it the coarse
    /// topics match the classes best, given those. So a layer has one order, also where single relations would fit
    /// the truth a little better in orders of their own.
    fn by_truth(&self, layer: usize, mode: Option<usize>) -> Option<Vec<usize>> {
        let below = (0..layer).find_map(|from| Some((from, self.grouping(from, layer)?)));
        if let Some((from, grouping)) = below {
            let shares = self.shares(from, layer, self.own(layer, mode))?;
            let rows = self.of(from, mode);
            let gain = |class: usize, topic: usize| {
                let members = (0..rows.len()).filter(|i| grouping.classes[*i] == class);
                members.map(|i| shares[(rows[i], topic)]).sum::<f64>()
            };
            let found = assign(grouping.coarse, shares.cols(), gain);
            return Some(found.into_iter().flatten().collect());
        }
        let above = layer + 1..self.hierarchy.layers.len();
        let own = self.own(layer, mode);
        let known = above.filter_map(|to| {
            let grouping = self.grouping(layer, to)?;
            Some((self.shares(layer, to, own)?, grouping))
        });
        match_jointly(&known.collect::<Vec<_>>())
    }

    /// Fine topics that go to the same coarse one stand together, the clearest first; the coarsest
    /// layer stays as the fit left it.
    fn by_groups(&self, layer: usize, mode: Option<usize>) -> Vec<usize> {
        let own = self.own(layer, mode);
        let mut above = layer + 1..self.hierarchy.layers.len();
        let grouped = above.find_map(|to| {
            let relation = self.relations(layer, to, own).next()?;
            let (shares, columns) = (shares(&relation.weights), self.of(to, relation.mode));
            Some(by_coarse_topic(&shares, &columns))
        });
        grouped.unwrap_or_else(|| (0..self.hierarchy.layers[layer].rank).collect())
    }

    /// The relations between two layers: those of a mode, or all.
    fn relations(
        &self,
        from: usize,
        to: usize,
        mode: Option<usize>,
    ) -> impl Iterator<Item = &Relation> {
        let all = self.hierarchy.relations_between(from, to);
        all.filter(move |r| mode.is_none() || r.mode == mode)
    }

    /// Their shares, in the mean. Where modes have coarse topics of their own, those of the first mode
    /// lead, and the others' count to those they share most fine topics with.
    fn shares(&self, from: usize, to: usize, mode: Option<usize>) -> Option<Matrix> {
        let relations = self.relations(from, to, mode);
        let mut all = relations.map(|relation| shares(&relation.weights));
        let first = all.next()?;
        let (mut sum, mut count) = (first.clone(), 1.0);
        for other in all {
            let common = first.transposed().times(&other);
            let columns = assign(first.cols(), other.cols(), |a, b| common[(a, b)]);
            let matched = |i: usize, j: usize| columns[j].map_or(0.0, |c| other[(i, c)]);
            let add = |i: usize, j: usize| sum[(i, j)] + matched(i, j);
            (sum, count) = (Matrix::from_fn(sum.rows(), sum.cols(), add), count + 1.0);
        }
        let mean = |i: usize, j: usize| sum[(i, j)] / count;
        Some(Matrix::from_fn(sum.rows(), sum.cols(), mean))
    }
}

/// For every true fine topic the learned one that stands for it, so that the shares that go where
/// they should, over all groupings, sum to most: one grouping alone may leave a choice that another
/// decides. Cost: an assignment for every order of the coarse topics of all groupings.
fn match_jointly(known: &[(Matrix, &Grouping)]) -> Option<Vec<usize>> {
    let rows = known.first()?.0.rows();
    let mut choices: Vec<Vec<Vec<usize>>> = vec![Vec::new()];
    for (shares, _) in known {
        let orders = permutations(shares.cols());
        if choices.len() > 1 && choices.len() * orders.len() > MOST_CHOICES {
            break;
        }
        let longer = |chosen: &Vec<Vec<usize>>| -> Vec<Vec<Vec<usize>>> {
            let with = |order: &Vec<usize>| [&chosen[..], std::slice::from_ref(order)].concat();
            orders.iter().map(with).collect()
        };
        choices = choices.iter().flat_map(longer).collect();
    }
    // What stays if the weights are no numbers.
    let mut best = (f64::NEG_INFINITY, (0..rows).collect::<Vec<_>>());
    for columns in &choices {
        let gain = |topic: usize, i: usize| {
            let all = known.iter().zip(columns);
            all.map(|((shares, grouping), columns)| shares[(i, columns[grouping.classes[topic]])])
                .sum::<f64>()
        };
        let found: Vec<usize> = assign(rows, rows, gain).into_iter().flatten().collect();
        let total: f64 = found.iter().enumerate().map(|(t, i)| gain(t, *i)).sum();
        if total > best.0 {
            best = (total, found);
        }
    }
    Some(best.1)
}

/// All orders of 0 … n − 1.
fn permutations(n: usize) -> Vec<Vec<usize>> {
    (0..n).fold(vec![Vec::new()], |shorter, next| {
        let insert = |order: &Vec<usize>| -> Vec<Vec<usize>> {
            let at = |place: usize| [&order[..place], &[next], &order[place..]].concat();
            (0..=order.len()).rev().map(at).collect()
        };
        shorter.iter().flat_map(insert).collect()
    })
}

/// Every row scaled to sum 1; rows of zeros stay.
pub(super) fn shares(weights: &Matrix) -> Matrix {
    Matrix::from_fn(weights.rows(), weights.cols(), |i, j| {
        let sum: f64 = weights.row(i).iter().sum();
        if sum > 0.0 {
            weights[(i, j)] / sum
        } else {
            0.0
        }
    })
}

/// The rows grouped by their largest column, in the order of the columns, the clearest first.
fn by_coarse_topic(shares: &Matrix, columns: &[usize]) -> Vec<usize> {
    let largest = |i: usize| {
        let places = columns.iter().enumerate();
        let row = places.map(|(place, j)| (place, shares[(i, *j)]));
        row.fold((0, 0.0), |best, x| if x.1 > best.1 { x } else { best })
    };
    let mut order: Vec<usize> = (0..shares.rows()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (largest(*a), largest(*b));
        a.0.cmp(&b.0).then(b.1.total_cmp(&a.1))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_models::Layer;
    use hntf_solvers::{Outcome, StopReason};
    use hntf_tensor::CpTensor;

    /// A layer whose topics are its terms, or differ from them.
    fn layer(rank: usize, is_coupled: bool) -> Layer {
        let factor = Matrix::from_fn(3, rank, |i, j| (1 + i + j) as f64);
        let factors = vec![factor.clone(), factor.clone()];
        let mut topics = factors.clone();
        if !is_coupled {
            topics[1] = Matrix::from_fn(3, rank, |_, _| 1.0);
        }
        Layer {
            rank,
            approximation: CpTensor::new(factors).unwrap(),
            topics,
            parameters: 0,
            classifier: None,
            outcome: Outcome {
                reason: StopReason::Converged,
                iterations: 0,
                trace: Vec::new(),
            },
        }
    }

    fn relation(from: usize, to: usize, mode: Option<usize>, weights: &[&[f64]]) -> Relation {
        let (rows, cols) = (weights.len(), weights[0].len());
        let weights = Matrix::from_vec(rows, cols, weights.concat());
        Relation {
            from,
            to,
            mode,
            weights,
        }
    }

    /// Two modes that group the same four topics, their coarse topics in other orders.
    fn of_two_modes() -> Hierarchy {
        Hierarchy {
            layers: vec![layer(4, true), layer(2, false)],
            relations: vec![
                relation(0, 1, Some(0), &[&[0., 1.], &[5., 1.], &[0., 2.], &[3., 0.]]),
                relation(0, 1, Some(1), &[&[9., 1.], &[0., 1.], &[7., 0.], &[1., 8.]]),
            ],
        }
    }

    #[test]
    fn fine_topics_shared_by_all_modes_have_one_order_and_own_ones_their_own() {
        let hierarchy = of_two_modes();
        let orders = Orders {
            hierarchy: &hierarchy,
            truth: &[],
            printed: None,
        };
        assert_eq!(orders.own(0, Some(1)), None);
        assert_eq!(orders.own(1, Some(1)), Some(1));
        assert_eq!(orders.of(0, Some(0)), [3, 1, 0, 2]);
        assert_eq!(orders.of(0, Some(1)), [3, 1, 0, 2]);
        assert_eq!(orders.of(1, Some(0)), [0, 1]);
    }

    #[test]
    fn matched_topics_stand_in_one_order_in_all_modes_and_layers() {
        let hierarchy = of_two_modes();
        let truth = [Grouping {
            classes: vec![0, 0, 1, 1],
            coarse: 2,
        }];
        let orders = Orders {
            hierarchy: &hierarchy,
            truth: &truth,
            printed: None,
        };
        let rows = orders.of(0, Some(0));
        assert_eq!(rows, orders.of(0, Some(1)), "one order of what both share");
        // Each mode's coarse topics stand where their members do.
        let columns = [0, 1].map(|mode| orders.of(1, Some(mode)));
        assert_eq!(
            columns[0].iter().rev().collect::<Vec<_>>(),
            columns[1].iter().collect::<Vec<_>>()
        );
        for (relation, columns) in hierarchy.relations.iter().zip(&columns) {
            let shares = shares(&relation.weights);
            for (i, row) in rows.iter().enumerate() {
                let class = truth[0].classes[i];
                assert!(shares[(*row, columns[class])] > 0.5);
            }
        }
    }

    #[test]
    fn what_one_grouping_leaves_open_another_decides() {
        let same: &[&[f64]] = &[&[1., 0., 0.], &[0., 1., 0.], &[0., 0., 1.]];
        let two: &[&[f64]] = &[&[1., 0.], &[0., 1.], &[0., 1.]];
        let hierarchy = Hierarchy {
            layers: vec![layer(3, true), layer(3, true), layer(2, true)],
            relations: vec![
                relation(0, 1, None, same),
                relation(0, 2, None, two),
                relation(1, 2, None, two),
            ],
        };
        let grouping = |classes: &[usize], coarse| Grouping {
            classes: classes.to_vec(),
            coarse,
        };
        let truth = [grouping(&[0, 1, 2], 3), grouping(&[0, 0, 1], 2)];
        let orders = Orders {
            hierarchy: &hierarchy,
            truth: &truth,
            printed: None,
        };
        let [fine, middle, coarse] = [0, 1, 2].map(|l| orders.of(l, None));
        assert_eq!(
            fine[2], 0,
            "the topic that stands alone in the coarsest layer"
        );
        assert_eq!(middle, fine, "the first relation is the identity");
        assert_eq!(coarse, [1, 0]);
    }

    #[test]
    fn printed_topics_keep_the_order_of_the_print() {
        let hierarchy = of_two_modes();
        let order = TopicOrder {
            layers: vec![vec![2, 0, 1, 3], vec![1, 0]],
        };
        let orders = Orders {
            hierarchy: &hierarchy,
            truth: &[],
            printed: Some((&order, 0)),
        };
        assert_eq!(orders.of(0, Some(1)), [2, 0, 1, 3]);
        assert_eq!(orders.of(1, Some(0)), [1, 0]);
        assert_eq!(
            orders.own(1, Some(0)),
            None,
            "the words' topics are printed"
        );
        assert_eq!(orders.own(1, Some(1)), Some(1));
        assert_eq!(orders.of(1, Some(1)), [0, 1]);
    }

    #[test]
    fn a_chain_of_layers_reads_as_stairs_and_rows_of_zeros_stay() {
        let hierarchy = Hierarchy {
            layers: vec![layer(3, true), layer(2, true), layer(1, true)],
            relations: vec![
                relation(0, 1, None, &[&[0., 2.], &[4., 1.], &[0., 0.]]),
                relation(1, 2, None, &[&[1.], &[1.]]),
            ],
        };
        let orders = Orders {
            hierarchy: &hierarchy,
            truth: &[],
            printed: None,
        };
        assert_eq!(orders.of(0, None), [1, 2, 0]);
        assert_eq!(shares(&hierarchy.relations[0].weights).row(2), [0.0, 0.0]);
    }
}
