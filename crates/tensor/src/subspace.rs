//! Leading eigenvectors of X_(m) X_(m)ᵀ by products with blocks of vectors alone: subspace iteration
//! with Chebyshev filters and Rayleigh-Ritz (Zhou, Saad, Tiago, Chelikowsky 2006).

use crate::eigen::symmetric_eigen;
use crate::matrix::dot;
use crate::{Matrix, Scratch, Tensor, multiply};

/// Residuals ‖A v − λ v‖ are brought below this share of the largest eigenvalue.
const TOLERANCE: f64 = 1e-12;
/// Filters applied before giving up; each is followed by a test of the residuals.
const FILTERS: usize = 200;
/// The highest degree of a filter.
const DEGREE: f64 = 12.0;
/// A filter may stretch the first vector this much more than the last one wanted: with much more,
/// rounding errors along the first would drown the last.
const STRETCH: f64 = 1e7;
/// The most a filter may stretch any vector: its square must be a number still.
const GROWTH: f64 = 1e100;
/// Vectors iterated beyond those asked for, at least: the filter damps what lies behind them.
const GUARDS: usize = 10;

/// The eigenvectors of the `count` (or n, if fewer) largest eigenvalues, largest first, n × count.
pub(crate) fn leading_eigenvectors(data: &dyn Tensor, mode: usize, count: usize) -> Matrix {
    let n = data.shape()[mode];
    let count = count.min(n);
    if count == 0 {
        return Matrix::zeros(n, 0);
    }
    let width = (count + count.max(GUARDS)).min(n);
    let mut operator = Operator {
        data,
        mode,
        scratch: Scratch::new(),
    };
    let mut block = Block::start(n, width);
    let mut product = Matrix::default();
    for _ in 0..FILTERS {
        operator.times(&block.vectors, &mut product);
        let Some(values) = block.rotate(&mut product) else {
            return Matrix::zeros(n, count);
        };
        let residual = block.largest_residual(&product, &values[..count]);
        if residual <= TOLERANCE * values[0].abs() {
            break;
        }
        block.filter(&mut operator, &mut product, &values, count);
        block.orthonormalise();
    }
    Matrix::from_fn(n, count, |i, j| block.vectors[(i, j)])
}

/// A = X_(m) X_(m)ᵀ.
struct Operator<'a> {
    data: &'a dyn Tensor,
    mode: usize,
    scratch: Scratch,
}

impl Operator<'_> {
    fn times(&mut self, block: &Matrix, out: &mut Matrix) {
        self.data
            .unfolding_gram_times(self.mode, block, out, &mut self.scratch);
    }
}

/// Orthonormal columns.
struct Block {
    vectors: Matrix,
    /// Room for a block of the same size.
    spare: Matrix,
}

impl Block {
    /// The same arbitrary directions in every run.
    fn start(n: usize, width: usize) -> Self {
        let mut block = Self {
            vectors: Matrix::from_fn(n, width, |i, j| arbitrary(i * width + j)),
            spare: Matrix::default(),
        };
        block.orthonormalise();
        block
    }

    /// Rayleigh-Ritz: given `product` = A V, rotates both so that Vᵀ A V is diagonal, and returns the
    /// diagonal, largest first. `None` if the data is not finite.
    fn rotate(&mut self, product: &mut Matrix) -> Option<Vec<f64>> {
        let width = self.vectors.cols();
        let mut small = Matrix::zeros(width, width);
        multiply(
            small.view_mut(),
            self.vectors.view().transpose(),
            product.view(),
        );
        let (mut values, vectors) = symmetric_eigen(&small)?;
        values.reverse();
        let rotation = Matrix::from_fn(width, width, |i, j| vectors[(i, width - 1 - j)]);
        for matrix in [&mut self.vectors, product] {
            self.spare.reshape(matrix.rows(), width);
            multiply(self.spare.view_mut(), matrix.view(), rotation.view());
            std::mem::swap(matrix, &mut self.spare);
        }
        Some(values)
    }

    fn largest_residual(&self, product: &Matrix, values: &[f64]) -> f64 {
        let mut squares = vec![0.0; values.len()];
        for (v, av) in self.vectors.iter_rows().zip(product.iter_rows()) {
            for (((s, v), av), value) in squares.iter_mut().zip(v).zip(av).zip(values) {
                *s += (av - value * v).powi(2);
            }
        }
        squares.into_iter().fold(0.0, f64::max).sqrt()
    }

    /// Replaces V by T_d(A) V, T_d the Chebyshev polynomial of degree d that is bounded on [0, the
    /// smallest eigenvalue found] and grows fastest beyond; given `product` = A V.
    fn filter(
        &mut self,
        operator: &mut Operator<'_>,
        product: &mut Matrix,
        values: &[f64],
        count: usize,
    ) {
        let (first, last) = (values[0], values[count - 1]);
        let bound = values[values.len() - 1];
        // With nothing but rounding errors behind the block, one product removes them.
        let degree = if bound > first * f64::EPSILON {
            degree(first / bound, last / bound)
        } else {
            1
        };
        if degree == 1 {
            std::mem::swap(&mut self.vectors, product);
            return;
        }
        // T_{j+1}(y) = 2 y T_j(y) − T_{j−1}(y) with y = 2 A / bound − 1.
        let scale = 2.0 / bound;
        let mut older = std::mem::take(&mut self.vectors);
        let mut newer = std::mem::take(product);
        combine(&mut newer, scale, &older, -1.0);
        for _ in 1..degree {
            operator.times(&newer, product);
            let pairs = product.as_slice().iter().zip(newer.as_slice());
            for (o, (p, x)) in older.as_mut_slice().iter_mut().zip(pairs) {
                *o = 2.0 * (scale * p - x) - *o;
            }
            std::mem::swap(&mut older, &mut newer);
        }
        self.vectors = newer;
    }

    /// Gram-Schmidt, twice, column by column from the first; a column without a direction of its
    /// own is replaced by an arbitrary one.
    fn orthonormalise(&mut self) {
        let (n, width) = (self.vectors.rows(), self.vectors.cols());
        let mut rows = self.vectors.transposed();
        for j in 0..width {
            let (done, rest) = rows.as_mut_slice().split_at_mut(j * n);
            let column = &mut rest[..n];
            for attempt in 0..=width {
                let before = dot(column, column).sqrt();
                for _ in 0..2 {
                    for other in done.chunks_exact(n.max(1)) {
                        let along = dot(column, other);
                        column
                            .iter_mut()
                            .zip(other)
                            .for_each(|(c, o)| *c -= along * o);
                    }
                }
                let length = dot(column, column).sqrt();
                // What is left of a dependent column is rounding errors, not orthogonal to anything.
                if length > 1e-12 * before {
                    column.iter_mut().for_each(|c| *c /= length);
                    break;
                }
                for (i, c) in column.iter_mut().enumerate() {
                    *c = arbitrary((attempt + 1) * n * width + j * n + i);
                }
            }
        }
        self.vectors = rows.transposed();
    }
}

/// The highest useful degree of a filter whose interval ends at 1, for eigenvalues `first` ≥ `last`
/// beyond it.
fn degree(first: f64, last: f64) -> usize {
    // T_d grows as e^{d acosh y}.
    let growth = |value: f64| (2.0 * value - 1.0).max(1.0).acosh();
    let stretch = growth(first) - growth(last);
    let highest = (STRETCH.ln() / stretch)
        .min(GROWTH.ln() / growth(first))
        .min(DEGREE);
    // In 1..=DEGREE, so the cast is exact.
    highest.max(1.0).floor() as usize
}

/// a ← α a + β b.
fn combine(a: &mut Matrix, alpha: f64, b: &Matrix, beta: f64) {
    for (x, y) in a.as_mut_slice().iter_mut().zip(b.as_slice()) {
        *x = alpha * *x + beta * y;
    }
}

/// A number in (−1, 1) that looks random and is not: the bits of `i` well stirred.
fn arbitrary(i: usize) -> f64 {
    let mut x = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for shift in [31, 29, 32] {
        x = (x ^ (x >> shift)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }
    // The upper 53 bits are exact in f64.
    (x >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}
