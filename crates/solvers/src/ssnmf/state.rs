//! One iteration of semi-supervised NMF: the parts of the gradients, and what they do to A, B and S.

use hntf_tensor::{Matrix, Scratch, Tensor, divergence, gram, inner};

use super::settings::{EPSILON, Ssnmf};
use crate::{Iterate, LabelLoss, Labels, Loss};

pub(super) struct State<'a> {
    settings: Ssnmf,
    data: &'a dyn Tensor,
    data_norm: f64,
    labels: &'a Labels,
    /// A and T.
    factors: [Matrix; 2],
    classifier: Matrix,
    /// TᵀT or AᵀA, and the first over the labelled rows only.
    gram: Matrix,
    known_gram: Matrix,
    numerator: Matrix,
    denominator: Matrix,
    classifier_gram: Matrix,
    label_denominator: Matrix,
    /// ⟨X, A Tᵀ⟩ after the last step, of ‖·‖².
    inner: f64,
    scratch: Scratch,
}

/// The parts of the label term's gradient at one row of T: N = `scale` · `row`, and P.
struct LabelParts<'a> {
    scale: f64,
    row: &'a [f64],
    positive: &'a [f64],
}

impl<'a> State<'a> {
    pub(super) fn new(
        settings: Ssnmf,
        data: &'a dyn Tensor,
        labels: &'a Labels,
        factors: Vec<Matrix>,
        classifier: Matrix,
    ) -> Self {
        let mut factors = factors.into_iter();
        let mut next = || factors.next().unwrap_or_default();
        let empty = Matrix::default;
        Self {
            settings,
            data,
            data_norm: data.squared_norm(),
            labels,
            factors: [next(), next()],
            classifier,
            gram: empty(),
            known_gram: empty(),
            numerator: empty(),
            denominator: empty(),
            classifier_gram: empty(),
            label_denominator: empty(),
            inner: 0.0,
            scratch: Scratch::new(),
        }
    }

    /// A, T and B.
    pub(super) fn into_parts(self) -> (Matrix, Matrix, Matrix) {
        let [a, t] = self.factors;
        (a, t, self.classifier)
    }

    /// `numerator` and `denominator` ← the negative and positive parts of the data term's gradient
    /// in a factor.
    fn data_parts(&mut self, mode: usize) {
        let (data, factors) = (self.data, &self.factors);
        let (own, other) = (&factors[mode], &factors[1 - mode]);
        let (numerator, scratch) = (&mut self.numerator, &mut self.scratch);
        match self.settings.data_loss {
            Loss::Frobenius => {
                data.mttkrp(factors, mode, numerator, scratch);
                gram(other, &mut self.gram);
                self.denominator.set_product(own.view(), self.gram.view());
                if let Some(mask) = data.mask() {
                    mask.restrict_model_mttkrp(factors, mode, &mut self.denominator, scratch);
                }
            }
            Loss::KullbackLeibler => {
                data.quotient_mttkrp(factors, mode, EPSILON, numerator, scratch);
                self.denominator.fill_rows(own.rows(), &other.column_sums());
                if let Some(mask) = data.mask() {
                    mask.restrict_ones_mttkrp(factors, mode, &mut self.denominator, scratch);
                }
            }
        }
    }

    fn update_a(&mut self) {
        self.data_parts(0);
        scale(&mut self.factors[0], &self.numerator, &self.denominator);
    }

    /// `numerator` and `denominator` ← those of the label term in B. For ‖·‖² (L*Y) Sᵀ and
    /// B S_L S_Lᵀ, over labelled columns only; for D the quotient (L*Y)/(B S) Sᵀ and L Sᵀ.
    fn classifier_parts(&mut self) {
        let (classes, rank) = (self.classifier.rows(), self.classifier.cols());
        let t = &self.factors[1];
        if self.settings.label_loss != LabelLoss::KullbackLeibler {
            self.labels.sums(t, &mut self.numerator);
            self.labels.gram(t, &mut self.known_gram);
            let (b, gram) = (self.classifier.view(), self.known_gram.view());
            self.denominator.set_product(b, gram);
            return;
        }
        self.numerator.fill(classes, rank, 0.0);
        let mut all = vec![0.0; rank];
        for (j, class) in self.labels.known() {
            let predicted = inner(self.classifier.row(class), t.row(j)).max(EPSILON);
            let sums = self.numerator.row_mut(class).iter_mut().zip(&mut all);
            for ((n, s), t) in sums.zip(t.row(j)) {
                *n += t / predicted;
                *s += t;
            }
        }
        self.denominator.fill_rows(classes, &all);
    }

    fn update_classifier(&mut self) {
        if self.settings.label_loss == LabelLoss::None {
            return;
        }
        self.classifier_parts();
        scale(&mut self.classifier, &self.numerator, &self.denominator);
    }

    /// What [`State::label_parts`] needs of the present B and T.
    fn prepare_label_parts(&mut self) {
        match self.settings.label_loss {
            LabelLoss::None => {}
            LabelLoss::Frobenius => {
                gram(&self.classifier, &mut self.classifier_gram);
                let (t, gram) = (&self.factors[1], &self.classifier_gram);
                self.label_denominator.set_product(t.view(), gram.view());
            }
            LabelLoss::KullbackLeibler => {
                let sums = self.classifier.column_sums();
                self.label_denominator.fill_rows(1, &sums);
            }
        }
    }

    /// S ← S * t, row by row of T.
    fn update_t(&mut self) {
        self.data_parts(1);
        self.prepare_label_parts();
        let Self {
            settings,
            labels,
            factors: [_, t],
            classifier,
            label_denominator,
            numerator,
            denominator,
            inner,
            ..
        } = self;
        *inner = 0.0;
        for j in 0..t.rows() {
            let row = t.row_mut(j);
            let label = label_parts(settings, labels, classifier, label_denominator, j, row);
            let parts = numerator.row(j).iter().zip(denominator.row(j));
            for (k, (t, (n, d))) in row.iter_mut().zip(parts).enumerate() {
                let label = label.as_ref();
                let label = label.map(|l| (l.scale * l.row[k], l.positive[k]));
                *t *= factor_of(settings, (*n, *d), label);
                *inner += *t * n;
            }
        }
    }

    fn data_term(&mut self) -> f64 {
        let [a, t] = &self.factors;
        if self.settings.data_loss == Loss::KullbackLeibler {
            return divergence(self.data, &self.factors, EPSILON, &mut self.scratch);
        }
        gram(a, &mut self.gram);
        self.denominator.set_product(t.view(), self.gram.view());
        let pairs = self.denominator.as_slice().iter().zip(t.as_slice());
        let mut model: f64 = pairs.map(|(d, t)| d * t).sum();
        if let Some(mask) = self.data.mask() {
            model = mask.restrict_squared_norm(&self.factors, model, &mut self.scratch);
        }
        (self.data_norm - 2.0 * self.inner + model).clamp(0.0, f64::INFINITY)
    }

    fn label_term(&self) -> f64 {
        let mut label_term = 0.0;
        for (j, class) in self.labels.known() {
            for (c, b) in self.classifier.iter_rows().enumerate() {
                let predicted = inner(b, self.factors[1].row(j));
                label_term += match self.settings.label_loss {
                    LabelLoss::None => 0.0,
                    LabelLoss::Frobenius => (f64::from(u8::from(c == class)) - predicted).powi(2),
                    LabelLoss::KullbackLeibler if c == class => {
                        predicted - 1.0 - predicted.max(EPSILON).ln()
                    }
                    LabelLoss::KullbackLeibler => predicted,
                };
            }
        }
        label_term
    }
}

impl Iterate for State<'_> {
    fn step(&mut self) {
        self.update_a();
        self.update_classifier();
        self.update_t();
    }

    /// The objective, a data term ‖·‖² from norms.
    fn error(&mut self) -> f64 {
        self.data_term() + self.settings.weight * self.label_term()
    }
}

/// The label term's parts at row j of T, if that is labelled.
fn label_parts<'a>(
    settings: &Ssnmf,
    labels: &Labels,
    classifier: &'a Matrix,
    denominator: &'a Matrix,
    j: usize,
    t: &[f64],
) -> Option<LabelParts<'a>> {
    let row = |class| classifier.row(class);
    match settings.label_loss {
        LabelLoss::None => None,
        LabelLoss::Frobenius => labels.class(j).map(|class| LabelParts {
            scale: 1.0,
            row: row(class),
            positive: denominator.row(j),
        }),
        LabelLoss::KullbackLeibler => labels.class(j).map(|class| LabelParts {
            scale: 1.0 / inner(row(class), t).max(EPSILON),
            row: row(class),
            positive: denominator.row(0),
        }),
    }
}

/// What an entry of S is multiplied by, from the negative and positive parts of both terms.
fn factor_of(settings: &Ssnmf, data: (f64, f64), label: Option<(f64, f64)>) -> f64 {
    let ((mut n, mut d), weight) = (data, settings.weight);
    let Some(label) = label.map(|(n, d)| (weight * n, weight * d)) else {
        return n / (EPSILON + d);
    };
    match (settings.data_loss, settings.label_loss) {
        (Loss::Frobenius, LabelLoss::KullbackLeibler) => mixed(data, label),
        (Loss::KullbackLeibler, LabelLoss::Frobenius) => mixed(label, data),
        _ => {
            n += label.0;
            d += label.1;
            n / (EPSILON + d)
        }
    }
}

/// The positive root of 2 P t² + (P' − 2 N) t − N' = 0, for (N, P) of ‖·‖² and (N', P') of D: the
/// minimum of the upper bound P t² − 2 N t + P' t − N' ln t.
fn mixed(square: (f64, f64), log: (f64, f64)) -> f64 {
    let (n, d) = (2.0 * square.0, 2.0 * square.1);
    let excess = n - log.1;
    let root = (excess * excess + 4.0 * d * log.0).sqrt();
    // Whichever form adds numbers of one sign.
    if excess > 0.0 {
        (excess + root) / (EPSILON + 2.0 * d)
    } else {
        2.0 * log.0 / (EPSILON + root - excess)
    }
}

fn scale(factor: &mut Matrix, numerator: &Matrix, denominator: &Matrix) {
    let fractions = numerator.as_slice().iter().zip(denominator.as_slice());
    for (f, (n, d)) in factor.as_mut_slice().iter_mut().zip(fractions) {
        *f *= n / (EPSILON + d);
    }
}

#[cfg(test)]
mod tests;
