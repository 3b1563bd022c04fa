//! Dense tensors of any order, contracted through views of one row-major array.

mod contractions;
mod dimension_tree;

use crate::contraction::{around, khatri_rao, product, project, unfold, view, view_mut};
use crate::{CpTensor, Matrix, Scratch, TensorError};

/// A dense tensor, row-major: the last index varies fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseTensor {
    shape: Vec<usize>,
    values: Vec<f64>,
}

impl DenseTensor {
    /// A tensor of the given shape over row-major `values`.
    ///
    /// # Errors
    /// [`TensorError::NoModes`], [`TensorError::TooLarge`], or [`TensorError::Length`] if the
    /// number of values is not the product of the sizes.
    pub fn new(shape: Vec<usize>, values: Vec<f64>) -> Result<Self, TensorError> {
        if shape.is_empty() {
            return Err(TensorError::NoModes);
        }
        let Some(expected) = shape.iter().try_fold(1_usize, |p, n| p.checked_mul(*n)) else {
            return Err(TensorError::TooLarge { shape });
        };
        if values.len() != expected {
            return Err(TensorError::Length {
                shape,
                expected,
                found: values.len(),
            });
        }
        Ok(Self { shape, values })
    }

    /// Makes it a tensor of zeros, keeping its memory where it can.
    pub(crate) fn reset(&mut self, shape: &[usize]) {
        self.shape.clear();
        self.shape.extend_from_slice(shape);
        self.values.clear();
        self.values.resize(shape.iter().product(), 0.0);
    }

    /// A tensor of order 1 and size 0, to be [`DenseTensor::reset`].
    pub(crate) fn blank() -> Self {
        Self::blank_over(Vec::new())
    }

    /// As [`DenseTensor::blank`], in the memory of a buffer.
    pub(crate) fn blank_over(mut values: Vec<f64>) -> Self {
        values.clear();
        Self {
            shape: vec![0],
            values,
        }
    }

    /// The entries, row-major.
    pub(crate) fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// A tensor of zeros of the given shape.
    pub fn zeros(shape: Vec<usize>) -> Self {
        let values = vec![0.0; shape.iter().product()];
        Self { shape, values }
    }

    /// The matrix as a tensor of order 2.
    pub fn from_matrix(matrix: Matrix) -> Self {
        Self {
            shape: vec![matrix.rows(), matrix.cols()],
            values: matrix.into_vec(),
        }
    }

    /// The full tensor of ⟦F⟧: Π n_i entries. For data and pictures; solvers never need it.
    pub fn from_cp(model: &CpTensor) -> Self {
        Self::from_factors(model.factors())
    }

    /// As [`DenseTensor::from_cp`], of one factor at least, all of one rank.
    pub(crate) fn from_factors(factors: &[Matrix]) -> Self {
        let mut scratch = Scratch::new();
        let (first, rest) = factors.split_at(1);
        let rank = first[0].cols();
        let right = khatri_rao(rest, rank, &mut scratch);
        let columns: usize = rest.iter().map(Matrix::rows).product();
        let mut values = vec![0.0; first[0].rows() * columns];
        product(
            view_mut(&mut values, first[0].rows(), columns),
            first[0].view(),
            view(&right, columns, rank).transpose(),
            faer::Par::Seq,
        );
        Self {
            shape: factors.iter().map(Matrix::rows).collect(),
            values,
        }
    }

    /// All entries, row-major.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The entries, row-major, to be changed.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// The largest entries along `mode`, as an array over the remaining modes in order.
    pub fn max_projection(&self, mode: usize) -> Self {
        let (left, n, right) = self.around(mode);
        let mut values = vec![f64::NEG_INFINITY; left * right];
        for l in 0..left {
            for i in 0..n {
                let row = &self.values[(l * n + i) * right..(l * n + i + 1) * right];
                for (best, x) in values[l * right..(l + 1) * right].iter_mut().zip(row) {
                    *best = best.max(*x);
                }
            }
        }
        let mut shape = self.shape.clone();
        shape.remove(mode);
        Self { shape, values }
    }

    /// `out` ← X_(m), n_m × the product of the other sizes in their order.
    pub(crate) fn unfold(&self, mode: usize, out: &mut Matrix) {
        unfold(&self.values, &self.shape, mode, out);
    }

    /// `out` ← the projection over the modes whose projection is given, unfolded along `mode`.
    pub(crate) fn project_unfolded(
        &self,
        mode: usize,
        projections: &[Option<&Matrix>],
        out: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        let mut shape = self.shape.clone();
        match project(&self.values, &mut shape, projections, scratch) {
            Some(values) => {
                unfold(&values, &shape, mode, out);
                scratch.give(values);
            }
            None => unfold(&self.values, &shape, mode, out),
        }
    }

    /// Whether the Khatri-Rao product of all modes but the first, for factors of this rank, is too long
    /// to be formed beside the data: above 32 MB.
    pub(crate) fn is_long(&self, rank: usize) -> bool {
        let rows = self.shape[1..].iter();
        rows.fold(rank, |p, n| p.saturating_mul(*n)) > 1 << 22
    }

    /// Product of the sizes before `mode`, its size, and the product of those after it.
    fn around(&self, mode: usize) -> (usize, usize, usize) {
        around(&self.shape, mode)
    }
}
