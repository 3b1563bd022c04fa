//! The contractions of a dense tensor, through views of its one array.

use super::DenseTensor;
use super::dimension_tree::{Leaves, Sweep};
use crate::contraction::{contract_left, khatri_rao, product, project, view, view_mut};
use crate::divergence::{Fibres, quotient_mttkrp, relative_entropy, visit_model};
use crate::error::is_no_entry;
use crate::matrix::dot;
use crate::{ContentWriter, Incomplete, Mask, Matrix, Scratch, Tensor, TensorError};

impl DenseTensor {
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

    fn index_of(&self, mut at: usize) -> Vec<usize> {
        let mut index = vec![0; self.shape.len()];
        for (i, n) in index.iter_mut().zip(&self.shape).rev() {
            *i = at % n;
            at /= n;
        }
        index
    }

    /// ‖X − ⟦F⟧‖² in the work space of a block of the model.
    fn distance_by_blocks(&self, factors: &[Matrix], scratch: &mut Scratch) -> f64 {
        let length = factors[factors.len() - 1].rows();
        let mut total = 0.0;
        visit_model(factors, scratch, |block, _| {
            let start = block.first * length;
            let x = &self.values[start..start + block.model.len()];
            block.model.iter_mut().zip(x).for_each(|(m, x)| *m -= x);
            total += dot(block.model, block.model);
        });
        total
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
            TensorError::negative(index, value, &self.values)
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
        if self.is_long(rank) {
            return self.distance_by_blocks(factors, scratch);
        }
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
