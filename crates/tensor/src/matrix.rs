//! Row-major matrices: the factors of every model, and the small products between them.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use serde::{Deserialize, Serialize};

use crate::TensorError;

/// A dense row-major matrix. As a factor: mode size × rank.
///
/// With serde it is `rows`, `cols` and the row-major `values`, whose number is checked when it is
/// read. Formats that know no NaN and no infinities, such as JSON, keep finite entries only.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Matrix {
    rows: usize,
    cols: usize,
    values: Vec<f64>,
}

/// A matrix as it is read, before its shape is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "Matrix")]
struct Parts {
    rows: usize,
    cols: usize,
    values: Vec<f64>,
}

impl TryFrom<Parts> for Matrix {
    type Error = TensorError;

    fn try_from(parts: Parts) -> Result<Self, TensorError> {
        let Parts { rows, cols, values } = parts;
        let shape = vec![rows, cols];
        match rows.checked_mul(cols) {
            None => Err(TensorError::TooLarge { shape }),
            Some(expected) if expected != values.len() => Err(TensorError::Length {
                shape,
                expected,
                found: values.len(),
            }),
            Some(_) => Ok(Self { rows, cols, values }),
        }
    }
}

impl Matrix {
    /// A `rows` × `cols` matrix of zeros.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self {
            rows,
            cols,
            values: vec![0.0; rows * cols],
        }
    }

    /// The `rows` × `cols` matrix whose entry (i, j) is `value(i, j)`, filled in row-major order.
    pub fn from_fn(rows: usize, cols: usize, mut value: impl FnMut(usize, usize) -> f64) -> Self {
        let mut values = Vec::with_capacity(rows * cols);
        for i in 0..rows {
            for j in 0..cols {
                values.push(value(i, j));
            }
        }
        Self { rows, cols, values }
    }

    /// A matrix over row-major `values`.
    ///
    /// # Panics
    /// If there are not `rows * cols` values.
    pub fn from_vec(rows: usize, cols: usize, values: Vec<f64>) -> Self {
        assert_eq!(
            values.len(),
            rows * cols,
            "a {rows} × {cols} matrix over {} values",
            values.len()
        );
        Self { rows, cols, values }
    }

    /// The identity of size `n`.
    pub fn identity(n: usize) -> Self {
        Self::from_fn(n, n, |i, j| f64::from(u8::from(i == j)))
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.cols..(i + 1) * self.cols]
    }

    /// Row `i`, to be changed.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.values[i * self.cols..(i + 1) * self.cols]
    }

    /// The rows in order; none if there are no columns.
    pub fn iter_rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.cols.max(1))
    }

    /// All values, row-major.
    pub fn as_slice(&self) -> &[f64] {
        &self.values
    }

    /// All values, row-major, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// The values, row-major.
    pub fn into_vec(self) -> Vec<f64> {
        self.values
    }

    /// A view for faer's kernels.
    pub fn view(&self) -> MatRef<'_, f64> {
        MatRef::from_row_major_slice(&self.values, self.rows, self.cols)
    }

    /// A view for faer's kernels, to be written.
    pub fn view_mut(&mut self) -> MatMut<'_, f64> {
        MatMut::from_row_major_slice_mut(&mut self.values, self.rows, self.cols)
    }

    /// The transpose, as a copy.
    pub fn transposed(&self) -> Self {
        Self::from_fn(self.cols, self.rows, |i, j| self[(j, i)])
    }

    /// The product `self · other`, as a new matrix. Loops should [`multiply`] into one they keep.
    pub fn times(&self, other: &Self) -> Self {
        let mut out = Self::zeros(self.rows, other.cols);
        multiply(out.view_mut(), self.view(), other.view());
        out
    }

    /// Becomes the product a · b of views, in its shape and on the calling thread; the memory is kept
    /// where it can be.
    pub fn set_product(&mut self, a: MatRef<'_, f64>, b: MatRef<'_, f64>) {
        self.reshape(a.nrows(), b.ncols());
        multiply(self.view_mut(), a, b);
    }

    /// Adds `scale` · a · b, which must be of its shape, on the calling thread.
    pub fn add_product(&mut self, a: MatRef<'_, f64>, b: MatRef<'_, f64>, scale: f64) {
        matmul(self.view_mut(), Accum::Add, a, b, scale, Par::Seq);
    }

    /// Adds `scale` · `other`, which must be of its shape.
    pub fn add_scaled(&mut self, other: &Self, scale: f64) {
        let pairs = self.values.iter_mut().zip(&other.values);
        pairs.for_each(|(x, y)| *x += scale * y);
    }

    /// Becomes a copy of a view; the memory is kept where it can be.
    pub fn set(&mut self, a: MatRef<'_, f64>) {
        self.reshape(a.nrows(), a.ncols());
        self.view_mut().copy_from(a);
    }

    /// Becomes `rows` × `cols` entries of one value; the memory is kept where it can be.
    pub fn fill(&mut self, rows: usize, cols: usize, value: f64) {
        self.reshape(rows, cols);
        self.values.fill(value);
    }

    /// Becomes `rows` copies of one row; the memory is kept where it can be.
    pub fn fill_rows(&mut self, rows: usize, row: &[f64]) {
        self.reshape(rows, row.len());
        for own in self.values.chunks_exact_mut(row.len().max(1)) {
            own.copy_from_slice(row);
        }
    }

    /// The inner product ⟨self, other⟩ with a matrix of its shape, as [`inner`] of the values.
    pub fn inner(&self, other: &Self) -> f64 {
        inner(&self.values, &other.values)
    }

    /// Sum of all entries, in row-major order.
    pub fn sum(&self) -> f64 {
        self.values.iter().sum()
    }

    /// Sum of squared entries.
    pub fn squared_norm(&self) -> f64 {
        dot(&self.values, &self.values)
    }

    /// The Euclidean length of every column.
    pub fn column_norms(&self) -> Vec<f64> {
        let mut squares = vec![0.0; self.cols];
        for row in self.iter_rows() {
            for (s, x) in squares.iter_mut().zip(row) {
                *s += x * x;
            }
        }
        squares.into_iter().map(f64::sqrt).collect()
    }

    /// The sum of every column.
    pub fn column_sums(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.cols];
        for row in self.iter_rows() {
            sums.iter_mut().zip(row).for_each(|(s, x)| *s += x);
        }
        sums
    }

    /// Multiplies column j by `scales[j]`.
    pub fn scale_columns(&mut self, scales: &[f64]) {
        for row in self.values.chunks_exact_mut(self.cols.max(1)) {
            for (x, s) in row.iter_mut().zip(scales) {
                *x *= s;
            }
        }
    }

    /// Gives the matrix another shape, keeping its memory where it can; the entries are unspecified.
    pub fn reshape(&mut self, rows: usize, cols: usize) {
        self.rows = rows;
        self.cols = cols;
        self.values.resize(rows * cols, 0.0);
    }
}

impl std::ops::Index<(usize, usize)> for Matrix {
    type Output = f64;
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.values[i * self.cols + j]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.values[i * self.cols + j]
    }
}

/// `out ← a · b`, on the calling thread. Faer's own operators would use all threads and allocate.
pub fn multiply(out: MatMut<'_, f64>, a: MatRef<'_, f64>, b: MatRef<'_, f64>) {
    matmul(out, Accum::Replace, a, b, 1.0, Par::Seq);
}

/// `out ← FᵀF` for a factor F of n × r.
pub fn gram(factor: &Matrix, out: &mut Matrix) {
    out.reshape(factor.cols, factor.cols);
    multiply(out.view_mut(), factor.view().transpose(), factor.view());
}

/// `out` ← entrywise product of all `grams` but the one of `skip` (all of them for `None`); a
/// matrix of ones if none is left.
pub fn hadamard_of_grams(grams: &[Matrix], skip: Option<usize>, out: &mut Matrix) {
    let rank = grams.first().map_or(0, Matrix::cols);
    out.reshape(rank, rank);
    out.values.fill(1.0);
    for (_, g) in grams.iter().enumerate().filter(|(i, _)| Some(*i) != skip) {
        for (o, x) in out.values.iter_mut().zip(&g.values) {
            *o *= x;
        }
    }
}

/// The inner product of two slices of one length, added in order.
pub fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Inner product with eight running sums: vectorised, and always added in the same order.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    let (a8, b8) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let tail: f64 = a8
        .remainder()
        .iter()
        .zip(b8.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a8.zip(b8) {
        for ((l, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *l += x * y;
        }
    }
    lanes.iter().sum::<f64>() + tail
}
