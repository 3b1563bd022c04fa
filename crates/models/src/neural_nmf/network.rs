//! The network X → S⁰ → S¹ → …: forward by NNLS, backward in closed form.

use faer::MatRef;
use hntf_solvers::Objective;
use hntf_tensor::{Matrix, Scratch, Tensor, gram, squared_residual};

use super::known::Known;
use super::labels::LabelTerm;
use super::layer::NmfLayer;
use super::settings::NmfLoss;

/// The loss of Neural NMF and its gradient, for S⁻¹ = X (m × n) and Sˡ = q(Aˡ, Sˡ⁻¹), or with a penalty
/// Sˡ = argmin_{S ≥ 0} ‖Sˡ⁻¹ − AˡS‖² + 2 `l1` ΣS.
///
/// The parameters are A⁰ (m × r_0), A¹ (r_0 × r_1), … and, where the label term trains it, B
/// (classes × r_L) behind them. The coefficients are kept transposed, Tˡ = (Sˡ)ᵀ (n × r_l).
///
/// The data is touched twice an evaluation, by Xᵀ A⁰ and, for the gradient, by X Z with one Z for
/// everything that needs the data; A⁰ thrice. The rest costs O(n r²). Nothing of the size of X is
/// formed, so sparse data stays sparse.
///
/// Of data with hidden entries, means over X are those over the known ones, and S⁰ is fitted to these:
/// S⁰ itself is known whole, so nothing changes above it. Every column with hidden entries has a Gram
/// of its own then, which costs O(r²) an entry of the mask's list and O(r³) a column.
pub struct NmfNetwork<'a> {
    data: &'a dyn Tensor,
    data_norm: f64,
    /// Where entries are hidden.
    known: Option<Known>,
    loss: NmfLoss,
    weights: Vec<f64>,
    l1: f64,
    labels: Option<LabelTerm<'a>>,
    layers: Vec<NmfLayer>,
    /// ∂E/∂A⁰ = X Z + A⁰ M. Z is the second of a pair whose first has no rows, the form in which the
    /// data takes it.
    pair: [Matrix; 2],
    m: Matrix,
    diagonal: Vec<f64>,
    scratch: Scratch,
    work: [Matrix; 3],
}

impl<'a> NmfNetwork<'a> {
    /// A network of `weights.len()` layers, λ_l = `weights[l]`.
    ///
    /// # Panics
    /// If there are no weights or the data is no matrix.
    pub fn new(
        data: &'a dyn Tensor,
        loss: NmfLoss,
        weights: Vec<f64>,
        labels: Option<LabelTerm<'a>>,
    ) -> Self {
        assert!(!weights.is_empty() && data.shape().len() == 2);
        Self {
            data,
            data_norm: data.squared_norm(),
            known: data.mask().and_then(Known::new),
            loss,
            layers: (0..weights.len()).map(NmfLayer::new).collect(),
            weights,
            l1: 0.0,
            labels,
            pair: Default::default(),
            m: Matrix::default(),
            diagonal: Vec::new(),
            scratch: Scratch::new(),
            work: Default::default(),
        }
    }

    /// With Σ_l (2 `l1` / N_l) (ΣAˡ + ΣSˡ) in the loss, N_l being the number of entries the l-th mean
    /// runs over, whatever λ_l. For A ≥ 0 and `l1` ≥ 0.
    pub fn with_l1(mut self, l1: f64) -> Self {
        self.l1 = l1;
        self
    }

    /// Tˡ of the last evaluation, from the first layer on.
    pub fn coefficients(&self) -> impl Iterator<Item = &Matrix> {
        self.layers.iter().map(|l| &l.coefficients)
    }

    /// The label term, if there is one; its state is that of the last evaluation.
    pub fn labels(&mut self) -> Option<&mut LabelTerm<'a>> {
        self.labels.as_mut()
    }

    /// The coefficients of the last layer beside the label term.
    pub(super) fn labelled(&mut self) -> Option<(&mut LabelTerm<'a>, &Matrix)> {
        let top = &self.layers.last()?.coefficients;
        self.labels.as_mut().map(|labels| (labels, top))
    }

    /// N_l, the number of entries the l-th mean runs over.
    fn entries(&self, l: usize) -> f64 {
        let (m, n) = (self.data.shape()[0], self.data.shape()[1]);
        let rows = match (self.loss, &self.known) {
            (NmfLoss::Energy, _) if l > 0 => self.layers[l - 1].coefficients.cols(),
            (_, Some(known)) => return known.entries(),
            _ => m,
        };
        rows as f64 * n as f64
    }

    /// λ_l / N_l.
    fn scale(&self, l: usize) -> f64 {
        self.weights[l] / self.entries(l)
    }

    /// What the penalty adds to the loss for every unit in an entry of Aˡ or Sˡ.
    fn slope(&self, l: usize) -> f64 {
        2.0 * self.l1 / self.entries(l)
    }

    fn infer(&mut self, factors: &[Matrix]) {
        for (l, a) in factors.iter().enumerate() {
            let (below, layer) = self.layers.split_at_mut(l);
            let layer = &mut layer[0];
            gram(a, &mut layer.gram);
            match below.last() {
                None => {
                    let projected = self.data.project(&[Some(a), None], &mut self.scratch);
                    let n = self.data.shape()[1];
                    let right = MatRef::from_row_major_slice(projected.values(), a.cols(), n);
                    layer.right.set(right.transpose());
                }
                Some(below) => {
                    layer.right.set_product(below.coefficients.view(), a.view());
                }
            }
            let mut right = &layer.right;
            if self.l1 > 0.0 {
                // `distance` needs the right side as it is.
                let less = &mut self.work[0];
                less.set(right.view());
                less.as_mut_slice().iter_mut().for_each(|r| *r -= self.l1);
                right = less;
            }
            let (gram, out) = (&layer.gram, &mut layer.coefficients);
            match &mut self.known {
                Some(known) if l == 0 => {
                    known.prepare(a, gram, &mut self.diagonal);
                    let mut own = |j, g: &mut Matrix| known.gram(j, a, gram, g);
                    layer.solver.solve_with(gram, &mut own, right, out);
                }
                _ => layer.solver.solve(gram, right, out),
            }
        }
    }

    /// ‖X − A⁰Kᵀ‖² over the known entries from Grams, with half its derivative by K, which is
    /// K A⁰ᵀA⁰ − XᵀA⁰ where all are known, into `residual`.
    fn distance(&mut self, l: usize, factors: &[Matrix]) -> f64 {
        let (first, rest) = self.layers.split_at_mut(1);
        let (gram, right) = (first[0].gram.view(), &first[0].right);
        let (k, residual) = match l {
            0 => (&first[0].coefficients, &mut first[0].residual),
            _ => (&rest[l - 1].chain[0], &mut rest[l - 1].residual),
        };
        residual.set_product(k.view(), gram);
        let whole = residual.inner(k);
        let model = match &self.known {
            None => whole,
            Some(known) => {
                known.restrict_products(&factors[0], k, residual);
                residual.inner(k)
            }
        };
        let inner = right.inner(k);
        let pairs = residual.as_mut_slice().iter_mut().zip(right.as_slice());
        pairs.for_each(|(g, r)| *g -= r);
        let squared = self.data_norm - 2.0 * inner + model;
        if squared.is_nan() || squared > 1e-8 * self.data_norm {
            return squared;
        }
        // Where the norms cancel: on the entries, which takes the factors side by side, and leaves
        // hidden ones out itself.
        let pair = [factors[0].clone(), k.clone()];
        let scratch = &mut self.scratch;
        squared_residual(self.data, self.data_norm, inner, whole, &pair, scratch)
    }

    /// The direct part of the l-th term: what it adds to ∂E/∂Tˡ, to Z and M, and to ∂E/∂Aʲ.
    fn direct(&mut self, l: usize, factors: &[Matrix], gradients: &mut [Matrix]) {
        let scale = 2.0 * self.scale(l);
        if scale == 0.0 {
            return;
        }
        if l > 0 && self.loss == NmfLoss::Energy {
            let (below, layer) = self.layers.split_at_mut(l);
            let (below, layer) = (&mut below[l - 1], &mut layer[0]);
            let residual = layer.residual.view();
            let pairs = below.upstream.as_mut_slice().iter_mut();
            pairs
                .zip(layer.residual.as_slice())
                .for_each(|(u, r)| *u += scale * r);
            let t = layer.coefficients.view();
            gradients[l].add_product(residual.transpose(), t, -scale);
            layer
                .upstream
                .add_product(residual, factors[l].view(), -scale);
            return;
        }
        let layer = &mut self.layers[l];
        let k = if l == 0 {
            &layer.coefficients
        } else {
            &layer.chain[0]
        };
        let z = self.pair[1].as_mut_slice().iter_mut();
        z.zip(k.as_slice()).for_each(|(z, k)| *z -= scale * k);
        if self.known.is_none() {
            self.m.add_product(k.view().transpose(), k.view(), scale);
        }
        let [derivative, next, _] = &mut self.work;
        derivative.set(layer.residual.view());
        derivative
            .as_mut_slice()
            .iter_mut()
            .for_each(|x| *x *= scale);
        for j in 1..=l {
            let (gradient, above) = (&mut gradients[j], layer.chain[j].view());
            gradient.add_product(derivative.view().transpose(), above, 1.0);
            next.set_product(derivative.view(), factors[j].view());
            std::mem::swap(derivative, next);
        }
        let pairs = layer.upstream.as_mut_slice().iter_mut();
        pairs.zip(derivative.as_slice()).for_each(|(u, d)| *u += d);
    }

    /// Through Sˡ = q(Aˡ, Sˡ⁻¹): with u of [`Nnls::backward`] transposed, ∂E/∂Sˡ⁻¹ = Aˡ u and
    /// ∂E/∂Aˡ = Sˡ⁻¹ uᵀ − Aˡ (u Tˡ + (u Tˡ)ᵀ).
    fn through_solve(&mut self, l: usize, factors: &[Matrix], gradients: &mut [Matrix]) {
        let (below, layer) = self.layers.split_at_mut(l);
        let layer = &mut layer[0];
        let [u, product, both] = &mut self.work;
        let t = &layer.coefficients;
        let (gram, upstream) = (&layer.gram, &layer.upstream);
        if let (Some(known), 0) = (&mut self.known, l) {
            let mut own = |j, g: &mut Matrix| known.gram(j, &factors[0], gram, g);
            layer.solver.backward_with(gram, &mut own, t, upstream, u);
            let z = self.pair[1].as_mut_slice().iter_mut();
            z.zip(u.as_slice()).for_each(|(z, u)| *z += u);
            return;
        }
        layer.solver.backward(gram, t, upstream, u);
        product.set_product(u.view().transpose(), t.view());
        both.reshape(product.rows(), product.cols());
        for i in 0..product.rows() {
            for j in 0..product.cols() {
                both[(i, j)] = product[(i, j)] + product[(j, i)];
            }
        }
        let a = factors[l].view();
        match below.last_mut() {
            None => {
                let z = self.pair[1].as_mut_slice().iter_mut();
                z.zip(u.as_slice()).for_each(|(z, u)| *z += u);
                let pairs = self.m.as_mut_slice().iter_mut();
                pairs.zip(both.as_slice()).for_each(|(m, b)| *m -= b);
            }
            Some(below) => {
                let s = below.coefficients.view().transpose();
                gradients[l].add_product(s, u.view(), 1.0);
                gradients[l].add_product(a, both.view(), -1.0);
                below.upstream.add_product(u.view(), a.transpose(), 1.0);
            }
        }
    }

    /// What A⁰ M is where all entries are known: ∂E/∂A⁰ without its part X Z, summed over the known
    /// entries. The u of the first layer are still in `work`.
    fn known_rows(&mut self, a: &Matrix, gradient: &mut Matrix) {
        let Some(known) = &self.known else { return };
        let t = &self.layers[0].coefficients;
        let terms = self.layers.iter().enumerate();
        let terms = terms.filter(|(l, _)| *l == 0 || self.loss == NmfLoss::Reconstruction);
        let terms = terms.map(|(l, layer)| {
            (
                2.0 * self.scale(l),
                if l == 0 { t } else { &layer.chain[0] },
            )
        });
        let terms: Vec<_> = terms.filter(|(scale, _)| *scale > 0.0).collect();
        known.add_model_gradient(a, [t, &self.work[0]], &terms, &mut self.m, gradient);
    }
}

impl Objective for NmfNetwork<'_> {
    /// The coefficients of all layers by NNLS, and the loss; NaN for parameters that are not finite.
    fn loss(&mut self, parameters: &[Matrix]) -> f64 {
        let (depth, n) = (self.layers.len(), self.data.shape()[1]);
        let factors = &parameters[..depth];
        self.infer(factors);
        // NNLS answers what is not finite with zeros, which would hide it.
        let finite = |l: &NmfLayer| l.gram.as_slice().iter().all(|g| g.is_finite());
        if !self.layers.iter().all(finite) {
            return f64::NAN;
        }
        let mut loss = 0.0;
        for l in 0..depth {
            let scale = self.scale(l);
            if scale == 0.0 {
                continue;
            }
            let squared = if l > 0 && self.loss == NmfLoss::Energy {
                let (below, layer) = self.layers.split_at_mut(l);
                let (below, layer) = (&below[l - 1].coefficients, &mut layer[0]);
                layer.residual.set(below.view());
                let a = factors[l].view().transpose();
                layer
                    .residual
                    .add_product(layer.coefficients.view(), a, -1.0);
                layer.residual.squared_norm()
            } else {
                self.layers[l].expand(factors);
                self.distance(l, factors)
            };
            loss += scale * squared;
        }
        if self.l1 > 0.0 {
            for (l, a) in factors.iter().enumerate() {
                let sums = [a, &self.layers[l].coefficients].map(Matrix::sum);
                loss += self.slope(l) * (sums[0] + sums[1]);
            }
        }
        let top = &self.layers[depth - 1].coefficients;
        debug_assert_eq!(top.rows(), n);
        if let Some(labels) = &mut self.labels {
            loss += labels.loss(top, parameters.get(depth));
        }
        loss
    }

    fn gradient(&mut self, parameters: &[Matrix], gradients: &mut [Matrix]) {
        let (depth, n) = (self.layers.len(), self.data.shape()[1]);
        let factors = &parameters[..depth];
        for l in 0..depth {
            // Of the penalty; entries of S at zero do not move, so theirs does not matter.
            let slope = self.slope(l);
            let layer = &mut self.layers[l];
            layer.upstream.fill(n, layer.coefficients.cols(), slope);
        }
        for (gradient, p) in gradients.iter_mut().zip(parameters).skip(1) {
            gradient.fill(p.rows(), p.cols(), 0.0);
        }
        let rank = factors[0].cols();
        self.pair[0].reshape(0, rank);
        self.pair[1].fill(n, rank, 0.0);
        self.m.fill(rank, rank, 0.0);

        let top = &mut self.layers[depth - 1];
        if let Some(labels) = &mut self.labels {
            let (b, b_gradient) = (parameters.get(depth), gradients.get_mut(depth));
            labels.gradient(&top.coefficients, b, &mut top.upstream, b_gradient);
        }
        for l in 0..depth {
            self.direct(l, factors, gradients);
        }
        for l in (0..depth).rev() {
            self.through_solve(l, factors, gradients);
        }
        self.data
            .mttkrp(&self.pair, 0, &mut gradients[0], &mut self.scratch);
        if self.known.is_some() {
            self.known_rows(&factors[0], &mut gradients[0]);
        } else {
            gradients[0].add_product(factors[0].view(), self.m.view(), 1.0);
        }
        if self.l1 > 0.0 {
            for (l, gradient) in gradients[..depth].iter_mut().enumerate() {
                let slope = self.slope(l);
                gradient.as_mut_slice().iter_mut().for_each(|g| *g += slope);
            }
        }
    }
}
