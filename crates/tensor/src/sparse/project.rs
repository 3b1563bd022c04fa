//! X ×_i F_iᵀ over the tree in which the modes that keep their size come first.

use std::ops::Range;

use super::kernels::{Columns, WIDEST, weighted_rows, with_width};
use super::tree::Tree;
use crate::{Matrix, Scratch};

/// A projection over one tree. Levels from `top` on are all projected and are contracted from the
/// leaves up, each fibre once; the levels above place the result.
pub(super) struct Projection<'a> {
    tree: &'a Tree,
    /// The nonzeros' values, in the order of the tree.
    values: &'a [f64],
    /// What each level is projected onto; `None` keeps its size.
    onto: Vec<Option<&'a Matrix>>,
    /// How far apart in the result neighbours in each level's mode stand.
    strides: Vec<usize>,
    top: usize,
}

impl<'a> Projection<'a> {
    /// Over the tree, of those given by mode, that needs the fewest levels above the contracted
    /// ones. Neighbours in mode m shall stand `strides[m]` apart in the result.
    pub(super) fn new(
        trees: &'a [Tree],
        projections: &[Option<&'a Matrix>],
        strides: &[usize],
    ) -> Self {
        let modes = projections.len();
        let top = |root: usize| {
            let kept = |level: &usize| projections[(root + level) % modes].is_none();
            (0..modes).rev().find(kept).map_or(0, |level| level + 1)
        };
        let root = (0..modes).min_by_key(|root| top(*root)).unwrap_or(0);
        let in_tree = |level: usize| (root + level) % modes;
        Self {
            tree: &trees[root],
            values: trees[root].values(),
            onto: (0..modes).map(|l| projections[in_tree(l)]).collect(),
            strides: (0..modes).map(|l| strides[in_tree(l)]).collect(),
            top: top(root),
        }
    }

    /// The same with other values at the nonzeros, those of tree 0 in its order. All modes must be
    /// projected: that is then the tree.
    pub(super) fn with_values(self, values: &'a [f64]) -> Self {
        Self { values, ..self }
    }

    /// Adds the projection to `out`.
    pub(super) fn add_to(&self, out: &mut [f64], scratch: &mut Scratch) {
        let below = self.offsets(self.top..self.onto.len());
        let above = self.offsets(0..self.top);
        let mut work = Work {
            weights: (0..=self.top)
                .map(|l| scratch.take(self.width(0..l)))
                .collect(),
            sums: (self.top..=self.onto.len())
                .map(|l| scratch.take(self.width(l..self.onto.len())))
                .collect(),
            above: &above,
            below: &below,
            side_by_side: below.iter().copied().eq(0..below.len()),
            out,
        };
        work.weights[0][0] = 1.0;
        if self.top == 0 {
            let roots = self.tree.nodes(0);
            self.contract(0, roots, &mut work.sums);
            work.place(0, 0);
        } else {
            self.descend(0, self.tree.nodes(0), 0, &mut work);
        }
        work.weights
            .into_iter()
            .chain(work.sums)
            .for_each(|buffer| scratch.give(buffer));
    }

    /// Product of the columns that some levels are projected onto.
    fn width(&self, levels: Range<usize>) -> usize {
        let columns = |onto: &Option<&Matrix>| onto.map_or(1, Matrix::cols);
        self.onto[levels].iter().map(columns).product()
    }

    /// Where the entries of some projected levels, the last one fastest, stand in the result.
    fn offsets(&self, levels: Range<usize>) -> Vec<usize> {
        let mut offsets = vec![0];
        for level in levels {
            if let Some(onto) = self.onto[level] {
                let steps = (0..onto.cols()).map(|j| j * self.strides[level]);
                let extend = |base: &usize| steps.clone().map(|s| base + s).collect::<Vec<_>>();
                offsets = offsets.iter().flat_map(extend).collect();
            }
        }
        offsets
    }

    /// Walks the levels above the contracted ones. `work.weights[level]` is the outer product of
    /// the rows of the projected ones so far, `base` the place of the kept indices.
    fn descend(&self, level: usize, nodes: Range<usize>, base: usize, work: &mut Work<'_>) {
        for node in nodes {
            let index = self.tree.index(level, node);
            let (given, grown) = work.weights.split_at_mut(level + 1);
            let (given, grown) = (&given[level], &mut grown[0]);
            let base = match self.onto[level] {
                None => {
                    grown.copy_from_slice(given);
                    base + index * self.strides[level]
                }
                Some(onto) => {
                    let row = onto.row(index);
                    for (block, w) in grown.chunks_exact_mut(row.len().max(1)).zip(given) {
                        block.iter_mut().zip(row).for_each(|(g, f)| *g = w * f);
                    }
                    base
                }
            };
            if level + 1 < self.top {
                self.descend(level + 1, self.tree.children(level, node), base, work);
            } else {
                if level + 1 < self.onto.len() {
                    let children = self.tree.children(level, node);
                    self.contract(level + 1, children, &mut work.sums);
                } else {
                    work.sums[0][0] = self.values[node];
                }
                work.place(base, self.top);
            }
        }
    }

    /// The indices and the values of some nonzeros.
    fn leaves(&self, nodes: Range<usize>) -> (&[u32], &[f64]) {
        let (indices, _) = self.tree.leaves(nodes.clone());
        (indices, &self.values[nodes])
    }

    /// `sums[0]` ← the projection of the nonzeros below some nodes of a level, over this level's
    /// mode and those after it.
    fn contract(&self, level: usize, nodes: Range<usize>, sums: &mut [Vec<f64>]) {
        let Some(onto) = self.onto[level] else { return };
        if level + 1 == self.onto.len() {
            let (indices, values) = self.leaves(nodes);
            weighted_rows(indices, values, onto, &mut sums[0]);
            return;
        }
        sums[0].fill(0.0);
        if let Some(leaf) = self.onto[level + 1]
            && level + 2 == self.onto.len()
            && (1..=WIDEST).contains(&leaf.cols())
        {
            with_width!(leaf.cols(), R => self.contract_fibres::<R>(level, nodes, leaf, &mut sums[0]));
            return;
        }
        for node in nodes {
            self.contract(level + 1, self.tree.children(level, node), &mut sums[1..]);
            let (sum, below) = sums.split_at_mut(1);
            let below = &below[0];
            let row = onto.row(self.tree.index(level, node));
            for (block, f) in sum[0].chunks_exact_mut(below.len().max(1)).zip(row) {
                block.iter_mut().zip(below).for_each(|(s, b)| *s += f * b);
            }
        }
    }

    /// The two last levels at once, where most of the work is: adds Σ row ⊗ (sum of the fibre).
    fn contract_fibres<const R: usize>(
        &self,
        level: usize,
        fibres: Range<usize>,
        leaf: &Matrix,
        sum: &mut [f64],
    ) {
        let Some(onto) = self.onto[level] else { return };
        let leaf = Columns::<R>::new(leaf, 0);
        for fibre in fibres {
            let (indices, values) = self.leaves(self.tree.children(level, fibre));
            let below = leaf.weighted_sum(indices, values);
            let row = onto.row(self.tree.index(level, fibre));
            for (block, f) in sum.chunks_exact_mut(R).zip(row) {
                block.iter_mut().zip(&below).for_each(|(s, b)| *s += f * b);
            }
        }
    }
}

struct Work<'a> {
    weights: Vec<Vec<f64>>,
    sums: Vec<Vec<f64>>,
    above: &'a [usize],
    below: &'a [usize],
    /// Whether `below` is 0, 1, 2, …
    side_by_side: bool,
    out: &'a mut [f64],
}

impl Work<'_> {
    fn place(&mut self, base: usize, top: usize) {
        let sum = &self.sums[0];
        for (w, a) in self.weights[top].iter().zip(self.above) {
            if self.side_by_side {
                let out = &mut self.out[base + a..][..sum.len()];
                out.iter_mut().zip(sum).for_each(|(o, x)| *o += w * x);
                continue;
            }
            for (x, b) in sum.iter().zip(self.below) {
                self.out[base + a + b] += w * x;
            }
        }
    }
}
