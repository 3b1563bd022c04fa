//! What is minimised: how far a model is from the data.

use serde::{Deserialize, Serialize};

/// The distance of a model X̂ from data X.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// ‖X − X̂‖², the sum of squared differences: for noise of one size everywhere.
    #[default]
    Frobenius,
    /// D(X‖X̂) = Σ x ln(x/x̂) − x + x̂, the generalised Kullback-Leibler divergence: for counts, whose
    /// noise grows with their mean (Lee & Seung 2001).
    KullbackLeibler,
}

/// The distance of predicted labels from the known ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelLoss {
    /// No label term: plain NMF of the data.
    None,
    /// ‖L * (Y − B S)‖².
    #[default]
    Frobenius,
    /// D(L * Y ‖ L * (B S)).
    KullbackLeibler,
}
