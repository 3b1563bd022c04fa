//! A layer of Neural NMF.

use hntf_solvers::Nnls;
use hntf_tensor::Matrix;

/// What a layer keeps between the passes.
#[derive(Default)]
pub(super) struct NmfLayer {
    pub(super) solver: Nnls,
    /// Tˡ.
    pub(super) coefficients: Matrix,
    /// AˡᵀAˡ and Tˡ⁻¹Aˡ, without the penalty.
    pub(super) gram: Matrix,
    pub(super) right: Matrix,
    /// ∂E/∂Tˡ.
    pub(super) upstream: Matrix,
    /// Of the energy: (Tˡ⁻¹ − Tˡ Aˡᵀ), l ≥ 1. Of the reconstruction: ∂‖X − A⁰Kᵀ‖²/∂K / 2.
    pub(super) residual: Matrix,
    /// Of the reconstruction: Tˡ (Aʲ⁺¹ ⋯ Aˡ)ᵀ for j = 0 … l; the first is K.
    pub(super) chain: Vec<Matrix>,
}

impl NmfLayer {
    /// The l-th layer, counted from 0.
    pub(super) fn new(l: usize) -> Self {
        Self {
            chain: vec![Matrix::default(); l + 1],
            ..Self::default()
        }
    }

    /// `chain` ← Tˡ (Aʲ⁺¹ ⋯ Aˡ)ᵀ for j from l down to 0.
    pub(super) fn expand(&mut self, factors: &[Matrix]) {
        let l = self.chain.len() - 1;
        self.chain[l].set(self.coefficients.view());
        for j in (0..l).rev() {
            let (below, above) = self.chain.split_at_mut(j + 1);
            let a = factors[j + 1].view().transpose();
            below[j].set_product(above[0].view(), a);
        }
    }
}
