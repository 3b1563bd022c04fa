//! Tensors of which some entries are not known.

use crate::divergence::visit_model;
use crate::matrix::dot;
use crate::sparse::squared_norm;
use crate::{
    ContentWriter, Coordinates, CpTensor, DenseTensor, Mask, Matrix, Scratch, SparseTensor, Tensor,
    TensorError,
};

/// Data with hidden entries. As a [`Tensor`] it is the observed entries with zeros in place of the
/// hidden ones, and says by [`Tensor::mask`] which these are; the solvers then fit the observed
/// entries alone.
///
/// ```
/// use hntf_tensor::{DenseTensor, Incomplete, Mask, Tensor};
///
/// // Nobody knows the 7.
/// let x = DenseTensor::new(vec![2, 2], vec![1.0, 2.0, 3.0, 7.0])?;
/// let x = Incomplete::dense(x, Mask::hiding(vec![2, 2], vec![1, 1])?)?;
/// assert_eq!((x.sum(), x.mask().and_then(Mask::observed)), (6.0, Some(3)));
/// # Ok::<(), hntf_tensor::TensorError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Incomplete {
    observed: Observed,
    mask: Mask,
}

#[derive(Debug, Clone)]
enum Observed {
    Dense(DenseTensor),
    Sparse(SparseTensor),
}

impl Incomplete {
    /// Dense data; what stands at the hidden places is not looked at.
    ///
    /// # Errors
    /// [`TensorError::MaskShape`] if the mask is that of another shape.
    pub fn dense(mut data: DenseTensor, mask: Mask) -> Result<Self, TensorError> {
        check(data.shape(), &mask)?;
        let observed = flags(&mask);
        for (x, known) in data.values_mut().iter_mut().zip(observed) {
            if !known {
                *x = 0.0;
            }
        }
        Ok(Self {
            observed: Observed::Dense(data),
            mask,
        })
    }

    /// Sparse data; nonzeros at hidden places are left out.
    ///
    /// # Errors
    /// [`TensorError::MaskShape`] if the mask is that of another shape.
    pub fn sparse(data: &SparseTensor, mask: Mask) -> Result<Self, TensorError> {
        check(data.shape(), &mask)?;
        let mut listed = Vec::new();
        mask.for_each_listed(|index| listed.extend_from_slice(index));
        let order = data.shape().len();
        let (mut indices, mut values, mut at) = (Vec::new(), Vec::new(), 0);
        data.for_each_nonzero(|index, x| {
            // Both lists are in row-major order.
            while at < listed.len() && &listed[at..at + order] < index {
                at += order;
            }
            let is_listed = at < listed.len() && &listed[at..at + order] == index;
            if is_listed != mask.lists_hidden() {
                indices.extend_from_slice(index);
                values.push(x);
            }
        });
        let shape = data.shape().to_vec();
        let observed = Observed::Sparse(SparseTensor::from_coordinates(shape, indices, values)?);
        Ok(Self { observed, mask })
    }

    fn data(&self) -> &dyn Tensor {
        match &self.observed {
            Observed::Dense(data) => data,
            Observed::Sparse(data) => data,
        }
    }

    /// The data with the hidden entries filled with those of a model: dense data stays dense,
    /// sparse data with a list of hidden entries stays sparse, and sparse data with a list of
    /// observed ones becomes dense.
    ///
    /// # Errors
    /// [`TensorError::MaskShape`] if the model is of another shape, [`TensorError::TooLarge`] if
    /// there is no memory for a dense tensor, [`TensorError::NotFinite`] if the model is not.
    fn completed(&self, model: &CpTensor) -> Result<Box<dyn Tensor>, TensorError> {
        check(model.shape(), &self.mask)?;
        match &self.observed {
            Observed::Dense(data) => {
                let mut data = data.clone();
                self.fill(&mut data, model);
                Ok(Box::new(data))
            }
            Observed::Sparse(data) if !self.mask.lists_hidden() => {
                let mut data = data.to_dense()?;
                self.fill(&mut data, model);
                Ok(Box::new(data))
            }
            Observed::Sparse(data) => {
                let (mut indices, mut values) = (Vec::new(), Vec::new());
                let mut push = |index: &[u32], x| {
                    indices.extend_from_slice(index);
                    values.push(x);
                };
                data.for_each_nonzero(&mut push);
                self.mask
                    .for_each_listed(|index| push(index, model.entry(index)));
                let shape = data.shape().to_vec();
                let both = Coordinates::new(shape, indices, values)?;
                Ok(Box::new(SparseTensor::new(both)?))
            }
        }
    }

    fn fill(&self, data: &mut DenseTensor, model: &CpTensor) {
        let observed = flags(&self.mask);
        let values = data.values_mut();
        let length = model.shape()[model.shape().len() - 1];
        visit_model(model.factors(), &mut Scratch::new(), |block, _| {
            let start = block.first * length;
            for (at, m) in block.model.iter().enumerate() {
                if !observed[start + at] {
                    values[start + at] = *m;
                }
            }
        });
    }

    /// Σ (x − m)² over the observed entries of dense data, entry by entry.
    fn dense_distance(&self, data: &DenseTensor, factors: &[Matrix], scratch: &mut Scratch) -> f64 {
        let observed = flags(&self.mask);
        let length = factors[factors.len() - 1].rows();
        let mut total = 0.0;
        visit_model(factors, scratch, |block, _| {
            let places = block.first * length..block.first * length + block.model.len();
            let known = data.values()[places.clone()].iter().zip(&observed[places]);
            for (m, (x, known)) in block.model.iter_mut().zip(known) {
                *m = if *known { *m - x } else { 0.0 };
            }
            total += dot(block.model, block.model);
        });
        total
    }
}

impl Tensor for Incomplete {
    fn shape(&self) -> &[usize] {
        self.data().shape()
    }

    fn as_dense(&self) -> Option<&DenseTensor> {
        match &self.observed {
            Observed::Dense(data) => Some(data),
            Observed::Sparse(_) => None,
        }
    }

    fn mask(&self) -> Option<&Mask> {
        Some(&self.mask)
    }

    fn hiding(&self, indices: Vec<u32>) -> Result<Option<Box<dyn Tensor>>, TensorError> {
        let mask = self.mask.hiding_more(indices)?;
        let hidden = match &self.observed {
            Observed::Dense(data) => Self::dense(data.clone(), mask)?,
            Observed::Sparse(data) => Self::sparse(data, mask)?,
        };
        Ok(Some(Box::new(hidden)))
    }

    fn completed_with(&self, model: &CpTensor) -> Result<Option<Box<dyn Tensor>>, TensorError> {
        self.completed(model).map(Some)
    }

    fn check_entries(&self) -> Result<(), TensorError> {
        self.data().check_entries()
    }

    fn content(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut out = ContentWriter::new(sink);
        out.text("incomplete");
        out.with(|sink| self.mask.content(sink));
        out.with(|sink| self.data().content(sink));
    }

    fn squared_norm(&self) -> f64 {
        self.data().squared_norm()
    }

    fn sum(&self) -> f64 {
        self.data().sum()
    }

    fn mttkrp(&self, factors: &[Matrix], mode: usize, out: &mut Matrix, scratch: &mut Scratch) {
        self.data().mttkrp(factors, mode, out, scratch);
    }

    fn mttkrp_sweep(
        &self,
        factors: &mut [Matrix],
        scratch: &mut Scratch,
        update: &mut dyn FnMut(usize, &Matrix, &mut [Matrix]),
    ) {
        self.data().mttkrp_sweep(factors, scratch, update);
    }

    fn project(&self, projections: &[Option<&Matrix>], scratch: &mut Scratch) -> DenseTensor {
        self.data().project(projections, scratch)
    }

    fn project_all_but_one(
        &self,
        projections: &[&Matrix],
        out: &mut Vec<Matrix>,
        scratch: &mut Scratch,
    ) {
        self.data().project_all_but_one(projections, out, scratch);
    }

    fn unfolding_gram(&self, mode: usize) -> Matrix {
        self.data().unfolding_gram(mode)
    }

    fn unfolding_gram_times(
        &self,
        mode: usize,
        block: &Matrix,
        out: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        self.data().unfolding_gram_times(mode, block, out, scratch);
    }

    /// Exact for dense data. For sparse data the share of the observed zeros is a difference, which
    /// may be off by about 1e-15 ‖M‖².
    fn squared_distance(&self, factors: &[Matrix], scratch: &mut Scratch) -> f64 {
        let data = match &self.observed {
            Observed::Dense(data) => return self.dense_distance(data, factors, scratch),
            Observed::Sparse(data) => data,
        };
        let misfit = data.sum_at_nonzeros(factors, scratch, |x, m| (x - m) * (x - m));
        let covered = data.sum_at_nonzeros(factors, scratch, |_, m| m * m);
        let whole = squared_norm(factors);
        let observed = self.mask.restrict_squared_norm(factors, whole, scratch);
        misfit + (observed - covered).clamp(0.0, f64::INFINITY)
    }

    fn quotient_mttkrp(
        &self,
        factors: &[Matrix],
        mode: usize,
        epsilon: f64,
        out: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        self.data()
            .quotient_mttkrp(factors, mode, epsilon, out, scratch);
    }

    fn relative_entropy(&self, factors: &[Matrix], epsilon: f64, scratch: &mut Scratch) -> f64 {
        self.data().relative_entropy(factors, epsilon, scratch)
    }
}

fn check(shape: &[usize], mask: &Mask) -> Result<(), TensorError> {
    if shape == mask.shape() {
        return Ok(());
    }
    Err(TensorError::MaskShape {
        shape: shape.to_vec(),
        mask: mask.shape().to_vec(),
    })
}

/// For every entry, row-major, whether it is observed.
fn flags(mask: &Mask) -> Vec<bool> {
    let shape = mask.shape();
    let mut observed = vec![mask.lists_hidden(); shape.iter().product()];
    mask.for_each_listed(|index| {
        let places = index.iter().zip(shape);
        let at = places.fold(0, |at, (i, n)| at * n + *i as usize);
        observed[at] = !mask.lists_hidden();
    });
    observed
}
