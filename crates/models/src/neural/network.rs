//! The networks of all modes: forward by NNLS, backward in closed form.

use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use hntf_solvers::Nnls;
use hntf_tensor::{DenseTensor, Matrix, Scratch, Tensor, gram, multiply};

use super::first_layer::OwnTerm;
use crate::mode_stack::ModeStack;

/// Networks F_i → S_i¹ → S_i² → … for the factors F_i (n_i × r_0) of every mode, with the
/// joint loss E = Σ_l ‖X − ⟦P_iˡ S_iˡ⟧‖² / N, P_iˡ = A_i¹ ⋯ A_iˡ and N the number of entries.
///
/// The coefficients are kept transposed, T = Sᵀ (r_0 × r_l). What is long, n_i rows, is only touched
/// through A_i¹: P_iˡ S_iˡ = A_i¹ K_iˡ with K_iˡ = Q_iˡ S_iˡ, Q_iˡ = A_i² ⋯ A_iˡ. With
/// G_i = A_i¹ᵀ A_i¹, the unfolded projection Z_i = X_(i) (⊗_{j≠i} A_j¹) and the Khatri-Rao product
/// C_iˡ of the other modes' K_jˡ,
///
/// - (P S)ᵀ(P S) = Kᵀ G K, whose entrywise product over the modes but i is H_iˡ,
/// - ⟨X, ⟦P_iˡ S_iˡ⟧⟩ = ⟨A_i¹ᵀ Z_i C_iˡ, K_iˡ⟩, where A_i¹ᵀ Z_i is the core X ×_j A_jᵀ for every i,
/// - ∂E/∂K_iˡ = 2/N (G_i K H − A_i¹ᵀ Z_i C), and by way of K's factor A_i¹
///   ∂E/∂A_i¹ = 2/N (A_i¹ Σ_l K H Kᵀ − Z_i Σ_l C Kᵀ).
///
/// The F_i are fixed, or variables too: see [`Network::with_free_inputs`].
///
/// So an epoch costs O(n_i r_1 (r_0 + r_1^{k−1})) a mode beside the projections.
pub struct Network<'a> {
    data: &'a dyn Tensor,
    data_norm: f64,
    entries: f64,
    inputs: Vec<Matrix>,
    /// If the inputs are variables.
    own_term: Option<OwnTerm>,
    depth: usize,
    /// A_iˡ at i · depth + l, and the gradients beside them.
    weights: Vec<Matrix>,
    gradients: Vec<Matrix>,
    modes: Vec<Mode>,
    /// Z_i, n_i × r_1^{k−1}.
    projections: Vec<Matrix>,
    /// [K_i¹ … K_iᴸ] side by side, r_1 × L r_0, one per mode.
    cores: Vec<Matrix>,
    /// X ×_i A_i¹ᵀ, and its MTTKRP with the K's.
    core: DenseTensor,
    mttkrp: Matrix,
    scratch: Scratch,
    work: Work,
}

/// What a mode keeps between the passes; lists run over the layers.
#[derive(Default)]
struct Mode {
    /// Tˡ, r_0 × r_l.
    coefficients: Vec<Matrix>,
    /// AˡᵀAˡ and Sˡ⁻¹ᵀ Aˡ, of which the solves are made.
    grams: Vec<Matrix>,
    right: Vec<Matrix>,
    solvers: Vec<Nnls>,
    /// Qˡ, r_1 × r_l; the identity at first.
    products: Vec<Matrix>,
    /// KᵀGK, r_0 × r_0.
    model_grams: Vec<Matrix>,
    /// ∂E/∂Kˡ, r_1 × r_0.
    core_gradients: Vec<Matrix>,
    /// ∂E/∂A¹ by way of K's factor A¹ is A¹ · `inner` − Z · `outer`.
    inner: Matrix,
    outer: Matrix,
}

#[derive(Default)]
struct Work {
    a: Matrix,
    b: Matrix,
    hadamard: Matrix,
    khatri_rao: Matrix,
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
        let leading = weights.iter().step_by(depth);
        let core = DenseTensor::zeros(leading.map(Matrix::cols).collect());
        let mode = |i: usize| Mode {
            coefficients: blank(),
            grams: blank(),
            right: blank(),
            products: (0..depth)
                .map(|_| Matrix::identity(weights[i * depth].cols()))
                .collect(),
            model_grams: blank(),
            core_gradients: blank(),
            solvers: vec![Nnls::new(); depth],
            ..Mode::default()
        };
        Self {
            data,
            data_norm: data.squared_norm(),
            entries: data.shape().iter().map(|n| *n as f64).product(),
            inputs: inputs.to_vec(),
            own_term: None,
            depth,
            gradients: weights
                .iter()
                .map(|w| Matrix::zeros(w.rows(), w.cols()))
                .collect(),
            modes: (0..inputs.len()).map(mode).collect(),
            weights,
            projections: Vec::new(),
            cores: vec![Matrix::default(); inputs.len()],
            core,
            mttkrp: Matrix::default(),
            scratch: Scratch::new(),
            work: Work {
                upstream: blank(),
                ..Work::default()
            },
        }
    }

    /// The same with the inputs as variables. The loss has then the first layer's own term too,
    /// E = ‖X − ⟦F⟧‖² / N + Σ_l …: without it nothing would tie the F_i to the data.
    #[must_use]
    pub fn with_free_inputs(self) -> Self {
        Self {
            own_term: Some(OwnTerm::new(&self.inputs)),
            ..self
        }
    }

    /// The inputs F_i and, if they are free, their gradients of the last backward pass.
    pub fn inputs_and_gradients(&mut self) -> (&mut [Matrix], &[Matrix]) {
        let gradients = self.own_term.as_ref().map(|own| &own.gradients[..]);
        (&mut self.inputs, gradients.unwrap_or_default())
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
        let leading: Vec<&Matrix> = self.weights.iter().step_by(depth).collect();
        self.data
            .project_all_but_one(&leading, &mut self.projections, &mut self.scratch);
        self.form_core();
        let mut loss = 0.0;
        for i in 0..self.modes.len() {
            let squared = self.join(i);
            if i == 0 {
                loss = squared;
            }
        }
        if let Some(own) = &mut self.own_term {
            let (norm, scale) = (self.data_norm, 2.0 / self.entries);
            let (inputs, scratch) = (&mut self.inputs, &mut self.scratch);
            loss += own.evaluate(self.data, norm, scale, inputs, scratch);
        }
        loss / self.entries
    }

    /// X ×_i A_i¹ᵀ = A_iᵀ Z_i folded along i, over the shortest mode.
    fn form_core(&mut self) {
        let shape = self.data.shape();
        let Some(mode) = (0..shape.len()).min_by_key(|mode| shape[*mode]) else {
            return;
        };
        let (a, z) = (&self.weights[mode * self.depth], &self.projections[mode]);
        let unfolded = &mut self.work.a;
        unfolded.set_product(a.view().transpose(), z.view());
        let sizes = &self.core.shape()[mode + 1..];
        let right = sizes.iter().product::<usize>().max(1);
        let rows = self.core.values_mut().chunks_exact_mut(right).enumerate();
        for (row, values) in rows {
            let (left, i) = (row / unfolded.rows(), row % unfolded.rows());
            values.copy_from_slice(&unfolded.row(i)[left * right..(left + 1) * right]);
        }
    }

    /// What mode i needs of the others: ∂E/∂K_iˡ of all layers, and ∂E/∂A_i¹ by way of its
    /// products with them. Returns Σ_l ‖X − ⟦A_i¹ K_iˡ⟧‖².
    fn join(&mut self, i: usize) -> f64 {
        self.core
            .mttkrp(&self.cores, i, &mut self.mttkrp, &mut self.scratch);
        let scale = 2.0 / self.entries;
        let (cores, work) = (&self.cores[i], &mut self.work);
        let terms = cores.cols() / self.depth;
        let mut squared = 0.0;
        for l in 0..self.depth {
            let grams = self.modes.iter().map(|m| &m.model_grams[l]);
            hadamard_of_others(grams, i, &mut work.hadamard);
            let mode = &mut self.modes[i];
            let k = cores.view().subcols(l * terms, terms);
            work.a.set_product(k, work.hadamard.view());
            let gradient = &mut mode.core_gradients[l];
            gradient.set_product(mode.grams[0].view(), work.a.view());
            for row in 0..cores.rows() {
                let block = l * terms..(l + 1) * terms;
                let given = cores.row(row)[block.clone()].iter();
                let given = given.zip(&self.mttkrp.row(row)[block]);
                for (g, (k, m)) in gradient.row_mut(row).iter_mut().zip(given) {
                    squared += k * (*g - 2.0 * m);
                    *g = scale * (*g - m);
                }
            }
            if l == 0 {
                mode.inner.fill(cores.rows(), cores.rows(), 0.0);
            }
            mode.inner.add_product(work.a.view(), k.transpose(), scale);
        }
        khatri_rao_of_others(&self.cores, i, &mut work.khatri_rao, &mut work.b);
        let outer = &mut self.modes[i].outer;
        outer.reshape(work.khatri_rao.rows(), cores.rows());
        let c = work.khatri_rao.view();
        let replace = Accum::Replace;
        matmul(
            outer.view_mut(),
            replace,
            c,
            cores.view().transpose(),
            scale,
            Par::Seq,
        );
        self.depth as f64 * self.data_norm + squared
    }

    /// Computes ∂E/∂A_iˡ for all weights, and ∂E/∂F_i if the inputs are free; [`Network::forward`] must have run on them.
    pub fn backward(&mut self) {
        let depth = self.depth;
        for (i, mode) in self.modes.iter_mut().enumerate() {
            let range = i * depth..(i + 1) * depth;
            let (weights, gradients) = (&self.weights[range.clone()], &mut self.gradients[range]);
            mode.backward(
                &self.inputs[i],
                &self.projections[i],
                weights,
                gradients,
                &mut self.work,
            );
            if let Some(own) = &mut self.own_term {
                // ∂E/∂F = A¹Uᵀ through the first solve, and the term of F itself.
                let u = self.work.solved.view();
                let gradient = &mut own.gradients[i];
                gradient.set_product(weights[0].view(), u.transpose());
                let pairs = gradient.as_mut_slice().iter_mut();
                let pairs = pairs.zip(own.direct[i].as_slice());
                pairs.for_each(|(g, d)| *g += d);
            }
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

/// `out` ← the entrywise product of all `grams` but that of `skip`; ones if none is left.
fn hadamard_of_others<'m>(grams: impl Iterator<Item = &'m Matrix>, skip: usize, out: &mut Matrix) {
    for (i, g) in grams.enumerate() {
        if i == 0 {
            out.fill(g.rows(), g.cols(), 1.0);
        }
        if i != skip {
            let pairs = out.as_mut_slice().iter_mut().zip(g.as_slice());
            pairs.for_each(|(o, x)| *o *= x);
        }
    }
}

/// `out` ← the Khatri-Rao product of all `factors` but that of `skip`, Π n_i × rank with the last
/// index fastest; a row of ones if none is left.
fn khatri_rao_of_others(factors: &[Matrix], skip: usize, out: &mut Matrix, work: &mut Matrix) {
    out.fill(1, factors[skip].cols(), 1.0);
    for (_, factor) in factors.iter().enumerate().filter(|(i, _)| *i != skip) {
        work.reshape(out.rows() * factor.rows(), factor.cols());
        for row in 0..work.rows() {
            let (head, tail) = (row / factor.rows(), row % factor.rows());
            let pairs = out.row(head).iter().zip(factor.row(tail));
            let values = work.row_mut(row).iter_mut().zip(pairs);
            values.for_each(|(w, (a, b))| *w = a * b);
        }
        std::mem::swap(out, work);
    }
}

impl Mode {
    /// S⁰ = F, Sˡ = q(Aˡ, Sˡ⁻¹).
    fn infer(&mut self, input: &Matrix, weights: &[Matrix]) {
        for (l, a) in weights.iter().enumerate() {
            gram(a, &mut self.grams[l]);
            let right = &mut self.right[l];
            if l == 0 {
                right.set_product(input.view().transpose(), a.view());
            } else {
                let below = &self.coefficients[l - 1];
                right.set_product(below.view(), a.view());
            }
            self.solvers[l].solve(&self.grams[l], right, &mut self.coefficients[l]);
        }
    }

    /// Q_l, K_l (into the columns of `cores`) and K_lᵀ G K_l.
    fn approximate(&mut self, weights: &[Matrix], cores: &mut Matrix, work: &mut Work) {
        let (r1, terms) = (weights[0].cols(), self.coefficients[0].rows());
        cores.reshape(r1, weights.len() * terms);
        for (l, a) in weights.iter().enumerate() {
            if l > 0 {
                let (below, this) = self.products.split_at_mut(l);
                this[0].set_product(below[l - 1].view(), a.view());
            }
            let t = self.coefficients[l].view().transpose();
            let mut k = cores.view_mut().subcols_mut(l * terms, terms);
            multiply(k.as_mut(), self.products[l].view(), t);
            work.a.set_product(self.grams[0].view(), k.as_ref());
            let k = k.as_ref().transpose();
            self.model_grams[l].set_product(k, work.a.view());
        }
    }

    fn backward(
        &mut self,
        input: &Matrix,
        projection: &Matrix,
        weights: &[Matrix],
        gradients: &mut [Matrix],
        work: &mut Work,
    ) {
        let depth = weights.len();
        for l in 0..depth {
            let (q, g) = (self.products[l].view(), self.core_gradients[l].view());
            work.upstream[l].set_product(g.transpose(), q);
        }
        // Through the products Q_l = Q_{l−1} A_l, from the top.
        for l in (1..depth).rev() {
            let (g, t) = (self.core_gradients[l].view(), self.coefficients[l].view());
            if l + 1 < depth {
                // ∂E/∂Q_l from above: work.product_gradient · A_{l+1}ᵀ.
                let above = weights[l + 1].view().transpose();
                work.a.set_product(work.product_gradient.view(), above);
                std::mem::swap(&mut work.a, &mut work.product_gradient);
                work.product_gradient.add_product(g, t, 1.0);
            } else {
                work.product_gradient.set_product(g, t);
            }
            let below = self.products[l - 1].view().transpose();
            gradients[l].set_product(below, work.product_gradient.view());
        }
        // Through the solves S_l = q(A_l, S_{l−1}), from the top.
        for l in (0..depth).rev() {
            let t = &self.coefficients[l];
            self.solvers[l].backward(&self.grams[l], t, &work.upstream[l], &mut work.solved);
            let (u, t) = (work.solved.view(), t.view());
            let gradient = &mut gradients[l];
            if l == 0 {
                // Together with the products of A_1 itself.
                work.a.set(self.inner.view());
                work.a.add_product(u.transpose(), t, -1.0);
                work.a.add_product(t.transpose(), u, -1.0);
                gradient.set_product(weights[0].view(), work.a.view());
                gradient.add_product(projection.view(), self.outer.view(), -1.0);
                gradient.add_product(input.view(), u, 1.0);
            } else {
                gradient.add_product(self.coefficients[l - 1].view().transpose(), u, 1.0);
                work.a.set_product(u.transpose(), t);
                work.a.add_product(t.transpose(), u, 1.0);
                gradient.add_product(weights[l].view(), work.a.view(), -1.0);
                let above = weights[l].view().transpose();
                work.upstream[l - 1].add_product(u, above, 1.0);
            }
        }
    }
}
