//! The shared weights under the Kullback-Leibler divergence, on the data.

use hntf_solvers::Iterate;
use hntf_tensor::{Matrix, Scratch, Tensor, divergence, multiply};

use super::known::mask_of;
use super::proposals::Proposals;

/// The least a model is taken for where it is a denominator.
const EPSILON: f64 = 1e-10;

/// X ≈ ⟦F_1 W, …, F_k W⟧ in the divergence. The proposal of mode m is N_m = F_mᵀ M_m, with M_m the
/// MTTKRP of X over the model, and D_m = (F_mᵀ 1) ⊗ Π_{i≠m} 1ᵀ F_i W; with hidden entries D_m is F_mᵀ
/// times the MTTKRP of a one at every known entry.
pub(super) struct DivergenceWeights<'a> {
    data: &'a dyn Tensor,
    factors: &'a [Matrix],
    /// F_mᵀ 1.
    sums: Vec<Vec<f64>>,
    proposals: Proposals,
    weights: Matrix,
    /// F_m W, and their column sums.
    products: Vec<Matrix>,
    product_sums: Vec<Vec<f64>>,
    quotients: Matrix,
    numerator: Matrix,
    denominator: Matrix,
    scratch: Scratch,
}

impl<'a> DivergenceWeights<'a> {
    pub(super) fn new(
        data: &'a dyn Tensor,
        factors: &'a [Matrix],
        weights: Matrix,
        proposals: Proposals,
    ) -> Self {
        let empty = Matrix::default;
        Self {
            data,
            factors,
            sums: factors.iter().map(Matrix::column_sums).collect(),
            proposals,
            products: vec![empty(); factors.len()],
            product_sums: vec![vec![0.0; weights.cols()]; factors.len()],
            weights,
            quotients: empty(),
            numerator: empty(),
            denominator: empty(),
            scratch: Scratch::new(),
        }
    }

    pub(super) fn into_weights(self) -> Matrix {
        self.weights
    }

    /// F_m W and 1ᵀ F_m W for all modes.
    fn refresh(&mut self) {
        let w = &self.weights;
        for (product, factor) in self.products.iter_mut().zip(self.factors) {
            product.set_product(factor.view(), w.view());
        }
        for (out, sums) in self.product_sums.iter_mut().zip(&self.sums) {
            out.fill(0.0);
            for (s, row) in sums.iter().zip(w.iter_rows()) {
                out.iter_mut().zip(row).for_each(|(o, w)| *o += s * w);
            }
        }
    }

    /// `numerator` and `denominator` ← N_m and D_m.
    fn propose(&mut self, mode: usize) {
        let (products, out) = (&self.products, &mut self.quotients);
        self.data
            .quotient_mttkrp(products, mode, EPSILON, out, &mut self.scratch);
        let (rows, cols) = (self.weights.rows(), self.weights.cols());
        self.numerator.reshape(rows, cols);
        let factor = self.factors[mode].view().transpose();
        multiply(self.numerator.view_mut(), factor, self.quotients.view());
        self.denominator.reshape(rows, cols);
        if let Some(mask) = mask_of(self.data) {
            let others = self.product_sums.iter().enumerate();
            let ones = &mut self.quotients;
            ones.as_mut_slice().fill(1.0);
            for (_, sums) in others.filter(|(i, _)| *i != mode) {
                ones.scale_columns(sums);
            }
            mask.restrict_ones_mttkrp(products, mode, ones, &mut self.scratch);
            multiply(self.denominator.view_mut(), factor, ones.view());
            return;
        }
        for (i, own) in self.sums[mode].iter().enumerate() {
            let row = self.denominator.row_mut(i);
            row.fill(*own);
            for (_, sums) in self
                .product_sums
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != mode)
            {
                row.iter_mut().zip(sums).for_each(|(d, s)| *d *= s);
            }
        }
    }
}

impl Iterate for DivergenceWeights<'_> {
    fn step(&mut self) {
        self.refresh();
        self.proposals
            .clear(self.weights.rows(), self.weights.cols());
        for mode in 0..self.factors.len() {
            self.propose(mode);
            self.proposals.add(&self.numerator, &self.denominator);
        }
        self.proposals.apply(&mut self.weights);
    }

    /// The divergence of the layer.
    fn error(&mut self) -> f64 {
        self.refresh();
        divergence(self.data, &self.products, EPSILON, &mut self.scratch)
    }
}
