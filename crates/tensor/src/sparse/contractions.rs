//! The contractions of a sparse tensor: which tree serves which.

use super::kernels::weighted_rows;
use super::project::Projection;
use super::tree::Tree;
use super::{SparseTensor, mttkrp};
use crate::divergence::{entropy, quotient};
use crate::matrix::dot;
use crate::{DenseTensor, Incomplete, Mask, Matrix, Scratch, Tensor, TensorError};

impl SparseTensor {
    /// The tree whose leaves are along `mode`.
    fn tree_ending_in(&self, mode: usize) -> &Tree {
        &self.trees[(mode + 1) % self.trees.len()]
    }

    fn project_into(
        &self,
        projections: &[Option<&Matrix>],
        out: &mut DenseTensor,
        scratch: &mut Scratch,
    ) {
        let sizes = self.shape.iter().zip(projections);
        let shape: Vec<_> = sizes.map(|(n, p)| p.map_or(*n, Matrix::cols)).collect();
        let strides: Vec<_> = (0..shape.len())
            .map(|mode| shape[mode + 1..].iter().product())
            .collect();
        out.reset(&shape);
        Projection::new(&self.trees, projections, &strides).add_to(out.values_mut(), scratch);
    }

    /// `out` ← the projection of all modes but `mode`, unfolded along it; `projections` has `None`
    /// there alone.
    fn project_unfolded(
        &self,
        mode: usize,
        projections: &[Option<&Matrix>],
        out: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        let columns = |p: &Option<&Matrix>| p.map_or(1, Matrix::cols);
        let mut strides: Vec<_> = (0..projections.len())
            .map(|mode| projections[mode + 1..].iter().map(columns).product())
            .collect();
        strides[mode] = projections.iter().map(columns).product();
        out.reshape(self.shape[mode], strides[mode]);
        out.as_mut_slice().fill(0.0);
        Projection::new(&self.trees, projections, &strides).add_to(out.as_mut_slice(), scratch);
    }

    /// The tensor with its zeros: Π n_i numbers, for small data and pictures.
    ///
    /// # Errors
    /// [`TensorError::TooLarge`] if there is no memory for them.
    pub fn to_dense(&self) -> Result<DenseTensor, TensorError> {
        let entries = self
            .shape
            .iter()
            .try_fold(1_usize, |p, n| p.checked_mul(*n));
        let mut room: Vec<f64> = Vec::new();
        if entries.is_none_or(|entries| room.try_reserve_exact(entries).is_err()) {
            return Err(TensorError::TooLarge {
                shape: self.shape.clone(),
            });
        }
        drop(room);
        Ok(self.project(&vec![None; self.shape.len()], &mut Scratch::new()))
    }

    /// The longest mode, if projecting that one alone leaves fewer numbers than there are nonzeros.
    fn mode_to_share(&self, projections: &[&Matrix]) -> Option<usize> {
        let longest = (0..self.shape.len()).max_by_key(|mode| self.shape[*mode])?;
        let sizes = self.shape.iter().enumerate().filter(|(m, _)| *m != longest);
        let left = sizes.fold(projections[longest].cols(), |p, (_, n)| {
            p.saturating_mul(*n)
        });
        (left <= self.nnz()).then_some(longest)
    }
}

impl Tensor for SparseTensor {
    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn hiding(&self, indices: Vec<u32>) -> Result<Option<Box<dyn Tensor>>, TensorError> {
        let mask = Mask::hiding(self.shape.clone(), indices)?;
        Ok(Some(Box::new(Incomplete::sparse(self, mask)?)))
    }

    /// Coordinates are checked when they are read, and sums of them when they are added up.
    fn check_entries(&self) -> Result<(), TensorError> {
        Ok(())
    }

    fn content(&self, sink: &mut dyn FnMut(&[u8])) {
        self.feed(sink);
    }

    fn squared_norm(&self) -> f64 {
        dot(self.trees[0].values(), self.trees[0].values())
    }

    fn sum(&self) -> f64 {
        self.trees[0].values().iter().sum()
    }

    fn mttkrp(&self, factors: &[Matrix], mode: usize, out: &mut Matrix, scratch: &mut Scratch) {
        out.reshape(self.shape[mode], factors[mode].cols());
        let tree = &self.trees[mode];
        mttkrp::mttkrp(tree, tree.values(), factors, mode, out, scratch);
    }

    fn project(&self, projections: &[Option<&Matrix>], scratch: &mut Scratch) -> DenseTensor {
        let mut out = DenseTensor::blank();
        self.project_into(projections, &mut out, scratch);
        out
    }

    // With one very long mode, as words are, what is left of the data once that mode is projected
    // is a small dense array: it serves all other modes.
    fn project_all_but_one(
        &self,
        projections: &[&Matrix],
        out: &mut Vec<Matrix>,
        scratch: &mut Scratch,
    ) {
        out.resize_with(projections.len(), Matrix::default);
        let mut onto = vec![None; projections.len()];
        let shared = self.mode_to_share(projections);
        let mut small = DenseTensor::blank_over(scratch.take(0));
        if let Some(longest) = shared {
            onto[longest] = Some(projections[longest]);
            self.project_into(&onto, &mut small, scratch);
        }
        for (mode, out) in out.iter_mut().enumerate() {
            for (i, p) in projections.iter().enumerate() {
                onto[i] = (i != mode).then_some(*p);
            }
            match shared {
                Some(longest) if longest != mode => {
                    onto[longest] = None;
                    small.project_unfolded(mode, &onto, out, scratch);
                }
                _ => self.project_unfolded(mode, &onto, out, scratch),
            }
        }
        scratch.give(small.into_values());
    }

    fn unfolding_gram(&self, mode: usize) -> Matrix {
        let n = self.shape[mode];
        let mut gram = Matrix::zeros(n, n);
        let tree = self.tree_ending_in(mode);
        tree.for_each_fibre(|_, leaves| {
            let (indices, values) = tree.leaves(leaves);
            for (i, x) in indices.iter().zip(values) {
                let row = gram.row_mut(*i as usize);
                for (j, y) in indices.iter().zip(values) {
                    row[*j as usize] += x * y;
                }
            }
        });
        gram
    }

    // For every fibre x along the mode: x (xᵀ B).
    fn unfolding_gram_times(
        &self,
        mode: usize,
        block: &Matrix,
        out: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        out.reshape(self.shape[mode], block.cols());
        out.as_mut_slice().fill(0.0);
        let tree = self.tree_ending_in(mode);
        let mut inner = scratch.take(block.cols());
        tree.for_each_fibre(|_, leaves| {
            let (indices, values) = tree.leaves(leaves);
            weighted_rows(indices, values, block, &mut inner);
            for (i, x) in indices.iter().zip(values) {
                let row = out.row_mut(*i as usize);
                row.iter_mut().zip(&inner).for_each(|(o, t)| *o += x * t);
            }
        });
        scratch.give(inner);
    }

    /// Exact for data that is not very sparse (every entry is visited). Otherwise the sum of m² over
    /// the zeros is the difference of ‖M‖² and its share at the nonzeros, so the result may be off
    /// by about 1e-15 ‖M‖², but by no sign, and not in the part that the nonzeros contribute.
    fn squared_distance(&self, factors: &[Matrix], scratch: &mut Scratch) -> f64 {
        self.distance(factors, scratch)
    }

    /// The quotients are kept while they are contracted: one number for each nonzero.
    fn quotient_mttkrp(
        &self,
        factors: &[Matrix],
        mode: usize,
        epsilon: f64,
        out: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        self.mttkrp_at_nonzeros(factors, mode, out, scratch, |x, m| quotient(x, m, epsilon));
    }

    fn relative_entropy(&self, factors: &[Matrix], epsilon: f64, scratch: &mut Scratch) -> f64 {
        self.sum_at_nonzeros(factors, scratch, |x, m| entropy(x, m, epsilon))
    }
}
