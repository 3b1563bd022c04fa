//! Semi-supervised NMF: one factorization of data and labels.

use hntf_tensor::{CpTensor, Matrix, Scratch, Tensor, gram, multiply};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::{CpFit, Criterion, Iterate, Labels, Observer, SolverError, Start, Stopping, drive};

/// min ‖X − A S‖² + λ ‖L * (Y − B S)‖² over A, B, S ≥ 0, for X of m × n, one-hot labels Y of c × n
/// and the mask L of labelled columns (Lee, Yoo & Choi 2010; Haddock et al. 2021), by multiplicative
/// updates in the order A, B, S with 1e-10 added to every denominator.
///
/// S is kept transposed, T = Sᵀ (n × r), as the second factor of the CP tensor ⟦A, T⟧. Unlabelled
/// columns do not enter the label term.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Ssnmf {
    /// λ, the weight of the label term.
    pub weight: f64,
    /// When to stop; the error watched is the objective itself.
    pub stopping: Stopping,
}

impl Default for Ssnmf {
    fn default() -> Self {
        let stopping = Stopping {
            max_iterations: 800,
            tolerance: 1e-4,
            criterion: Criterion::DecreaseOverFirst,
            check_every: 1,
        };
        Self {
            weight: 1.0,
            stopping,
        }
    }
}

/// A fitted semi-supervised NMF.
#[derive(Debug, Clone)]
pub struct SsnmfFit {
    /// ⟦A, Sᵀ⟧, and how the iteration went; its trace holds objectives.
    pub fit: CpFit,
    /// B, c × r.
    pub classifier: Matrix,
}

impl Ssnmf {
    /// Fits rank `rank`; A, S and B start from uniform random numbers, drawn in this order.
    ///
    /// # Errors
    /// Rank 0, data that is no matrix or has no finite positive norm, labels of another length than
    /// the second mode, or a negative weight.
    pub fn fit(
        &self,
        data: &dyn Tensor,
        labels: &Labels,
        rank: usize,
        random: &mut RandomState,
        observer: &mut dyn Observer,
    ) -> Result<SsnmfFit, SolverError> {
        crate::ncpd::check(data, rank)?;
        let shape = data.shape();
        if shape.len() != 2 {
            return Err(SolverError::Shape {
                shape: shape.to_vec(),
            });
        }
        if labels.len() != shape[1] {
            return Err(SolverError::Labels {
                found: labels.len(),
                expected: shape[1],
            });
        }
        if !(self.weight >= 0.0 && self.weight.is_finite()) {
            return Err(SolverError::Weight { found: self.weight });
        }
        let factors = Start::Ssnmf.factors(data, rank, random);
        let classifier = Matrix::from_fn(labels.classes(), rank, |_, _| random.random_sample());
        let mut state = State::new(data, labels, self.weight, factors, classifier);
        let outcome = drive(&mut state, &self.stopping, observer);
        let State {
            a, t, classifier, ..
        } = state;
        let model = CpTensor::new(vec![a, t])?;
        let error = hntf_tensor::relative_error(data, &model, &mut Scratch::new());
        Ok(SsnmfFit {
            fit: CpFit {
                model,
                error,
                outcome,
            },
            classifier,
        })
    }
}

struct State<'a> {
    data: &'a dyn Tensor,
    data_norm: f64,
    labels: &'a Labels,
    weight: f64,
    a: Matrix,
    t: Matrix,
    classifier: Matrix,
    /// TᵀT, and the same over the labelled rows only.
    gram: Matrix,
    known_gram: Matrix,
    numerator: Matrix,
    denominator: Matrix,
    classifier_gram: Matrix,
    label_denominator: Matrix,
    /// ⟨X, A Tᵀ⟩ after the last step.
    inner: f64,
    scratch: Scratch,
}

impl<'a> State<'a> {
    fn new(
        data: &'a dyn Tensor,
        labels: &'a Labels,
        weight: f64,
        factors: Vec<Matrix>,
        classifier: Matrix,
    ) -> Self {
        let mut factors = factors.into_iter();
        let mut next = || factors.next().unwrap_or_default();
        let empty = Matrix::default;
        Self {
            data,
            data_norm: data.squared_norm(),
            labels,
            weight,
            a: next(),
            t: next(),
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

    /// X times the other factor, into `numerator`.
    fn contract(&mut self, mode: usize) {
        let factors = [std::mem::take(&mut self.a), std::mem::take(&mut self.t)];
        self.data
            .mttkrp(&factors, mode, &mut self.numerator, &mut self.scratch);
        [self.a, self.t] = factors;
    }

    fn update_a(&mut self) {
        self.contract(0);
        gram(&self.t, &mut self.gram);
        assign_product(&mut self.denominator, &self.a, &self.gram);
        scale(&mut self.a, &self.numerator, &self.denominator);
    }

    /// B ← B * (L*Y) Sᵀ / (B S_L S_Lᵀ): labelled columns only.
    fn update_classifier(&mut self) {
        let (classes, rank) = (self.classifier.rows(), self.classifier.cols());
        self.numerator.reshape(classes, rank);
        self.numerator.as_mut_slice().fill(0.0);
        for (j, class) in self.labels.known() {
            let sums = self.numerator.row_mut(class).iter_mut();
            sums.zip(self.t.row(j)).for_each(|(n, t)| *n += t);
        }
        known_gram(&self.t, self.labels, &mut self.known_gram);
        assign_product(&mut self.denominator, &self.classifier, &self.known_gram);
        scale(&mut self.classifier, &self.numerator, &self.denominator);
    }

    /// S ← S * (AᵀX + λ Bᵀ(L*Y)) / (AᵀA S + λ Bᵀ(L*(B S))), row by row of T.
    fn update_t(&mut self) {
        self.contract(1);
        gram(&self.a, &mut self.gram);
        assign_product(&mut self.denominator, &self.t, &self.gram);
        gram(&self.classifier, &mut self.classifier_gram);
        assign_product(&mut self.label_denominator, &self.t, &self.classifier_gram);
        self.inner = 0.0;
        for j in 0..self.t.rows() {
            let class = self.labels.class(j);
            let label = class.map(|c| (self.classifier.row(c), self.label_denominator.row(j)));
            let (numerator, denominator) = (self.numerator.row(j), self.denominator.row(j));
            for (k, t) in self.t.row_mut(j).iter_mut().enumerate() {
                let (mut n, mut d) = (numerator[k], denominator[k]);
                if let Some((target, model)) = label {
                    n += self.weight * target[k];
                    d += self.weight * model[k];
                }
                *t *= n / (1e-10 + d);
                self.inner += *t * numerator[k];
            }
        }
    }
}

impl Iterate for State<'_> {
    fn step(&mut self) {
        self.update_a();
        self.update_classifier();
        self.update_t();
    }

    /// The objective, its data term from norms.
    fn error(&mut self) -> f64 {
        gram(&self.a, &mut self.gram);
        assign_product(&mut self.denominator, &self.t, &self.gram);
        let pairs = self.denominator.as_slice().iter().zip(self.t.as_slice());
        let model: f64 = pairs.map(|(d, t)| d * t).sum();
        let data_term = (self.data_norm - 2.0 * self.inner + model).max(0.0);
        let mut label_term = 0.0;
        for (j, class) in self.labels.known() {
            for (c, b) in self.classifier.iter_rows().enumerate() {
                let predicted: f64 = b.iter().zip(self.t.row(j)).map(|(b, t)| b * t).sum();
                label_term += (f64::from(u8::from(c == class)) - predicted).powi(2);
            }
        }
        data_term + self.weight * label_term
    }
}

/// Σ over labelled j of t_j t_jᵀ.
fn known_gram(t: &Matrix, labels: &Labels, out: &mut Matrix) {
    let rank = t.cols();
    out.reshape(rank, rank);
    out.as_mut_slice().fill(0.0);
    for (j, _) in labels.known() {
        let row = t.row(j);
        for (i, x) in row.iter().enumerate() {
            out.row_mut(i)
                .iter_mut()
                .zip(row)
                .for_each(|(o, y)| *o += x * y);
        }
    }
}

fn assign_product(out: &mut Matrix, a: &Matrix, b: &Matrix) {
    out.reshape(a.rows(), b.cols());
    multiply(out.view_mut(), a.view(), b.view());
}

fn scale(factor: &mut Matrix, numerator: &Matrix, denominator: &Matrix) {
    let fractions = numerator.as_slice().iter().zip(denominator.as_slice());
    for (f, (n, d)) in factor.as_mut_slice().iter_mut().zip(fractions) {
        *f *= n / (1e-10 + d);
    }
}
