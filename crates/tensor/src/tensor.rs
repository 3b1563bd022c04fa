//! The one trait between data and solvers.

use crate::{CpTensor, DenseTensor, Mask, Matrix, Scratch, TensorError};

/// Nonnegative data of order k ≥ 1, seen through the contractions a factorization needs.
///
/// In all methods `factors` are k matrices, the i-th of n_i × r with one r; results go to `out`,
/// which takes the right shape by itself. Implementations never form an unfolding copy of the data
/// or the full tensor of a set of factors.
pub trait Tensor: Sync + Send {
    /// The sizes n_0 … n_{k−1} of the modes.
    fn shape(&self) -> &[usize];

    /// The data as a dense array, if that is how it is kept; hidden entries are zero.
    fn as_dense(&self) -> Option<&DenseTensor> {
        None
    }

    /// Which entries are known, where that is not all. The hidden ones are zero in all contractions.
    fn mask(&self) -> Option<&Mask> {
        None
    }

    /// The data with some entries hidden, and those that are hidden already: `indices` holds one index
    /// per mode for each of them, counted from 0, in any order. `None` if this kind of data cannot.
    ///
    /// # Errors
    /// Indices out of bounds or named twice, and [`TensorError::AllHidden`].
    fn hiding(&self, _indices: Vec<u32>) -> Result<Option<Box<dyn Tensor>>, TensorError> {
        Ok(None)
    }

    /// The data with its hidden entries filled with those of a model; `None` if none is hidden.
    ///
    /// # Errors
    /// A model of another shape, or no memory for the completed data.
    fn completed_with(&self, _model: &CpTensor) -> Result<Option<Box<dyn Tensor>>, TensorError> {
        Ok(None)
    }

    /// The data as a CP tensor, if that is how it is kept.
    fn as_cp(&self) -> Option<&CpTensor> {
        None
    }

    /// Checks that every entry is a finite number ≥ 0, which factorizations take for granted; of data
    /// kept as factors, that theirs are. Cost: one pass over what is kept.
    ///
    /// # Errors
    /// The first entry that is not, with its place: [`TensorError::NotFinite`],
    /// [`TensorError::Negative`] or, of factors, [`TensorError::Factor`].
    fn check_entries(&self) -> Result<(), TensorError>;

    /// Feeds everything the data is to `sink`, so that a digest of it can be taken: what kind it is, its
    /// shape, every bit of every entry, where the entries of sparse data stand, the factors of a CP
    /// tensor, the mask. Equal data gives equal bytes in any session and on any machine, and other data
    /// other bytes.
    ///
    /// The same tensor kept in another way (dense and sparse, or a mask that lists the hidden entries
    /// and one that lists the observed ones) gives other bytes: it gives other roundings, too. Cost: one
    /// pass over what is kept, in blocks of a few kilobytes.
    fn content(&self, sink: &mut dyn FnMut(&[u8]));

    /// ‖X‖², the sum of squared entries.
    fn squared_norm(&self) -> f64;

    /// The sum of all entries.
    fn sum(&self) -> f64;

    /// `out` ← X_(m) (⊙_{i≠m} F_i): n_m × r, the matricized tensor times Khatri-Rao product of
    /// mode `mode`. The factor of that mode is not looked at.
    fn mttkrp(&self, factors: &[Matrix], mode: usize, out: &mut Matrix, scratch: &mut Scratch);

    /// Visits the modes in order, each with its MTTKRP of the factors as they then are, so that
    /// `update(m, mttkrp, factors)` may replace factor m before the next mode is visited.
    ///
    /// This is a sweep of alternating optimisation; with an `update` that changes nothing it gives
    /// the MTTKRPs of all modes. Implementations share partial contractions between the modes.
    fn mttkrp_sweep(
        &self,
        factors: &mut [Matrix],
        scratch: &mut Scratch,
        update: &mut dyn FnMut(usize, &Matrix, &mut [Matrix]),
    ) {
        let mut out = Matrix::default();
        for mode in 0..factors.len() {
            self.mttkrp(factors, mode, &mut out, scratch);
            update(mode, &out, factors);
        }
    }

    /// X ×_i F_iᵀ over the modes whose projection is given: a dense tensor with r_i (columns of
    /// F_i) in place of n_i; a mode with `None` keeps its size. The F_i may differ in their ranks.
    fn project(&self, projections: &[Option<&Matrix>], scratch: &mut Scratch) -> DenseTensor;

    /// For every mode m the projection of all modes but m, unfolded along m: `out[m]` ← X_(m)
    /// (⊗_{i≠m} F_i), n_m × Π_{i≠m} r_i, the columns in the order of the modes with the last index
    /// fastest. The F_i may differ in their ranks.
    ///
    /// Implementations share partial contractions between the modes.
    fn project_all_but_one(
        &self,
        projections: &[&Matrix],
        out: &mut Vec<Matrix>,
        scratch: &mut Scratch,
    ) {
        out.resize_with(projections.len(), Matrix::default);
        let mut others: Vec<_> = projections.iter().map(|p| Some(*p)).collect();
        for (mode, out) in out.iter_mut().enumerate() {
            others[mode] = None;
            self.project(&others, scratch).unfold(mode, out);
            others[mode] = Some(projections[mode]);
        }
    }

    /// X_(m) X_(m)ᵀ: n_m × n_m, whatever the data. For short modes; long ones have
    /// [`Tensor::unfolding_gram_times`].
    fn unfolding_gram(&self, mode: usize) -> Matrix;

    /// `out` ← X_(m) X_(m)ᵀ B for a `block` B of n_m × p, of the same size. Implementations do not
    /// form the n_m × n_m matrix.
    fn unfolding_gram_times(
        &self,
        mode: usize,
        block: &Matrix,
        out: &mut Matrix,
        _scratch: &mut Scratch,
    ) {
        *out = self.unfolding_gram(mode).times(block);
    }

    /// ‖X − ⟦F⟧‖² over the observed entries, summed over the entries themselves: slow, but without the cancellation of the
    /// formula over norms, for fits that are nearly exact.
    fn squared_distance(&self, factors: &[Matrix], scratch: &mut Scratch) -> f64;

    /// `out` ← (X ⊘ max(⟦F⟧, ε))_(m) (⊙_{i≠m} F_i): n_m × r, the MTTKRP of the data over the model,
    /// entry by entry, zero where the data is. The numerator of the Kullback-Leibler update.
    ///
    /// Unlike that of [`Tensor::mttkrp`] it depends on the factor of `mode`. A sparse tensor needs
    /// the model at its nonzeros only; for others the cost is that of 2 r Π n_i multiplications, in
    /// a buffer of a few fibres.
    fn quotient_mttkrp(
        &self,
        factors: &[Matrix],
        mode: usize,
        epsilon: f64,
        out: &mut Matrix,
        scratch: &mut Scratch,
    );

    /// Σ x ln(x / max(x̂, ε)) over the entries x > 0, with x̂ those of ⟦F⟧: what of the
    /// Kullback-Leibler divergence is no plain sum (see [`divergence`](crate::divergence)).
    fn relative_entropy(&self, factors: &[Matrix], epsilon: f64, scratch: &mut Scratch) -> f64;
}
