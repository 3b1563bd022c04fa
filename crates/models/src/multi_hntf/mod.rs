//! Multi-HNTF: one weight matrix per layer, shared by all modes.

mod compressed;
mod divergence;
mod known;
mod proposals;

use hntf_solvers::{
    Iterate, Loss, Ncpd, Observer, Outcome, Start, Stopping, balance_columns, drive,
};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Scratch, Tensor, gram};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::hierarchy::chain;
use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Layer, Model, ModelError, NamedModel,
    Transformed, checks,
};
use compressed::CompressedWeights;
use divergence::DivergenceWeights;
use known::{Known, mask_of};
use proposals::Proposals;

pub use proposals::SharedUpdate;

/// X ≈ ⟦F_1 W, …, F_k W⟧ with one W ≥ 0 (r_l × r_{l+1}) for all modes; F_i W are the next layer's
/// factors. For order 2 this is X ≈ A W Wᵀ S.
///
/// The iteration runs on the core C = X ×_1 F_1ᵀ ⋯ ×_k F_kᵀ (r_l × ⋯ × r_l), formed once per
/// layer: F_mᵀ MTTKRP(X, F·W, m) = MTTKRP(C, (W, …, W), m), and the Grams of F_i W are Wᵀ G_i W.
/// The iterates are those on the data, at a cost that does not depend on its size.
///
/// The Kullback-Leibler divergence has no such core: its iterations read the data, once for each
/// mode.
///
/// Hidden entries ([`Tensor::mask`]) are left out of every layer's distance: the denominators are those
/// of the known entries of the model, at the cost of a pass over the list of hidden or of known entries
/// for each mode and iteration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct MultiHntf {
    /// How the first layer is fitted.
    pub first_layer: Ncpd,
    /// Updates of each W.
    pub iterations: usize,
    /// How W is updated.
    pub update: SharedUpdate,
    /// The distance from the data that every W lowers; the first layer has its own.
    pub loss: Loss,
    /// λ ≥ 0, the weight of Σ W beside ½‖·‖² or the divergence: the larger, the more of W is zero.
    pub l1: f64,
    /// Whether the columns of the first layer get one length across the modes: a shared W cannot
    /// undo a scale that differs by mode.
    pub balance: bool,
}

impl Default for MultiHntf {
    fn default() -> Self {
        Self {
            first_layer: Ncpd::published(Start::Svd),
            iterations: 800,
            update: SharedUpdate::ByOrder,
            loss: Loss::Frobenius,
            l1: 0.0,
            balance: false,
        }
    }
}

impl NamedModel for MultiHntf {
    const ABOUT: About = About {
        id: "multi-hntf",
        title: "Multi-HNTF",
        summary: "one weight matrix per layer, shared by all modes",
        citation: "Vendrow, Haddock & Needell, A generalized hierarchical nonnegative tensor decomposition, ICASSP 2022",
        revision: 1,
    };
}

impl Model for MultiHntf {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ncpd(self.first_layer)
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        checks::at_least_one("iterations", self.iterations)?;
        checks::nonnegative("l1", self.l1)?;
        checks::ranks(shape, ranks)?;
        match self.loss {
            Loss::Frobenius => checks::core("multi-hntf", shape, ranks),
            // It reads the data and has no core.
            Loss::KullbackLeibler => Ok(()),
        }
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let mut scratch = Scratch::new();
        let mut random = RandomState::new(fit.seed);
        let mut factors = first.fit.model.factors().to_vec();
        if self.balance {
            balance_columns(&mut factors);
        }
        let data = fit.data;
        let mut core = match self.loss {
            Loss::Frobenius => {
                let all: Vec<_> = factors.iter().map(Some).collect();
                Some(data.project(&all, &mut scratch))
            }
            Loss::KullbackLeibler => None,
        };
        let norm = data.squared_norm();
        let mut layers = vec![first.layer()];
        let mut steps: Vec<Matrix> = Vec::new();
        for rank in &fit.ranks[1..] {
            let start = Matrix::from_fn(factors[0].cols(), *rank, |_, _| random.random_sample());
            let proposals = Proposals::new(self.update, self.l1, factors.len());
            let (weights, outcome) = if let Some(core) = &core {
                let grams = grams_of(&factors);
                let known = mask_of(data).map(|mask| Known::new(mask, &factors));
                let mut shared = CompressedWeights::new(core, norm, known, grams, start, proposals);
                let outcome = self.drive(&mut shared, observer);
                (shared.into_weights(), outcome)
            } else {
                let mut shared = DivergenceWeights::new(data, &factors, start, proposals);
                let outcome = self.drive(&mut shared, observer);
                (shared.into_weights(), outcome)
            };
            factors.iter_mut().for_each(|f| *f = f.times(&weights));
            if let Some(core) = &mut core {
                *core = core.project(&vec![Some(&weights); factors.len()], &mut scratch);
            }
            steps.push(weights);
            layers.push(Layer::flat(CpTensor::new(factors.clone())?, outcome));
        }
        Ok(Hierarchy {
            layers,
            relations: chain(&steps, 0, None),
        })
    }

    fn transform(
        &self,
        fitted: &Hierarchy,
        new: &dyn Tensor,
        mode: usize,
        observer: &mut dyn Observer,
    ) -> Result<Transformed, ModelError> {
        let mut items = NewItems::new(fitted, new, mode)?;
        items.solve_layer(0, &self.first_layer.row_problem(), observer);
        if self.balance && fitted.layers.len() > 1 {
            // W belongs to the balanced factors.
            let weights = fitted.relation(0, 1, None)?;
            items.push(items.balanced().times(weights));
        }
        items.push_through(None)?;
        Ok(items.finish())
    }
}

impl MultiHntf {
    fn drive(&self, shared: &mut dyn Iterate, observer: &mut dyn Observer) -> Outcome {
        // The error is only recorded; every tenth iteration is enough for a curve.
        let stopping = Stopping {
            check_every: 10,
            ..Stopping::after(self.iterations)
        };
        drive(shared, &stopping, observer)
    }
}

fn grams_of(factors: &[Matrix]) -> Vec<Matrix> {
    let mut grams = vec![Matrix::default(); factors.len()];
    for (g, f) in grams.iter_mut().zip(factors) {
        gram(f, g);
    }
    grams
}

/// `iterations` updates of a W from `start`, those of [`SharedUpdate::ByOrder`], for the core C of data
/// of squared norm `norm` and the Grams G_i of the factors.
pub(crate) fn starting_weights(
    core: &DenseTensor,
    norm: f64,
    grams: &[Matrix],
    start: Matrix,
    iterations: usize,
) -> Matrix {
    let proposals = Proposals::new(SharedUpdate::ByOrder, 0.0, grams.len());
    let mut shared = CompressedWeights::new(core, norm, None, grams.to_vec(), start, proposals);
    (0..iterations).for_each(|_| shared.step());
    shared.into_weights()
}
