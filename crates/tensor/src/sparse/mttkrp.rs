//! MTTKRP over the tree of the mode: the rows of the result are sums over its roots' subtrees.
//!
//! The nonzeros are cut into pieces of fixed size. A piece writes the rows of the roots that begin
//! in it; of a root that began before, it leaves its part of the sum aside, and the parts are added
//! at the end in order. So threads share any tensor evenly, one with eight long roots as well as
//! one with a million short ones, and the result does not depend on how many there are.

use std::ops::Range;

use super::kernels::{Columns, blocks, with_width};
use super::tree::{Piece, Tree};
use crate::{Matrix, Scratch};

/// `out` (already n_m × r) ← X_(m) (⊙_{i≠m} F_i), with `tree` that of `mode` and `values` the
/// nonzeros in its order.
pub(super) fn mttkrp(
    tree: &Tree,
    values: &[f64],
    factors: &[Matrix],
    mode: usize,
    out: &mut Matrix,
    scratch: &mut Scratch,
) {
    let rank = factors[mode].cols();
    let pieces = tree.pieces();
    if pieces.is_empty() || rank == 0 {
        out.as_mut_slice().fill(0.0);
        return;
    }
    let threads = scratch.threads(values.len() * rank * tree.depth());
    // With the whole pool at hand, parts down to single pieces let an idle thread take over what is
    // left to a slow one; otherwise there are as many parts as threads.
    let ways = if threads > 1 && threads >= rayon::current_num_threads() {
        pieces.len()
    } else {
        threads
    };
    let mut parts = scratch.take(pieces.len() * rank);
    let job = Job {
        tree,
        values,
        factors,
        mode,
        rank,
    };
    job.share(0..pieces.len(), ways, out.as_mut_slice(), &mut parts);
    for (piece, part) in pieces.iter().zip(parts.chunks_exact(rank)) {
        if piece.continued {
            let row = out.row_mut(tree.index(0, piece.nodes[0].start));
            row.iter_mut().zip(part).for_each(|(o, p)| *o += p);
        }
    }
    scratch.give(parts);
}

#[derive(Clone, Copy)]
struct Job<'a> {
    tree: &'a Tree,
    values: &'a [f64],
    factors: &'a [Matrix],
    mode: usize,
    rank: usize,
}

impl Job<'_> {
    /// Runs some pieces in up to `ways` parts side by side. `rows` are the rows they write and `parts` has
    /// a row for the part that each may leave aside.
    fn share(&self, pieces: Range<usize>, ways: usize, rows: &mut [f64], parts: &mut [f64]) {
        let all = self.tree.pieces();
        if ways < 2 || pieces.len() < 2 {
            let mut rows = rows;
            for (p, part) in pieces.clone().zip(parts.chunks_exact_mut(self.rank)) {
                let own = match all.get(p + 1).filter(|_| p + 1 < pieces.end) {
                    Some(next) => (next.first_row - all[p].first_row) * self.rank,
                    None => rows.len(),
                };
                let (head, tail) = rows.split_at_mut(own);
                self.run(&all[p], head, part);
                rows = tail;
            }
            return;
        }
        let left = ways / 2;
        let share = pieces.len() * left / ways;
        let middle = pieces.start + share.clamp(1, pieces.len() - 1);
        let before = (all[middle].first_row - all[pieces.start].first_row) * self.rank;
        let (head, tail) = rows.split_at_mut(before);
        let (first, second) = parts.split_at_mut((middle - pieces.start) * self.rank);
        rayon::join(
            || self.share(pieces.start..middle, left, head, first),
            || self.share(middle..pieces.end, ways - left, tail, second),
        );
    }

    fn run(&self, piece: &Piece, rows: &mut [f64], part: &mut [f64]) {
        rows.fill(0.0);
        for (column, width) in blocks(self.rank) {
            with_width!(width, R => Walk::<R> { job: *self, piece, column }.run(rows, part));
        }
    }
}

/// A walk over the nodes of a piece for R columns of the factors.
struct Walk<'a, const R: usize> {
    job: Job<'a>,
    piece: &'a Piece,
    column: usize,
}

impl<const R: usize> Walk<'_, R> {
    fn run(&self, rows: &mut [f64], part: &mut [f64]) {
        let tree = self.job.tree;
        for root in self.piece.nodes[0].clone() {
            let sum = if tree.depth() == 1 {
                [self.job.values[root]; R]
            } else {
                self.sum(1, self.children(0, root))
            };
            let out = if self.piece.continued && root == self.piece.nodes[0].start {
                &mut part[self.column..self.column + R]
            } else {
                let row = tree.index(0, root) - self.piece.first_row;
                let start = row * self.job.rank + self.column;
                &mut rows[start..start + R]
            };
            out.copy_from_slice(&sum);
        }
    }

    /// Σ over some nodes of a level of (the node's factor row) * (the sum over its children).
    fn sum(&self, level: usize, nodes: Range<usize>) -> [f64; R] {
        // The levels that hold most of the nodes are reached without a call for each node.
        match self.job.tree.depth() - level {
            1 => self.sum_of_leaves(nodes),
            2 => self.sum_over(level, nodes, |leaves| self.sum_of_leaves(leaves)),
            3 => self.sum_over(level, nodes, |fibres| {
                self.sum_over(level + 1, fibres, |leaves| self.sum_of_leaves(leaves))
            }),
            _ => self.sum_over(level, nodes, |below| self.sum(level + 1, below)),
        }
    }

    #[inline(always)]
    fn sum_of_leaves(&self, leaves: Range<usize>) -> [f64; R] {
        let (indices, _) = self.job.tree.leaves(leaves.clone());
        let values = &self.job.values[leaves];
        self.columns(self.job.tree.depth() - 1)
            .weighted_sum(indices, values)
    }

    #[inline(always)]
    fn sum_over(
        &self,
        level: usize,
        nodes: Range<usize>,
        sum_below: impl Fn(Range<usize>) -> [f64; R],
    ) -> [f64; R] {
        let factor = self.columns(level);
        let mut sum = [0.0; R];
        for node in nodes {
            let below = sum_below(self.children(level, node));
            let row = factor.row(self.job.tree.index(level, node));
            for ((s, f), b) in sum.iter_mut().zip(row).zip(&below) {
                *s += f * b;
            }
        }
        sum
    }

    #[inline(always)]
    fn columns(&self, level: usize) -> Columns<'_, R> {
        let mode = (self.job.mode + level) % self.job.factors.len();
        Columns::new(&self.job.factors[mode], self.column)
    }

    /// The children of a node as far as they belong to the piece.
    #[inline(always)]
    fn children(&self, level: usize, node: usize) -> Range<usize> {
        let (all, own) = (
            self.job.tree.children(level, node),
            &self.piece.nodes[level + 1],
        );
        all.start.max(own.start)..all.end.min(own.end)
    }
}
