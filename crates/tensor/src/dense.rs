//! Dense tensors of any order, contracted through views of one row-major array.

mod dimension_tree;

use crate::contraction::{
    around, contract_left, khatri_rao, product, project, unfold, view, view_mut,
};
use crate::divergence::{Fibres, quotient_mttkrp, relative_entropy};
use crate::matrix::dot;
use crate::{ContentWriter, CpTensor, Incomplete, Mask, Matrix, Scratch, Tensor, TensorError};
use dimension_tree::{Leaves, Sweep};

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

    /// Checks that the tensor can be factorized: finite, nonnegative, not all zero.
    ///
    /// # Errors
    /// The first offending entry in row-major order, with its position.
    pub fn check_nonnegative(&self) -> Result<(), TensorError> {
        self.check_entries()?;
        if self.values.iter().all(|x| *x == 0.0) {
            Err(TensorError::AllZero)
        } else {
            Ok(())
        }
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

    fn index_of(&self, mut at: usize) -> Vec<usize> {
        let mut index = vec![0; self.shape.len()];
        for (i, n) in index.iter_mut().zip(&self.shape).rev() {
            *i = at % n;
            at /= n;
        }
        index
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

    /// Product of the sizes before `mode`, its size, and the product of those after it.
    fn around(&self, mode: usize) -> (usize, usize, usize) {
        around(&self.shape, mode)
    }

    /// Where to cut the modes in two halves of about equal size, so that the Khatri-Rao product of
    /// neither half is long.
    fn middle(&self) -> usize {
        let cost = |cut: usize| {
            let size = |part: &[usize]| part.iter().product::<usize>();
            size(&self.shape[..cut]).max(size(&self.shape[cut..]))
        };
        (1..self.shape.len())
            .min_by_key(|cut| cost(*cut))
            .unwrap_or(0)
    }
}

impl Tensor for DenseTensor {
    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn as_dense(&self) -> Option<&DenseTensor> {
        Some(self)
    }

    fn hiding(&self, indices: Vec<u32>) -> Result<Option<Box<dyn Tensor>>, TensorError> {
        let mask = Mask::hiding(self.shape.clone(), indices)?;
        Ok(Some(Box::new(Incomplete::dense(self.clone(), mask)?)))
    }

    fn check_entries(&self) -> Result<(), TensorError> {
        let Some(at) = self.values.iter().position(is_no_entry) else {
            return Ok(());
        };
        let (index, value) = (self.index_of(at), self.values[at]);
        Err(if value.is_finite() {
            TensorError::Negative { index, value }
        } else {
            TensorError::NotFinite { index, value }
        })
    }

    fn content(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut out = ContentWriter::new(sink);
        out.text("dense");
        out.sizes(&self.shape);
        out.numbers(&self.values);
    }

    fn squared_norm(&self) -> f64 {
        dot(&self.values, &self.values)
    }

    fn sum(&self) -> f64 {
        self.values.iter().sum()
    }

    // X is seen as left × n × right. The right modes go first in one large product, the left ones
    // then cost 1/right of it; for the last mode one product with the left half is all.
    fn mttkrp(&self, factors: &[Matrix], mode: usize, out: &mut Matrix, scratch: &mut Scratch) {
        let (left, n, right) = self.around(mode);
        let rank = factors[mode].cols();
        out.reshape(n, rank);
        let par = scratch.par(self.values.len() * rank);
        let before = khatri_rao(&factors[..mode], rank, scratch);
        if mode + 1 == factors.len() {
            let x = view(&self.values, left, n);
            product(
                out.view_mut(),
                x.transpose(),
                view(&before, left, rank),
                par,
            );
        } else {
            let after = khatri_rao(&factors[mode + 1..], rank, scratch);
            let x = view(&self.values, left * n, right);
            if mode == 0 {
                product(out.view_mut(), x, view(&after, right, rank), par);
            } else {
                let mut node = scratch.take(left * n * rank);
                product(
                    view_mut(&mut node, left * n, rank),
                    x,
                    view(&after, right, rank),
                    par,
                );
                contract_left(&node, &before, rank, out.as_mut_slice());
                scratch.give(node);
            }
            scratch.give(after);
        }
        scratch.give(before);
    }

    // A binary dimension tree: only its two top nodes touch the data, whatever the order.
    fn mttkrp_sweep(
        &self,
        factors: &mut [Matrix],
        scratch: &mut Scratch,
        update: &mut dyn FnMut(usize, &Matrix, &mut [Matrix]),
    ) {
        let rank = factors[0].cols();
        let mut sweep = Sweep {
            shape: &self.shape,
            rank,
            out: Matrix::default(),
            update,
        };
        let cut = self.middle();
        if cut == 0 {
            self.mttkrp(factors, 0, &mut sweep.out, scratch);
            (sweep.update)(0, &sweep.out, factors);
            return;
        }
        let left: usize = self.shape[..cut].iter().product();
        let right: usize = self.shape[cut..].iter().product();
        let par = scratch.par(self.values.len() * rank);
        let x = view(&self.values, left, right);

        let after = khatri_rao(&factors[cut..], rank, scratch);
        let mut node = scratch.take(left * rank);
        product(
            view_mut(&mut node, left, rank),
            x,
            view(&after, right, rank),
            par,
        );
        scratch.give(after);
        sweep.visit(0, cut, &node, factors, scratch);
        scratch.give(node);

        let before = khatri_rao(&factors[..cut], rank, scratch);
        let mut node = scratch.take(right * rank);
        product(
            view_mut(&mut node, right, rank),
            x.transpose(),
            view(&before, left, rank),
            par,
        );
        scratch.give(before);
        sweep.visit(cut, self.shape.len(), &node, factors, scratch);
        scratch.give(node);
    }

    fn project(&self, projections: &[Option<&Matrix>], scratch: &mut Scratch) -> DenseTensor {
        let mut shape = self.shape.clone();
        let values = project(&self.values, &mut shape, projections, scratch);
        DenseTensor {
            shape,
            values: values.unwrap_or_else(|| self.values.clone()),
        }
    }

    fn project_all_but_one(
        &self,
        projections: &[&Matrix],
        out: &mut Vec<Matrix>,
        scratch: &mut Scratch,
    ) {
        out.resize_with(projections.len(), Matrix::default);
        let mut onto = vec![None; projections.len()];
        let mut leaves = Leaves {
            projections,
            onto: &mut onto,
            out,
        };
        leaves.visit(0, projections.len(), &self.shape, &self.values, scratch);
    }

    fn unfolding_gram(&self, mode: usize) -> Matrix {
        let (left, n, right) = self.around(mode);
        let mut gram = Matrix::zeros(n, n);
        for block in self.values.chunks_exact((n * right).max(1)).take(left) {
            let x = view(block, n, right);
            let (add, seq) = (faer::Accum::Add, faer::Par::Seq);
            faer::linalg::matmul::matmul(gram.view_mut(), add, x, x.transpose(), 1.0, seq);
        }
        gram
    }

    // Block by block of the left modes: x (xᵀ B), the inner product first.
    fn unfolding_gram_times(
        &self,
        mode: usize,
        block: &Matrix,
        out: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        let (left, n, right) = self.around(mode);
        out.reshape(n, block.cols());
        out.as_mut_slice().fill(0.0);
        let mut inner = scratch.take(right * block.cols());
        for x in self.values.chunks_exact((n * right).max(1)).take(left) {
            let x = view(x, n, right);
            let (rows, columns) = (right, block.cols());
            let seq = faer::Par::Seq;
            product(
                view_mut(&mut inner, rows, columns),
                x.transpose(),
                block.view(),
                seq,
            );
            let (add, inner) = (faer::Accum::Add, view(&inner, rows, columns));
            faer::linalg::matmul::matmul(out.view_mut(), add, x, inner, 1.0, seq);
        }
        scratch.give(inner);
    }

    fn squared_distance(&self, factors: &[Matrix], scratch: &mut Scratch) -> f64 {
        let rank = factors[0].cols();
        let (n, right) = (self.shape[0], self.shape[1..].iter().product::<usize>());
        let after = khatri_rao(&factors[1..], rank, scratch);
        let mut row = scratch.take(right);
        let mut total = 0.0;
        for i in 0..n {
            let head = view(factors[0].row(i), 1, rank);
            let tail = view(&after, right, rank).transpose();
            product(view_mut(&mut row, 1, right), head, tail, faer::Par::Seq);
            let x = &self.values[i * right..(i + 1) * right];
            row.iter_mut().zip(x).for_each(|(m, x)| *m -= x);
            total += dot(&row, &row);
        }
        scratch.give(row);
        scratch.give(after);
        total
    }

    fn quotient_mttkrp(
        &self,
        factors: &[Matrix],
        mode: usize,
        epsilon: f64,
        out: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        quotient_mttkrp(self, factors, mode, epsilon, out, scratch);
    }

    fn relative_entropy(&self, factors: &[Matrix], epsilon: f64, scratch: &mut Scratch) -> f64 {
        relative_entropy(self, factors, epsilon, scratch)
    }
}

impl Fibres for DenseTensor {
    fn fibres<'a>(
        &'a self,
        first: usize,
        len: usize,
        _: &'a mut Vec<f64>,
        _: &mut Scratch,
    ) -> &'a [f64] {
        let start = first * self.shape[self.shape.len() - 1];
        &self.values[start..start + len]
    }
}

/// Whether a number cannot stand in nonnegative data.
pub(crate) fn is_no_entry(x: &f64) -> bool {
    !x.is_finite() || *x < 0.0
}
