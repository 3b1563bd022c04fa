//! Sums over the known entries of every row of an unfolding.

use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use hntf_tensor::{Mask, Matrix};

/// A diagonal entry of a row's Gram below this share of the whole Gram's is summed anew: the rounding
/// of the difference must stay below what NNLS takes for a linear dependence (1e-13).
const CANCELLATION: f64 = 0.1;

/// Places beyond which no sum is taken over the known ones of a list of hidden ones.
const MANY_PLACES: usize = 1 << 20;

/// A diagonal entry of such a row's Gram below this share of the whole Gram's is rounding: the row does
/// not see the component.
const UNSEEN: f64 = 1e-10;

/// Rows of a Khatri-Rao product that are held at a time.
const BLOCK: usize = 256;

/// The rows of ⊙_{i≠m} F_i, one for each place: one index for every mode but m, in their order.
#[derive(Debug, Clone)]
pub(super) struct KhatriRao<'a> {
    factors: Vec<&'a Matrix>,
}

impl<'a> KhatriRao<'a> {
    /// That of all factors (n_i × r) but one.
    pub(super) fn without(factors: &'a [Matrix], mode: usize) -> Self {
        let others = factors.iter().enumerate().filter(|(i, _)| *i != mode);
        Self {
            factors: others.map(|(_, f)| f).collect(),
        }
    }

    /// `out` ← the row of a place, r numbers.
    fn row(&self, place: &[u32], out: &mut [f64]) {
        out.fill(1.0);
        for (factor, index) in self.factors.iter().zip(place) {
            let row = factor.row(*index as usize).iter();
            out.iter_mut().zip(row).for_each(|(o, f)| *o *= f);
        }
    }
}

/// The known entries of X_(m), row by row, as lists of the places of the known or of the hidden ones.
#[derive(Debug, Clone)]
pub(super) struct KnownRows {
    /// The sizes of all modes but m, and their product if this machine can count so far.
    sizes: Vec<usize>,
    places: Option<usize>,
    /// Whether the lists are those of the hidden places.
    hidden: bool,
    /// The places listed for row j, in order, are those from `starts[j]` to `starts[j + 1]`.
    starts: Vec<usize>,
    /// One index for every size of each.
    listed: Vec<u32>,
}

/// How a sum over the known places of a row is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sums {
    /// All places are known.
    Whole,
    /// That over all places less that over the hidden ones.
    Difference,
    /// Over the known ones.
    Direct,
}

impl KnownRows {
    /// The lists of a mask for the rows of mode `mode`; none if it hides nothing.
    ///
    /// Cost: two passes over the mask's list, which this keeps once more, row by row.
    pub(super) fn new(mask: &Mask, mode: usize) -> Option<Self> {
        if mask.hides_nothing() {
            return None;
        }
        let (rows, width) = (mask.shape()[mode], mask.shape().len() - 1);
        let mut sizes = mask.shape().to_vec();
        sizes.remove(mode);
        let mut starts = vec![0; rows + 1];
        mask.for_each_listed(|index| starts[index[mode] as usize + 1] += 1);
        for j in 0..rows {
            starts[j + 1] += starts[j];
        }
        let mut next = starts.clone();
        let mut listed = vec![0; starts[rows] * width];
        mask.for_each_listed(|index| {
            let at = &mut next[index[mode] as usize];
            let place = &mut listed[*at * width..(*at + 1) * width];
            place[..mode].copy_from_slice(&index[..mode]);
            place[mode..].copy_from_slice(&index[mode + 1..]);
            *at += 1;
        });
        Some(Self {
            places: sizes.iter().try_fold(1_usize, |p, n| p.checked_mul(*n)),
            sizes,
            hidden: mask.lists_hidden(),
            starts,
            listed,
        })
    }

    /// The places listed for row j.
    fn listed(&self, j: usize) -> impl Iterator<Item = &[u32]> + Clone {
        let width = self.sizes.len();
        self.listed[self.starts[j] * width..self.starts[j + 1] * width].chunks_exact(width)
    }

    /// How row j's sums should be taken for the rows of a Khatri-Rao product with the Gram `whole`.
    fn sums(&self, j: usize, rows: &KhatriRao<'_>, whole: &Matrix, work: &mut Matrix) -> Sums {
        let hidden = self.starts[j + 1] - self.starts[j];
        if !self.hidden {
            return Sums::Direct;
        }
        if hidden == 0 {
            return Sums::Whole;
        }
        let places = self.places.unwrap_or(usize::MAX);
        if hidden >= places - places / 2 {
            return Sums::Direct;
        }
        if places > MANY_PLACES {
            return Sums::Difference;
        }
        // In the second row of the work space what is hidden of the diagonal.
        work.fill(2, whole.cols(), 0.0);
        let (row, squares) = work.as_mut_slice().split_at_mut(whole.cols());
        for place in self.listed(j) {
            rows.row(place, row);
            squares.iter_mut().zip(&*row).for_each(|(s, x)| *s += x * x);
        }
        let mut cancels = squares.iter().enumerate().map(|(c, s)| {
            let whole = whole[(c, c)];
            whole - s < CANCELLATION * whole
        });
        if cancels.any(|c| c) {
            Sums::Direct
        } else {
            Sums::Difference
        }
    }

    /// Visits the places over which row j's sum runs: the hidden ones of a difference, else the known
    /// ones; none if the sum is the whole one.
    fn for_each_place(&self, j: usize, sums: Sums, mut visit: impl FnMut(&[u32])) {
        match sums {
            Sums::Whole => {}
            Sums::Direct if self.hidden => {
                let mut hidden = self.listed(j).peekable();
                let mut place = vec![0_u32; self.sizes.len()];
                for _ in 0..self.places.unwrap_or(usize::MAX) {
                    if hidden.next_if(|h| *h == place).is_none() {
                        visit(&place);
                    }
                    // The next place, the last mode fastest.
                    for (i, n) in place.iter_mut().zip(&self.sizes).rev() {
                        *i = i.wrapping_add(1);
                        if (*i as usize) < *n {
                            break;
                        }
                        *i = 0;
                    }
                }
            }
            Sums::Direct | Sums::Difference => self.listed(j).for_each(visit),
        }
    }
}

/// The Grams of the rows of a Khatri-Rao product that each row of the data sees.
pub(super) struct KnownGrams<'a> {
    lists: &'a KnownRows,
    rows: KhatriRao<'a>,
    /// That of all places.
    whole: Matrix,
    block: Matrix,
    work: Matrix,
}

impl<'a> KnownGrams<'a> {
    pub(super) fn new(lists: &'a KnownRows, rows: KhatriRao<'a>, whole: Matrix) -> Self {
        let rank = whole.cols();
        Self {
            lists,
            rows,
            whole,
            block: Matrix::zeros(BLOCK, rank),
            work: Matrix::default(),
        }
    }

    /// `out` ← the Gram of row j. False, and `out` as it is, if that is the whole one.
    pub(super) fn gram(&mut self, j: usize, out: &mut Matrix) -> bool {
        let Self {
            lists,
            rows,
            whole,
            block,
            work,
        } = self;
        let sums = lists.sums(j, rows, whole, work);
        let sign = match sums {
            Sums::Whole => return false,
            Sums::Difference => {
                out.clone_from(whole);
                -1.0
            }
            Sums::Direct => {
                out.fill(whole.rows(), whole.cols(), 0.0);
                1.0
            }
        };
        let mut held = 0;
        let mut add = |block: &Matrix, held: usize| {
            let rows = block.view().subrows(0, held);
            let (add, seq) = (Accum::Add, Par::Seq);
            matmul(out.view_mut(), add, rows.transpose(), rows, sign, seq);
        };
        lists.for_each_place(j, sums, |place| {
            rows.row(place, block.row_mut(held));
            held += 1;
            if held == BLOCK {
                add(block, held);
                held = 0;
            }
        });
        add(block, held);
        if sums == Sums::Difference {
            leave_out_unseen(whole, out);
        }
        true
    }
}

/// Zeros for the components of whose Gram nothing but rounding is left.
fn leave_out_unseen(whole: &Matrix, out: &mut Matrix) {
    for c in 0..whole.cols() {
        if out[(c, c)] <= UNSEEN * whole[(c, c)] {
            for i in 0..whole.cols() {
                (out[(c, i)], out[(i, c)]) = (0.0, 0.0);
            }
        }
    }
}
