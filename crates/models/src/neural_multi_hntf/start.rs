//! Where the joint training begins: a balanced first layer, and the best of some starts of the W's.

use hntf_solvers::{Descent, QuasiNewton, QuasiNewtonSettings, balance_columns, balance_sums};
use hntf_tensor::{DenseTensor, Matrix, Tensor};
use numpy_random::RandomState;

use super::joint::WEIGHT_STEPS;
use super::penalty::Penalties;
use super::shared_loss::SharedLoss;
use super::supervision::Supervision;
use crate::multi_hntf::starting_weights;
use crate::{FirstLayerFit, Fit, ModelError};

/// Updates of each W, as in Multi-HNTF: damped up to order 3, symmetric above.
const UPDATES: usize = 800;
/// Quasi-Newton steps of all W's from each start.
const STEPS: usize = 300;

/// How the first weights are found.
pub(super) struct Begin {
    /// λ_0, λ_1, …
    pub(super) layer_weights: Vec<f64>,
    pub(super) weight_starts: usize,
    /// μ, where labels are learnt.
    pub(super) label_weight: Option<f64>,
    pub(super) penalties: Penalties,
}

impl Begin {
    /// The first layer with its columns balanced, the weights, and the loss that has met them.
    ///
    /// Every start runs as far as it goes with the first layer as it is, which takes the core only. With
    /// hidden entries the damped updates see them filled by the first layer's model, what follows by
    /// each layer's own.
    /// W's differ in the group of topics each sends where, and training does not move them from one
    /// grouping to another: so the choice between groupings is made here.
    pub(super) fn best<'a>(
        &self,
        fit: &Fit<'a>,
        first: &FirstLayerFit,
    ) -> Result<(Vec<Matrix>, Vec<Matrix>, SharedLoss<'a>), ModelError> {
        let mut random = RandomState::new(fit.seed);
        let mut factors = first.fit.model.factors().to_vec();
        let mut classifier = first.classifier.clone();
        // With a penalty on their sums it is sums that are made equal: of all scalings of a component
        // over the modes, which change nothing in the first layer, that is the cheapest.
        if self.penalties.factors > 0.0 {
            balance(balance_sums, &mut factors, classifier.as_mut());
        } else {
            balance(balance_columns, &mut factors, classifier.as_mut());
        }
        let supervision = self.supervision(fit, classifier.as_ref())?;
        let lambdas = self.layer_weights.clone();
        let mut shared = SharedLoss::new(fit.data, &factors, lambdas, supervision, self.penalties);
        let core = shared.first_core();
        let untrained = shared.supervision.clone();
        let mut best: Option<(f64, Vec<Matrix>, Option<Supervision<'a>>)> = None;
        for _ in 0..self.weight_starts {
            shared.supervision.clone_from(&untrained);
            let mut weights = damped(&shared, core.clone(), fit.ranks, &mut random);
            let loss = descend(&mut shared, &mut weights);
            if best.as_ref().is_none_or(|(least, ..)| loss < *least) {
                best = Some((loss, weights, shared.supervision.clone()));
            }
        }
        let Some((_, weights, supervision)) = best else {
            return Err(ModelError::Parameter {
                parameter: "weight-starts",
                found: "0".to_owned(),
                expected: "it must be at least 1",
            });
        };
        shared.supervision = supervision;
        Ok((factors, weights, shared))
    }

    fn supervision<'a>(
        &self,
        fit: &Fit<'a>,
        first: Option<&Matrix>,
    ) -> Result<Option<Supervision<'a>>, ModelError> {
        let Some(weight) = self.label_weight else {
            return Ok(None);
        };
        let (mut labels, mut classifiers) = (Vec::new(), Vec::new());
        for (l, rank) in fit.ranks.iter().enumerate() {
            let of_layer = fit.labels_of(l)?;
            let zeros = || Matrix::zeros(of_layer.classes(), *rank);
            classifiers.push(first.filter(|_| l == 0).cloned().unwrap_or_else(zeros));
            labels.push(of_layer);
        }
        Ok(Some(Supervision::new(weight, labels, classifiers)))
    }
}

/// Balances the factors; B S stays what it is.
fn balance(by: fn(&mut [Matrix]), factors: &mut [Matrix], classifier: Option<&mut Matrix>) {
    let before = factors.last().map(Matrix::column_norms);
    by(factors);
    let after = factors.last().map(Matrix::column_norms);
    if let (Some(b), Some(before), Some(after)) = (classifier, before, after) {
        let ratios = before.iter().zip(&after);
        let scales: Vec<f64> = ratios
            .map(|(b, a)| if *a > 0.0 { b / a } else { 1.0 })
            .collect();
        b.scale_columns(&scales);
    }
}

/// Multi-HNTF's weights, layer by layer, from the core of its data.
fn damped(
    shared: &SharedLoss<'_>,
    mut core: DenseTensor,
    ranks: &[usize],
    random: &mut RandomState,
) -> Vec<Matrix> {
    let mut grams = shared.grams.clone();
    let mut weights = Vec::new();
    for pair in ranks.windows(2) {
        let start = Matrix::from_fn(pair[0], pair[1], |_, _| random.random_sample());
        let w = starting_weights(&core, shared.norm, &grams, start, UPDATES);
        core = core.project(&vec![Some(&w); grams.len()], &mut Default::default());
        for g in &mut grams {
            *g = w.transposed().times(&g.times(&w));
        }
        weights.push(w);
    }
    weights
}

/// Improves the weights, and the classifiers with them, until they settle.
pub(super) fn descend(shared: &mut SharedLoss<'_>, weights: &mut [Matrix]) -> f64 {
    let settings = QuasiNewtonSettings::default();
    let mut optimizer = QuasiNewton::nonnegative(settings, weights.len());
    let hides = shared.hidden.is_some();
    let rounds = if hides { STEPS / WEIGHT_STEPS } else { 1 };
    for _ in 0..rounds {
        shared.refill(weights);
        optimizer.restart();
        for _ in 0..STEPS / rounds {
            shared.chain(weights);
            if let Some(s) = &mut shared.supervision {
                s.update_classifiers(&shared.products);
                optimizer.restart();
            }
            if optimizer.step(shared, weights) != Descent::Lower {
                break;
            }
        }
    }
    shared.known_loss(weights)
}
