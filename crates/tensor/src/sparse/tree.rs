//! The tree of compressed fibres of one mode, and its division into pieces of equal work.

use std::ops::Range;

/// Nonzeros in a piece. Pieces are what threads share and what sums are made of, so their size is
/// fixed: results would otherwise depend on the number of threads. Small enough to share a
/// hundred thousand nonzeros evenly, large enough to make handing one over free.
pub(super) const PIECE: usize = 1 << 13;

/// Nonzeros sorted by the modes (m, m+1, …, m−1). A node of level l stands for the nonzeros that
/// agree in the first l + 1 of these modes; those of the last level are the nonzeros themselves.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    levels: Vec<Level>,
    values: Vec<f64>,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Default)]
struct Level {
    /// The index of each node in the mode of this level.
    indices: Vec<u32>,
    /// The children of node i are the nodes `children[i]..children[i + 1]` of the next level.
    children: Vec<usize>,
}

/// A run of nonzeros.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// The nodes of each level above the nonzeros of this piece. The first and the last may reach
    /// into the pieces beside it.
    pub(super) nodes: Vec<Range<usize>>,
    /// Whether the first root began in an earlier piece.
    pub(super) continued: bool,
    /// The rows from here to that of the next piece are this one's to write: those of the roots
    /// that begin in it, and the empty rows around them.
    pub(super) first_row: usize,
}

impl Tree {
    /// The tree with `root` at its root over the entries in `order`, which sorts them.
    pub(super) fn new(
        shape: &[usize],
        root: usize,
        indices: &[u32],
        values: &[f64],
        order: &[usize],
    ) -> Self {
        let modes = shape.len();
        let mut levels = vec![Level::default(); modes];
        let index = |entry: usize, level: usize| indices[entry * modes + (root + level) % modes];
        let mut previous = None;
        for &entry in order {
            let differs = |before: usize| {
                (0..modes).position(|level| index(entry, level) != index(before, level))
            };
            let first_new = previous.and_then(differs).unwrap_or(0);
            for level in first_new..modes {
                if level + 1 < modes {
                    let start = levels[level + 1].indices.len();
                    levels[level].children.push(start);
                }
                levels[level].indices.push(index(entry, level));
            }
            previous = Some(entry);
        }
        for level in 0..modes - 1 {
            let end = levels[level + 1].indices.len();
            levels[level].children.push(end);
        }
        for level in &mut levels {
            level.indices.shrink_to_fit();
            level.children.shrink_to_fit();
        }
        let mut tree = Self {
            levels,
            values: order.iter().map(|entry| values[*entry]).collect(),
            pieces: Vec::new(),
        };
        tree.pieces = tree.cut(shape[root]);
        tree
    }

    /// Number of levels: the order of the tensor.
    pub(super) fn depth(&self) -> usize {
        self.levels.len()
    }

    /// The nonzeros in the order of the tree.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The pieces, in the order of the nonzeros.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// All nodes of a level.
    pub(super) fn nodes(&self, level: usize) -> Range<usize> {
        0..self.levels[level].indices.len()
    }

    /// The index of a node in the mode of its level.
    #[inline]
    pub(super) fn index(&self, level: usize, node: usize) -> usize {
        self.levels[level].indices[node] as usize
    }

    /// The children of a node, in the next level.
    #[inline]
    pub(super) fn children(&self, level: usize, node: usize) -> Range<usize> {
        let children = &self.levels[level].children;
        children[node]..children[node + 1]
    }

    /// The indices, in the mode of the last level, and the values of some nonzeros.
    #[inline]
    pub(super) fn leaves(&self, leaves: Range<usize>) -> (&[u32], &[f64]) {
        let indices = &self.levels[self.levels.len() - 1].indices;
        (&indices[leaves.clone()], &self.values[leaves])
    }

    /// Visits the fibres along the last level's mode in order: the indices in the modes above, and
    /// the nonzeros. At order 1 all nonzeros are one fibre.
    pub(super) fn for_each_fibre(&self, mut visit: impl FnMut(&[u32], Range<usize>)) {
        let above = self.levels.len() - 1;
        if above == 0 {
            visit(&[], 0..self.values.len());
            return;
        }
        let mut path = vec![0; above];
        let mut prefix = vec![0; above];
        for fibre in self.nodes(above - 1) {
            path[above - 1] = fibre;
            for level in (0..above - 1).rev() {
                while self.levels[level].children[path[level] + 1] <= path[level + 1] {
                    path[level] += 1;
                }
            }
            for (level, (index, node)) in prefix.iter_mut().zip(&path).enumerate() {
                *index = self.levels[level].indices[*node];
            }
            visit(&prefix, self.children(above - 1, fibre));
        }
    }

    /// Runs of [`PIECE`] nonzeros of a tree over `rows` possible roots.
    fn cut(&self, rows: usize) -> Vec<Piece> {
        let count = self.values.len().div_ceil(PIECE);
        let mut pieces: Vec<Piece> = Vec::with_capacity(count);
        for start in (0..count).map(|p| p * PIECE) {
            let end = (start + PIECE).min(self.values.len());
            let (first, last) = (self.path_to(start), self.path_to(end - 1));
            let nodes: Vec<_> = first.iter().zip(&last).map(|(a, b)| *a..b + 1).collect();
            let before = pieces.last().map_or(0, |piece| piece.nodes[0].end);
            pieces.push(Piece {
                continued: nodes[0].start < before,
                nodes,
                first_row: 0,
            });
        }
        let mut next = rows;
        for piece in pieces.iter_mut().skip(1).rev() {
            let roots = &piece.nodes[0];
            let own = roots.start + usize::from(piece.continued);
            if own < roots.end {
                next = self.index(0, own);
            }
            piece.first_row = next;
        }
        pieces
    }

    /// The node above a nonzero in each level, and the nonzero itself.
    fn path_to(&self, leaf: usize) -> Vec<usize> {
        let mut path = vec![leaf; self.levels.len()];
        for level in (0..self.levels.len() - 1).rev() {
            let (child, children) = (path[level + 1], &self.levels[level].children);
            path[level] = children.partition_point(|start| *start <= child) - 1;
        }
        path
    }
}
