//! Which entries of a tensor are known.

use std::collections::BTreeSet;

use crate::{ContentWriter, DenseTensor, Matrix, Scratch, SparseTensor, TensorError};

/// The observed entries of a tensor, kept as the list of the hidden or of the observed ones,
/// whichever is short.
///
/// What a solver needs of it is sums over the observed entries of a model ⟦F⟧: they are those of the
/// whole model, which cost little, less those of the hidden entries, or are taken at the observed
/// entries themselves.
#[derive(Debug, Clone)]
pub struct Mask {
    /// A one at every entry of the list.
    listed: SparseTensor,
    /// Whether the list is that of the hidden entries.
    hidden: bool,
}

impl Mask {
    /// All entries but the listed ones are observed: `indices` holds one index per mode for each
    /// hidden entry, counted from 0, in any order.
    ///
    /// # Errors
    /// Those of [`SparseTensor::from_coordinates`], and [`TensorError::AllHidden`].
    pub fn hiding(shape: Vec<usize>, indices: Vec<u32>) -> Result<Self, TensorError> {
        Self::new(shape, indices, true)
    }

    /// Only the listed entries are observed, also where the data is zero.
    ///
    /// # Errors
    /// As [`Mask::hiding`].
    pub fn observing(shape: Vec<usize>, indices: Vec<u32>) -> Result<Self, TensorError> {
        Self::new(shape, indices, false)
    }

    /// The entries flagged in `observed`, one flag for each entry in row-major order.
    ///
    /// # Errors
    /// [`TensorError::Length`] if there are not as many flags as entries, and those of
    /// [`Mask::hiding`].
    pub fn from_flags(shape: Vec<usize>, observed: &[bool]) -> Result<Self, TensorError> {
        let entries = shape.iter().try_fold(1_usize, |p, n| p.checked_mul(*n));
        let Some(expected) = entries else {
            return Err(TensorError::TooLarge { shape });
        };
        if observed.len() != expected {
            return Err(TensorError::Length {
                shape,
                expected,
                found: observed.len(),
            });
        }
        let known = observed.iter().filter(|o| **o).count();
        let hides = 2 * known >= expected;
        let mut indices = Vec::new();
        let mut index = vec![0_u32; shape.len()];
        for flag in observed {
            if *flag != hides {
                indices.extend_from_slice(&index);
            }
            // The next index, the last mode fastest.
            for (i, n) in index.iter_mut().zip(&shape).rev() {
                *i = i.wrapping_add(1);
                if (*i as usize) < *n {
                    break;
                }
                *i = 0;
            }
        }
        Self::new(shape, indices, hides)
    }

    fn new(shape: Vec<usize>, indices: Vec<u32>, hidden: bool) -> Result<Self, TensorError> {
        let ones = vec![1.0; indices.len() / shape.len().max(1)];
        let listed = SparseTensor::from_coordinates(shape, indices, ones)?;
        let mask = Self { listed, hidden };
        if mask.observed() == Some(0) {
            let shape = mask.listed.shape().to_vec();
            return Err(TensorError::AllHidden { shape });
        }
        Ok(mask)
    }

    /// This mask with more entries hidden; some of them may be hidden already.
    ///
    /// # Errors
    /// As [`Mask::hiding`].
    pub fn hiding_more(&self, indices: Vec<u32>) -> Result<Self, TensorError> {
        let shape = self.shape().to_vec();
        // What is wrong with them is found by the same checks as in a mask of their own.
        let more = Self::hiding(shape.clone(), indices)?;
        let mut known: BTreeSet<Vec<u32>> = BTreeSet::new();
        more.for_each_listed(|index| {
            known.insert(index.to_vec());
        });
        let mut listed = Vec::new();
        self.for_each_listed(|index| {
            if !known.contains(index) {
                listed.extend_from_slice(index);
            }
        });
        if self.hidden {
            listed.extend(known.iter().flatten());
        }
        Self::new(shape, listed, self.hidden)
    }

    /// The sizes of the modes.
    pub fn shape(&self) -> &[usize] {
        self.listed.shape()
    }

    /// Number of observed entries, if it can be counted on this machine.
    pub fn observed(&self) -> Option<usize> {
        if !self.hidden {
            return Some(self.listed.nnz());
        }
        let sizes = self.shape().iter();
        let all = sizes
            .into_iter()
            .try_fold(1_usize, |p, n| p.checked_mul(*n));
        all.map(|all| all - self.listed.nnz())
    }

    /// Whether every entry is observed.
    pub fn hides_nothing(&self) -> bool {
        if self.hidden {
            return self.listed.nnz() == 0;
        }
        let mut sizes = self.shape().iter();
        sizes.try_fold(1_usize, |p, n| p.checked_mul(*n)) == Some(self.listed.nnz())
    }

    /// Whether the entry at `index` of the list [`Mask::for_each_listed`] visits is hidden.
    pub fn lists_hidden(&self) -> bool {
        self.hidden
    }

    /// Feeds the mask to a sink, as [`Tensor::content`](crate::Tensor::content) does data.
    pub fn content(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut out = ContentWriter::new(sink);
        out.text(if self.hidden { "hiding" } else { "observing" });
        out.with(|sink| self.listed.feed(sink));
    }

    /// Visits the listed entries in row-major order.
    pub fn for_each_listed(&self, mut visit: impl FnMut(&[u32])) {
        self.listed.for_each_nonzero(|index, _| visit(index));
    }

    /// Turns `whole`, the MTTKRP F_m H_m of the model ⟦F⟧ with its own factors, into that of its
    /// observed entries alone.
    pub fn restrict_model_mttkrp(
        &self,
        factors: &[Matrix],
        mode: usize,
        whole: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        self.restrict_mttkrp(factors, mode, whole, scratch, |m| m);
    }

    /// `out` ← the MTTKRP of the hidden entries of ⟦F⟧ alone, with its own factors; `whole` is that of
    /// all its entries, F_m H_m. What data filled with a model has more than data filled with zeros.
    ///
    /// Cost: that of an MTTKRP and of the model over the listed entries.
    pub fn hidden_model_mttkrp(
        &self,
        factors: &[Matrix],
        mode: usize,
        whole: &Matrix,
        out: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        self.listed
            .mttkrp_at_nonzeros(factors, mode, out, scratch, |_, m| m);
        if !self.hidden {
            subtract_from(whole.as_slice(), out.as_mut_slice());
        }
    }

    /// The hidden entries of ⟦F⟧, zero elsewhere, projected onto P_i in every mode i (`onto[i]` of
    /// n_i × p_i): p_1 × ⋯ × p_k, as [`Tensor::project`](crate::Tensor::project).
    ///
    /// Cost: that of a projection and of the model over the listed entries; if these are the observed
    /// ones, that of a model of the result's shape, too.
    pub fn hidden_model_projection(
        &self,
        factors: &[Matrix],
        onto: &[Matrix],
        scratch: &mut Scratch,
    ) -> DenseTensor {
        let mut out = self
            .listed
            .project_at_nonzeros(factors, onto, scratch, |_, m| m);
        if !self.hidden {
            let pairs = factors.iter().zip(onto);
            let small: Vec<_> = pairs.map(|(f, p)| p.transposed().times(f)).collect();
            let whole = DenseTensor::from_factors(&small);
            subtract_from(whole.values(), out.values_mut());
        }
        out
    }

    /// Turns `whole`, the MTTKRP of a tensor of ones (in every row the products of the other
    /// factors' column sums), into that of a one at every observed entry.
    pub fn restrict_ones_mttkrp(
        &self,
        factors: &[Matrix],
        mode: usize,
        whole: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        self.restrict_mttkrp(factors, mode, whole, scratch, |_| 1.0);
    }

    fn restrict_mttkrp(
        &self,
        factors: &[Matrix],
        mode: usize,
        whole: &mut Matrix,
        scratch: &mut Scratch,
        value: impl Fn(f64) -> f64 + Sync,
    ) {
        if !self.hidden {
            let listed = |_, m| value(m);
            self.listed
                .mttkrp_at_nonzeros(factors, mode, whole, scratch, listed);
            return;
        }
        let mut part = Matrix::from_vec(0, 0, scratch.take(0));
        let listed = |_, m| value(m);
        self.listed
            .mttkrp_at_nonzeros(factors, mode, &mut part, scratch, listed);
        for (w, p) in whole.as_mut_slice().iter_mut().zip(part.as_slice()) {
            *w = (*w - p).clamp(0.0, f64::INFINITY);
        }
        scratch.give(part.into_vec());
    }

    /// Of ‖⟦F⟧‖², which is `whole`, the share of the observed entries.
    pub fn restrict_squared_norm(
        &self,
        factors: &[Matrix],
        whole: f64,
        scratch: &mut Scratch,
    ) -> f64 {
        self.restrict_sum_of(factors, whole, scratch, |m| m * m)
    }

    /// Of ‖⟦F⟧‖², which is `whole`, the share of the hidden entries.
    pub fn hidden_squared_norm(
        &self,
        factors: &[Matrix],
        whole: f64,
        scratch: &mut Scratch,
    ) -> f64 {
        let listed = self.listed.sum_at_nonzeros(factors, scratch, |_, m| m * m);
        if self.hidden {
            listed
        } else {
            (whole - listed).clamp(0.0, f64::INFINITY)
        }
    }

    /// Of the sum of ⟦F⟧, which is `whole`, the share of the observed entries.
    pub fn restrict_sum(&self, factors: &[Matrix], whole: f64, scratch: &mut Scratch) -> f64 {
        self.restrict_sum_of(factors, whole, scratch, |m| m)
    }

    fn restrict_sum_of(
        &self,
        factors: &[Matrix],
        whole: f64,
        scratch: &mut Scratch,
        value: impl Fn(f64) -> f64 + Sync,
    ) -> f64 {
        let listed = self
            .listed
            .sum_at_nonzeros(factors, scratch, |_, m| value(m));
        if self.hidden {
            (whole - listed).clamp(0.0, f64::INFINITY)
        } else {
            listed
        }
    }
}

/// `part` ← `whole` − `part`, which is not negative but for rounding.
fn subtract_from(whole: &[f64], part: &mut [f64]) {
    for (p, w) in part.iter_mut().zip(whole) {
        *p = (w - *p).clamp(0.0, f64::INFINITY);
    }
}
