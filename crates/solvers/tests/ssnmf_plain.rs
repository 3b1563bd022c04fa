//! Semi-supervised NMF, Frobenius in both terms, against its updates written entry by entry.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use hntf_solvers::{Labels, Silent, Ssnmf, SsnmfFit, StopReason, Stopping};
use hntf_tensor::{DenseTensor, Matrix};
use numpy_random::RandomState;

const ROWS: usize = 12;
const COLUMNS: usize = 20;
const CLASSES: usize = 3;
const SEED: u32 = 11;

/// A nonnegative matrix of rank 5 plus noise.
fn data() -> Matrix {
    let mut random = RandomState::new(1);
    let mut draw = |rows, cols| Matrix::from_fn(rows, cols, |_, _| random.random_sample());
    let product = draw(ROWS, 5).times(&draw(5, COLUMNS));
    Matrix::from_fn(ROWS, COLUMNS, |i, j| {
        product[(i, j)] + 0.3 * random.randn().abs()
    })
}

/// Every fourth column has no label; `None` for all if `hidden`.
fn labels(hidden: bool) -> Labels {
    let of = (0..COLUMNS).map(|j| (!hidden && j % 4 != 3).then_some(j % CLASSES));
    Labels::new(CLASSES, of.collect()).unwrap()
}

fn fitted(settings: Ssnmf, labels: &Labels, rank: usize) -> SsnmfFit {
    let (data, mut random) = (DenseTensor::from_matrix(data()), RandomState::new(SEED));
    settings
        .fit(&data, labels, rank, &mut random, &mut Silent)
        .unwrap()
}

/// The unknowns of min ‖X − A S‖² + λ ‖L * (Y − B S)‖².
struct Plain {
    x: Matrix,
    labels: Labels,
    lambda: f64,
    rank: usize,
    a: Matrix,
    s: Matrix,
    b: Matrix,
}

impl Plain {
    /// A, S, B from uniform random numbers, drawn in this order.
    fn new(labels: Labels, rank: usize, lambda: f64) -> Self {
        let mut random = RandomState::new(SEED);
        let mut draw = |rows, cols| Matrix::from_fn(rows, cols, |_, _| random.random_sample());
        let (a, s, b) = (draw(ROWS, rank), draw(rank, COLUMNS), draw(CLASSES, rank));
        Self {
            x: data(),
            labels,
            lambda,
            rank,
            a,
            s,
            b,
        }
    }

    fn mask(&self, j: usize) -> f64 {
        f64::from(u8::from(self.labels.class(j).is_some()))
    }

    fn y(&self, c: usize, j: usize) -> f64 {
        f64::from(u8::from(self.labels.class(j) == Some(c)))
    }

    /// Σ_k m_ik S_kj, an entry of A S or B S.
    fn model(&self, m: &Matrix, i: usize, j: usize) -> f64 {
        (0..self.rank).map(|k| m[(i, k)] * self.s[(k, j)]).sum()
    }

    /// A ← A * (X Sᵀ)/(ε + A S Sᵀ); B ← B * ((L*Y) Sᵀ)/(ε + (L*(B S)) Sᵀ);
    /// S ← S * (AᵀX + λBᵀ(L*Y))/(ε + AᵀA S + λBᵀ(L*(B S))).
    fn step(&mut self) {
        let over_columns = |of: &dyn Fn(usize) -> f64| (0..COLUMNS).map(of).sum::<f64>();
        self.a = Matrix::from_fn(ROWS, self.rank, |i, k| {
            let numerator = over_columns(&|j| self.x[(i, j)] * self.s[(k, j)]);
            let denominator = over_columns(&|j| self.model(&self.a, i, j) * self.s[(k, j)]);
            self.a[(i, k)] * numerator / (1e-10 + denominator)
        });
        self.b = Matrix::from_fn(CLASSES, self.rank, |c, k| {
            let numerator = over_columns(&|j| self.mask(j) * self.y(c, j) * self.s[(k, j)]);
            let denominator =
                over_columns(&|j| self.mask(j) * self.model(&self.b, c, j) * self.s[(k, j)]);
            self.b[(c, k)] * numerator / (1e-10 + denominator)
        });
        self.s = Matrix::from_fn(self.rank, COLUMNS, |k, j| {
            let (mut numerator, mut denominator) = (0.0, 0.0);
            for i in 0..ROWS {
                numerator += self.a[(i, k)] * self.x[(i, j)];
                denominator += self.a[(i, k)] * self.model(&self.a, i, j);
            }
            for c in 0..CLASSES {
                let weight = self.lambda * self.mask(j) * self.b[(c, k)];
                numerator += weight * self.y(c, j);
                denominator += weight * self.model(&self.b, c, j);
            }
            self.s[(k, j)] * numerator / (1e-10 + denominator)
        });
    }

    fn objective(&self) -> f64 {
        let mut sum = 0.0;
        for j in 0..COLUMNS {
            for i in 0..ROWS {
                sum += (self.x[(i, j)] - self.model(&self.a, i, j)).powi(2);
            }
            for c in 0..CLASSES {
                let error = self.mask(j) * (self.y(c, j) - self.model(&self.b, c, j));
                sum += self.lambda * error.powi(2);
            }
        }
        sum
    }

    fn assert_is(&self, found: &SsnmfFit) {
        let factors = found.fit.model.factors();
        assert_close(&factors[0], &self.a);
        assert_close(&factors[1], &self.s.transposed());
        assert_close(found.classifier.as_ref().unwrap(), &self.b);
    }
}

fn assert_close(found: &Matrix, expected: &Matrix) {
    assert_eq!(
        (found.rows(), found.cols()),
        (expected.rows(), expected.cols())
    );
    for (f, e) in found.as_slice().iter().zip(expected.as_slice()) {
        assert!((f - e).abs() <= 1e-10 * (1.0 + e.abs()), "{f} is not {e}");
    }
}

#[test]
fn the_published_protocol_stops_after_the_same_step_with_the_same_factors() {
    for rank in [1, 3, 5, 25] {
        let found = fitted(Ssnmf::default(), &labels(false), rank);
        let mut plain = Plain::new(labels(false), rank, 1.0);
        let mut objectives = Vec::new();
        loop {
            plain.step();
            objectives.push(plain.objective());
            let gain = |pair: &[f64]| (pair[0] - pair[1]) / objectives[0];
            let settled = objectives.windows(2).last().map(gain);
            if settled.is_some_and(|gain| gain < 1e-4) || objectives.len() == 800 {
                break;
            }
        }
        assert_eq!(found.fit.outcome.reason, StopReason::Converged);
        assert_eq!(found.fit.outcome.iterations, objectives.len());
        plain.assert_is(&found);
        for (expected, (_, recorded)) in objectives.iter().zip(&found.fit.outcome.trace) {
            let difference = (expected - recorded).abs();
            assert!(difference <= 1e-10 * expected, "{recorded}, {expected}");
        }
    }
}

#[test]
fn every_weight_and_no_label_at_all_follow_the_same_formulas() {
    for (lambda, hidden) in [(0.0, false), (0.1, false), (30.0, false), (1.0, true)] {
        let weighted = Ssnmf {
            weight: lambda,
            ..Ssnmf::default()
        };
        let settings = Ssnmf {
            stopping: Stopping::after(40),
            ..weighted
        };
        let found = fitted(settings, &labels(hidden), 4);
        let mut plain = Plain::new(labels(hidden), 4, lambda);
        (0..40).for_each(|_| plain.step());
        assert_eq!(found.fit.outcome.iterations, 40);
        plain.assert_is(&found);
    }
}
