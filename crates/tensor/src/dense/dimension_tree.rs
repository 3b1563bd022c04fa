//! Binary trees over the modes: contractions that leave out one mode each share their halves.

use crate::contraction::{contract_left, contract_right, khatri_rao, project, unfold};
use crate::{Matrix, Scratch};

/// The inner nodes of a sweep: partial MTTKRPs of a range of modes, (n_a ⋯ n_{b−1}) × rank.
pub(super) struct Sweep<'a> {
    pub(super) shape: &'a [usize],
    pub(super) rank: usize,
    pub(super) out: Matrix,
    pub(super) update: &'a mut dyn FnMut(usize, &Matrix, &mut [Matrix]),
}

impl Sweep<'_> {
    pub(super) fn visit(
        &mut self,
        from: usize,
        to: usize,
        node: &[f64],
        factors: &mut [Matrix],
        scratch: &mut Scratch,
    ) {
        if to - from == 1 {
            self.out.reshape(self.shape[from], self.rank);
            self.out.as_mut_slice().copy_from_slice(node);
            (self.update)(from, &self.out, factors);
            return;
        }
        let cut = usize::midpoint(from, to);
        let rows = |a: usize, b: usize| self.shape[a..b].iter().product::<usize>() * self.rank;
        let (left, right) = (rows(from, cut), rows(cut, to));

        let weights = khatri_rao(&factors[cut..to], self.rank, scratch);
        let mut child = scratch.take(left);
        contract_right(node, &weights, self.rank, &mut child);
        scratch.give(weights);
        self.visit(from, cut, &child, factors, scratch);
        scratch.give(child);

        let weights = khatri_rao(&factors[from..cut], self.rank, scratch);
        let mut child = scratch.take(right);
        contract_left(node, &weights, self.rank, &mut child);
        scratch.give(weights);
        self.visit(cut, to, &child, factors, scratch);
        scratch.give(child);
    }
}

/// The projections of all modes but one, by halves: what a half shares is contracted once.
pub(super) struct Leaves<'a> {
    pub(super) projections: &'a [&'a Matrix],
    /// Work space: `None` for every mode.
    pub(super) onto: &'a mut [Option<&'a Matrix>],
    pub(super) out: &'a mut [Matrix],
}

impl Leaves<'_> {
    /// `node` has the projected size in every mode outside `from..to`.
    pub(super) fn visit(
        &mut self,
        from: usize,
        to: usize,
        shape: &[usize],
        node: &[f64],
        scratch: &mut Scratch,
    ) {
        if to - from == 1 {
            unfold(node, shape, from, &mut self.out[from]);
            return;
        }
        // The left part keeps the larger share: contracting the last modes of a row-major array is
        // one large product.
        let cut = (from + to).div_ceil(2);
        for (keep, drop) in [(from..cut, cut..to), (cut..to, from..cut)] {
            let mut shape = shape.to_vec();
            for mode in drop.clone() {
                self.onto[mode] = Some(self.projections[mode]);
            }
            let child = project(node, &mut shape, self.onto, scratch).unwrap_or_default();
            self.onto[drop].fill(None);
            self.visit(keep.start, keep.end, &shape, &child, scratch);
            scratch.give(child);
        }
    }
}
