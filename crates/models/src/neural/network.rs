//! The networks of all modes: forward by NNLS, backward in closed form.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatRef, Par};
use hntf_solvers::Nnls;
use hntf_tensor::{DenseTensor, Matrix, Scratch, Tensor, gram, multiply};

use crate::mode_stack::ModeStack;

/// Networks F_i → S_i¹ → S_i² → … for the fixed factors F_i (n_i × r_0) of every mode, with the
/// joint loss E = Σ_l ‖X − ⟦P_iˡ S_iˡ⟧‖² / N, P_iˡ = A_i¹ ⋯ A_iˡ and N the number of entries.
///
/// The coefficients are kept transposed, T = Sᵀ (r_0 × r_l). The data is only touched through its
/// projections X ×_{i≠m} (A_i¹)ᵀ, one per mode and epoch; they serve all layers, since
/// P_iˡ S_iˡ = A_i¹ K_iˡ with K_iˡ = A_i² ⋯ A_iˡ S_iˡ.
pub struct Network<'a> {
    data: &'a dyn Tensor,
    data_norm: f64,
    entries: f64,
    inputs: Vec<Matrix>,
    depth: usize,
    /// A_iˡ at i · depth + l, and the gradients beside them.
    weights: Vec<Matrix>,
    gradients: Vec<Matrix>,
    modes: Vec<Mode>,
    projections: Vec<DenseTensor>,
    /// [K_i¹ … K_iᴸ] side by side, r_1 × L r_0, one per mode.
    cores: Vec<Matrix>,
    mttkrp: Matrix,
    others: Matrix,
    scratch: Scratch,
    work: Work,
}

/// What a mode keeps between the passes; lists run over the layers.
#[derive(Default)]
struct Mode {
    coefficients: Vec<Matrix>,
    grams: Vec<Matrix>,
    right: Vec<Matrix>,
    products: Vec<Matrix>,
    model_grams: Vec<Matrix>,
    models: Vec<Matrix>,
    model_gradients: Vec<Matrix>,
    solvers: Vec<Nnls>,
}

#[derive(Default)]
struct Work {
    a: Matrix,
    b: Matrix,
    upstream: Vec<Matrix>,
    product_gradient: Matrix,
    solved: Matrix,
}

impl<'a> Network<'a> {
    /// Networks over `inputs` F_i (n_i × r_0) with `weights[i][l]` = A_iˡ⁺¹, at least one layer.
    ///
    /// # Panics
    /// If the shapes do not chain.
    pub fn new(data: &'a dyn Tensor, inputs: &[Matrix], weights: Vec<Vec<Matrix>>) -> Self {
        let depth = weights[0].len();
        assert!(
            depth > 0 && weights.iter().all(|w| w.len() == depth),
            "layers of every mode"
        );
        for (input, weights) in inputs.iter().zip(&weights) {
            let mut rows = input.rows();
            for w in weights {
                assert_eq!(w.rows(), rows, "weights must chain from the factor's rows");
                rows = w.cols();
            }
        }
        let weights: Vec<Matrix> = weights.into_iter().flatten().collect();
        let blank = || vec![Matrix::default(); depth];
        let mode = |_: &Matrix| Mode {
            coefficients: blank(),
            grams: blank(),
            right: blank(),
            products: blank(),
            model_grams: blank(),
            models: blank(),
            model_gradients: blank(),
            solvers: vec![Nnls::new(); depth],
        };
        Self {
            data,
            data_norm: data.squared_norm(),
            entries: data.shape().iter().map(|n| *n as f64).product(),
            inputs: inputs.to_vec(),
            depth,
            gradients: weights
                .iter()
                .map(|w| Matrix::zeros(w.rows(), w.cols()))
                .collect(),
            weights,
            modes: inputs.iter().map(mode).collect(),
            projections: Vec::new(),
            cores: vec![Matrix::default(); inputs.len()],
            mttkrp: Matrix::default(),
            others: Matrix::default(),
            scratch: Scratch::new(),
            work: Work {
                upstream: blank(),
                ..Work::default()
            },
        }
    }

    /// The weights, mode by mode and within a mode from layer to layer, and the gradients of the
    /// last backward pass.
    pub fn weights_and_gradients(&mut self) -> (&mut [Matrix], &[Matrix]) {
        (&mut self.weights, &self.gradients)
    }

    /// Computes all S_iˡ for the present weights, and the loss.
    pub fn forward(&mut self) -> f64 {
        let depth = self.depth;
        for (i, mode) in self.modes.iter_mut().enumerate() {
            let weights = &self.weights[i * depth..(i + 1) * depth];
            mode.infer(&self.inputs[i], weights);
            mode.approximate(weights, &mut self.cores[i], &mut self.work);
        }
        let leading: Vec<&Matrix> = (0..self.modes.len())
            .map(|i| &self.weights[i * depth])
            .collect();
        self.data
            .project_all_but_one(&leading, &mut self.projections, &mut self.scratch);
        let mut loss = 0.0;
        for i in 0..self.modes.len() {
            self.projections[i].mttkrp(&self.cores, i, &mut self.mttkrp, &mut self.scratch);
            for l in 0..depth {
                loss += self.model_gradient(i, l);
            }
        }
        loss / self.entries
    }

    /// ∂E/∂F̂_iˡ = (2/N) (F̂ H − MTTKRP). Returns ‖X − ⟦F̂ˡ⟧‖² for mode 0, else 0.
    fn model_gradient(&mut self, i: usize, l: usize) -> f64 {
        hadamard_of(
            self.modes.iter().map(|m| &m.model_grams[l]),
            Some(i),
            &mut self.others,
        );
        let mode = &mut self.modes[i];
        let (model, gradient) = (&mode.models[l], &mut mode.model_gradients[l]);
        let (rows, terms) = (model.rows(), model.cols());
        gradient.reshape(rows, terms);
        multiply(gradient.view_mut(), model.view(), self.others.view());
        let scale = 2.0 / self.entries;
        let mut squared = 0.0;
        for row in 0..rows {
            let products = &self.mttkrp.row(row)[l * terms..(l + 1) * terms];
            let values = gradient.row_mut(row).iter_mut().zip(model.row(row));
            for ((g, f), m) in values.zip(products) {
                squared += f * (*g - 2.0 * m);
                *g = scale * (*g - m);
            }
        }
        if i == 0 {
            self.data_norm + squared
        } else {
            0.0
        }
    }

    /// Computes ∂E/∂A_iˡ for all weights; [`Network::forward`] must have run on them.
    pub fn backward(&mut self) {
        let depth = self.depth;
        for (i, mode) in self.modes.iter_mut().enumerate() {
            let range = i * depth..(i + 1) * depth;
            let (weights, gradients) = (&self.weights[range.clone()], &mut self.gradients[range]);
            mode.backward(&self.inputs[i], weights, gradients, &mut self.work);
        }
    }

    /// The networks' present state.
    pub(crate) fn stacks(&self) -> Vec<ModeStack> {
        let stack = |(i, mode): (usize, &Mode)| ModeStack {
            weights: self.weights[i * self.depth..(i + 1) * self.depth].to_vec(),
            coefficients: mode.coefficients.clone(),
        };
        self.modes.iter().enumerate().map(stack).collect()
    }
}

fn hadamard_of<'m>(grams: impl Iterator<Item = &'m Matrix>, skip: Option<usize>, out: &mut Matrix) {
    let mut first = true;
    for (_, g) in grams.enumerate().filter(|(i, _)| Some(*i) != skip) {
        if first {
            out.reshape(g.rows(), g.cols());
            out.as_mut_slice().copy_from_slice(g.as_slice());
            first = false;
        } else {
            out.as_mut_slice()
                .iter_mut()
                .zip(g.as_slice())
                .for_each(|(o, x)| *o *= x);
        }
    }
}

impl Mode {
    /// S⁰ = F, Sˡ = q(Aˡ, Sˡ⁻¹).
    fn infer(&mut self, input: &Matrix, weights: &[Matrix]) {
        for (l, a) in weights.iter().enumerate() {
            gram(a, &mut self.grams[l]);
            let right = &mut self.right[l];
            if l == 0 {
                right.reshape(input.cols(), a.cols());
                multiply(right.view_mut(), input.view().transpose(), a.view());
            } else {
                let below = &self.coefficients[l - 1];
                right.reshape(below.rows(), a.cols());
                multiply(right.view_mut(), below.view(), a.view());
            }
            self.solvers[l].solve(&self.grams[l], right, &mut self.coefficients[l]);
        }
    }

    /// P_l, K_l (into the columns of `cores`), F̂_l = P_l S_l and F̂_lᵀ F̂_l.
    fn approximate(&mut self, weights: &[Matrix], cores: &mut Matrix, work: &mut Work) {
        let (r1, terms) = (weights[0].cols(), self.coefficients[0].rows());
        cores.reshape(r1, weights.len() * terms);
        for (l, a) in weights.iter().enumerate() {
            let t = self.coefficients[l].view().transpose();
            // P_l = A¹ ⋯ Aˡ, work.b = A² ⋯ Aˡ and work.a = K_l.
            if l == 0 {
                assign(&mut self.products[0], a.view());
                assign(&mut work.a, t);
            } else {
                let (below, this) = self.products.split_at_mut(l);
                assign_product(&mut this[0], below[l - 1].view(), a.view());
                if l == 1 {
                    assign(&mut work.b, a.view());
                } else {
                    assign_product(&mut work.a, work.b.view(), a.view());
                    std::mem::swap(&mut work.a, &mut work.b);
                }
                assign_product(&mut work.a, work.b.view(), t);
            }
            for i in 0..r1 {
                cores.row_mut(i)[l * terms..(l + 1) * terms].copy_from_slice(work.a.row(i));
            }
            assign_product(&mut self.models[l], self.products[l].view(), t);
            gram(&self.models[l], &mut self.model_grams[l]);
        }
    }

    fn backward(
        &mut self,
        input: &Matrix,
        weights: &[Matrix],
        gradients: &mut [Matrix],
        work: &mut Work,
    ) {
        let depth = weights.len();
        for l in 0..depth {
            let (p, g) = (self.products[l].view(), self.model_gradients[l].view());
            assign_product(&mut work.upstream[l], g.transpose(), p);
        }
        // Through the products P_l = P_{l−1} A_l, from the top.
        for l in (0..depth).rev() {
            let (g, t) = (self.model_gradients[l].view(), self.coefficients[l].view());
            let carried = l + 1 < depth;
            if carried {
                // ∂E/∂P_l from above: work.product_gradient · A_{l+1}ᵀ.
                let above = weights[l + 1].view().transpose();
                assign_product(&mut work.a, work.product_gradient.view(), above);
                std::mem::swap(&mut work.a, &mut work.product_gradient);
                add_product(&mut work.product_gradient, g, t, 1.0);
            } else {
                assign_product(&mut work.product_gradient, g, t);
            }
            let total = work.product_gradient.view();
            if l == 0 {
                gradients[0]
                    .as_mut_slice()
                    .copy_from_slice(work.product_gradient.as_slice());
            } else {
                assign_product(
                    &mut gradients[l],
                    self.products[l - 1].view().transpose(),
                    total,
                );
            }
        }
        // Through the solves S_l = q(A_l, S_{l−1}), from the top.
        for l in (0..depth).rev() {
            let t = &self.coefficients[l];
            self.solvers[l].backward(&self.grams[l], t, &work.upstream[l], &mut work.solved);
            let (u, t) = (work.solved.view(), t.view());
            let below = if l == 0 {
                input.view()
            } else {
                self.coefficients[l - 1].view().transpose()
            };
            add_product(&mut gradients[l], below, u, 1.0);
            assign_product(&mut work.a, u.transpose(), t);
            add_product(&mut work.a, t.transpose(), u, 1.0);
            add_product(&mut gradients[l], weights[l].view(), work.a.view(), -1.0);
            if l > 0 {
                add_product(
                    &mut work.upstream[l - 1],
                    u,
                    weights[l].view().transpose(),
                    1.0,
                );
            }
        }
    }
}

fn assign(out: &mut Matrix, a: MatRef<'_, f64>) {
    out.reshape(a.nrows(), a.ncols());
    out.view_mut().copy_from(a);
}

fn assign_product(out: &mut Matrix, a: MatRef<'_, f64>, b: MatRef<'_, f64>) {
    out.reshape(a.nrows(), b.ncols());
    multiply(out.view_mut(), a, b);
}

fn add_product(out: &mut Matrix, a: MatRef<'_, f64>, b: MatRef<'_, f64>, scale: f64) {
    matmul(out.view_mut(), Accum::Add, a, b, scale, Par::Seq);
}
