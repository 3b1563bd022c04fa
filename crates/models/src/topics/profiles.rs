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
    for (m, factor) in factors.iter().enumerate() {
        if m != mode && m != topic_mode {
            let masses = masses(factor);
            for (k, mass) in masses.into_iter().enumerate() {
                terms.row_mut(k).iter_mut().for_each(|t| *t *= mass);
            }
        }
    }
    factors[mode].times(&terms)
}

/// Whether topic j of one mode and topic j of another are the same topic.
pub fn coupled(layer: &Layer) -> bool {
    layer.approximation.rank() == layer.rank && layer.topics == layer.approximation.factors()
}

/// The sums of the columns.
fn masses(factor: &Matrix) -> Vec<f64> {
    let mut masses = vec![0.0; factor.cols()];
    for row in factor.iter_rows() {
        masses.iter_mut().zip(row).for_each(|(m, x)| *m += x);
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

    #[test]
    fn topics_that_are_terms_are_their_own_profile() {
        let words = Matrix::from_vec(2, 2, vec![1.0, 2.0, 3.0, 4.0]);
        let flat = hierarchy(vec![layer(words)], Vec::new());
        assert!(coupled(&flat.layers[0]));
        assert_eq!(profile(&flat, 0, 1, 0), flat.layers[0].topics[1]);
    }
}
