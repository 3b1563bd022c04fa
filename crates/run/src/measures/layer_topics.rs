//! The topics of a layer, as far as trials are compared by them.

use hntf_models::Layer;
use hntf_tensor::Matrix;

/// What of a layer is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerTopics {
    /// Its topics, one matrix a mode, n_i × r.
    pub topics: Vec<Matrix>,
    /// Whether topic j of one mode and topic j of another are parts of one term: in most models, not
    /// in HNCPD, whose modes have topics of their own.
    pub terms: bool,
}

impl From<&Layer> for LayerTopics {
    fn from(layer: &Layer) -> Self {
        Self {
            topics: layer.topics.clone(),
            terms: layer.approximation.rank() == layer.rank,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use hntf_tensor::{CpTensor, Matrix};
    use numpy_random::RandomState;

    /// A model with factors drawn from [0, 1).
    pub(in crate::measures) fn random(shape: &[usize], rank: usize, seed: u32) -> CpTensor {
        let mut random = RandomState::new(seed);
        let factor = |n: &usize| Matrix::from_fn(*n, rank, |_, _| random.random_sample());
        CpTensor::new(shape.iter().map(factor).collect()).unwrap()
    }
}
