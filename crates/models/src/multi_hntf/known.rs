//! Data with hidden entries: what the modes' denominators are over the known ones.

use hntf_tensor::{Mask, Matrix, Scratch, Tensor, multiply};

/// The known entries of the models ⟦F_1 W, …, F_k W⟧.
pub(super) struct Known<'a> {
    mask: &'a Mask,
    factors: &'a [Matrix],
    /// F_m W.
    products: Vec<Matrix>,
    whole: Matrix,
    scratch: Scratch,
}

/// The mask of data that hides something.
pub(super) fn mask_of(data: &dyn Tensor) -> Option<&Mask> {
    data.mask().filter(|mask| !mask.hides_nothing())
}

impl<'a> Known<'a> {
    pub(super) fn new(mask: &'a Mask, factors: &'a [Matrix]) -> Self {
        Self {
            mask,
            factors,
            products: vec![Matrix::default(); factors.len()],
            whole: Matrix::default(),
            scratch: Scratch::new(),
        }
    }

    /// Takes over new weights.
    pub(super) fn meet(&mut self, weights: &Matrix) {
        for (product, factor) in self.products.iter_mut().zip(self.factors) {
            product.set_product(factor.view(), weights.view());
        }
    }

    /// `out` ← F_mᵀ MTTKRP(the known entries of the model, F·W, m), with `others` the entrywise
    /// product of the Grams of the F_i W but the m-th. All in s² times its size: `others` comes in
    /// s^(2(k−1)/k) times its own, `squared_scale` is s².
    pub(super) fn denominator(
        &mut self,
        mode: usize,
        others: &Matrix,
        out: &mut Matrix,
        squared_scale: f64,
    ) {
        let own = &self.products[mode];
        let of_others = squared_scale.powf(1.0 - 1.0 / self.products.len() as f64);
        self.whole.set_product(own.view(), others.view());
        let (products, whole) = (&self.products, &mut self.whole);
        if of_others != 1.0 {
            whole
                .as_mut_slice()
                .iter_mut()
                .for_each(|x| *x /= of_others);
        }
        self.mask
            .restrict_model_mttkrp(products, mode, whole, &mut self.scratch);
        let factor = self.factors[mode].view().transpose();
        multiply(out.view_mut(), factor, self.whole.view());
        if squared_scale != 1.0 {
            out.as_mut_slice()
                .iter_mut()
                .for_each(|x| *x *= squared_scale);
        }
    }

    /// Of ‖⟦F_1 W, …⟧‖², which is `whole`, the share of the known entries.
    pub(super) fn squared_norm(&mut self, whole: f64) -> f64 {
        let (products, scratch) = (&self.products, &mut self.scratch);
        self.mask.restrict_squared_norm(products, whole, scratch)
    }
}
