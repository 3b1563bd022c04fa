//! HNTF-p: every layer decomposes the previous one with the identity in mode p.

use hntf_solvers::{Ncpd, Observer, Start, Stopping};
use hntf_tensor::{CpTensor, Matrix, Tensor};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::hierarchy::chain;
use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Layer, Model, ModelError, NamedModel,
    Transformed, checks,
};

/// Hierarchical nonnegative tensor factorization along one mode (Cichocki, Zdunek, Amari).
///
/// With the factors ordered so that mode p comes first, layer l is an NCPD ⟦A′, D′, S′⟧ of the
/// tensor ⟦I, D, S⟧ of layer l − 1; the data is approximated by ⟦A·A′, D′, S′⟧. The result depends
/// on the order of the remaining modes through the random start, so both directions are variants.
///
/// Cost above the first layer: ⟦I, D, S⟧ is never formed, so a sweep of layer l takes
/// O(Σ n_i r_{l−1} r_l) over all modes but p.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Hntf {
    /// The mode p that keeps the hierarchy, counted from 1 as in the papers.
    pub mode: usize,
    /// How the first layer is fitted.
    pub first_layer: Ncpd,
    /// How the layers above it are fitted.
    pub ncpd: Ncpd,
}

impl Default for Hntf {
    fn default() -> Self {
        Self {
            mode: 1,
            first_layer: Ncpd::published(Start::Svd),
            ncpd: Ncpd::published(Start::Random),
        }
    }
}

impl NamedModel for Hntf {
    const ABOUT: About = About {
        id: "hntf",
        title: "HNTF",
        summary: "an NCPD of each layer's CP tensor with the identity in one mode",
        citation: "Cichocki, Zdunek & Amari, Hierarchical ALS algorithms for nonnegative matrix and 3D tensor factorization, 2007",
        revision: 1,
    };
}

impl Model for Hntf {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ncpd(self.first_layer)
    }

    fn stopping_rule(&self, layer: usize) -> Option<Stopping> {
        Some(match layer {
            0 => self.first_layer.stopping,
            _ => self.ncpd.stopping,
        })
    }

    fn variants(&self, order: usize) -> usize {
        if order > 2 { 2 } else { 1 }
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        if self.mode == 0 || self.mode > shape.len() {
            return Err(ModelError::Mode {
                mode: self.mode,
                order: shape.len(),
            });
        }
        self.ncpd.validate()?;
        checks::ranks(shape, ranks)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let order = self.mode_order(fit.data.shape().len(), fit.variant);
        let mut current: Vec<Matrix> = order
            .iter()
            .map(|m| first.fit.model.factors()[*m].clone())
            .collect();
        let mut accumulated = current[0].clone();
        let mut layers = vec![first.layer()];
        let mut steps = Vec::new();
        for rank in &fit.ranks[1..] {
            current[0] = Matrix::identity(accumulated.cols());
            let data = CpTensor::new(current)?;
            let mut random = RandomState::new(fit.seed);
            let next = self.ncpd.fit(&data, *rank, &mut random, observer)?;
            current = next.model.into_factors();
            accumulated = accumulated.times(&current[0]);
            steps.push(current[0].clone());
            layers.push(Layer::flat(
                self.in_place(&order, &accumulated, &current)?,
                next.outcome,
            ));
        }
        Ok(Hierarchy {
            layers,
            relations: chain(&steps, 0, Some(self.mode - 1)),
        })
    }

    fn transform(
        &self,
        fitted: &Hierarchy,
        new: &dyn Tensor,
        mode: usize,
        observer: &mut dyn Observer,
    ) -> Result<Transformed, ModelError> {
        let mut items = NewItems::new(fitted, new, mode)?;
        let (own, order) = (self.mode.wrapping_sub(1), new.shape().len());
        if own >= order {
            let mode = self.mode;
            return Err(ModelError::Mode { mode, order });
        }
        items.solve_layer(0, &self.first_layer.row_problem(), observer);
        if mode == own {
            items.push_through(Some(own))?;
            return Ok(items.finish());
        }
        // Layer l is fitted to ⟦I, D, S⟧ of the layer below: the items are further rows of D.
        for l in items.above() {
            let weights = fitted.relation(l - 1, l, Some(own))?;
            let mut below = fitted.layers[l - 1].topics.clone();
            let mut factors = fitted.layers[l].topics.clone();
            below[own] = Matrix::identity(weights.rows());
            below[mode].clone_from(items.last());
            factors[own].clone_from(weights);
            let (data, problem) = (CpTensor::new(below)?, self.ncpd.row_problem());
            let rows = items.solve(&problem, &data, &factors, mode, observer);
            items.push(rows);
        }
        Ok(items.finish())
    }
}

impl Hntf {
    /// Mode p first, then the others, ascending for variant 0 and descending for variant 1.
    fn mode_order(&self, order: usize, variant: usize) -> Vec<usize> {
        let mut others: Vec<_> = (0..order).filter(|m| m + 1 != self.mode).collect();
        if variant == 1 {
            others.reverse();
        }
        [vec![self.mode - 1], others].concat()
    }

    /// ⟦A, D, S⟧ with its factors back in the order of the data's modes.
    fn in_place(
        &self,
        order: &[usize],
        accumulated: &Matrix,
        factors: &[Matrix],
    ) -> Result<CpTensor, ModelError> {
        let mut sorted = vec![Matrix::default(); order.len()];
        for (m, factor) in order.iter().zip(factors) {
            sorted[*m] = factor.clone();
        }
        sorted[order[0]] = accumulated.clone();
        Ok(CpTensor::new(sorted)?)
    }
}
