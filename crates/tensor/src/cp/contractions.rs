//! The contractions of a CP tensor, which are small products of its factors with others.

use super::CpTensor;
use crate::contraction::{product, view, view_mut};
use crate::divergence::{Fibres, model_sum, quotient_mttkrp, relative_entropy, weights_of};
use crate::error::is_no_entry;
use crate::matrix::dot;
use crate::{
    ContentWriter, DenseTensor, Matrix, Scratch, Tensor, TensorError, gram, hadamard_of_grams,
    multiply,
};

/// Entries of the tensor that a distance may form: 128 MB.
const MOST_ENTRIES: f64 = 16_777_216.0;

impl CpTensor {
    /// ∗_{i≠m} P_iᵀ P_i: s × s.
    fn gram_of_others(&self, mode: usize) -> Matrix {
        let mut grams = vec![Matrix::default(); self.factors.len()];
        for (g, f) in grams.iter_mut().zip(&self.factors) {
            gram(f, g);
        }
        let mut others = Matrix::default();
        hadamard_of_grams(&grams, Some(mode), &mut others);
        others
    }

    /// ‖T − ⟦F⟧‖² = ‖T‖² − 2⟨T, ⟦F⟧⟩ + ‖⟦F⟧‖², off by about 1e-16 ‖T‖².
    fn distance_from_norms(&self, factors: &[Matrix]) -> f64 {
        let mut both = Matrix::from_fn(self.rank(), factors[0].cols(), |_, _| 1.0);
        let (mut grams, mut cross) = (vec![Matrix::default(); factors.len()], Matrix::default());
        for (i, (g, f)) in grams.iter_mut().zip(factors).enumerate() {
            gram(f, g);
            self.cross_gram(f, i, &mut cross);
            entrywise_multiply(&mut both, &cross);
        }
        hadamard_of_grams(&grams, None, &mut cross);
        (self.squared_norm() - 2.0 * both.sum() + cross.sum()).clamp(0.0, f64::INFINITY)
    }

    /// P_iᵀ F_i for the factors P of self and F: s × r.
    fn cross_gram(&self, other: &Matrix, mode: usize, out: &mut Matrix) {
        out.reshape(self.rank(), other.cols());
        multiply(
            out.view_mut(),
            self.factors[mode].view().transpose(),
            other.view(),
        );
    }
}

impl Tensor for CpTensor {
    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn as_cp(&self) -> Option<&CpTensor> {
        Some(self)
    }

    fn check_entries(&self) -> Result<(), TensorError> {
        for (mode, factor) in self.factors.iter().enumerate() {
            if let Some(at) = factor.as_slice().iter().position(is_no_entry) {
                return Err(TensorError::Factor {
                    mode,
                    row: at / factor.cols(),
                    column: at % factor.cols(),
                    value: factor.as_slice()[at],
                });
            }
        }
        Ok(())
    }

    fn content(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut out = ContentWriter::new(sink);
        out.text("cp");
        out.sizes(&self.shape);
        out.size(self.rank());
        for factor in &self.factors {
            out.numbers(factor.as_slice());
        }
    }

    // The sum over all entries of the product of the Grams.
    fn squared_norm(&self) -> f64 {
        let mut grams = vec![Matrix::default(); self.factors.len()];
        for (g, f) in grams.iter_mut().zip(&self.factors) {
            gram(f, g);
        }
        let mut all = Matrix::default();
        hadamard_of_grams(&grams, None, &mut all);
        all.as_slice().iter().sum()
    }

    fn sum(&self) -> f64 {
        model_sum(&self.factors)
    }

    // P_m (∗_{i≠m} P_iᵀF_i): O(Σ n_i s r), whatever the number of entries.
    fn mttkrp(&self, factors: &[Matrix], mode: usize, out: &mut Matrix, _: &mut Scratch) {
        let rank = factors[mode].cols();
        let mut weights = Matrix::from_fn(self.rank(), rank, |_, _| 1.0);
        let mut cross = Matrix::default();
        for (i, factor) in factors.iter().enumerate().filter(|(i, _)| *i != mode) {
            self.cross_gram(factor, i, &mut cross);
            entrywise_multiply(&mut weights, &cross);
        }
        out.reshape(self.shape[mode], rank);
        multiply(out.view_mut(), self.factors[mode].view(), weights.view());
    }

    // The cross Grams are kept, and only that of the mode just updated is formed anew.
    fn mttkrp_sweep(
        &self,
        factors: &mut [Matrix],
        _: &mut Scratch,
        update: &mut dyn FnMut(usize, &Matrix, &mut [Matrix]),
    ) {
        let rank = factors[0].cols();
        let mut crosses = vec![Matrix::default(); factors.len()];
        for (i, (cross, factor)) in crosses.iter_mut().zip(&*factors).enumerate() {
            self.cross_gram(factor, i, cross);
        }
        let (mut weights, mut out) = (Matrix::default(), Matrix::default());
        for mode in 0..factors.len() {
            weights.reshape(self.rank(), rank);
            weights.as_mut_slice().fill(1.0);
            for (_, cross) in crosses.iter().enumerate().filter(|(i, _)| *i != mode) {
                entrywise_multiply(&mut weights, cross);
            }
            out.reshape(self.shape[mode], rank);
            multiply(out.view_mut(), self.factors[mode].view(), weights.view());
            update(mode, &out, factors);
            self.cross_gram(&factors[mode], mode, &mut crosses[mode]);
        }
    }

    fn project(&self, projections: &[Option<&Matrix>], _: &mut Scratch) -> DenseTensor {
        let factors = self
            .factors
            .iter()
            .zip(projections)
            .map(|(own, p)| match p {
                Some(p) => p.transposed().times(own),
                None => own.clone(),
            });
        let factors: Vec<_> = factors.collect();
        let shape = factors.iter().map(Matrix::rows).collect();
        DenseTensor::from_cp(&CpTensor { factors, shape })
    }

    // P_m (∗_{i≠m} P_iᵀP_i) P_mᵀ.
    fn unfolding_gram(&self, mode: usize) -> Matrix {
        self.factors[mode]
            .times(&self.gram_of_others(mode))
            .times(&self.factors[mode].transposed())
    }

    // P_m (∗_{i≠m} P_iᵀP_i) (P_mᵀ B), from the right.
    fn unfolding_gram_times(&self, mode: usize, block: &Matrix, out: &mut Matrix, _: &mut Scratch) {
        let mut inner = Matrix::default();
        self.cross_gram(block, mode, &mut inner);
        let inner = self.gram_of_others(mode).times(&inner);
        out.reshape(self.shape[mode], block.cols());
        multiply(out.view_mut(), self.factors[mode].view(), inner.view());
    }

    // The difference is itself a CP tensor of s + r terms, [P, F] with the last r negated. In each
    // mode [P_i, F_i] = Q_i R_i, and orthonormal Q_i do not change a norm: what is left is the
    // tensor of the small triangular R_i, whose entries are formed and squared. They are as many as a
    // power of the order: where that is too many, what is left is the formula over norms.
    fn squared_distance(&self, factors: &[Matrix], _: &mut Scratch) -> f64 {
        let terms = self.rank() + factors[0].cols();
        let sizes = self.shape.iter().map(|n| *n.min(&terms) as f64);
        if sizes.product::<f64>() > MOST_ENTRIES {
            return self.distance_from_norms(factors);
        }
        let mut signs = vec![1.0; terms];
        signs[self.rank()..].fill(-1.0);
        let mut small: Vec<Matrix> = Vec::with_capacity(self.factors.len());
        for (own, other) in self.factors.iter().zip(factors) {
            let both = Matrix::from_fn(own.rows(), terms, |i, j| {
                if j < own.cols() {
                    own[(i, j)]
                } else {
                    other[(i, j - own.cols())]
                }
            });
            small.push(triangular_factor(both));
        }
        small[0].scale_columns(&signs);
        let shape = small.iter().map(Matrix::rows).collect();
        let difference = DenseTensor::from_cp(&CpTensor {
            factors: small,
            shape,
        });
        dot(difference.values(), difference.values())
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

impl Fibres for CpTensor {
    fn fibres<'a>(
        &'a self,
        first: usize,
        len: usize,
        buffer: &'a mut Vec<f64>,
        scratch: &mut Scratch,
    ) -> &'a [f64] {
        let (above, last) = self.factors.split_at(self.factors.len() - 1);
        let (count, rank) = (len / last[0].rows().max(1), self.rank());
        let mut weights = scratch.take(count * rank);
        weights_of(above, rank, first, &mut weights);
        buffer.resize(len, 0.0);
        product(
            view_mut(buffer, count, last[0].rows()),
            view(&weights, count, rank),
            last[0].view().transpose(),
            faer::Par::Seq,
        );
        scratch.give(weights);
        buffer
    }
}

fn entrywise_multiply(a: &mut Matrix, b: &Matrix) {
    for (x, y) in a.as_mut_slice().iter_mut().zip(b.as_slice()) {
        *x *= y;
    }
}

/// R of a QR factorization by Householder reflections, min(n, c) × c; its rows may be negative.
fn triangular_factor(mut a: Matrix) -> Matrix {
    let (n, c) = (a.rows(), a.cols());
    let mut reflector = vec![0.0; n];
    for j in 0..n.min(c) {
        let length = (j..n).map(|i| a[(i, j)].powi(2)).sum::<f64>().sqrt();
        if length == 0.0 {
            continue;
        }
        let alpha = if a[(j, j)] > 0.0 { -length } else { length };
        for (i, v) in reflector.iter_mut().enumerate().skip(j) {
            *v = a[(i, j)];
        }
        reflector[j] -= alpha;
        let squared = (j..n).map(|i| reflector[i].powi(2)).sum::<f64>();
        for column in j..c {
            let along = (j..n).map(|i| reflector[i] * a[(i, column)]).sum::<f64>();
            let scale = 2.0 * along / squared;
            for i in j..n {
                a[(i, column)] -= scale * reflector[i];
            }
        }
    }
    Matrix::from_fn(n.min(c), c, |i, j| if i <= j { a[(i, j)] } else { 0.0 })
}
