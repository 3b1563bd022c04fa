//! A flat NCPD at every rank: no hierarchy, the yardstick of all the others.

use hntf_solvers::{Ncpd, Observer, Start, Stopping};
use hntf_tensor::Tensor;
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Layer, Model, ModelError, NamedModel,
    Transformed,
};

/// Independent NCPDs of ranks r_0, r_1, …; there are no relations between their topics.
///
/// Cost: that of the [`Ncpd`]s.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct FlatNcpd {
    /// How each of them is fitted.
    pub ncpd: Ncpd,
}

impl Default for FlatNcpd {
    fn default() -> Self {
        Self {
            ncpd: Ncpd::published(Start::Svd),
        }
    }
}

impl NamedModel for FlatNcpd {
    const ABOUT: About = About {
        id: "ncpd",
        title: "NCPD",
        summary: "a flat nonnegative CP decomposition at every rank",
        citation: "Welling & Weber 2001; Shashua & Hazan 2005",
        revision: 1,
    };
}

impl Model for FlatNcpd {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ncpd(self.ncpd)
    }

    fn stopping_rule(&self, _layer: usize) -> Option<Stopping> {
        Some(self.ncpd.stopping)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let mut layers = vec![first.layer()];
        for rank in &fit.ranks[1..] {
            let mut random = RandomState::new(fit.seed);
            layers.push(Layer::from(&self.ncpd.fit(
                fit.data,
                *rank,
                &mut random,
                observer,
            )?));
        }
        Ok(Hierarchy {
            layers,
            relations: Vec::new(),
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
        for l in 0..fitted.layers.len() {
            items.solve_layer(l, &self.ncpd.row_problem(), observer);
        }
        Ok(items.finish())
    }
}
