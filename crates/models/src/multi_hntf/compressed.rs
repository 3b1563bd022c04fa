//! The shared weights under squared errors, on the core alone.

use std::borrow::Cow;

use hntf_solvers::Iterate;
use hntf_tensor::{DenseTensor, Matrix, Scratch, Tensor, hadamard_of_grams, multiply};

use super::known::Known;
use super::proposals::Proposals;

/// The compressed problem of one layer: C ≈ W in every mode, in the metric of the Grams G_i.
pub(super) struct CompressedWeights<'a> {
    core: Cow<'a, DenseTensor>,
    /// s² ‖X‖², for the s that brings data of another size to the guards' (see [`unit`]); core and
    /// Grams are those of s X, too.
    data_norm: f64,
    squared_scale: f64,
    known: Option<Known<'a>>,
    grams: Vec<Matrix>,
    proposals: Proposals,
    weights: Matrix,
    copies: Vec<Matrix>,
    products: Vec<Matrix>,
    small_grams: Vec<Matrix>,
    others: Matrix,
    denominator: Matrix,
    scratch: Scratch,
}

impl<'a> CompressedWeights<'a> {
    pub(super) fn new(
        core: &'a DenseTensor,
        data_norm: f64,
        known: Option<Known<'a>>,
        grams: Vec<Matrix>,
        weights: Matrix,
        proposals: Proposals,
    ) -> Self {
        let order = grams.len();
        let empty = Matrix::default;
        let (mut core, mut grams) = (Cow::Borrowed(core), grams);
        let scale = unit(data_norm.sqrt(), order);
        let squared_scale = scale.powi(2 * order as i32);
        if scale != 1.0 {
            let entries = core.to_mut().values_mut();
            entries.iter_mut().for_each(|x| *x *= squared_scale);
            let all = grams.iter_mut().flat_map(Matrix::as_mut_slice);
            all.for_each(|x| *x *= scale * scale);
        }
        Self {
            core,
            data_norm: data_norm * squared_scale,
            squared_scale,
            known,
            grams,
            proposals,
            copies: vec![weights.clone(); order],
            weights,
            products: vec![empty(); order],
            small_grams: vec![empty(); order],
            others: empty(),
            denominator: empty(),
            scratch: Scratch::new(),
        }
    }

    pub(super) fn into_weights(self) -> Matrix {
        self.weights
    }

    /// G_i W and Wᵀ G_i W for all modes.
    fn refresh(&mut self) {
        if let Some(known) = &mut self.known {
            known.meet(&self.weights);
        }
        let w = self.weights.view();
        for (g, (p, s)) in self
            .grams
            .iter()
            .zip(self.products.iter_mut().zip(&mut self.small_grams))
        {
            p.set_product(g.view(), w);
            s.set_product(w.transpose(), p.view());
        }
        for copy in &mut self.copies {
            copy.as_mut_slice().copy_from_slice(self.weights.as_slice());
        }
    }
}

impl Iterate for CompressedWeights<'_> {
    fn step(&mut self) {
        self.refresh();
        let (rows, cols) = (self.weights.rows(), self.weights.cols());
        self.denominator.reshape(rows, cols);
        self.proposals.clear(rows, cols);
        let Self {
            core,
            copies,
            scratch,
            products,
            small_grams,
            others,
            denominator,
            proposals,
            known,
            squared_scale,
            ..
        } = self;
        core.mttkrp_sweep(copies, scratch, &mut |mode, numerator, _| {
            hadamard_of_grams(small_grams, Some(mode), others);
            match known {
                None => multiply(denominator.view_mut(), products[mode].view(), others.view()),
                Some(known) => {
                    known.denominator(mode, others, denominator, *squared_scale);
                }
            }
            proposals.add(numerator, denominator);
        });
        self.proposals.apply(&mut self.weights);
    }

    /// The relative error of the layer: ‖X‖² − 2⟨C, ⟦W…W⟧⟩ + ‖⟦F_1 W …⟧‖² needs the data for its
    /// norm only. Over the known entries C has zeros for the others, and the model loses their share.
    fn error(&mut self) -> f64 {
        self.refresh();
        self.core
            .mttkrp(&self.copies, 0, &mut self.denominator, &mut self.scratch);
        let pairs = self
            .denominator
            .as_slice()
            .iter()
            .zip(self.weights.as_slice());
        let inner: f64 = pairs.map(|(a, b)| a * b).sum();
        hadamard_of_grams(&self.small_grams, None, &mut self.others);
        let mut model: f64 = self.others.sum();
        if let Some(known) = &mut self.known {
            // What it takes off is counted in the data's own size.
            let scale = self.squared_scale;
            model = known.squared_norm(model / scale) * scale;
        }
        ((self.data_norm - 2.0 * inner + model).clamp(0.0, f64::INFINITY) / self.data_norm).sqrt()
    }
}

/// Norms of data in which a denominator's guard of 1e-10 counts for nothing.
const HARMLESS: std::ops::RangeInclusive<f64> = 0.5..=1e30;

/// What the factors of every mode are multiplied by, so that data of norm `norm` gets one of about 1: a
/// power of 2, which changes no digit, and 1 for data whose norm the guards do not notice. W does not
/// change with it.
fn unit(norm: f64, order: usize) -> f64 {
    if HARMLESS.contains(&norm) || !norm.is_finite() || norm == 0.0 {
        return 1.0;
    }
    (-norm.log2() / order as f64).round().exp2()
}
