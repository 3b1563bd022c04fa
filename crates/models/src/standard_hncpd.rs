//! Standard HNCPD: NCPD, then a hierarchical NMF of every factor on its own.

use hntf_solvers::{Ncpd, Observer, Outcome, Start, Stopping, balance_columns};
use hntf_tensor::{DenseTensor, Matrix, Tensor};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::mode_stack::{ModeStack, assemble};
use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Model, ModelError, NamedModel, Transformed,
    checks,
};

/// F_i ≈ A_i¹ S_i¹, S_i¹ ≈ A_i² S_i², …: every factor of the first layer has a hierarchical NMF of
/// its own. The approximation of layer l is ⟦A_i¹ ⋯ A_iˡ S_iˡ⟧, with r_0 terms at every layer.
///
/// Cost above the first layer: an iteration of an NMF takes O(n_i r_0 r_1) for the first of each mode
/// and nothing that depends on the data's size for the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct StandardHncpd {
    /// How the first layer is fitted.
    pub first_layer: Ncpd,
    /// How every NMF is fitted; each one starts from a generator seeded with the trial.
    pub nmf: Ncpd,
    /// Whether the columns of the first layer get one length across the modes before the NMFs.
    pub balance: bool,
}

impl Default for StandardHncpd {
    fn default() -> Self {
        Self {
            first_layer: Ncpd::published(Start::Svd),
            nmf: Ncpd::scikit_learn(),
            balance: false,
        }
    }
}

impl NamedModel for StandardHncpd {
    const ABOUT: About = About {
        id: "standard-hncpd",
        title: "Standard HNCPD",
        summary: "an NMF of every factor, mode by mode and layer by layer",
        citation: "Vendrow, Haddock & Needell, Neural nonnegative CP decomposition for hierarchical tensor analysis, Asilomar 2021",
        revision: 1,
    };
}

impl Model for StandardHncpd {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ncpd(self.first_layer)
    }

    fn stopping_rule(&self, layer: usize) -> Option<Stopping> {
        Some(match layer {
            0 => self.first_layer.stopping,
            _ => self.nmf.stopping,
        })
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        self.nmf.validate()?;
        checks::ranks(shape, ranks)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let mut factors = first.fit.model.factors().to_vec();
        if self.balance {
            balance_columns(&mut factors);
        }
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut stacks = Vec::new();
        for factor in factors {
            let mut stack = ModeStack {
                weights: Vec::new(),
                coefficients: Vec::new(),
            };
            let mut current = factor;
            for (l, rank) in fit.ranks[1..].iter().enumerate() {
                let mut random = RandomState::new(fit.seed);
                let data = DenseTensor::from_matrix(current);
                let nmf = self.nmf.fit(&data, *rank, &mut random, observer)?;
                slowest(&mut outcomes, l, nmf.outcome);
                let [weights, coefficients] = pair(nmf.model.into_factors());
                current = coefficients.transposed();
                stack.weights.push(weights);
                stack.coefficients.push(coefficients);
            }
            stacks.push(stack);
        }
        assemble(first, &stacks, outcomes)
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
        if fitted.layers.len() > 1 {
            // F ≈ A¹ S¹ for further rows of F; S¹ belongs to the balanced factors.
            let rows = if self.balance {
                items.balanced()
            } else {
                items.last().clone()
            };
            let coefficients = fitted.relation(0, 1, Some(mode))?.clone();
            let factors = [Matrix::zeros(0, coefficients.cols()), coefficients];
            let (rows, problem) = (DenseTensor::from_matrix(rows), self.nmf.row_problem());
            let next = items.solve(&problem, &rows, &factors, 0, observer);
            items.push(next);
        }
        items.push_through(Some(mode))?;
        Ok(items.finish())
    }
}

/// A layer has one NMF per mode: it is described by the one that took longest.
fn slowest(outcomes: &mut Vec<Outcome>, layer: usize, outcome: Outcome) {
    match outcomes.get_mut(layer) {
        None => outcomes.push(outcome),
        Some(known) if known.iterations < outcome.iterations => *known = outcome,
        Some(_) => {}
    }
}

/// The two factors of a matrix.
fn pair(factors: Vec<Matrix>) -> [Matrix; 2] {
    let mut factors = factors.into_iter();
    [
        factors.next().unwrap_or_default(),
        factors.next().unwrap_or_default(),
    ]
}
