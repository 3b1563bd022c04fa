//! One sweep over the modes, and the objective it lowers.

use hntf_tensor::{Matrix, Scratch, Tensor, divergence, gram, hadamard_of_grams, squared_residual};

use super::Ncpd;
use super::update::{Update, balance_columns, balance_sums, multiplicative};
use crate::{Hals, Iterate, Loss};

/// The state of an alternating fit.
pub(crate) struct Sweep<'a> {
    data: &'a dyn Tensor,
    data_norm: f64,
    factors: Vec<Matrix>,
    grams: Vec<Matrix>,
    update: Update,
    loss: Loss,
    l1: f64,
    scratch: Scratch,
    others: Matrix,
    denominator: Matrix,
    hals: Hals,
    /// The MTTKRP of data whose hidden entries are those of the model.
    filled: Matrix,
    /// A second one, for what is done while the data is contracted.
    mask_scratch: Scratch,
    /// ⟨X, ⟦F⟧⟩, known after a sweep from its last MTTKRP.
    inner: Option<f64>,
}

impl<'a> Sweep<'a> {
    pub(crate) fn new(
        settings: &Ncpd,
        data: &'a dyn Tensor,
        factors: Vec<Matrix>,
        scratch: Scratch,
    ) -> Self {
        let mut grams = vec![Matrix::default(); factors.len()];
        for (g, f) in grams.iter_mut().zip(&factors) {
            gram(f, g);
        }
        let data_norm = data.squared_norm();
        let (others, denominator) = (Matrix::default(), Matrix::default());
        let inner = None;
        Self {
            data,
            data_norm,
            factors,
            grams,
            update: settings.update,
            loss: settings.loss,
            l1: settings.l1,
            scratch,
            others,
            denominator,
            hals: Hals::default(),
            filled: Matrix::default(),
            mask_scratch: Scratch::new(),
            inner,
        }
    }

    pub(crate) fn into_factors(self) -> Vec<Matrix> {
        self.factors
    }

    pub(crate) fn relative_error(&mut self) -> f64 {
        if self.loss == Loss::KullbackLeibler {
            for (g, f) in self.grams.iter_mut().zip(&self.factors) {
                gram(f, g);
            }
        }
        let inner = self.inner.unwrap_or_else(|| {
            let mut m = Matrix::default();
            self.data
                .mttkrp(&self.factors, 0, &mut m, &mut self.scratch);
            m.inner(&self.factors[0])
        });
        hadamard_of_grams(&self.grams, None, &mut self.others);
        let model_norm = self.others.sum();
        let (norm, factors) = (self.data_norm, &self.factors);
        let squared = squared_residual(
            self.data,
            norm,
            inner,
            model_norm,
            factors,
            &mut self.scratch,
        );
        (squared / self.data_norm).sqrt()
    }
}

impl Sweep<'_> {
    fn step_frobenius(&mut self) {
        let Self {
            data,
            factors,
            grams,
            update,
            l1,
            scratch,
            others,
            denominator,
            hals,
            filled,
            mask_scratch,
            ..
        } = self;
        let mask = data.mask();
        let last = factors.len() - 1;
        let mut inner = 0.0;
        data.mttkrp_sweep(factors, scratch, &mut |mode, m, factors| {
            hadamard_of_grams(grams, Some(mode), others);
            if *update == Update::Hals {
                let target = match mask {
                    None => m,
                    Some(mask) => {
                        // Observed data and hidden model: M + F H − (the model's observed share).
                        whole_mttkrp(&factors[mode], others, filled);
                        denominator.clone_from(filled);
                        mask.restrict_model_mttkrp(factors, mode, denominator, mask_scratch);
                        let shares = m.as_slice().iter().zip(denominator.as_slice());
                        let whole = filled.as_mut_slice().iter_mut();
                        whole.zip(shares).for_each(|(f, (m, d))| *f += m - d);
                        &*filled
                    }
                };
                hals.improve(&mut factors[mode], target, others, *l1);
            } else {
                whole_mttkrp(&factors[mode], others, denominator);
                if let Some(mask) = mask {
                    mask.restrict_model_mttkrp(factors, mode, denominator, mask_scratch);
                }
                multiplicative(*update, &mut factors[mode], m, denominator, *l1);
            }
            let factor = &factors[mode];
            gram(factor, &mut grams[mode]);
            if mode == last {
                inner = m.inner(factor);
            }
        });
        self.inner = Some(inner);
        if self.update == Update::Hals {
            if self.l1 > 0.0 {
                balance_sums(&mut self.factors);
            } else {
                balance_columns(&mut self.factors);
            }
            for (g, f) in self.grams.iter_mut().zip(&self.factors) {
                gram(f, g);
            }
        }
    }

    /// F_m ← F_m * MTTKRP_m(X ⊘ X̂) / (column products of the other factors' sums + λ), with X̂ anew
    /// for every mode.
    fn step_kullback_leibler(&mut self) {
        for mode in 0..self.factors.len() {
            let (factors, out) = (&self.factors, &mut self.others);
            let epsilon = self.update.epsilon();
            self.data
                .quotient_mttkrp(factors, mode, epsilon, out, &mut self.scratch);
            let sums = self.sums_of_others(mode);
            let factor = &self.factors[mode];
            self.denominator.reshape(factor.rows(), factor.cols());
            let rows = self.denominator.as_mut_slice();
            for row in rows.chunks_exact_mut(sums.len()) {
                row.copy_from_slice(&sums);
            }
            if let Some(mask) = self.data.mask() {
                let (factors, ones) = (&self.factors, &mut self.denominator);
                mask.restrict_ones_mttkrp(factors, mode, ones, &mut self.scratch);
            }
            let factor = &mut self.factors[mode];
            multiplicative(
                self.update,
                factor,
                &self.others,
                &self.denominator,
                self.l1,
            );
        }
    }

    /// The products over i ≠ m of the column sums of F_i.
    fn sums_of_others(&self, mode: usize) -> Vec<f64> {
        let mut products = vec![1.0; self.factors[mode].cols()];
        for (_, factor) in self.factors.iter().enumerate().filter(|(i, _)| *i != mode) {
            let sums = factor.column_sums();
            products.iter_mut().zip(&sums).for_each(|(p, s)| *p *= s);
        }
        products
    }

    /// λ Σ_m Σ F_m.
    fn penalty(&self) -> f64 {
        let entries = self.factors.iter().flat_map(Matrix::as_slice);
        self.l1 * entries.sum::<f64>()
    }
}

impl Iterate for Sweep<'_> {
    fn step(&mut self) {
        match self.loss {
            Loss::Frobenius => self.step_frobenius(),
            Loss::KullbackLeibler => self.step_kullback_leibler(),
        }
    }

    fn error(&mut self) -> f64 {
        match self.loss {
            Loss::Frobenius if self.l1 == 0.0 => self.relative_error(),
            Loss::Frobenius => {
                self.relative_error().powi(2) + 2.0 * self.penalty() / self.data_norm
            }
            Loss::KullbackLeibler => {
                let (epsilon, scratch) = (self.update.epsilon(), &mut self.scratch);
                divergence(self.data, &self.factors, epsilon, scratch) + self.penalty()
            }
        }
    }
}

/// `out` ← F H, the MTTKRP of the model itself.
fn whole_mttkrp(factor: &Matrix, others: &Matrix, out: &mut Matrix) {
    out.set_product(factor.view(), others.view());
}
