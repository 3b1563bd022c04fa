//! Neural Multi-HNTF: the first layer and the shared weights of all layers, trained together.

mod hidden;
mod joint;
mod penalty;
mod runaway;
mod shared_loss;
mod start;
mod supervision;
#[cfg(test)]
mod tests;
mod training;

use hntf_solvers::{Criterion, Ncpd, Observer, Ssnmf, Start, Stopping};
use hntf_tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Model, ModelError, NamedModel, Transformed,
    checks,
};
use penalty::Penalties;
use training::Training;

/// X ≈ ⟦F_1 V_l, …, F_k V_l⟧ at every layer l, V_0 = I and V_l = W⁰ ⋯ W^{l−1}: Multi-HNTF, whose
/// F_i ≥ 0 and W's ≥ 0 minimise the joint loss Σ_l λ_l ‖X − ⟦F_1 V_l, …⟧‖² of all layers.
///
/// It starts where Multi-HNTF ends: an NCPD with its columns balanced over the modes, the W's by
/// its updates. Then blocks are improved in turn, each without raising the loss: every factor by
/// exact coordinate descent (the loss is quadratic in one factor), all W's together by quasi-Newton
/// steps on the core, with the gradient propagated back through the layers.
///
/// With penalties the objective is ½ Σ_l λ_l ‖X − ⟦F_1 V_l, …⟧‖² + `l1` Σ_i Σ F_i + `weights-l1`
/// Σ_l Σ W^l, scaled as that of [`Ncpd`] and of [`MultiHntf`](crate::MultiHntf). A topic's scale can
/// move from the F_i to W⁰, or from one W to the next, and the layers above do not notice; what holds
/// it is the layer between the two, for F and W⁰ the first one, whose V_0 is I. So one penalty without
/// the other counts where λ_0 > 0, but a topic that serves the coarse layers alone may become small in
/// what is penalised and large in the rest: penalise both, then. With λ_0 = 0 nothing holds the scale:
/// one penalty without the other has no minimum and is refused.
///
/// Hidden entries ([`Tensor::mask`](hntf_tensor::Tensor::mask)) are left out of every layer's distance
/// and of ‖X‖². Before a block is improved, each layer's hidden entries are taken to be those of its
/// own present model: an upper bound of the loss over the known entries that equals it there, so that
/// what lowers the one lowers the other.
///
/// A sweep costs an MTTKRP sweep over Σ r_l columns and a projection onto the first layer; with the
/// first layer frozen it costs nothing that depends on the data's size. With hidden entries as much
/// again for the list of hidden or of known entries, once for every layer, and without a free first
/// layer too; nothing is filled in memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct NeuralMultiHntf {
    /// How the first layer is fitted before it is trained with the others.
    pub first_layer: Ncpd,
    /// Whether the first layer stays as it is: only the W's are trained.
    pub frozen: bool,
    /// λ_0, λ_1, …, one a layer, finest first; all 1 if empty.
    pub layer_weights: Vec<f64>,
    /// Random starts of the W's, of which the one with the smallest loss goes on.
    pub weight_starts: usize,
    /// The weight ≥ 0 of Σ_i Σ F_i beside ½ of the joint loss: the larger, the more of the factors is
    /// zero. Not with `frozen`: `first-layer.l1` is what penalises a frozen first layer.
    pub l1: f64,
    /// The weight ≥ 0 of Σ_l Σ W^l beside ½ of the joint loss.
    pub weights_l1: f64,
    /// When to stop; the error watched is the joint loss over ‖X‖², with 2 (`l1` Σ_i Σ F_i +
    /// `weights-l1` Σ_l Σ W^l) / ‖X‖² if there are penalties.
    pub stopping: Stopping,
}

impl Default for NeuralMultiHntf {
    fn default() -> Self {
        Self {
            first_layer: Ncpd::published(Start::Svd),
            frozen: false,
            layer_weights: Vec::new(),
            weight_starts: 10,
            l1: 0.0,
            weights_l1: 0.0,
            stopping: sweeps(),
        }
    }
}

/// Until a sweep gains less than 1e-8 of the first loss, at most 2,000 sweeps.
fn sweeps() -> Stopping {
    Stopping {
        max_iterations: 2000,
        tolerance: 1e-8,
        criterion: Criterion::DecreaseOverInitial,
        check_every: 1,
    }
}

impl NamedModel for NeuralMultiHntf {
    const ABOUT: About = About {
        id: "neural-multi-hntf",
        title: "Neural Multi-HNTF",
        summary: "Multi-HNTF with the first layer and all weights trained together",
        citation: "this project; asked for as future work by Vendrow, Haddock & Needell, ICASSP 2022",
        revision: 1,
    };
}

impl Model for NeuralMultiHntf {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ncpd(self.first_layer)
    }

    fn stopping_rule(&self, _layer: usize) -> Option<Stopping> {
        Some(self.stopping)
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        self.training().validate(shape, ranks)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        self.training().run(fit, first, observer)
    }

    fn transform(
        &self,
        fitted: &Hierarchy,
        new: &dyn Tensor,
        mode: usize,
        observer: &mut dyn Observer,
    ) -> Result<Transformed, ModelError> {
        let mut items = NewItems::new(fitted, new, mode)?;
        let first = self.first_layer.row_problem();
        self.training().infer(&mut items, &first, observer)?;
        Ok(items.finish())
    }
}

impl NeuralMultiHntf {
    fn training(&self) -> Training<'_> {
        Training {
            frozen: self.frozen,
            layer_weights: &self.layer_weights,
            label_weight: None,
            weight_starts: self.weight_starts,
            penalties: Penalties {
                factors: self.l1,
                weights: self.weights_l1,
            },
            stopping: &self.stopping,
        }
    }
}

/// The same for data whose last mode has labels (the documents of a matrix, say): every layer's term
/// is λ_l (‖X − ⟦F_1 V_l, …⟧‖² + μ ‖L*(Y_l − B_l V_lᵀ F_kᵀ)‖²), with a B_l ≥ 0 of its own. Layer l
/// learns the l-th set of labels, the layers beyond the last set learn the last one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SupervisedNeuralMultiHntf {
    /// How the first layer is fitted before it is trained with the others.
    pub ssnmf: Ssnmf,
    /// Whether the first layer stays as it is.
    pub frozen: bool,
    /// λ_0, λ_1, …, one a layer, finest first; all 1 if empty.
    pub layer_weights: Vec<f64>,
    /// μ, the weight of the label terms.
    pub label_weight: f64,
    /// Random starts of the W's, of which the one with the smallest loss goes on.
    pub weight_starts: usize,
    /// The penalty on the factors, as [`NeuralMultiHntf::l1`]; the B_l have none.
    pub l1: f64,
    /// The penalty on the weights, as [`NeuralMultiHntf::weights_l1`].
    pub weights_l1: f64,
    /// When to stop; what is watched is the joint loss with the penalties, as in [`NeuralMultiHntf`].
    pub stopping: Stopping,
}

impl Default for SupervisedNeuralMultiHntf {
    fn default() -> Self {
        Self {
            ssnmf: Ssnmf::default(),
            frozen: false,
            layer_weights: Vec::new(),
            label_weight: 1.0,
            weight_starts: 10,
            l1: 0.0,
            weights_l1: 0.0,
            stopping: sweeps(),
        }
    }
}

impl NamedModel for SupervisedNeuralMultiHntf {
    const ABOUT: About = About {
        id: "supervised-neural-multi-hntf",
        title: "Neural Multi-HNTF, supervised",
        summary: "Neural Multi-HNTF that learns labels too (matrices with labels)",
        citation: "this project",
        revision: 1,
    };
}

impl Model for SupervisedNeuralMultiHntf {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ssnmf(self.ssnmf)
    }

    fn stopping_rule(&self, _layer: usize) -> Option<Stopping> {
        Some(self.stopping)
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        checks::matrices_only("supervised-neural-multi-hntf", shape)?;
        self.training().validate(shape, ranks)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        self.training().run(fit, first, observer)
    }

    fn transform(
        &self,
        fitted: &Hierarchy,
        new: &dyn Tensor,
        mode: usize,
        observer: &mut dyn Observer,
    ) -> Result<Transformed, ModelError> {
        let mut items = NewItems::new(fitted, new, mode)?;
        let first = self.ssnmf.row_problem();
        self.training().infer(&mut items, &first, observer)?;
        Ok(items.finish())
    }
}

impl SupervisedNeuralMultiHntf {
    fn training(&self) -> Training<'_> {
        Training {
            frozen: self.frozen,
            layer_weights: &self.layer_weights,
            label_weight: Some(self.label_weight),
            weight_starts: self.weight_starts,
            penalties: Penalties {
                factors: self.l1,
                weights: self.weights_l1,
            },
            stopping: &self.stopping,
        }
    }
}
