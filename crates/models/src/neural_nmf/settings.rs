//! Neural NMF's settings.

use hntf_solvers::{AdamSettings, Criterion, Ncpd, QuasiNewtonSettings, Stopping};
use serde::{Deserialize, Serialize};

/// X ≈ A⁰S⁰, S⁰ ≈ A¹S¹, … with Sˡ = argmin_{S ≥ 0} ‖Sˡ⁻¹ − AˡS‖², so that the A's alone are the
/// variables; all of them are trained at once. Layer l approximates X by A⁰A¹⋯Aˡ Sˡ. Matrices only.
///
/// With `l1` = λ above 0, Σ_l (2λ/N_l) (ΣAˡ + ΣSˡ) is added to the loss, N_l being the number of entries
/// the mean of layer l runs over, and Sˡ = argmin_{S ≥ 0} ‖Sˡ⁻¹ − AˡS‖² + 2λ ΣS. A network of one layer
/// then minimises 2/N times what [`Ncpd`] does with the same `l1` (the sparse coding of Hoyer,
/// *Non-negative sparse coding*, NNSP 2002, with the A's penalised too, so that their scale cannot take
/// the penalty off the S's).
///
/// The labels of the last layer (see [`Fit::labels_of`](crate::Fit::labels_of)) may enter as λ · loss(B Sᴸ).
///
/// Hidden entries are left out of every mean over X and of the problem that gives S⁰, exactly; a column
/// without a known entry has zeros in every S.
///
/// A fit whose loss becomes NaN or infinite ends with [`StopReason::Diverged`](hntf_solvers::StopReason::Diverged) after that epoch, and
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

/// What the layers are fitted to; all means are over the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NmfLoss {
    /// Σ_l λ_l mean(Sˡ⁻¹ − Aˡ Sˡ)², S⁻¹ = X: every layer to the one below it.
    Energy,
    /// Σ_l λ_l mean(X − A⁰ ⋯ Aˡ Sˡ)²: every layer to the data.
    Reconstruction,
}

/// How classes enter the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelUse {
    /// Not at all.
    None,
    /// Through a matrix B that is trained beside the layers.
    TrainedB,
    /// Through B = (L*Y) S⁺ of the last layer, differentiated too.
    PseudoInverse,
}

/// How B S is compared with the classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelLoss {
    /// mean (L * (Y − B S))² against one-hot columns Y.
    L2,
    /// The cross-entropy of softmax(B S), summed over the known columns and divided by the number of
    /// all.
    CrossEntropy,
}

/// The A's before the first epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeuralStart {
    /// Uniform random numbers on [0, 1).
    Uniform,
    /// |N(0, 1)|.
    HalfNormal,
    /// The A's of an HNMF: an NMF of the data, an NMF of its coefficients, and so on.
    Hnmf,
}

/// How the loss is made small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Training {
    /// Projected L-BFGS: the loss never rises and there is no step size.
    QuasiNewton,
    /// Projected gradient steps, as published.
    Gradient,
    /// Adam, clamped at zero.
    Adam,
}

/// Settings of [`Training::Gradient`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct GradientSettings {
    /// Step size, > 0.
    pub step: f64,
    /// What it is multiplied by after every `decay_every` epochs, in (0, 1].
    pub decay: f64,
    /// See `decay`.
    pub decay_every: usize,
    /// Whether entries of A below zero become zero. The published unsupervised training leaves
    /// them, so its A's are not nonnegative.
    pub clamp: bool,
}

impl Default for GradientSettings {
    fn default() -> Self {
        Self {
            step: 1.0,
            decay: 1.0,
            decay_every: 1,
            clamp: true,
        }
    }
}

/// How a trained B moves beside gradient steps and Adam. Quasi-Newton steps move it with the A's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ClassifierSettings {
    /// Step size, > 0; it decays as that of the gradient steps.
    pub step: f64,
    /// Steps an epoch.
    pub steps: usize,
}

impl Default for ClassifierSettings {
    fn default() -> Self {
        Self {
            step: 0.01,
            steps: 30,
        }
    }
}
