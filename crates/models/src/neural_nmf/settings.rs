//! The parts of Neural NMF's settings.

use serde::{Deserialize, Serialize};

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
