//! The first layer as variables of the training.

use hntf_tensor::{Matrix, Scratch, Tensor, gram, hadamard_of_grams};

/// The first layer's own term ‖X − ⟦F⟧‖² / N of the loss, and its derivative.
#[derive(Default)]
pub(super) struct OwnTerm {
    grams: Vec<Matrix>,
    others: Matrix,
    /// ∂/∂F_i of the term alone.
    pub(super) direct: Vec<Matrix>,
    /// ∂E/∂F_i, by way of the networks too.
    pub(super) gradients: Vec<Matrix>,
}

impl OwnTerm {
    pub(super) fn new(factors: &[Matrix]) -> Self {
        let blank = || vec![Matrix::default(); factors.len()];
        let gradients = factors.iter().map(|f| Matrix::zeros(f.rows(), f.cols()));
        Self {
            grams: blank(),
            others: Matrix::default(),
            direct: blank(),
            gradients: gradients.collect(),
        }
    }

    /// ∂/∂F_i = 2/N (F_i H_i − MTTKRP_i) for all i. Returns ‖X − ⟦F⟧‖², of which `data_norm` is
    /// ‖X‖².
    pub(super) fn evaluate(
        &mut self,
        data: &dyn Tensor,
        data_norm: f64,
        scale: f64,
        factors: &mut [Matrix],
        scratch: &mut Scratch,
    ) -> f64 {
        for (gram_of, factor) in self.grams.iter_mut().zip(&*factors) {
            gram(factor, gram_of);
        }
        let mut squared = data_norm;
        data.mttkrp_sweep(factors, scratch, &mut |i, mttkrp, factors| {
            hadamard_of_grams(&self.grams, Some(i), &mut self.others);
            let (factor, direct) = (&factors[i], &mut self.direct[i]);
            direct.set_product(factor.view(), self.others.view());
            let given = factor.as_slice().iter().zip(mttkrp.as_slice());
            for (d, (f, m)) in direct.as_mut_slice().iter_mut().zip(given) {
                if i == 0 {
                    squared += f * (*d - 2.0 * m);
                }
                *d = scale * (*d - m);
            }
        });
        squared
    }
}
