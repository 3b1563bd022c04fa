//! Multi-HNTF of a matrix with labels.

use hntf_solvers::{Iterate, Labels, Observer, Ssnmf, Stopping, drive};
use hntf_tensor::{CpTensor, Matrix, Scratch, Tensor, gram};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::hierarchy::chain;
use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Layer, Model, ModelError, NamedModel,
    Transformed, checks,
};

/// X ≈ A W Wᵀ S with labels: min ‖X − A W Wᵀ S‖² + λ ‖L*Y − B Wᵀ S‖² over W, B ≥ 0, on a
/// semi-supervised NMF (A, S) as first layer.
///
/// As published, the columns without a label are zero targets and not masked out. The iteration
/// touches neither data nor documents: it runs on C = Aᵀ X Sᵀ, the Grams of A and Sᵀ, and
/// P = (L*Y) Sᵀ, all of them r × r or c × r.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SupervisedMultiHntf {
    /// The first layer.
    pub ssnmf: Ssnmf,
    /// Updates of each W.
    pub iterations: usize,
    /// λ, the weight of the label term above the first layer.
    pub weight: f64,
    /// Whether columns without a label are left out of the label term, as they should be, instead
    /// of being zero targets, as published.
    pub masked: bool,
}

impl Default for SupervisedMultiHntf {
    fn default() -> Self {
        Self {
            ssnmf: Ssnmf::default(),
            iterations: 800,
            weight: 1.0,
            masked: false,
        }
    }
}

impl NamedModel for SupervisedMultiHntf {
    const ABOUT: About = About {
        id: "supervised-multi-hntf",
        title: "Multi-HNTF, supervised",
        summary: "Multi-HNTF of a matrix whose columns have labels",
        citation: "Vendrow, Haddock & Needell, A generalized hierarchical nonnegative tensor decomposition, ICASSP 2022",
        revision: 1,
    };
}

impl Model for SupervisedMultiHntf {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ssnmf(self.ssnmf)
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        checks::matrices_only("supervised-multi-hntf", shape)?;
        checks::at_least_one("iterations", self.iterations)?;
        checks::nonnegative("weight", self.weight)?;
        checks::ranks(shape, ranks)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let mut scratch = Scratch::new();
        let mut random = RandomState::new(fit.seed);
        let mut factors = first.fit.model.factors().to_vec();
        let projections: Vec<_> = factors.iter().map(Some).collect();
        let whole = fit.completed(first)?;
        let data = whole.as_deref().unwrap_or(fit.data);
        let core = data.project(&projections, &mut scratch);
        let mut core = Matrix::from_vec(fit.ranks[0], fit.ranks[0], core.values().to_vec());
        let data_norm = data.squared_norm();
        // The objective is only recorded; every tenth iteration is enough for a curve.
        let stopping = Stopping {
            check_every: 10,
            ..Stopping::after(self.iterations)
        };
        let mut layers = vec![first.layer()];
        let mut steps: Vec<Matrix> = Vec::new();
        for (l, rank) in fit.ranks.iter().enumerate().skip(1) {
            let labels = fit.labels_of(l)?;
            let mut draw = |rows, cols| Matrix::from_fn(rows, cols, |_, _| random.random_sample());
            let weights = draw(factors[0].cols(), *rank);
            let classifier = draw(labels.classes(), *rank);
            let mut state = State {
                data_norm,
                ..State::new(self, &core, &factors, labels, weights, classifier)
            };
            let outcome = drive(&mut state, &stopping, observer);
            let State {
                weights,
                classifier,
                ..
            } = state;
            factors.iter_mut().for_each(|f| *f = f.times(&weights));
            core = weights.transposed().times(&core).times(&weights);
            steps.push(weights);
            let approximation = CpTensor::new(factors.clone())?;
            let classifier = Some(classifier);
            layers.push(Layer {
                classifier,
                ..Layer::flat(approximation, outcome)
            });
        }
        Ok(Hierarchy {
            layers,
            relations: chain(&steps, 0, None),
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
        items.solve_layer(0, &self.ssnmf.row_problem(), observer);
        items.push_through(None)?;
        Ok(items.finish())
    }
}

struct State<'a> {
    lambda: f64,
    /// ‖X‖² and ‖L*Y‖², for the objective.
    data_norm: f64,
    label_norm: f64,
    /// C = Aᵀ X Sᵀ.
    core: &'a Matrix,
    /// AᵀA and S Sᵀ.
    grams: [Matrix; 2],
    /// S Sᵀ over the columns of the label term.
    label_gram: Matrix,
    /// P = (L*Y) Sᵀ, c × r.
    targets: Matrix,
    weights: Matrix,
    classifier: Matrix,
    work: Work,
}

/// Products that are formed anew in every step.
#[derive(Default)]
struct Work {
    /// AᵀA W, S Sᵀ W, and the latter over the columns of the label term.
    gram_weights: [Matrix; 3],
    /// Wᵀ AᵀA W, Wᵀ S Sᵀ W and BᵀB.
    small: [Matrix; 3],
    numerators: [Matrix; 3],
    denominators: [Matrix; 3],
}

impl<'a> State<'a> {
    fn new(
        model: &SupervisedMultiHntf,
        core: &'a Matrix,
        factors: &[Matrix],
        labels: &Labels,
        weights: Matrix,
        classifier: Matrix,
    ) -> Self {
        let mut grams = [Matrix::default(), Matrix::default()];
        for (g, f) in grams.iter_mut().zip(factors) {
            gram(f, g);
        }
        let coefficients = &factors[1];
        let (mut targets, mut known_gram) = (Matrix::default(), Matrix::default());
        labels.sums(coefficients, &mut targets);
        labels.gram(coefficients, &mut known_gram);
        Self {
            lambda: model.weight,
            data_norm: 0.0,
            label_norm: labels.known().count() as f64,
            core,
            label_gram: if model.masked {
                known_gram
            } else {
                grams[1].clone()
            },
            grams,
            targets,
            weights,
            classifier,
            work: Work::default(),
        }
    }
}

impl State<'_> {
    /// What step and objective need of the current W and B.
    fn form_products(&mut self) {
        let (w, work) = (&self.weights, &mut self.work);
        let [g1w, g2w, label_gw] = &mut work.gram_weights;
        let [inner1, inner2, classifier_gram] = &mut work.small;
        g1w.set_product(self.grams[0].view(), w.view());
        g2w.set_product(self.grams[1].view(), w.view());
        label_gw.set_product(self.label_gram.view(), w.view());
        inner1.set_product(w.view().transpose(), g1w.view());
        inner2.set_product(w.view().transpose(), g2w.view());
        gram(&self.classifier, classifier_gram);
    }
}

impl Iterate for State<'_> {
    // W_1 and W_2 are the proposals of the two modes, both from the old W; B follows with the new
    // one. All products are r × r.
    fn step(&mut self) {
        self.form_products();
        let (w, work) = (&self.weights, &mut self.work);
        let [g1w, g2w, label_gw] = &mut work.gram_weights;
        let [inner1, inner2, classifier_gram] = &mut work.small;
        let [numerator1, numerator2, label_numerator] = &mut work.numerators;
        let [denominator1, denominator2, label_denominator] = &mut work.denominators;
        numerator1.set_product(self.core.view(), w.view());
        denominator1.set_product(g1w.view(), inner2.view());
        numerator2.set_product(self.core.view().transpose(), w.view());
        denominator2.set_product(g2w.view(), inner1.view());
        label_numerator.set_product(self.targets.view().transpose(), self.classifier.view());
        label_denominator.set_product(label_gw.view(), classifier_gram.view());

        let lambda = self.lambda;
        for (i, w) in self.weights.as_mut_slice().iter_mut().enumerate() {
            let at = |m: &Matrix| m.as_slice()[i];
            let first = at(numerator1) / (1e-10 + at(denominator1));
            let second = (at(numerator2) + lambda * at(label_numerator))
                / (1e-10 + at(denominator2) + lambda * at(label_denominator));
            *w *= (2.0 + first + second) / 4.0;
        }

        let w = self.weights.view();
        numerator1.set_product(self.targets.view(), w);
        label_gw.set_product(self.label_gram.view(), w);
        inner1.set_product(w.transpose(), label_gw.view());
        denominator1.set_product(self.classifier.view(), inner1.view());
        let fractions = numerator1.as_slice().iter().zip(denominator1.as_slice());
        for (b, (n, d)) in self.classifier.as_mut_slice().iter_mut().zip(fractions) {
            *b *= n / (1e-10 + d);
        }
    }

    /// The objective ‖X − A W Wᵀ S‖² + λ ‖L*Y − B Wᵀ S‖², both terms from norms:
    /// ‖X‖² − 2⟨C, W Wᵀ⟩ + ⟨Wᵀ AᵀA W, Wᵀ S Sᵀ W⟩ and the like.
    fn error(&mut self) -> f64 {
        self.form_products();
        let (w, b, work) = (&self.weights, &self.classifier, &mut self.work);
        let [_, _, label_gw] = &work.gram_weights;
        let [inner1, inner2, classifier_gram] = &mut work.small;
        let [fitted, _, _] = &mut work.numerators;
        fitted.set_product(self.core.view(), w.view());
        let data_term = self.data_norm - 2.0 * fitted.inner(w) + inner1.inner(inner2);
        fitted.set_product(self.targets.view(), w.view());
        inner1.set_product(w.view().transpose(), label_gw.view());
        let model = classifier_gram.inner(inner1);
        let label_term = self.label_norm - 2.0 * fitted.inner(b) + model;
        data_term.clamp(0.0, f64::INFINITY) + self.lambda * label_term.clamp(0.0, f64::INFINITY)
    }
}
