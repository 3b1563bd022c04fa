//! Neural NMF: the layers of HNMF, trained together by backpropagation; with or without labels.

mod known;
mod labels;
mod layer;
mod network;
mod products;
mod settings;
mod training;

use hntf_solvers::{
    AdamSettings, Criterion, Ncpd, Observer, QuasiNewtonSettings, SolverError, StopReason,
    Stopping, check_data, drive,
};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Tensor};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::hierarchy::chain;
use crate::hnmf::{infer, matrices_only};
use crate::neural::check_adam;
use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Layer, Model, ModelError, NamedModel,
    Transformed,
};

pub use labels::LabelTerm;
pub use network::NmfNetwork;
pub use settings::{
    ClassifierSettings, GradientSettings, LabelLoss, LabelUse, NeuralStart, NmfLoss, Training,
};

/// X ≈ A⁰S⁰, S⁰ ≈ A¹S¹, … with Sˡ = argmin_{S ≥ 0} ‖Sˡ⁻¹ − AˡS‖², so that the A's alone are the
/// variables; all of them are trained at once. Layer l approximates X by A⁰A¹⋯Aˡ Sˡ. Matrices only.
///
/// With `l1` = λ above 0, Σ_l (2λ/N_l) (ΣAˡ + ΣSˡ) is added to the loss, N_l being the number of entries
/// the mean of layer l runs over, and Sˡ = argmin_{S ≥ 0} ‖Sˡ⁻¹ − AˡS‖² + 2λ ΣS. A network of one layer
/// then minimises 2/N times what [`Ncpd`] does with the same `l1` (the sparse coding of Hoyer,
/// *Non-negative sparse coding*, NNSP 2002, with the A's penalised too, so that their scale cannot take
/// the penalty off the S's).
///
/// The labels of the last layer (see [`Fit::labels_of`]) may enter as λ · loss(B Sᴸ).
///
/// Hidden entries are left out of every mean over X and of the problem that gives S⁰, exactly; a column
/// without a known entry has zeros in every S.
///
/// A fit whose loss becomes NaN or infinite ends with [`StopReason::Diverged`] after that epoch, and
/// all its factors are zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct NeuralNmf {
    /// What the layers are fitted to.
    pub loss: NmfLoss,
    /// λ_l of every layer, ≥ 0 and not all 0; empty for 1 everywhere. The published reconstruction
    /// loss weighs the last layer alone, as in `[0.0, 1.0]`.
    pub layer_weights: Vec<f64>,
    /// λ ≥ 0, the weight of the sums of all A's and S's, of every layer whatever its weight: the
    /// larger, the more of their entries are zero. Not with `gradient.clamp = false`, which leaves
    /// entries of A negative.
    pub l1: f64,
    /// How classes enter the loss.
    pub labels: LabelUse,
    /// How predictions are compared with classes.
    pub label_loss: LabelLoss,
    /// λ, the weight of the label term, ≥ 0.
    pub label_weight: f64,
    /// How a trained B moves.
    pub classifier: ClassifierSettings,
    /// The A's before the first epoch.
    pub start: NeuralStart,
    /// How each layer of the start `hnmf` is fitted.
    pub start_nmf: Ncpd,
    /// How the loss is made small.
    pub training: Training,
    /// When to stop; an iteration is an epoch, and the error watched is the loss.
    pub stopping: Stopping,
    /// Settings of `training = "quasi-newton"`.
    pub quasi_newton: QuasiNewtonSettings,
    /// Settings of `training = "gradient"`.
    pub gradient: GradientSettings,
    /// Settings of `training = "adam"`.
    pub adam: AdamSettings,
}

impl Default for NeuralNmf {
    fn default() -> Self {
        Self {
            loss: NmfLoss::Reconstruction,
            layer_weights: Vec::new(),
            l1: 0.0,
            labels: LabelUse::None,
            label_loss: LabelLoss::L2,
            label_weight: 1.0,
            classifier: ClassifierSettings::default(),
            start: NeuralStart::Hnmf,
            // Training goes on from here: a start need not have settled.
            start_nmf: Ncpd {
                stopping: Stopping {
                    max_iterations: 20,
                    tolerance: 1e-4,
                    ..Stopping::default()
                },
                ..Ncpd::default()
            },
            training: Training::QuasiNewton,
            stopping: Stopping {
                max_iterations: 1000,
                tolerance: 1e-9,
                criterion: Criterion::DecreaseOverFirst,
                check_every: 1,
            },
            quasi_newton: QuasiNewtonSettings::default(),
            gradient: GradientSettings::default(),
            adam: AdamSettings::default(),
        }
    }
}

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

    fn needs_labels(&self) -> bool {
        self.labels != LabelUse::None
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        matrices_only("neural-nmf", shape)?;
        crate::model::validate_ranks(shape, ranks)?;
        self.start_nmf.validate()?;
        let wrong = |parameter, found: String, expected| {
            Err(ModelError::Parameter {
                parameter,
                found,
                expected,
            })
        };
        crate::model::validate_layer_weights(&self.layer_weights, ranks)?;
        if !(self.l1 >= 0.0 && self.l1.is_finite()) {
            let found = self.l1.to_string();
            return wrong("l1", found, "it must be a finite number ≥ 0");
        }
        if self.l1 > 0.0 && self.training == Training::Gradient && !self.gradient.clamp {
            let expected = "it penalises the sum of A's, which gradient.clamp = false lets become \
                            negative: leave out either";
            return wrong("l1", self.l1.to_string(), expected);
        }
        if !(self.label_weight >= 0.0 && self.label_weight.is_finite()) {
            let found = self.label_weight.to_string();
            return wrong("label-weight", found, "it must be a finite number ≥ 0");
        }
        if self.stopping.max_iterations == 0 {
            let expected = "at least one epoch is needed";
            return wrong("stopping.max-iterations", "0".to_owned(), expected);
        }
        if self.quasi_newton.memory == 0 {
            let expected = "at least one past step is needed";
            return wrong("quasi-newton.memory", "0".to_owned(), expected);
        }
        for (parameter, step) in [
            ("gradient.step", self.gradient.step),
            ("classifier.step", self.classifier.step),
        ] {
            if !(step > 0.0 && step.is_finite()) {
                return wrong(parameter, step.to_string(), "it must be a positive number");
            }
        }
        let GradientSettings {
            decay, decay_every, ..
        } = self.gradient;
        if !(decay > 0.0 && decay <= 1.0) {
            let expected = "it must be above 0 and at most 1, and 1 keeps the step";
            return wrong("gradient.decay", decay.to_string(), expected);
        }
        if decay_every == 0 {
            return wrong(
                "gradient.decay-every",
                "0".to_owned(),
                "it must be at least 1",
            );
        }
        check_adam(&self.adam)
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
        let weights = crate::model::layer_weights(&self.layer_weights, fit.ranks);
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
        matrices_only("neural-nmf", new.shape())?;
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
