//! The one output of all hierarchical models.

use hntf_solvers::{CpFit, Outcome};
use hntf_tensor::{CpTensor, Matrix};

/// Layers from fine to coarse, and how their topics relate.
#[derive(Debug, Clone)]
pub struct Hierarchy {
    /// Layer 0, of rank r_0, first.
    pub layers: Vec<Layer>,
    /// For every pair of layers from < to: which topics of the finer one make up each of the
    /// coarser one. One shared matrix, or one per mode.
    pub relations: Vec<Relation>,
}

/// One layer of a hierarchy.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone, PartialEq)]
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
