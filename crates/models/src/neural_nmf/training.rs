//! Epochs of training, whatever the optimizer.

use hntf_solvers::{
    Adam, Descent, Domain, Iterate, Objective, Optimizer, ProjectedGradient, QuasiNewton,
};
use hntf_tensor::Matrix;

use super::network::NmfNetwork;
use super::settings::{LabelUse, NeuralNmf, Training};

/// The parameters of a network, and what moves them. A step is an epoch.
pub(super) struct Trainer<'a> {
    network: NmfNetwork<'a>,
    /// A⁰, A¹, …, and B if it is trained.
    parameters: Vec<Matrix>,
    depth: usize,
    mover: Mover,
    loss: f64,
}

enum Mover {
    /// And whether it has come to a stationary point, where it would stay.
    QuasiNewton(QuasiNewton, bool),
    Steps {
        optimizer: Box<dyn Optimizer>,
        gradients: Vec<Matrix>,
        /// Of a trained B, which moves by steps of its own after the A's have moved.
        classifier: ProjectedGradient,
        classifier_steps: usize,
    },
}

impl<'a> Trainer<'a> {
    pub(super) fn new(
        model: &NeuralNmf,
        network: NmfNetwork<'a>,
        parameters: Vec<Matrix>,
        depth: usize,
    ) -> Self {
        let (decay, every) = (model.gradient.decay, model.gradient.decay_every);
        let steps = |optimizer: Box<dyn Optimizer>| {
            let (step, steps) = (model.classifier.step, model.classifier.steps);
            let every = every.saturating_mul(steps);
            Mover::Steps {
                optimizer,
                gradients: parameters.clone(),
                classifier: ProjectedGradient::with_decay(step, decay, every).without_clamp(),
                classifier_steps: if model.labels == LabelUse::TrainedB {
                    steps
                } else {
                    0
                },
            }
        };
        let mover = match model.training {
            Training::QuasiNewton => {
                let domain = |i| match i {
                    i if i < depth => Domain::Nonnegative,
                    _ => Domain::Free,
                };
                let domains = (0..parameters.len()).map(domain).collect();
                Mover::QuasiNewton(QuasiNewton::new(model.quasi_newton, domains), false)
            }
            Training::Gradient => {
                let plain = ProjectedGradient::with_decay(model.gradient.step, decay, every);
                steps(Box::new(if model.gradient.clamp {
                    plain
                } else {
                    plain.without_clamp()
                }))
            }
            Training::Adam => steps(Box::new(Adam::new(model.adam))),
        };
        Self {
            network,
            parameters,
            depth,
            mover,
            loss: f64::NAN,
        }
    }

    /// The A's, the T's that belong to them, and B if there is one.
    pub(super) fn finish(mut self) -> (Vec<Matrix>, Vec<Matrix>, Option<Matrix>) {
        // The optimizer has moved the parameters since the last evaluation.
        if matches!(self.mover, Mover::Steps { .. }) {
            self.network.loss(&self.parameters);
        }
        let coefficients = self.network.coefficients().cloned().collect();
        let classifier = self.network.labels().map(|l| l.classifier().clone());
        self.parameters.truncate(self.depth);
        (self.parameters, coefficients, classifier)
    }
}

impl Iterate for Trainer<'_> {
    fn step(&mut self) {
        let (network, parameters) = (&mut self.network, &mut self.parameters);
        match &mut self.mover {
            Mover::QuasiNewton(optimizer, stationary) => {
                if !*stationary {
                    *stationary = optimizer.step(network, parameters) == Descent::Stationary;
                }
                self.loss = optimizer.loss();
            }
            Mover::Steps {
                optimizer,
                gradients,
                classifier,
                classifier_steps,
            } => {
                self.loss = network.loss(parameters);
                if !self.loss.is_finite() {
                    return;
                }
                network.gradient(parameters, gradients);
                let depth = self.depth;
                optimizer.update(&mut parameters[..depth], &gradients[..depth]);
                if *classifier_steps == 0 {
                    return;
                }
                // B follows the A's that have just moved, and so needs their coefficients.
                network.loss(parameters);
                for _ in 0..*classifier_steps {
                    let (b, b_gradient) = (&mut parameters[depth..], &mut gradients[depth..]);
                    if let Some((labels, top)) = network.labelled() {
                        labels.classifier_gradient(top, &b[0], &mut b_gradient[0]);
                    }
                    classifier.update(b, b_gradient);
                }
            }
        }
    }

    /// The loss: of quasi-Newton steps after the step, of the others before it, where its value
    /// comes with the gradient.
    fn error(&mut self) -> f64 {
        self.loss
    }
}
