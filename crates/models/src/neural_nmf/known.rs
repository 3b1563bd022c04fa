//! What the first layer sees of data with hidden entries: every column its own rows of A⁰.

use hntf_tensor::{Mask, Matrix, gram, inner};

/// A diagonal entry of a column's Gram below this share of the whole Gram's is summed anew: the
/// rounding of the difference must stay below what NNLS takes for a linear dependence (1e-13).
const CANCELLATION: f64 = 0.1;

/// The known entries of a matrix X (m × n), column by column. Sums over the known rows of a column are
/// those over all rows less those over the hidden ones, or are taken over the known ones, whichever
/// is right.
pub(super) struct Known {
    rows: usize,
    /// Whether the lists are those of the hidden rows.
    hidden: bool,
    /// The listed rows of column j, in order, are `listed[starts[j]..starts[j + 1]]`.
    starts: Vec<usize>,
    listed: Vec<u32>,
    sums: Vec<Sums>,
    /// The rows of A⁰ of one column's sum.
    gathered: Matrix,
}

/// How the sums over the known rows of a column are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sums {
    /// All rows are known.
    Whole,
    /// Those over all rows less those over the hidden ones.
    Difference,
    /// Over the known ones.
    Direct,
}

impl Known {
    /// The lists of a mask; none if it hides nothing.
    ///
    /// Cost: two passes over its list, which this keeps once more, column by column.
    pub(super) fn new(mask: &Mask) -> Option<Self> {
        if mask.hides_nothing() {
            return None;
        }
        let (rows, columns) = (mask.shape()[0], mask.shape()[1]);
        let mut starts = vec![0; columns + 1];
        mask.for_each_listed(|index| starts[index[1] as usize + 1] += 1);
        for j in 0..columns {
            starts[j + 1] += starts[j];
        }
        let mut next = starts.clone();
        let mut listed = vec![0; starts[columns]];
        mask.for_each_listed(|index| {
            let at = &mut next[index[1] as usize];
            listed[*at] = index[0];
            *at += 1;
        });
        Some(Self {
            rows,
            hidden: mask.lists_hidden(),
            starts,
            listed,
            sums: vec![Sums::Direct; columns],
            gathered: Matrix::default(),
        })
    }

    /// Number of known entries.
    pub(super) fn entries(&self) -> f64 {
        let listed = self.listed.len() as f64;
        if self.hidden {
            self.rows as f64 * self.sums.len() as f64 - listed
        } else {
            listed
        }
    }

    /// Chooses how each column's sums are taken for A⁰ = `a` with AᵀA = `gram`. The other methods are
    /// then for the same `a`.
    pub(super) fn prepare(&mut self, a: &Matrix, gram: &Matrix, work: &mut Vec<f64>) {
        if !self.hidden {
            return;
        }
        for j in 0..self.sums.len() {
            let hidden = self.listed(j);
            self.sums[j] = if hidden.is_empty() {
                Sums::Whole
            } else if 2 * hidden.len() >= self.rows {
                Sums::Direct
            } else {
                work.clear();
                work.resize(a.cols(), 0.0);
                for i in hidden {
                    let squares = a.row(*i as usize).iter().map(|x| x * x);
                    work.iter_mut().zip(squares).for_each(|(s, x)| *s += x);
                }
                let mut cancels = work.iter().enumerate().map(|(c, s)| {
                    let whole = gram[(c, c)];
                    whole - s < CANCELLATION * whole
                });
                if cancels.any(|c| c) {
                    Sums::Direct
                } else {
                    Sums::Difference
                }
            };
        }
    }

    /// `out` ← the Gram of the rows of A⁰ that column j sees; false, and `out` as it is, if these are
    /// all.
    ///
    /// Cost: r² for every row of the sum.
    pub(super) fn gram(&mut self, j: usize, a: &Matrix, whole: &Matrix, out: &mut Matrix) -> bool {
        if self.sums[j] == Sums::Whole {
            return false;
        }
        // Side by side, so that the sum is a product of matrices.
        let mut rows = std::mem::take(&mut self.gathered).into_vec();
        rows.clear();
        let mut count = 0;
        self.for_each_row(j, |i| {
            rows.extend_from_slice(a.row(i));
            count += 1;
        });
        self.gathered = Matrix::from_vec(count, a.cols(), rows);
        gram(&self.gathered, out);
        if self.sums[j] == Sums::Difference {
            let pairs = out.as_mut_slice().iter_mut().zip(whole.as_slice());
            pairs.for_each(|(part, whole)| *part = whole - *part);
        }
        true
    }

    /// Turns the rows AᵀA k_j of `products` into A_jᵀA_j k_j, for the rows k_j of `k`.
    pub(super) fn restrict_products(&self, a: &Matrix, k: &Matrix, products: &mut Matrix) {
        for j in 0..self.sums.len() {
            let (x, out) = (k.row(j), products.row_mut(j));
            let sign = match self.sums[j] {
                Sums::Whole => continue,
                Sums::Difference => -1.0,
                Sums::Direct => {
                    out.fill(0.0);
                    1.0
                }
            };
            self.for_each_row(j, |i| {
                let row = a.row(i);
                add_scaled(out, row, sign * inner(row, x));
            });
        }
    }

    /// Adds to row i of `out`, for every known x_ij, a_i M_j with
    /// M_j = Σ scale k_j k_jᵀ − t_j u_jᵀ − u_j t_jᵀ over the (scale, K) of `terms`.
    ///
    /// `m` is room for the sum of the M_j of which all rows are taken first.
    pub(super) fn add_model_gradient(
        &self,
        a: &Matrix,
        [t, u]: [&Matrix; 2],
        terms: &[(f64, &Matrix)],
        m: &mut Matrix,
        out: &mut Matrix,
    ) {
        m.fill(a.cols(), a.cols(), 0.0);
        for j in (0..self.sums.len()).filter(|j| self.sums[*j] != Sums::Direct) {
            for (scale, k) in terms {
                add_outer(m, k.row(j), k.row(j), *scale);
            }
            add_outer(m, t.row(j), u.row(j), -1.0);
            add_outer(m, u.row(j), t.row(j), -1.0);
        }
        for i in 0..a.rows() {
            for (c, x) in a.row(i).iter().enumerate() {
                add_scaled(out.row_mut(i), m.row(c), *x);
            }
        }
        for j in 0..self.sums.len() {
            let sign = match self.sums[j] {
                Sums::Whole => continue,
                Sums::Difference => -1.0,
                Sums::Direct => 1.0,
            };
            let (t, u) = (t.row(j), u.row(j));
            self.for_each_row(j, |i| {
                let (row, out) = (a.row(i), out.row_mut(i));
                for (scale, k) in terms {
                    add_scaled(out, k.row(j), sign * scale * inner(row, k.row(j)));
                }
                add_scaled(out, u, -sign * inner(row, t));
                add_scaled(out, t, -sign * inner(row, u));
            });
        }
    }

    fn listed(&self, j: usize) -> &[u32] {
        &self.listed[self.starts[j]..self.starts[j + 1]]
    }

    /// The rows that column j's sums are corrected by: the hidden ones of a difference, else the known
    /// ones.
    fn for_each_row(&self, j: usize, mut visit: impl FnMut(usize)) {
        let listed = self.listed(j).iter().map(|i| *i as usize);
        if self.hidden && self.sums[j] == Sums::Direct {
            let mut from = 0;
            for hidden in listed.chain([self.rows]) {
                (from..hidden).for_each(&mut visit);
                from = hidden + 1;
            }
        } else {
            listed.for_each(visit);
        }
    }
}

fn add_scaled(out: &mut [f64], row: &[f64], scale: f64) {
    out.iter_mut().zip(row).for_each(|(o, x)| *o += scale * x);
}

fn add_outer(out: &mut Matrix, left: &[f64], right: &[f64], scale: f64) {
    for (c, x) in left.iter().enumerate() {
        add_scaled(out.row_mut(c), right, scale * x);
    }
}
