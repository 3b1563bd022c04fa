//! The one output of all hierarchical models.

use hntf_solvers::{CpFit, Outcome};
use hntf_tensor::{CpTensor, Matrix, Scratch, Tensor, relative_error};
use serde::{Deserialize, Serialize};

use crate::ModelError;

/// Layers from fine to coarse, and how their topics relate.
///
/// With serde it is read only if [`Hierarchy::check`] finds nothing wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Hierarchy {
    /// Layer 0, of rank r_0, first.
    pub layers: Vec<Layer>,
    /// For every pair of layers from < to: which topics of the finer one make up each of the
    /// coarser one. One shared matrix, or one per mode.
    pub relations: Vec<Relation>,
}

/// A hierarchy as it is read, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "Hierarchy")]
struct Parts {
    layers: Vec<Layer>,
    relations: Vec<Relation>,
}

impl TryFrom<Parts> for Hierarchy {
    type Error = ModelError;

    fn try_from(parts: Parts) -> Result<Self, ModelError> {
        let Parts { layers, relations } = parts;
        let hierarchy = Self { layers, relations };
        hierarchy.check()?;
        Ok(hierarchy)
    }
}

/// One layer of a hierarchy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Number of topics, r_l.
    pub rank: usize,
    /// The approximation of the data. Its number of rank-one terms need not be `rank`: HNCPD keeps
    /// r_0 of them at every layer.
    pub approximation: CpTensor,
    /// The topics in every mode: n_i × r_l, column j the profile of topic j.
    pub topics: Vec<Matrix>,
    /// How many numbers determine the approximation.
    pub parameters: usize,
    /// B of a supervised layer, classes × r_l: B Sˡ predicts the labels.
    pub classifier: Option<Matrix>,
    /// How the iteration of this layer ended.
    pub outcome: Outcome,
}

impl Layer {
    /// A layer whose topics are the factors of its approximation.
    pub(crate) fn flat(approximation: CpTensor, outcome: Outcome) -> Self {
        let topics = approximation.factors().to_vec();
        let parameters = topics.iter().map(|f| f.rows() * f.cols()).sum();
        Self {
            rank: approximation.rank(),
            approximation,
            topics,
            parameters,
            classifier: None,
            outcome,
        }
    }
}

impl From<&CpFit> for Layer {
    fn from(fit: &CpFit) -> Self {
        Self::flat(fit.model.clone(), fit.outcome.clone())
    }
}

/// Weights between the topics of two layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// The finer layer.
    pub from: usize,
    /// The coarser layer.
    pub to: usize,
    /// The mode it belongs to; `None` if all modes share it.
    pub mode: Option<usize>,
    /// r_from × r_to, nonnegative: entry (i, j) is how much of topic i goes into topic j.
    pub weights: Matrix,
}

impl Hierarchy {
    /// Checks that layers and relations fit together: one layer at least, all of one shape; topics of
    /// n_i × r_l in every mode; classifiers of r_l columns; relations from finer to coarser layers, of
    /// r_from × r_to. Every model's fits do. Cost: nothing that depends on the sizes.
    ///
    /// # Errors
    /// [`ModelError::Hierarchy`] with the first thing that does not.
    pub fn check(&self) -> Result<(), ModelError> {
        let wrong = |problem: String| Err(ModelError::Hierarchy { problem });
        let Some(first) = self.layers.first() else {
            return wrong("it has no layers".to_owned());
        };
        let shape = first.approximation.shape();
        for (l, layer) in self.layers.iter().enumerate() {
            let found = layer.approximation.shape();
            if found != shape {
                return wrong(format!(
                    "layer {l} is of shape {found:?}, but layer 0 is of shape {shape:?}"
                ));
            }
            let sizes = |m: &Matrix| (m.rows(), m.cols());
            let topics: Vec<_> = layer.topics.iter().map(sizes).collect();
            let expected: Vec<_> = shape.iter().map(|n| (*n, layer.rank)).collect();
            if topics != expected {
                return wrong(format!(
                    "the topics of layer {l} are {topics:?} (rows × columns), not {expected:?}"
                ));
            }
            if let Some(b) = layer.classifier.as_ref().filter(|b| b.cols() != layer.rank) {
                let (columns, rank) = (b.cols(), layer.rank);
                return wrong(format!(
                    "the classifier of layer {l} has {columns} columns for {rank} topics"
                ));
            }
        }
        self.relations
            .iter()
            .try_for_each(|r| self.check_relation(r))
    }

    /// The layers, from 0, whose approximation is no better than none: ‖X − X̂‖ > ‖X‖ over the known
    /// entries, or no number. A fit that ends so is returned like any other, its
    /// [`StopReason`](hntf_solvers::StopReason) telling nothing of it; whoever shows errors should show
    /// this. Cost: a contraction of the data for each layer.
    pub fn worse_than_zero(&self, data: &dyn Tensor) -> Vec<usize> {
        let mut scratch = Scratch::new();
        let mut error = |l: &Layer| relative_error(data, &l.approximation, &mut scratch);
        let layers = self.layers.iter().enumerate();
        // An error may be above 1 by rounding.
        let fine = |e: f64| e <= 1.0 + 1e-9;
        let worse = layers.filter(|(_, layer)| !fine(error(layer)));
        worse.map(|(l, _)| l).collect()
    }

    fn check_relation(&self, relation: &Relation) -> Result<(), ModelError> {
        let Relation {
            from,
            to,
            mode,
            weights,
        } = relation;
        let (layers, order) = (self.layers.len(), self.order());
        let problem = if from >= to || *to >= layers {
            format!("there is none among {layers} layers")
        } else if let Some(mode) = mode.filter(|m| *m >= order) {
            format!("it belongs to mode {mode} (counted from 0) of data of order {order}")
        } else {
            let expected = (self.layers[*from].rank, self.layers[*to].rank);
            let found = (weights.rows(), weights.cols());
            if found == expected {
                return Ok(());
            }
            format!("it is {found:?} (rows × columns), not {expected:?}")
        };
        let problem = format!("the relation from layer {from} to layer {to}: {problem}");
        Err(ModelError::Hierarchy { problem })
    }

    /// The relation of two layers that belongs to a mode, or to all.
    pub(crate) fn relation(
        &self,
        from: usize,
        to: usize,
        mode: Option<usize>,
    ) -> Result<&Matrix, ModelError> {
        let mut between = self.relations_between(from, to);
        let found = between.find(|r| r.mode == mode);
        found.map(|r| &r.weights).ok_or_else(|| {
            let of = mode.map_or("shared by all modes".to_owned(), |m| {
                format!("of mode {m} (counted from 0)")
            });
            let problem = format!(
                "there is no relation {of} from layer {from} to layer {to}: was it fitted by another model?"
            );
            ModelError::Hierarchy { problem }
        })
    }

    /// Checks that all numbers are finite. Cost: one pass over factors and relations.
    pub(crate) fn check_finite(&self) -> Result<(), ModelError> {
        let finite = |m: &Matrix| m.as_slice().iter().all(|x| x.is_finite());
        for (l, layer) in self.layers.iter().enumerate() {
            let factors = layer.topics.iter().chain(layer.approximation.factors());
            if !factors.chain(&layer.classifier).all(finite) {
                let problem =
                    format!("layer {l} has numbers that are not finite: its fit diverged");
                return Err(ModelError::Hierarchy { problem });
            }
        }
        if self.relations.iter().all(|r| finite(&r.weights)) {
            return Ok(());
        }
        let problem = "a relation has numbers that are not finite: its fit diverged".to_owned();
        Err(ModelError::Hierarchy { problem })
    }

    /// The order of the data; 0 without layers.
    pub(crate) fn order(&self) -> usize {
        self.layers.first().map_or(0, |l| l.topics.len())
    }

    /// The relations of one pair of layers.
    pub fn relations_between(&self, from: usize, to: usize) -> impl Iterator<Item = &Relation> {
        self.relations
            .iter()
            .filter(move |r| (r.from, r.to) == (from, to))
    }
}

/// All products of successive weight matrices: `steps[l]` relates layer l to layer l + 1.
pub(crate) fn chain(steps: &[Matrix], first_layer: usize, mode: Option<usize>) -> Vec<Relation> {
    let mut relations = Vec::new();
    for from in 0..steps.len() {
        let mut product: Option<Matrix> = None;
        for (to, step) in steps.iter().enumerate().skip(from) {
            let weights = product.map_or_else(|| step.clone(), |p| p.times(step));
            relations.push(Relation {
                from: first_layer + from,
                to: first_layer + to + 1,
                mode,
                weights: weights.clone(),
            });
            product = Some(weights);
        }
    }
    relations
}
