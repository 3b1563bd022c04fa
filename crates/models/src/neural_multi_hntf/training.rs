//! What the plain and the supervised model have in common.

use hntf_solvers::{Observer, RowProblem, RowTerm, Stopping, drive, least_squares_rows};
use hntf_tensor::CpTensor;

use super::joint::Joint;
use super::penalty::Penalties;
use super::start::Begin;
use super::supervision;
use crate::hierarchy::chain;
use crate::transform::NewItems;
use crate::{FirstLayerFit, Fit, Hierarchy, Layer, ModelError, checks};

/// All but the first layers.
pub(super) struct Training<'s> {
    pub(super) frozen: bool,
    pub(super) layer_weights: &'s [f64],
    pub(super) label_weight: Option<f64>,
    pub(super) weight_starts: usize,
    pub(super) penalties: Penalties,
    pub(super) stopping: &'s Stopping,
}

impl Training<'_> {
    pub(super) fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        checks::nonnegative("label-weight", self.label_weight.unwrap_or(0.0))?;
        checks::given_layer_weights(self.layer_weights, ranks)?;
        let first = self.layer_weights.first().copied();
        self.penalties.validate(self.frozen, first.unwrap_or(1.0))?;
        checks::at_least_one("weight-starts", self.weight_starts)?;
        if self.stopping.max_iterations == 0 {
            let expected = "at least one sweep is needed";
            return checks::wrong("stopping.max-iterations", &0, expected);
        }
        checks::ranks(shape, ranks)?;
        checks::core("neural-multi-hntf", shape, ranks)
    }

    /// New rows of F: as `first` says where the first layer is frozen, else those that minimise the
    /// joint loss of all layers. Then they go through the W's.
    pub(super) fn infer(
        &self,
        items: &mut NewItems<'_>,
        first: &RowProblem,
        observer: &mut dyn Observer,
    ) -> Result<(), ModelError> {
        if self.frozen {
            items.solve_layer(0, first, observer);
            return items.push_through(None);
        }
        let layers = &items.fitted.layers;
        let ranks: Vec<_> = layers.iter().map(|layer| layer.rank).collect();
        checks::given_layer_weights(self.layer_weights, &ranks)?;
        let weights = checks::layer_weights(self.layer_weights, &ranks);
        let mut terms = Vec::new();
        for (l, (layer, weight)) in layers.iter().zip(weights).enumerate() {
            terms.push(RowTerm {
                weight,
                factors: layer.approximation.factors(),
                map: match l {
                    0 => None,
                    _ => Some(items.fitted.relation(0, l, None)?),
                },
            });
        }
        let rows = least_squares_rows(items.data, items.mode, &terms, self.penalties.factors);
        items.push(rows);
        items.push_through(None)
    }

    pub(super) fn run(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let begin = Begin {
            layer_weights: checks::layer_weights(self.layer_weights, fit.ranks),
            weight_starts: self.weight_starts,
            label_weight: self.label_weight,
            penalties: self.penalties,
        };
        let (factors, weights, shared) = begin.best(fit, first)?;
        let mut joint = Joint::new(fit.data, factors, weights, shared, !self.frozen);
        let outcome = drive(&mut joint, self.stopping, observer);
        let Joint {
            factors,
            weights,
            shared,
            ..
        } = joint;
        let classifiers = shared
            .supervision
            .map(supervision::Supervision::into_classifiers);
        let mut layers = Vec::new();
        for (l, v) in shared.products.iter().enumerate() {
            let model = CpTensor::new(factors.iter().map(|f| f.times(v)).collect())?;
            layers.push(Layer {
                classifier: classifiers.as_ref().map(|c| c[l].clone()),
                ..Layer::flat(model, outcome.clone())
            });
        }
        Ok(Hierarchy {
            layers,
            relations: chain(&weights, 0, None),
        })
    }
}
