//! Neural HNCPD: the layers of Standard HNCPD, trained together by backpropagation.

mod first_layer;
mod network;

use hntf_solvers::{
    Adam, AdamSettings, Iterate, Ncpd, Observer, Optimizer, Outcome, RowTerm, Start, StopReason,
    Stopping, balance_columns, drive, least_squares_rows,
};
use hntf_tensor::{CpTensor, Matrix, Tensor};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::mode_stack::assemble;
use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Model, ModelError, NamedModel, Transformed,
    checks,
};

pub use network::Network;

/// The factors F_i of an NCPD are fixed; one network per mode computes S_iˡ = q(A_iˡ, S_iˡ⁻¹) by
/// nonnegative least squares, and the A's minimise Σ_l mean (X − ⟦A_i¹ ⋯ A_iˡ S_iˡ⟧)² over all
/// modes and layers at once.
///
/// With a `first_layer_step` above 0 the first layer is trained too: the F_i follow their own
/// gradient, through the networks and of the term mean (X − ⟦F⟧)² that then joins the loss.
///
/// Hidden entries of the data are filled once with the first layer's model as it was fitted, also where
/// that layer is trained on: the layers learn these guesses as if they were data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct NeuralHncpd {
    /// How the first layer is fitted.
    pub first_layer: Ncpd,
    /// Gradient steps.
    pub epochs: usize,
    /// Adam's settings; the published step is 50 for the synthetic tensor and 0.1 for Twitter.
    pub adam: AdamSettings,
    /// Adam's step for the F_i; 0 keeps the first layer as it was fitted, as published.
    pub first_layer_step: f64,
    /// Whether the columns of the first layer get one length across the modes before the training.
    pub balance: bool,
}

impl Default for NeuralHncpd {
    fn default() -> Self {
        Self {
            first_layer: Ncpd::published(Start::Svd),
            epochs: 7500,
            adam: AdamSettings {
                step: 50.0,
                beta1: 0.9,
                beta2: 0.99,
                epsilon: 1e-8,
            },
            first_layer_step: 0.0,
            balance: false,
        }
    }
}

impl NamedModel for NeuralHncpd {
    const ABOUT: About = About {
        id: "neural-hncpd",
        title: "Neural HNCPD",
        summary: "Standard HNCPD's layers, all trained together by backpropagation",
        citation: "Vendrow, Haddock & Needell, Neural nonnegative CP decomposition for hierarchical tensor analysis, Asilomar 2021",
        revision: 1,
    };
}

impl Model for NeuralHncpd {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ncpd(self.first_layer)
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        checks::at_least_one("epochs", self.epochs)?;
        checks::adam(&self.adam)?;
        let free = self.first_layer_step;
        if !(free >= 0.0 && free.is_finite()) {
            let expected =
                "it must be a positive number, or 0 to keep the first layer as it was fitted";
            return checks::wrong("first-layer-step", &free, expected);
        }
        checks::ranks(shape, ranks)?;
        // The projections of every mode, n_i × r_1^(k−1), the core of r_1^k, and the Khatri-Rao products.
        let Some(r1) = ranks.get(1).map(|r| *r as f64) else {
            return Ok(());
        };
        let rows = shape.iter().map(|n| *n as f64).sum::<f64>() + r1 + ranks[0] as f64;
        let numbers = rows * r1.powf(shape.len() as f64 - 1.0);
        checks::memory("neural-hncpd", shape.len(), ranks, numbers)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        if fit.ranks.len() == 1 {
            return assemble(first, &[], Vec::new());
        }
        let mut random = RandomState::new(fit.seed);
        let weights = starting_weights(fit.data.shape(), fit.ranks, &mut random);
        let mut factors = first.fit.model.factors().to_vec();
        if self.balance {
            balance_columns(&mut factors);
        }
        let whole = fit.completed(first)?;
        let data = whole.as_deref().unwrap_or(fit.data);
        let network = Network::new(data, &factors, weights);
        let free = self.first_layer_step > 0.0;
        let mut training = Training {
            network: if free {
                network.with_free_inputs()
            } else {
                network
            },
            adam: Adam::new(self.adam),
            first_layer: free.then(|| {
                Adam::new(AdamSettings {
                    step: self.first_layer_step,
                    ..self.adam
                })
            }),
            loss: f64::NAN,
        };
        let stopping = Stopping {
            check_every: 1,
            ..Stopping::after(self.epochs)
        };
        let mut outcome = drive(&mut training, &stopping, observer);
        // The optimizer has moved the weights since the last forward pass.
        if !training.network.forward().is_finite() {
            outcome.reason = StopReason::Diverged;
        }
        let outcomes = vec![outcome.clone(); fit.ranks.len() - 1];
        let stacks = training.network.stacks();
        if free {
            let (factors, _) = training.network.inputs_and_gradients();
            assemble(&trained(first, factors, outcome)?, &stacks, outcomes)
        } else {
            assemble(first, &stacks, outcomes)
        }
    }

    fn transform(
        &self,
        fitted: &Hierarchy,
        new: &dyn Tensor,
        mode: usize,
        observer: &mut dyn Observer,
    ) -> Result<Transformed, ModelError> {
        let mut items = NewItems::new(fitted, new, mode)?;
        // A first layer that is trained on has squares for its own term, without a penalty.
        let problem = if self.first_layer_step > 0.0 {
            Ncpd::default().row_problem()
        } else {
            self.first_layer.row_problem()
        };
        items.solve_layer(0, &problem, observer);
        // A¹ enters the loss at every layer, by its product with A² ⋯ Aˡ Sˡ.
        let mut maps = Vec::new();
        for l in items.above() {
            let coefficients = fitted.relation(0, l, Some(mode))?.transposed();
            maps.push(match l {
                1 => coefficients,
                _ => fitted.relation(1, l, Some(mode))?.times(&coefficients),
            });
        }
        let terms = fitted.layers[1..].iter().zip(&maps);
        let terms = terms.map(|(layer, map)| RowTerm {
            weight: 1.0,
            factors: layer.approximation.factors(),
            map: Some(map),
        });
        let terms: Vec<_> = terms.collect();
        if !terms.is_empty() {
            items.push(least_squares_rows(new, mode, &terms, 0.0));
        }
        items.push_through(Some(mode))?;
        Ok(items.finish())
    }
}

/// The first layer with other factors.
fn trained(
    first: &FirstLayerFit,
    factors: &[Matrix],
    outcome: Outcome,
) -> Result<FirstLayerFit, ModelError> {
    let mut first = first.clone();
    first.fit.model = CpTensor::new(factors.to_vec())?;
    first.fit.outcome = outcome;
    Ok(first)
}

/// |N(0,1)| for every A_iˡ, modes in order and within a mode from layer to layer.
fn starting_weights(
    shape: &[usize],
    ranks: &[usize],
    random: &mut RandomState,
) -> Vec<Vec<Matrix>> {
    let mut draw = |rows, cols| Matrix::from_fn(rows, cols, |_, _| random.randn().abs());
    let mut mode = |n: &usize| -> Vec<Matrix> {
        let rows = std::iter::once(n).chain(&ranks[1..ranks.len() - 1]);
        rows.zip(&ranks[1..])
            .map(|(rows, cols)| draw(*rows, *cols))
            .collect()
    };
    shape.iter().map(&mut mode).collect()
}

/// One gradient step of all weights, and of the first layer if it is trained.
struct Training<'a> {
    network: Network<'a>,
    adam: Adam,
    first_layer: Option<Adam>,
    loss: f64,
}

impl Iterate for Training<'_> {
    fn step(&mut self) {
        self.loss = self.network.forward();
        self.network.backward();
        let (weights, gradients) = self.network.weights_and_gradients();
        self.adam.update(weights, gradients);
        if let Some(adam) = &mut self.first_layer {
            let (factors, gradients) = self.network.inputs_and_gradients();
            adam.update(factors, gradients);
        }
    }

    /// The loss of the weights before the last step: its value comes with their gradient.
    fn error(&mut self) -> f64 {
        self.loss
    }
}
