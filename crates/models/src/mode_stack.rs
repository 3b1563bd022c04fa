//! What Standard and Neural HNCPD share: a stack of matrix factorizations on every factor.

use hntf_solvers::Outcome;
use hntf_tensor::{CpTensor, Matrix};

use crate::hierarchy::chain;
use crate::{FirstLayerFit, Hierarchy, Layer, ModelError, Relation};

/// The factorizations of one factor F (n × r_0): F ≈ A¹ ⋯ Aˡ (Tˡ)ᵀ for every layer l.
#[derive(Debug, Clone)]
pub(crate) struct ModeStack {
    /// Aˡ, r_{l−1} × r_l (A¹: n × r_1).
    pub(crate) weights: Vec<Matrix>,
    /// Tˡ = (Sˡ)ᵀ, r_0 × r_l.
    pub(crate) coefficients: Vec<Matrix>,
}

/// The hierarchy of a first layer and one stack per mode; `outcomes` has one entry per layer
/// above the first.
pub(crate) fn assemble(
    first: &FirstLayerFit,
    stacks: &[ModeStack],
    outcomes: Vec<Outcome>,
) -> Result<Hierarchy, ModelError> {
    let mut layers = vec![first.layer()];
    if outcomes.is_empty() {
        let relations = Vec::new();
        return Ok(Hierarchy { layers, relations });
    }
    let mut topics: Vec<Matrix> = stacks.iter().map(|s| s.weights[0].clone()).collect();
    for (l, outcome) in outcomes.into_iter().enumerate() {
        if l > 0 {
            for (topic, stack) in topics.iter_mut().zip(stacks) {
                *topic = topic.times(&stack.weights[l]);
            }
        }
        let approximate = |(topic, stack): (&Matrix, &ModeStack)| {
            topic.times(&stack.coefficients[l].transposed())
        };
        let factors: Vec<_> = topics.iter().zip(stacks).map(approximate).collect();
        let size = |m: &Matrix| m.rows() * m.cols();
        let stored =
            |(topic, stack): (&Matrix, &ModeStack)| size(topic) + size(&stack.coefficients[l]);
        layers.push(Layer {
            rank: topics[0].cols(),
            approximation: CpTensor::new(factors)?,
            parameters: topics.iter().zip(stacks).map(stored).sum(),
            topics: topics.clone(),
            classifier: None,
            outcome,
        });
    }
    let mut relations = Vec::new();
    for (mode, stack) in stacks.iter().enumerate() {
        for (l, weights) in stack.coefficients.iter().enumerate() {
            relations.push(Relation {
                from: 0,
                to: l + 1,
                mode: Some(mode),
                weights: weights.clone(),
            });
        }
        relations.extend(chain(&stack.weights[1..], 1, Some(mode)));
    }
    Ok(Hierarchy { layers, relations })
}
