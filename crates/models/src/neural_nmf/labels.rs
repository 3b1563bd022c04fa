//! The label term of a network: λ times a loss of B S against the known classes.

use hntf_solvers::{Labels, pseudo_inverse};
use hntf_tensor::{Matrix, gram};

use super::settings::{LabelLoss, LabelUse};

/// λ · loss(B Sᴸ) over the n columns, of which the known ones count:
/// - L2: mean (L * (Y − B S))² over all c · n entries;
/// - cross-entropy: Σ −ln softmax(B s_j)[class of j] over the known columns, divided by n.
///
/// B is a parameter, or B = (L*Y) S⁺ of the present S, through which the gradient goes too:
/// with D = ∂loss/∂(B S), Q = (S⁺)ᵀ and T = Q (L*Y)ᵀ D + Q Dᵀ (L*Y), ∂loss/∂S = T − (T Qᵀ) S
/// (Golub & Pereyra, *The differentiation of pseudo-inverses and nonlinear least squares problems
/// whose variables separate*, SIAM J. Numer. Anal. 10, 1973).
pub struct LabelTerm<'a> {
    labels: &'a Labels,
    form: LabelUse,
    loss: LabelLoss,
    weight: f64,
    /// B of the last evaluation, c × r.
    classifier: Matrix,
    /// Dᵀ, n × c.
    derivative: Matrix,
    /// S⁺ = T (TᵀT)⁺, n × r.
    inverse: Matrix,
    gram: Matrix,
    work: [Matrix; 2],
}

impl<'a> LabelTerm<'a> {
    /// The term of weight λ = `weight`.
    pub fn new(labels: &'a Labels, form: LabelUse, loss: LabelLoss, weight: f64) -> Self {
        Self {
            labels,
            form,
            loss,
            weight,
            classifier: Matrix::default(),
            derivative: Matrix::default(),
            inverse: Matrix::default(),
            gram: Matrix::default(),
            work: Default::default(),
        }
    }

    /// B of the last evaluation, c × r.
    pub fn classifier(&self) -> &Matrix {
        &self.classifier
    }

    /// The term for T = Sᵀ (n × r) and, if it is a parameter, B. Keeps Dᵀ.
    pub(super) fn loss(&mut self, t: &Matrix, b: Option<&Matrix>) -> f64 {
        match b {
            Some(b) => self.classifier.set(b.view()),
            None => self.solve(t),
        }
        let (n, classes) = (t.rows(), self.labels.classes());
        let b = self.classifier.view().transpose();
        self.derivative.set_product(t.view(), b);
        let scale = match self.loss {
            LabelLoss::L2 => self.weight / (n as f64 * classes as f64),
            LabelLoss::CrossEntropy => self.weight / n as f64,
        };
        let mut loss = 0.0;
        for j in 0..n {
            let row = self.derivative.row_mut(j);
            match (self.labels.class(j), self.loss) {
                (None, _) => row.fill(0.0),
                (Some(class), LabelLoss::L2) => {
                    row[class] -= 1.0;
                    loss += row.iter().map(|x| x * x).sum::<f64>();
                    row.iter_mut().for_each(|x| *x *= 2.0 * scale);
                }
                (Some(class), LabelLoss::CrossEntropy) => {
                    loss += cross_entropy(row, class);
                    row.iter_mut().for_each(|x| *x *= scale);
                }
            }
        }
        scale * loss
    }

    /// B = (L*Y) S⁺.
    fn solve(&mut self, t: &Matrix) {
        gram(t, &mut self.gram);
        let inverse = pseudo_inverse(&self.gram);
        self.inverse.set_product(t.view(), inverse.view());
        self.labels.sums(&self.inverse, &mut self.classifier);
    }

    /// Adds ∂/∂T to `upstream` and ∂/∂B to `b_gradient`; [`LabelTerm::loss`] has run on the same.
    pub(super) fn gradient(
        &mut self,
        t: &Matrix,
        b: Option<&Matrix>,
        upstream: &mut Matrix,
        b_gradient: Option<&mut Matrix>,
    ) {
        let derivative = self.derivative.view();
        upstream.add_product(derivative, self.classifier.view(), 1.0);
        if let (Some(_), Some(out)) = (b, b_gradient) {
            out.add_product(derivative.transpose(), t.view(), 1.0);
        }
        if self.form != LabelUse::PseudoInverse || b.is_some() {
            return;
        }
        // Tᵀ of the formula is W = Dᵀ B + (L*Y)ᵀ (D S⁺); the first part is in `upstream` already.
        let [w, small] = &mut self.work;
        small.set_product(derivative.transpose(), self.inverse.view());
        w.set_product(derivative, self.classifier.view());
        for (j, class) in self.labels.known() {
            let (row, out) = (small.row(class), w.row_mut(j));
            out.iter_mut().zip(row).for_each(|(w, x)| *w += x);
            let out = upstream.row_mut(j).iter_mut();
            out.zip(row).for_each(|(u, x)| *u += x);
        }
        small.set_product(self.inverse.view().transpose(), w.view());
        upstream.add_product(t.view(), small.view(), -1.0);
    }

    /// ∂/∂B for other B than the last one evaluated, T being the same.
    pub(super) fn classifier_gradient(&mut self, t: &Matrix, b: &Matrix, out: &mut Matrix) {
        self.loss(t, Some(b));
        out.set_product(self.derivative.view().transpose(), t.view());
    }
}

/// −ln softmax(scores)[class]; `scores` ← its derivative, softmax − one-hot.
fn cross_entropy(scores: &mut [f64], class: usize) -> f64 {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let score = scores[class] - largest;
    scores.iter_mut().for_each(|x| *x = (*x - largest).exp());
    let sum: f64 = scores.iter().sum();
    scores.iter_mut().for_each(|x| *x /= sum);
    scores[class] -= 1.0;
    sum.ln() - score
}
