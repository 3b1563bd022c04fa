//! Known classes of the indices of one mode.

use hntf_tensor::Matrix;

/// Which class each index of the labelled mode (a document, say) belongs to, where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    classes: usize,
    of: Vec<Option<usize>>,
}

impl Labels {
    /// Labels with classes 0 … `classes` − 1; `None` for an index whose class may not be used.
    ///
    /// Returns `None` if a class is out of range.
    pub fn new(classes: usize, of: Vec<Option<usize>>) -> Option<Self> {
        of.iter()
            .flatten()
            .all(|c| *c < classes)
            .then_some(Self { classes, of })
    }

    /// No classes and no labels, for `len` indices.
    pub fn unknown(len: usize) -> Self {
        Self {
            classes: 0,
            of: vec![None; len],
        }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of indices, labelled or not.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether there are no indices.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The class of index `j`, if known.
    pub fn class(&self, j: usize) -> Option<usize> {
        self.of[j]
    }

    /// `out` ← (L*Y) T, classes × r: for every class the sum of the rows of T (n × r) with its label.
    pub fn sums(&self, rows: &Matrix, out: &mut Matrix) {
        out.fill(self.classes, rows.cols(), 0.0);
        for (j, class) in self.known() {
            let sums = out.row_mut(class).iter_mut();
            sums.zip(rows.row(j)).for_each(|(s, x)| *s += x);
        }
    }

    /// `out` ← Σ t_j t_jᵀ over the labelled rows t_j of T (n × r): r × r. O(n r²).
    pub fn gram(&self, rows: &Matrix, out: &mut Matrix) {
        out.fill(rows.cols(), rows.cols(), 0.0);
        for (j, _) in self.known() {
            add_square(rows.row(j), out);
        }
    }

    /// (index, class) of all labelled indices, in order.
    pub fn known(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.of
            .iter()
            .enumerate()
            .filter_map(|(j, c)| c.map(|c| (j, c)))
    }
}

/// `out` += x xᵀ.
pub(crate) fn add_square(x: &[f64], out: &mut Matrix) {
    for (i, a) in x.iter().enumerate() {
        let row = out.row_mut(i).iter_mut();
        row.zip(x).for_each(|(o, b)| *o += a * b);
    }
}
