//! Where the topics of one mode live in the others.

use crate::{Hierarchy, Layer};
use hntf_tensor::Matrix;

/// Row i, column j: how much of topic j of mode `topic_mode` lies at index i of mode `mode`, n × r_l;
/// a column counts up to its scale only.
///
/// It is the sum over all other modes of the part of the layer's approximation that belongs to topic
/// j. Where a layer's topics are the terms of its approximation (NCPD, HNTF, Multi-HNTF) that is
/// column j of the factor. In HNCPD every mode has topics of its own; there the approximation is
/// ⟦A_i T_iᵀ⟧ over r_0 terms, the part of topic j of mode w has column j of A_w times row j of T_wᵀ in
/// that mode, and T_w is the relation of the layer to the first one. Cost O(n r_0 r_l).
///
/// In the mode of the topics itself they are the topics as they are.
pub fn profile(hierarchy: &Hierarchy, layer: usize, mode: usize, topic_mode: usize) -> Matrix {
    let of_layer = &hierarchy.layers[layer];
    let own = &of_layer.topics[mode];
    if mode == topic_mode || coupled(of_layer) {
        return own.clone();
    }
    let mut relations = hierarchy.relations_between(0, layer);
    let Some(coefficients) = relations.find(|r| r.mode == Some(topic_mode)) else {
        return own.clone();
    };
    let factors = of_layer.approximation.factors();
    let mut terms = coefficients.weights.clone();
    if terms.rows() != of_layer.approximation.rank() {
        return own.clone();
    }
    // What the modes that are summed over put in front of every term.
    let masses = masses(factors, &[mode, topic_mode]);
    for (k, mass) in masses.into_iter().enumerate() {
        terms.row_mut(k).iter_mut().for_each(|t| *t *= mass);
    }
    factors[mode].times(&terms)
}

/// Row i, column j: the share of topic j in item i of mode `mode`, n × r_l, where `coefficients` are
/// the items in terms of the layer's topics: those of the fit or of a
/// [`transform`](crate::Model::transform).
///
/// It is the part of the layer's approximation of the item that belongs to topic j, summed over all
/// other modes (see [`profile`]), and does not depend on how the topics are scaled. A row has the sum
/// 1, or is zero if the item has nothing of any topic. Cost O(Σ n_i r) and that of the coefficients.
pub fn item_shares(
    hierarchy: &Hierarchy,
    layer: usize,
    mode: usize,
    coefficients: &Matrix,
) -> Matrix {
    let of_layer = &hierarchy.layers[layer];
    let mut relations = hierarchy.relations_between(0, layer);
    let own = relations.find(|r| r.mode == Some(mode) && !coupled(of_layer));
    let factors = of_layer.approximation.factors();
    let masses = match own {
        Some(own) if own.weights.rows() == of_layer.approximation.rank() => {
            let terms = masses(factors, &[mode]);
            let column = |j| (0..terms.len()).map(move |k| (k, j));
            let mass = |j| column(j).map(|(k, j)| terms[k] * own.weights[(k, j)]).sum();
            (0..of_layer.rank).map(mass).collect()
        }
        _ => masses(&of_layer.topics, &[mode]),
    };
    let mut shares = coefficients.clone();
    shares.scale_columns(&masses);
    for i in 0..shares.rows() {
        let total: f64 = shares.row(i).iter().sum();
        let scale = if total > 0.0 { 1.0 / total } else { 0.0 };
        shares.row_mut(i).iter_mut().for_each(|x| *x *= scale);
    }
    shares
}

/// Whether topic j of one mode and topic j of another are the same topic.
pub fn coupled(layer: &Layer) -> bool {
    layer.approximation.rank() == layer.rank && layer.topics == layer.approximation.factors()
}

/// For every column the product of its sums in all modes but those left out.
fn masses(factors: &[Matrix], left_out: &[usize]) -> Vec<f64> {
    let mut masses = vec![1.0; factors.first().map_or(0, Matrix::cols)];
    for (_, factor) in (factors.iter().enumerate()).filter(|(m, _)| !left_out.contains(m)) {
        let sums = factor.column_sums();
        masses.iter_mut().zip(sums).for_each(|(m, sum)| *m *= sum);
    }
    masses
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hierarchy, layer};
    use super::*;
    use crate::Relation;
    use hntf_tensor::CpTensor;
    use proptest::prelude::*;

    /// A second layer as HNCPD has it: topics A_i and coefficients T_i of every mode.
    fn stacked(shape: &[usize], terms: usize, rank: usize, seed: u32) -> Hierarchy {
        let mut random = numpy_random::RandomState::new(seed);
        let mut draw = |rows, cols| Matrix::from_fn(rows, cols, |_, _| random.random_sample());
        let topics: Vec<Matrix> = shape.iter().map(|n| draw(*n, rank)).collect();
        let coefficients: Vec<Matrix> = shape.iter().map(|_| draw(terms, rank)).collect();
        let factors = topics.iter().zip(&coefficients);
        let factors = factors.map(|(a, t)| a.times(&t.transposed())).collect();
        let mut second = layer(Matrix::zeros(2, rank));
        second.topics = topics;
        second.approximation = CpTensor::new(factors).unwrap();
        let relation = |(mode, weights): (usize, Matrix)| Relation {
            from: 0,
            to: 1,
            mode: Some(mode),
            weights,
        };
        let relations = coefficients.into_iter().enumerate().map(relation).collect();
        hierarchy(vec![layer(Matrix::zeros(2, terms)), second], relations)
    }

    proptest! {
        #[test]
        fn a_profile_is_the_approximation_s_part_summed_over_the_other_modes(
            shape in proptest::collection::vec(1..4_usize, 2..5),
            terms in 3..5_usize,
            rank in 1..3_usize,
            modes: (proptest::sample::Index, proptest::sample::Index),
            seed: u32,
        ) {
            let (mode, topic_mode) = (modes.0.index(shape.len()), modes.1.index(shape.len()));
            prop_assume!(mode != topic_mode);
            let hierarchy = stacked(&shape, terms, rank, seed);
            let second = &hierarchy.layers[1];
            let factors = second.approximation.factors();
            let coefficients = &hierarchy.relations[topic_mode].weights;
            let mut plain = Matrix::zeros(shape[mode], rank);
            let entries: usize = shape.iter().product();
            for entry in 0..entries {
                let mut left = entry;
                let index: Vec<usize> = shape.iter().map(|n| { let i = left % n; left /= n; i }).collect();
                for j in 0..rank {
                    for k in 0..terms {
                        let mut product = second.topics[topic_mode][(index[topic_mode], j)] * coefficients[(k, j)];
                        for (m, factor) in factors.iter().enumerate().filter(|(m, _)| *m != topic_mode) {
                            product *= factor[(index[m], k)];
                        }
                        plain.row_mut(index[mode])[j] += product;
                    }
                }
            }
            let found = profile(&hierarchy, 1, mode, topic_mode);
            for j in 0..rank {
                let sum = |m: &Matrix| (0..m.rows()).map(|i| m[(i, j)]).sum::<f64>();
                let (ours, theirs) = (sum(&found), sum(&plain));
                for i in 0..shape[mode] {
                    prop_assert!((found[(i, j)] / ours - plain[(i, j)] / theirs).abs() < 1e-10);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_share_is_the_topic_s_part_of_the_item_in_the_approximation(
            shape in proptest::collection::vec(1..4_usize, 2..5),
            mode: proptest::sample::Index,
            stacked_topics: bool,
            seed: u32,
        ) {
            let (mode, rank) = (mode.index(shape.len()), 3);
            let mut hierarchy = stacked(&shape, 4, rank, seed);
            let second = &mut hierarchy.layers[1];
            if !stacked_topics {
                second.approximation = CpTensor::new(second.topics.clone()).unwrap();
            }
            let second = hierarchy.layers[1].clone();
            let factors = second.approximation.factors();
            let of_terms = &hierarchy.relations[mode].weights;
            let items = &second.topics[mode];
            let mut plain = Matrix::zeros(shape[mode], rank);
            let entries: usize = shape.iter().product();
            for entry in 0..entries {
                let mut left = entry;
                let index: Vec<usize> = shape.iter().map(|n| { let i = left % n; left /= n; i }).collect();
                let others = |k: usize| -> f64 {
                    let others = (0..shape.len()).filter(|m| *m != mode);
                    others.map(|m| factors[m][(index[m], k)]).product()
                };
                for j in 0..rank {
                    let part: f64 = if stacked_topics {
                        (0..4).map(|k| of_terms[(k, j)] * others(k)).sum()
                    } else {
                        others(j)
                    };
                    plain.row_mut(index[mode])[j] += items[(index[mode], j)] * part;
                }
            }
            let found = item_shares(&hierarchy, 1, mode, items);
            for i in 0..shape[mode] {
                let total: f64 = plain.row(i).iter().sum();
                for j in 0..rank {
                    prop_assert!((found[(i, j)] - plain[(i, j)] / total).abs() < 1e-10);
                }
            }
        }
    }

    #[test]
    fn an_item_of_nothing_has_no_shares() {
        let words = Matrix::from_vec(2, 2, vec![1.0, 2.0, 3.0, 0.0]);
        let flat = hierarchy(vec![layer(words)], Vec::new());
        let items = Matrix::from_vec(2, 2, vec![0.0, 0.0, 1.0, 2.0]);
        let shares = item_shares(&flat, 0, 1, &items);
        assert_eq!(shares.as_slice(), [0.0, 0.0, 0.5, 0.5]);
    }

    #[test]
    fn topics_that_are_terms_are_their_own_profile() {
        let words = Matrix::from_vec(2, 2, vec![1.0, 2.0, 3.0, 4.0]);
        let flat = hierarchy(vec![layer(words)], Vec::new());
        assert!(coupled(&flat.layers[0]));
        assert_eq!(profile(&flat, 0, 1, 0), flat.layers[0].topics[1]);
    }
}
