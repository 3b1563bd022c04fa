//! The parts of the gradients against finite differences of the objective.

use hntf_tensor::{DenseTensor, Matrix};
use numpy_random::RandomState;

use super::{State, label_parts};
use crate::{Iterate, LabelLoss, Labels, Loss, Ssnmf};

fn uniform(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| 0.1 + random.random_sample())
}

impl State<'_> {
    /// A, B or T.
    fn part(&mut self, which: usize) -> &mut Matrix {
        match which {
            0 => &mut self.factors[0],
            1 => &mut self.classifier,
            _ => &mut self.factors[1],
        }
    }

    fn objective(&mut self) -> f64 {
        self.data_parts(1);
        let pairs = self.numerator.as_slice().iter();
        let t = self.factors[1].as_slice();
        self.inner = pairs.zip(t).map(|(n, t)| n * t).sum();
        self.error()
    }

    /// What the updates take for the gradient in A, B or T.
    fn gradient(&mut self, which: usize) -> Vec<f64> {
        let data = if self.settings.data_loss == Loss::Frobenius {
            2.0
        } else {
            1.0
        };
        let label = match self.settings.label_loss {
            LabelLoss::None => 0.0,
            LabelLoss::Frobenius => 2.0 * self.settings.weight,
            LabelLoss::KullbackLeibler => self.settings.weight,
        };
        let difference = |s: &Self, scale: f64| {
            let pairs = s.denominator.as_slice().iter().zip(s.numerator.as_slice());
            pairs.map(|(d, n)| scale * (d - n)).collect::<Vec<_>>()
        };
        match which {
            0 => {
                self.data_parts(0);
                difference(self, data)
            }
            1 => {
                self.classifier_parts();
                difference(self, label)
            }
            _ => {
                self.data_parts(1);
                self.prepare_label_parts();
                let mut out = difference(self, data);
                let rank = self.factors[1].cols();
                for (j, out) in out.chunks_exact_mut(rank).enumerate() {
                    let t = self.factors[1].row(j);
                    let parts = label_parts(
                        &self.settings,
                        self.labels,
                        &self.classifier,
                        &self.label_denominator,
                        j,
                        t,
                    );
                    if let Some(parts) = parts {
                        for (k, out) in out.iter_mut().enumerate() {
                            *out += label * (parts.positive[k] - parts.scale * parts.row[k]);
                        }
                    }
                }
                out
            }
        }
    }
}

#[test]
fn denominators_minus_numerators_are_the_gradient_of_the_objective() {
    let mut random = RandomState::new(7);
    let data = DenseTensor::from_matrix(Matrix::from_fn(5, 6, |_, _| {
        (5.0 * random.random_sample()).floor()
    }));
    let of = vec![Some(1), None, Some(0), Some(1), None, Some(2)];
    let Some(labels) = Labels::new(3, of) else {
        panic!("classes below 3")
    };
    for data_loss in [Loss::Frobenius, Loss::KullbackLeibler] {
        for label_loss in [
            LabelLoss::None,
            LabelLoss::Frobenius,
            LabelLoss::KullbackLeibler,
        ] {
            let settings = Ssnmf {
                data_loss,
                label_loss,
                weight: 1.7,
                ..Ssnmf::default()
            };
            let factors = vec![uniform(5, 2, &mut random), uniform(6, 2, &mut random)];
            let classifier = uniform(3, 2, &mut random);
            let mut state = State::new(settings, &data, &labels, factors, classifier);
            for which in 0..3 {
                let gradient = state.gradient(which);
                for (at, found) in gradient.iter().enumerate() {
                    let mut moved = |step: f64| {
                        let kept = state.part(which).as_slice()[at];
                        state.part(which).as_mut_slice()[at] += step;
                        let value = state.objective();
                        state.part(which).as_mut_slice()[at] = kept;
                        value
                    };
                    let expected = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                    assert!(
                        (found - expected).abs() < 1e-5 * (1.0 + expected.abs()),
                        "{settings:?} {which} {at}: {found} is not {expected}"
                    );
                }
            }
        }
    }
}
