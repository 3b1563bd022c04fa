//! A model at the nonzeros of a sparse tensor.

use std::ops::Range;

use super::project::Projection;
use super::tree::{PIECE, Piece, Tree};
use super::{SparseTensor, mttkrp};
use crate::matrix::dot;
use crate::{DenseTensor, Matrix, Scratch};

impl SparseTensor {
    /// `out` ← the MTTKRP of the tensor that has `value(x, m)` at every nonzero x, with m the entry
    /// of ⟦F⟧ there.
    pub(crate) fn mttkrp_at_nonzeros(
        &self,
        factors: &[Matrix],
        mode: usize,
        out: &mut Matrix,
        scratch: &mut Scratch,
        value: impl Fn(f64, f64) -> f64 + Sync,
    ) {
        let tree = &self.trees[mode];
        let mut values = scratch.take(self.nnz());
        values_at_nonzeros(tree, factors, mode, &mut values, scratch, value);
        out.reshape(self.shape[mode], factors[mode].cols());
        mttkrp::mttkrp(tree, &values, factors, mode, out, scratch);
        scratch.give(values);
    }

    /// The tensor that has `value(x, m)` at every nonzero x, with m the entry of ⟦F⟧ there,
    /// projected onto `onto` in every mode.
    pub(crate) fn project_at_nonzeros(
        &self,
        factors: &[Matrix],
        onto: &[Matrix],
        scratch: &mut Scratch,
        value: impl Fn(f64, f64) -> f64 + Sync,
    ) -> DenseTensor {
        let mut values = scratch.take(self.nnz());
        values_at_nonzeros(&self.trees[0], factors, 0, &mut values, scratch, value);
        let mut out = DenseTensor::zeros(onto.iter().map(Matrix::cols).collect());
        let strides: Vec<_> = (0..onto.len())
            .map(|mode| onto[mode + 1..].iter().map(Matrix::cols).product())
            .collect();
        let all: Vec<_> = onto.iter().map(Some).collect();
        let projection = Projection::new(&self.trees, &all, &strides).with_values(&values);
        projection.add_to(out.values_mut(), scratch);
        scratch.give(values);
        out
    }

    /// Σ `value(x, m)` over the nonzeros x, with m the entry of ⟦F⟧ there.
    pub(crate) fn sum_at_nonzeros(
        &self,
        factors: &[Matrix],
        scratch: &mut Scratch,
        value: impl Fn(f64, f64) -> f64 + Sync,
    ) -> f64 {
        let mut values = scratch.take(self.nnz());
        values_at_nonzeros(&self.trees[0], factors, 0, &mut values, scratch, value);
        let sum = values.iter().sum();
        scratch.give(values);
        sum
    }
}

/// `out` ← `value(x, m)` for the nonzeros x in the order of the tree, which is that of mode `root`.
fn values_at_nonzeros(
    tree: &Tree,
    factors: &[Matrix],
    root: usize,
    out: &mut [f64],
    scratch: &Scratch,
    value: impl Fn(f64, f64) -> f64 + Sync,
) {
    let rank = factors[root].cols();
    let ways = scratch.threads(out.len() * rank * tree.depth());
    let job = Job {
        tree,
        factors,
        root,
        value,
    };
    job.share(tree.pieces(), ways, out);
}

struct Job<'a, V> {
    tree: &'a Tree,
    factors: &'a [Matrix],
    root: usize,
    value: V,
}

impl<V: Fn(f64, f64) -> f64 + Sync> Job<'_, V> {
    /// Some pieces in up to `ways` parts side by side; `out` is theirs.
    fn share(&self, pieces: &[Piece], ways: usize, out: &mut [f64]) {
        if ways < 2 || pieces.len() < 2 {
            let rank = self.factors[self.root].cols();
            let mut weights = vec![1.0; rank * self.tree.depth()];
            for (piece, out) in pieces.iter().zip(out.chunks_mut(PIECE)) {
                let roots = piece.nodes[0].clone();
                self.descend(piece, 0, roots, &mut weights, out);
            }
            return;
        }
        let middle = (pieces.len() * (ways / 2) / ways).clamp(1, pieces.len() - 1);
        let (first, second) = out.split_at_mut(middle * PIECE);
        rayon::join(
            || self.share(&pieces[..middle], ways / 2, first),
            || self.share(&pieces[middle..], ways - ways / 2, second),
        );
    }

    /// `weights` begins with the product of the factors' rows above this level, the place of its
    /// own product follows.
    fn descend(
        &self,
        piece: &Piece,
        level: usize,
        nodes: Range<usize>,
        weights: &mut [f64],
        out: &mut [f64],
    ) {
        let factor = &self.factors[(self.root + level) % self.factors.len()];
        let (above, below) = weights.split_at_mut(factor.cols());
        if level + 1 == self.tree.depth() {
            let start = nodes.start - piece.nodes[level].start;
            let (indices, values) = self.tree.leaves(nodes);
            for ((i, x), out) in indices.iter().zip(values).zip(&mut out[start..]) {
                *out = (self.value)(*x, dot(above, factor.row(*i as usize)));
            }
            return;
        }
        for node in nodes {
            let row = factor.row(self.tree.index(level, node));
            for ((w, a), f) in below.iter_mut().zip(&*above).zip(row) {
                *w = a * f;
            }
            let (all, own) = (self.tree.children(level, node), &piece.nodes[level + 1]);
            let children = all.start.max(own.start)..all.end.min(own.end);
            self.descend(piece, level + 1, children, below, out);
        }
    }
}
