//! Sums of weighted rows, with the number of columns known to the compiler.

use crate::Matrix;

/// Columns taken at a time: as many as sums of a fibre fit into registers.
pub(super) const WIDEST: usize = 16;

/// Runs `$body` with the constant `$R` equal to `$width`, which must lie in 1..=[`WIDEST`].
macro_rules! with_width {
    ($width:expr, $R:ident => $body:expr) => {
        with_width!(@ $width, $R => $body; 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
    };
    (@ $width:expr, $R:ident => $body:expr; $($n:literal)*) => {
        match $width {
            $($n => { const $R: usize = $n; $body })*
            _ => unreachable!("blocks have 1 to 16 columns"),
        }
    };
}
pub(super) use with_width;

/// Blocks of at most [`WIDEST`] columns, of nearly equal width: (first column, width).
pub(super) fn blocks(columns: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = columns.div_ceil(WIDEST);
    (0..count).map(move |b| {
        let (from, to) = (b * columns / count, (b + 1) * columns / count);
        (from, to - from)
    })
}

/// R columns of a factor, beginning with `column`.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a, const R: usize> {
    values: &'a [f64],
    stride: usize,
    column: usize,
}

impl<'a, const R: usize> Columns<'a, R> {
    pub(super) fn new(factor: &'a Matrix, column: usize) -> Self {
        Self {
            values: factor.as_slice(),
            stride: factor.cols(),
            column,
        }
    }

    #[inline(always)]
    pub(super) fn row(&self, i: usize) -> &'a [f64] {
        let start = i * self.stride + self.column;
        &self.values[start..start + R]
    }

    /// Σ_e `values[e]` · row `indices[e]`.
    #[inline(always)]
    pub(super) fn weighted_sum(&self, indices: &[u32], values: &[f64]) -> [f64; R] {
        let mut sum = [0.0; R];
        for (i, x) in indices.iter().zip(values) {
            for (s, f) in sum.iter_mut().zip(self.row(*i as usize)) {
                *s += x * f;
            }
        }
        sum
    }
}

/// `out` ← Σ_e `values[e]` · row `indices[e]` of `factor`, all columns.
pub(super) fn weighted_rows(indices: &[u32], values: &[f64], factor: &Matrix, out: &mut [f64]) {
    for (column, width) in blocks(factor.cols()) {
        with_width!(width, R => {
            let sum = Columns::<R>::new(factor, column).weighted_sum(indices, values);
            out[column..column + R].copy_from_slice(&sum);
        });
    }
}
