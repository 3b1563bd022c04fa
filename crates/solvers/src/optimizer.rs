//! First-order optimizers over nonnegative parameters.

use hntf_tensor::Matrix;
use serde::{Deserialize, Serialize};

/// Changes parameters along their gradients, then clamps them at zero unless told not to.
pub trait Optimizer {
    /// One step. `parameters` and `gradients` are lists of matrices of the same shapes, the same
    /// ones in every call.
    fn update(&mut self, parameters: &mut [Matrix], gradients: &[Matrix]);
}

/// Adam (Kingma & Ba, ICLR 2015) with bias correction, followed by clamping at zero.
#[derive(Debug, Clone)]
pub struct Adam {
    settings: AdamSettings,
    steps: i32,
    first: Vec<f64>,
    second: Vec<f64>,
}

/// Settings of [`Adam`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct AdamSettings {
    /// Step size, > 0.
    pub step: f64,
    /// Decay of the running mean of the gradient.
    pub beta1: f64,
    /// Decay of the running mean of its square.
    pub beta2: f64,
    /// Added to the root of the latter.
    pub epsilon: f64,
}

impl Default for AdamSettings {
    fn default() -> Self {
        Self {
            step: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }
    }
}

impl Adam {
    /// Adam before its first step.
    pub fn new(settings: AdamSettings) -> Self {
        Self {
            settings,
            steps: 0,
            first: Vec::new(),
            second: Vec::new(),
        }
    }
}

impl Optimizer for Adam {
    fn update(&mut self, parameters: &mut [Matrix], gradients: &[Matrix]) {
        let AdamSettings {
            step,
            beta1,
            beta2,
            epsilon,
        } = self.settings;
        let size = gradients.iter().map(|g| g.as_slice().len()).sum();
        self.first.resize(size, 0.0);
        self.second.resize(size, 0.0);
        self.steps = self.steps.saturating_add(1);
        // The bias corrections, as factors: a division costs as much as all the rest.
        let step = step / (1.0 - beta1.powi(self.steps));
        let correct = 1.0 / (1.0 - beta2.powi(self.steps));
        let (mut first, mut second) = (&mut self.first[..], &mut self.second[..]);
        for (parameter, gradient) in parameters.iter_mut().zip(gradients) {
            // Slices of one length: a loop over them is done several entries at a time.
            let n = gradient.as_slice().len();
            let (ms, vs);
            (ms, first) = first.split_at_mut(n);
            (vs, second) = second.split_at_mut(n);
            let (ps, gs) = (&mut parameter.as_mut_slice()[..n], gradient.as_slice());
            for i in 0..n {
                let g = gs[i];
                let m = beta1 * ms[i] + (1.0 - beta1) * g;
                let v = beta2 * vs[i] + (1.0 - beta2) * g * g;
                let change = step * m / ((v * correct).sqrt() + epsilon);
                (ms[i], vs[i]) = (m, v);
                ps[i] = (ps[i] - change).clamp(0.0, f64::INFINITY);
            }
        }
    }
}

/// Projected gradient with a step that shrinks by `decay` every `decay_every` steps.
#[derive(Debug, Clone)]
pub struct ProjectedGradient {
    step: f64,
    decay: f64,
    decay_every: usize,
    steps: usize,
    lowest: f64,
}

impl ProjectedGradient {
    /// With a constant step.
    pub fn new(step: f64) -> Self {
        Self::with_decay(step, 1.0, 1)
    }

    /// With a step multiplied by `decay` after every `decay_every` steps.
    pub fn with_decay(step: f64, decay: f64, decay_every: usize) -> Self {
        Self {
            step,
            decay,
            decay_every: decay_every.max(1),
            steps: 0,
            lowest: 0.0,
        }
    }

    /// The same without clamping at zero: a plain gradient method.
    #[must_use]
    pub fn without_clamp(mut self) -> Self {
        self.lowest = f64::NEG_INFINITY;
        self
    }
}

impl Optimizer for ProjectedGradient {
    fn update(&mut self, parameters: &mut [Matrix], gradients: &[Matrix]) {
        for (parameter, gradient) in parameters.iter_mut().zip(gradients) {
            for (p, g) in parameter.as_mut_slice().iter_mut().zip(gradient.as_slice()) {
                *p = (*p - self.step * g).max(self.lowest);
            }
        }
        self.steps += 1;
        if self.steps.is_multiple_of(self.decay_every) {
            self.step *= self.decay;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ½ Σ w (p − t)², whose nonnegative minimum is max(t, 0).
    fn descend(optimizer: &mut dyn Optimizer, steps: usize) -> Vec<f64> {
        let (weights, targets) = ([1.0, 10.0, 2.0], [3.0, -1.0, 0.5]);
        let mut parameters = [
            Matrix::from_vec(1, 2, vec![1.0, 1.0]),
            Matrix::from_vec(1, 1, vec![1.0]),
        ];
        for _ in 0..steps {
            let flat: Vec<f64> = parameters
                .iter()
                .flat_map(|p| p.as_slice().to_vec())
                .collect();
            let g: Vec<f64> = (0..3)
                .map(|i| weights[i] * (flat[i] - targets[i]))
                .collect();
            let gradients = [
                Matrix::from_vec(1, 2, g[..2].to_vec()),
                Matrix::from_vec(1, 1, g[2..].to_vec()),
            ];
            optimizer.update(&mut parameters, &gradients);
        }
        parameters
            .iter()
            .flat_map(|p| p.as_slice().to_vec())
            .collect()
    }

    #[test]
    fn both_optimizers_reach_the_constrained_minimum() {
        let adam = AdamSettings {
            step: 0.05,
            ..AdamSettings::default()
        };
        for found in [
            descend(&mut Adam::new(adam), 4000),
            descend(&mut ProjectedGradient::new(0.1), 400),
        ] {
            for (x, expected) in found.iter().zip([3.0, 0.0, 0.5]) {
                assert!((x - expected).abs() < 1e-3, "{found:?}");
            }
        }
    }

    #[test]
    fn the_first_step_of_adam_has_its_step_size_whatever_the_gradient() {
        let mut adam = Adam::new(AdamSettings {
            step: 0.25,
            ..AdamSettings::default()
        });
        let mut parameters = [Matrix::from_vec(1, 2, vec![1.0, 0.1])];
        adam.update(&mut parameters, &[Matrix::from_vec(1, 2, vec![-1e-3, 1e3])]);
        assert!((parameters[0][(0, 0)] - 1.25).abs() < 1e-4 && parameters[0][(0, 1)] == 0.0);
    }

    #[test]
    fn without_the_clamp_parameters_go_below_zero() {
        let free = descend(&mut ProjectedGradient::new(0.1).without_clamp(), 400);
        assert!((free[1] + 1.0).abs() < 1e-3, "{free:?}");
    }

    #[test]
    fn the_step_decays_on_schedule() {
        let mut descent = ProjectedGradient::with_decay(1.0, 0.5, 2);
        let mut parameters = [Matrix::from_vec(1, 1, vec![10.0])];
        let gradient = [Matrix::from_vec(1, 1, vec![1.0])];
        for expected in [9.0, 8.0, 7.5, 7.0, 6.75] {
            descent.update(&mut parameters, &gradient);
            assert_eq!(parameters[0][(0, 0)], expected);
        }
    }
}
