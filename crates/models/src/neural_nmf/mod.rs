//! Neural NMF: the layers of HNMF, trained together by backpropagation; with or without labels.

mod known;
mod labels;
mod layer;
mod network;
mod settings;
mod training;

use hntf_solvers::{Ncpd, Observer, SolverError, StopReason, Stopping, check_data, drive};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Tensor};
use numpy_random::RandomState;

use crate::hierarchy::chain;
use crate::hnmf::infer;
use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Layer, Model, ModelError, NamedModel,
    Transformed, checks,
};

pub use labels::LabelTerm;
pub use network::NmfNetwork;
pub use settings::{
    ClassifierSettings, GradientSettings, LabelLoss, LabelUse, NeuralNmf, NeuralStart, NmfLoss,
    Training,
};

impl NamedModel for NeuralNmf {
    const ABOUT: About = About {
        id: "neural-nmf",
        title: "Neural NMF",
        summary: "HNMF's layers, all trained together by backpropagation (matrices)",
        citation: "Gao et al., Neural nonnegative matrix factorization for hierarchical multilayer topic modeling, CAMSAP 2019; Will et al., same title, Sampl. Theory Signal Process. Data Anal. 2023",
        revision: 1,
    };
}

impl Model for NeuralNmf {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Joint
    }

    fn stopping_rule(&self, _layer: usize) -> Option<Stopping> {
        Some(self.stopping)
    }

    fn needs_labels(&self) -> bool {
        self.labels != LabelUse::None
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        checks::matrices_only("neural-nmf", shape)?;
        checks::ranks(shape, ranks)?;
        self.start_nmf.validate()?;
        checks::given_layer_weights(&self.layer_weights, ranks)?;
        checks::nonnegative("l1", self.l1)?;
        if self.l1 > 0.0 && self.training == Training::Gradient && !self.gradient.clamp {
            let expected = "it penalises the sum of A's, which gradient.clamp = false lets become \
                            negative: leave out either";
            return checks::wrong("l1", &self.l1, expected);
        }
        checks::nonnegative("label-weight", self.label_weight)?;
        if self.stopping.max_iterations == 0 {
            let expected = "at least one epoch is needed";
            return checks::wrong("stopping.max-iterations", &0, expected);
        }
        if self.quasi_newton.memory == 0 {
            let expected = "at least one past step is needed";
            return checks::wrong("quasi-newton.memory", &0, expected);
        }
        checks::positive("gradient.step", self.gradient.step)?;
        checks::positive("classifier.step", self.classifier.step)?;
        let GradientSettings {
            decay, decay_every, ..
        } = self.gradient;
        if !(decay > 0.0 && decay <= 1.0) {
            let expected = "it must be above 0 and at most 1, and 1 keeps the step";
            return checks::wrong("gradient.decay", &decay, expected);
        }
        checks::at_least_one("gradient.decay-every", decay_every)?;
        checks::adam(&self.adam)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        _: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let depth = fit.ranks.len();
        check_data(fit.data, fit.ranks[0])?;
        let mut random = RandomState::new(fit.seed);
        let mut parameters = self.starting_factors(fit, &mut random, observer)?;
        let labels = match self.labels {
            LabelUse::None => None,
            form => {
                let labels = fit.labels_of(depth - 1)?;
                let (found, expected) = (labels.len(), fit.data.shape()[1]);
                if found != expected {
                    return Err(SolverError::Labels { found, expected }.into());
                }
                if form == LabelUse::TrainedB {
                    let bound = (fit.ranks[depth - 1] as f64).sqrt().recip();
                    let draw = |_, _| bound * (2.0 * random.random_sample() - 1.0);
                    let (classes, rank) = (labels.classes(), fit.ranks[depth - 1]);
                    parameters.push(Matrix::from_fn(classes, rank, draw));
                }
                let (loss, weight) = (self.label_loss, self.label_weight);
                Some(LabelTerm::new(labels, form, loss, weight))
            }
        };
        let weights = checks::layer_weights(&self.layer_weights, fit.ranks);
        let network = NmfNetwork::new(fit.data, self.loss, weights, labels).with_l1(self.l1);
        let mut trainer = training::Trainer::new(self, network, parameters, depth);
        let outcome = drive(&mut trainer, &self.stopping, observer);
        let (mut factors, mut coefficients, mut classifier) = trainer.finish();
        if outcome.reason == StopReason::Diverged {
            let all = factors.iter_mut().chain(&mut coefficients);
            all.chain(&mut classifier)
                .for_each(|m| m.as_mut_slice().fill(0.0));
        }
        let mut layers: Vec<Layer> = Vec::with_capacity(depth);
        for (a, t) in factors.iter().zip(coefficients) {
            let basis = match layers.last() {
                None => a.clone(),
                Some(below) => below.topics[0].times(a),
            };
            let approximation = CpTensor::new(vec![basis, t])?;
            layers.push(Layer::flat(approximation, outcome.clone()));
        }
        if let Some(top) = layers.last_mut() {
            top.classifier = classifier;
        }
        Ok(Hierarchy {
            layers,
            relations: chain(&factors[1..], 0, None),
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
        checks::matrices_only("neural-nmf", new.shape())?;
        let problem = Ncpd {
            l1: self.l1,
            ..Ncpd::default()
        };
        infer(&mut items, &problem.row_problem(), observer)?;
        Ok(items.finish())
    }
}

impl NeuralNmf {
    /// A⁰, A¹, …, drawn in this order and row by row from one generator.
    fn starting_factors(
        &self,
        fit: &Fit<'_>,
        random: &mut RandomState,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Matrix>, ModelError> {
        let rows = std::iter::once(fit.data.shape()[0]).chain(fit.ranks.iter().copied());
        let shapes = rows.zip(fit.ranks.iter().copied());
        match self.start {
            NeuralStart::Uniform => Ok(shapes
                .map(|(m, r)| Matrix::from_fn(m, r, |_, _| random.random_sample()))
                .collect()),
            NeuralStart::HalfNormal => Ok(shapes
                .map(|(m, r)| Matrix::from_fn(m, r, |_, _| random.randn().abs()))
                .collect()),
            NeuralStart::Hnmf => {
                let mut factors = Vec::with_capacity(fit.ranks.len());
                let mut below: Option<DenseTensor> = None;
                for rank in fit.ranks {
                    let data = below.as_ref().map_or(fit.data, |s| s);
                    let fitted = self.start_nmf.fit(data, *rank, random, observer)?;
                    let [a, t] =
                        <[Matrix; 2]>::try_from(fitted.model.into_factors()).unwrap_or_default();
                    below = Some(DenseTensor::from_matrix(t.transposed()));
                    factors.push(a);
                }
                Ok(factors)
            }
        }
    }
}
