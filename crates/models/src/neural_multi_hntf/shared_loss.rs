//! The joint loss as a function of the shared weights alone: forward through the layers, and back.

use hntf_solvers::Objective;
use hntf_tensor::{DenseTensor, Matrix, Scratch, Tensor, gram, hadamard_of_grams, multiply};

use super::hidden::Hidden;
use super::penalty::{self, Penalties};
use super::supervision::Supervision;

/// E(W⁰, W¹, …) = Σ_{l≥1} λ_l (‖X − ⟦F_1 V_l, …, F_k V_l⟧‖² + μ ‖L*(Y_l − B_l V_lᵀ F_kᵀ)‖²) / ‖X‖²
/// with V_l = W⁰ ⋯ W^{l−1}, for fixed factors F_i; a penalty adds 2 `weights-l1` Σ_l Σ W^l / ‖X‖², which is
/// linear where W ≥ 0.
///
/// It is evaluated on the core C = X ×_1 F_1ᵀ ⋯ ×_k F_kᵀ and the Grams G_i = F_iᵀF_i, at a cost that
/// does not depend on the data. With N_m = MTTKRP(C, (V, …, V), m) and H_m the entrywise product of
/// the VᵀG_iV but the m-th,
///
/// ∂‖X − ⟦F V⟧‖²/∂V = 2 Σ_m (G_m V H_m − N_m),
///
/// and from layer to layer ∂E/∂W^{l−1} = V_{l−1}ᵀ D_l, D_{l−1} += D_l (W^{l−1})ᵀ with D_l the
/// gradient with respect to V_l of all layers from l on.
///
/// With hidden entries X is, for layer l, the data filled by that layer's model of the last
/// [`SharedLoss::refill`]: an upper bound of the loss over the known entries, equal to it there.
pub(super) struct SharedLoss<'a> {
    /// ‖X‖², over the known entries.
    pub(super) norm: f64,
    /// λ_0, λ_1, …
    pub(super) layer_weights: Vec<f64>,
    /// Of the known entries, zeros for the hidden ones.
    core: DenseTensor,
    pub(super) hidden: Option<Hidden<'a>>,
    pub(super) grams: Vec<Matrix>,
    pub(super) supervision: Option<Supervision<'a>>,
    pub(super) penalties: Penalties,
    /// V_0 = I, V_1, …, and the gradients with respect to V_1, ….
    pub(super) products: Vec<Matrix>,
    gradients: Vec<Matrix>,
    work: Work,
}

#[derive(Default)]
struct Work {
    copies: Vec<Matrix>,
    /// G_i V and VᵀG_iV for all modes.
    right: Vec<Matrix>,
    small: Vec<Matrix>,
    others: Matrix,
    term: Matrix,
    below: Matrix,
    scratch: Scratch,
}

impl<'a> SharedLoss<'a> {
    pub(super) fn new(
        data: &'a dyn Tensor,
        factors: &[Matrix],
        layer_weights: Vec<f64>,
        supervision: Option<Supervision<'a>>,
        penalties: Penalties,
    ) -> Self {
        let blank = vec![Matrix::default(); factors.len()];
        let layers = layer_weights.len();
        let mask = data.mask().filter(|mask| !mask.hides_nothing());
        let mut loss = Self {
            norm: data.squared_norm(),
            layer_weights,
            core: DenseTensor::from_matrix(Matrix::default()),
            hidden: mask.map(|mask| Hidden::new(mask, layers)),
            grams: blank.clone(),
            supervision,
            penalties,
            products: vec![Matrix::default(); layers],
            gradients: vec![Matrix::default(); layers],
            work: Work {
                copies: blank.clone(),
                right: blank.clone(),
                small: blank,
                ..Work::default()
            },
        };
        let rank = factors[0].cols();
        loss.products[0] = Matrix::identity(rank);
        loss.meet(data, factors);
        loss
    }

    /// Takes over new factors.
    pub(super) fn meet(&mut self, data: &dyn Tensor, factors: &[Matrix]) {
        for (g, f) in self.grams.iter_mut().zip(factors) {
            gram(f, g);
        }
        let projections: Vec<_> = factors.iter().map(Some).collect();
        self.core = data.project(&projections, &mut self.work.scratch);
        if let (Some(s), Some(last)) = (&mut self.supervision, factors.last()) {
            s.meet(last);
        }
        if let Some(hidden) = &mut self.hidden {
            let modes = factors.iter().enumerate();
            modes.for_each(|(mode, f)| hidden.meet(mode, f, &self.products[..1]));
        }
    }

    /// Fills the hidden entries of every layer above the first with its model for these weights.
    pub(super) fn refill(&mut self, weights: &[Matrix]) {
        let Some(mut hidden) = self.hidden.take() else {
            return;
        };
        self.chain(weights);
        hidden.chain(&self.products);
        for l in 1..self.products.len() {
            self.narrow(l);
            hidden.fill(l, &self.core, &self.work.small);
        }
        self.hidden = Some(hidden);
    }

    /// The core of the data, its hidden entries filled with the first layer's model.
    pub(super) fn first_core(&mut self) -> DenseTensor {
        let Some(hidden) = &mut self.hidden else {
            return self.core.clone();
        };
        hidden.fill(0, &self.core, &self.grams);
        hidden.filled(0).0.clone()
    }

    /// The loss over the known entries, whatever the hidden ones were last filled with.
    pub(super) fn known_loss(&mut self, weights: &[Matrix]) -> f64 {
        let Some(mut hidden) = self.hidden.take() else {
            return self.loss(weights);
        };
        // Against zeros at the hidden places: too much by the squares of the model there.
        let mut total = self.loss(weights);
        hidden.chain(&self.products);
        for l in 1..self.products.len() {
            self.narrow(l);
            let squares = hidden.squared_norm(l, &self.work.small);
            total -= self.layer_weights[l] / self.norm * squares;
        }
        self.hidden = Some(hidden);
        total
    }

    /// G_i V_l and V_lᵀG_iV_l for all modes.
    fn narrow(&mut self, l: usize) {
        let (v, work) = (&self.products[l], &mut self.work);
        for (i, g) in self.grams.iter().enumerate() {
            work.right[i].set_product(g.view(), v.view());
            let small = &mut work.small[i];
            small.set_product(v.view().transpose(), work.right[i].view());
        }
    }

    /// Computes V_1, V_2, ….
    pub(super) fn chain(&mut self, weights: &[Matrix]) {
        for (l, w) in weights.iter().enumerate() {
            let (below, above) = self.products.split_at_mut(l + 1);
            above[0].set_product(below[l].view(), w.view());
        }
    }

    /// Adds layer l's term to its gradient's place and returns it, λ_l left out.
    fn layer(&mut self, l: usize) -> f64 {
        self.narrow(l);
        let (v, out) = (&self.products[l], &mut self.gradients[l]);
        let work = &mut self.work;
        out.fill(v.rows(), v.cols(), 0.0);
        work.copies.iter_mut().for_each(|copy| copy.clone_from(v));
        let (core, filling) = match &self.hidden {
            None => (&self.core, 0.0),
            Some(hidden) => hidden.filled(l),
        };
        let mut inner = 0.0;
        let Work {
            copies,
            right,
            small,
            others,
            term,
            scratch,
            ..
        } = work;
        core.mttkrp_sweep(copies, scratch, &mut |mode, n, _| {
            hadamard_of_grams(small, Some(mode), others);
            term.set_product(right[mode].view(), others.view());
            let terms = term.as_slice().iter().zip(n.as_slice());
            for (o, (d, n)) in out.as_mut_slice().iter_mut().zip(terms) {
                *o += 2.0 * (d - n);
            }
            if mode == 0 {
                let pairs = n.as_slice().iter().zip(v.as_slice());
                inner = pairs.map(|(n, v)| n * v).sum();
            }
        });
        hadamard_of_grams(small, None, others);
        let model: f64 = others.sum();
        let mut total = self.norm + filling - 2.0 * inner + model;
        if let Some(s) = &mut self.supervision {
            total += s.term(l, v, out);
        }
        total
    }
}

impl Objective for SharedLoss<'_> {
    fn loss(&mut self, weights: &[Matrix]) -> f64 {
        self.chain(weights);
        let mut total = 0.0;
        for l in 1..self.products.len() {
            let term = self.layer(l);
            let scale = self.layer_weights[l] / self.norm;
            total += scale * term;
            self.gradients[l]
                .as_mut_slice()
                .iter_mut()
                .for_each(|g| *g *= scale);
        }
        total + penalty::share(self.penalties.weights, weights, self.norm)
    }

    fn gradient(&mut self, weights: &[Matrix], gradients: &mut [Matrix]) {
        for (l, (w, out)) in weights.iter().zip(gradients).enumerate().rev() {
            let below = self.products[l].view().transpose();
            out.set_product(below, self.gradients[l + 1].view());
            if self.penalties.weights > 0.0 {
                let slope = 2.0 * self.penalties.weights / self.norm;
                out.as_mut_slice().iter_mut().for_each(|g| *g += slope);
            }
            if l > 0 {
                let step = &mut self.work.below;
                step.reshape(self.products[l].rows(), w.rows());
                let upper = self.gradients[l + 1].view();
                multiply(step.view_mut(), upper, w.view().transpose());
                let sums = self.gradients[l].as_mut_slice().iter_mut();
                sums.zip(step.as_slice()).for_each(|(g, s)| *g += s);
            }
        }
    }
}
