//! How well the topics of documents tell their classes.

use hntf_datasets::LabelSet;
use hntf_experiment::known_labels;
use hntf_experiment::metrics::{ACCURACY, ACCURACY_LABELLED, ACCURACY_OF_LAYER};
use hntf_models::Layer;
use hntf_solvers::{Classifier, predict};
use hntf_tensor::Matrix;

use super::measured::{Measured, Measurement};

/// Accuracies of every layer; nothing of data without labels.
pub(super) fn measure(fit: &Measured<'_>) -> Vec<Measurement> {
    let mut found = Vec::new();
    let Some(set) = fit.dataset.label_set() else {
        return found;
    };
    for (l, layer) in fit.hierarchy.layers.iter().enumerate() {
        let mut add = |metric: &str, set, classifier| {
            found.push((l, metric.to_owned(), accuracy(layer, set, classifier)));
        };
        add(ACCURACY, set, Classifier::PseudoInverse);
        add(ACCURACY_LABELLED, set, Classifier::LabelledColumns);
        if fit.wants(ACCURACY_OF_LAYER) {
            let own = fit.dataset.label_set_of_layer(l).unwrap_or(set);
            add(ACCURACY_OF_LAYER, own, Classifier::PseudoInverse);
        }
    }
    found
}

/// The class of every document, predicted from a layer's coefficients.
fn predictions(layer: &Layer, set: &LabelSet, classifier: Classifier) -> Vec<usize> {
    let Some(coefficients) = layer.approximation.factors().last() else {
        return Vec::new();
    };
    match known_labels(set) {
        Some(labels) if labels.len() == coefficients.rows() => {
            predict(&classifier.fit(coefficients, &labels), coefficients)
        }
        _ => Vec::new(),
    }
}

/// Whether a document counts for accuracy: its label is unseen, or no label is.
fn is_judged(set: &LabelSet) -> impl Fn(bool) -> bool {
    let all_seen = set.known.iter().all(|known| *known);
    move |known| !known || all_seen
}

/// The share of documents with unseen labels whose class is predicted, or of all documents if every
/// label was seen.
fn accuracy(layer: &Layer, set: &LabelSet, classifier: Classifier) -> f64 {
    let predicted = predictions(layer, set, classifier);
    let judged = predicted.iter().zip(set.of.iter().zip(&set.known));
    let (mut right, mut all) = (0_usize, 0_usize);
    let is_judged = is_judged(set);
    for (predicted, (class, _)) in judged.filter(|(_, (_, known))| is_judged(**known)) {
        all += 1;
        right += usize::from(predicted == class);
    }
    right as f64 / all as f64
}

/// Row c: how the documents of class c that accuracy is measured on are spread over the predicted
/// classes, by the published classifier. Rows sum to 1, or to 0 for a class without such documents.
pub fn confusion(layer: &Layer, set: &LabelSet) -> Matrix {
    let classes = set.classes.len();
    let mut counts = Matrix::zeros(classes, classes);
    let predicted = predictions(layer, set, Classifier::PseudoInverse);
    let is_judged = is_judged(set);
    for (predicted, (class, known)) in predicted.iter().zip(set.of.iter().zip(&set.known)) {
        if is_judged(*known) {
            counts[(*class, *predicted)] += 1.0;
        }
    }
    Matrix::from_fn(classes, classes, |c, p| {
        let total: f64 = counts.row(c).iter().sum();
        if total > 0.0 {
            counts[(c, p)] / total
        } else {
            0.0
        }
    })
}

/// For every class the number of documents that accuracy and confusion are measured on.
pub fn judged(set: &LabelSet) -> Vec<usize> {
    let is_judged = is_judged(set);
    let mut counts = vec![0; set.classes.len()];
    for (class, known) in set.of.iter().zip(&set.known) {
        counts[*class] += usize::from(is_judged(*known));
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_solvers::{Outcome, StopReason};
    use hntf_tensor::CpTensor;

    /// Four documents of which the third is told wrongly.
    fn layer() -> Layer {
        let coefficients = Matrix::from_vec(4, 2, vec![1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
        let factors = vec![Matrix::identity(2), coefficients];
        Layer {
            rank: 2,
            approximation: CpTensor::new(factors.clone()).unwrap(),
            topics: factors,
            parameters: 12,
            classifier: None,
            outcome: Outcome {
                reason: StopReason::Converged,
                iterations: 0,
                trace: Vec::new(),
            },
        }
    }

    fn set(known: [bool; 4]) -> LabelSet {
        LabelSet {
            name: "half".to_owned(),
            classes: vec!["left".to_owned(), "right".to_owned()],
            of: vec![0, 1, 1, 0],
            known: known.to_vec(),
        }
    }

    #[test]
    fn accuracy_is_over_unseen_labels_or_over_all_if_none_is_unseen() {
        let classifier = Classifier::LabelledColumns;
        for (known, expected) in [
            ([true, true, false, true], 0.0),
            ([true, true, false, false], 0.5),
            ([true, true, true, true], 0.75),
        ] {
            let found = accuracy(&layer(), &set(known), classifier);
            assert!((found - expected).abs() < 1e-12, "{known:?}: {found}");
        }
    }

    #[test]
    fn the_confusion_of_seen_labels_is_over_all_documents() {
        let found = confusion(&layer(), &set([true; 4]));
        assert_eq!(found.as_slice(), [1.0, 0.0, 0.5, 0.5]);
    }

    #[test]
    fn documents_with_unseen_labels_are_counted_or_all_if_none_is_unseen() {
        let three = |known: [bool; 4]| LabelSet {
            classes: ["a", "b", "none"].map(str::to_owned).to_vec(),
            ..set(known)
        };
        assert_eq!(judged(&three([true, false, false, true])), [0, 2, 0]);
        assert_eq!(judged(&three([true; 4])), [2, 2, 0]);
    }
}
