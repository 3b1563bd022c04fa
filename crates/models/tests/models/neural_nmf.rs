//! Neural NMF as a model: what its trainings do, how it fails, what it refuses.

use hntf_models::{
    ClassifierSettings, Fit, GradientSettings, Hierarchy, Hnmf, LabelLoss, LabelUse, Model,
    ModelError, NeuralNmf, NeuralStart, NmfLoss, NmfNetwork, Training,
};
use hntf_solvers::{
    AdamSettings, Classifier, Labels, Nnls, Objective, QuasiNewtonSettings, Silent, SolverError,
    StopReason, Stopping,
};
use hntf_tensor::{DenseTensor, Matrix, Scratch, Tensor, gram, relative_error};
use numpy_random::RandomState;

use crate::contract::assert_round_trip;
use crate::{assert_close, noisy, uniform};

fn labels(columns: usize) -> Labels {
    let class = |j: usize| (j % 4 != 3).then_some(j % 3);
    Labels::new(3, (0..columns).map(class).collect()).unwrap()
}

fn fit_labelled(
    model: &NeuralNmf,
    data: &DenseTensor,
    ranks: &[usize],
) -> Result<Hierarchy, ModelError> {
    let labels = [labels(data.shape()[1])];
    let request = Fit {
        labels: &labels,
        ..Fit::new(data, ranks, 3)
    };
    model.fit(&request, &mut Silent)
}

fn data() -> DenseTensor {
    noisy(&[12, 17], 4, 0.2, &mut RandomState::new(1))
}

/// `epochs` gradient steps from uniform numbers on the energy.
fn gradient_steps(epochs: usize, step: f64) -> NeuralNmf {
    NeuralNmf {
        loss: NmfLoss::Energy,
        start: NeuralStart::Uniform,
        training: Training::Gradient,
        gradient: GradientSettings {
            step,
            ..GradientSettings::default()
        },
        stopping: Stopping {
            check_every: 1,
            ..Stopping::after(epochs)
        },
        ..NeuralNmf::default()
    }
}

#[test]
fn quasi_newton_steps_never_raise_the_loss_and_keep_everything_nonnegative() {
    let data = data();
    for loss in [NmfLoss::Energy, NmfLoss::Reconstruction] {
        for use_of_labels in [LabelUse::None, LabelUse::TrainedB, LabelUse::PseudoInverse] {
            for start in [
                NeuralStart::Uniform,
                NeuralStart::HalfNormal,
                NeuralStart::Hnmf,
            ] {
                let model = NeuralNmf {
                    loss,
                    labels: use_of_labels,
                    label_loss: LabelLoss::CrossEntropy,
                    label_weight: 0.1,
                    start,
                    ..NeuralNmf::default()
                };
                let found = fit_labelled(&model, &data, &[5, 3, 2]).unwrap();
                let trace = &found.layers[0].outcome.trace;
                assert!(trace.len() > 3, "{model:?}");
                assert!(trace.windows(2).all(|pair| pair[1].1 <= pair[0].1));
                for layer in &found.layers {
                    let factors = layer.approximation.factors().iter();
                    let mut values = factors.flat_map(Matrix::as_slice);
                    assert!(values.all(|x| *x >= 0.0 && x.is_finite()));
                }
            }
        }
    }
}

#[test]
fn training_all_layers_ends_below_the_hnmf_it_starts_from() {
    let data = data();
    let errors = |h: &Hierarchy| -> f64 {
        let error = |l: &hntf_models::Layer| {
            relative_error(&data, &l.approximation, &mut Scratch::new()).powi(2)
        };
        h.layers.iter().map(error).sum()
    };
    let model = NeuralNmf::default();
    let start = Hnmf {
        nmf: model.start_nmf,
    };
    for seed in 0..5 {
        let request = Fit::new(&data, &[6, 4, 2], seed);
        let [trained, start] = [&model as &dyn Model, &start]
            .map(|model| errors(&model.fit(&request, &mut Silent).unwrap()));
        assert!(
            trained < start,
            "seed {seed}: {trained} is not below {start}"
        );
    }
}

#[test]
fn coefficients_are_the_exact_nnls_of_the_layer_below() {
    let data = data();
    for model in [NeuralNmf::default(), gradient_steps(7, 0.5)] {
        let found = crate::fit(&model, &data, &[5, 3], 0);
        let [below, above] = [0, 1].map(|l| &found.layers[l].approximation.factors()[1]);
        let weights = &found.relations[0].weights;
        let (mut g, mut expected) = (Matrix::default(), Matrix::default());
        gram(weights, &mut g);
        Nnls::new().solve(&g, &below.times(weights), &mut expected);
        assert_close(above, &expected, 1e-9);
        // And layer 1 is A⁰A¹.
        let basis = found.layers[0].topics[0].times(weights);
        assert_close(&found.layers[1].topics[0], &basis, 1e-12);
    }
}

/// Gradient steps written out: A⁰, A¹ from `rand` in this order, each step clamped or not, the step
/// multiplied by `decay` after every `decay_every`.
fn plain_steps(data: &DenseTensor, settings: GradientSettings, epochs: usize) -> Vec<Matrix> {
    let mut random = RandomState::new(3);
    let mut parameters = vec![uniform(12, 5, &mut random), uniform(5, 3, &mut random)];
    let mut gradients = parameters.clone();
    let mut step = settings.step;
    for epoch in 1..=epochs {
        let mut network = NmfNetwork::new(data, NmfLoss::Energy, vec![1.0, 1.0], None);
        network.loss(&parameters);
        network.gradient(&parameters, &mut gradients);
        for (p, g) in parameters.iter_mut().zip(&gradients) {
            for (p, g) in p.as_mut_slice().iter_mut().zip(g.as_slice()) {
                *p -= step * g;
                if settings.clamp {
                    *p = p.max(0.0);
                }
            }
        }
        if epoch % settings.decay_every == 0 {
            step *= settings.decay;
        }
    }
    parameters
}

#[test]
fn gradient_steps_are_those_of_the_formula_with_and_without_the_clamp() {
    let data = data();
    for clamp in [true, false] {
        let settings = GradientSettings {
            step: 30.0,
            decay: 0.5,
            decay_every: 2,
            clamp,
        };
        let model = NeuralNmf {
            gradient: settings,
            ..gradient_steps(5, 1.0)
        };
        let found = crate::fit(&model, &data, &[5, 3], 0);
        let expected = plain_steps(&data, settings, 5);
        assert_close(&found.layers[0].topics[0], &expected[0], 1e-9);
        assert_close(&found.relations[0].weights, &expected[1], 1e-9);
        let negative = expected.iter().flat_map(Matrix::as_slice);
        assert_eq!(negative.filter(|x| **x < 0.0).count() > 0, !clamp);
    }
}

#[test]
fn adam_lowers_the_loss() {
    let model = NeuralNmf {
        training: Training::Adam,
        adam: AdamSettings {
            step: 0.02,
            ..AdamSettings::default()
        },
        ..gradient_steps(200, 1.0)
    };
    let found = crate::fit(&model, &data(), &[5, 3], 0);
    let trace = &found.layers[0].outcome.trace;
    assert!(trace[199].1 < 0.5 * trace[0].1, "{trace:?}");
}

#[test]
fn a_step_that_is_too_long_ends_as_diverged_and_leaves_no_number_that_is_none() {
    let data = data();
    for clamp in [true, false] {
        let mut model = gradient_steps(50, 1e200);
        model.gradient.clamp = clamp;
        model.labels = LabelUse::TrainedB;
        let found = fit_labelled(&model, &data, &[5, 3]).unwrap();
        for layer in &found.layers {
            let outcome = &layer.outcome;
            // A clamped step of that length can also kill every entry, which is no divergence.
            if clamp && outcome.reason == StopReason::IterationLimit {
                continue;
            }
            assert_eq!(outcome.reason, StopReason::Diverged);
            // The epoch whose loss was not finite is the last one of the trace.
            let (epoch, loss) = *outcome.trace.last().unwrap();
            assert!(epoch == outcome.iterations && epoch < 5 && !loss.is_finite());
            let factors = layer.approximation.factors().iter().chain(&layer.topics);
            for factor in factors.chain(&layer.classifier) {
                assert!(factor.as_slice().iter().all(|x| *x == 0.0));
            }
        }
    }
}

#[test]
fn the_classifier_is_the_pseudo_inverse_or_the_trained_one() {
    let data = data();
    let model = NeuralNmf {
        labels: LabelUse::PseudoInverse,
        label_weight: 0.1,
        ..NeuralNmf::default()
    };
    let found = fit_labelled(&model, &data, &[5, 3]).unwrap();
    assert!(found.layers[0].classifier.is_none());
    let top = &found.layers[1];
    let coefficients = &top.approximation.factors()[1];
    let expected = Classifier::PseudoInverse.fit(coefficients, &labels(17));
    assert_close(top.classifier.as_ref().unwrap(), &expected, 1e-9);

    let trained = |training, steps| {
        let model = NeuralNmf {
            labels: LabelUse::TrainedB,
            training,
            classifier: ClassifierSettings { step: 0.5, steps },
            ..gradient_steps(40, 0.1)
        };
        let found = fit_labelled(&model, &data, &[5, 3]).unwrap();
        let classifier = found.layers[1].classifier.clone().unwrap();
        assert_eq!((classifier.rows(), classifier.cols()), (3, 3));
        classifier
    };
    // It starts uniform on ±1/√r, and moves by its own steps.
    let start = trained(Training::Gradient, 0);
    assert!(
        start
            .as_slice()
            .iter()
            .all(|b| b.abs() < 1.0 / 3_f64.sqrt())
    );
    for training in [Training::Gradient, Training::Adam, Training::QuasiNewton] {
        assert!(trained(training, 3) != start, "{training:?}");
    }
}

#[test]
fn more_weight_on_the_labels_gives_a_smaller_label_loss() {
    let data = data();
    let misfit = |weight: f64| {
        let model = NeuralNmf {
            labels: LabelUse::PseudoInverse,
            label_weight: weight,
            ..NeuralNmf::default()
        };
        let found = fit_labelled(&model, &data, &[5, 4]).unwrap();
        let top = &found.layers[1];
        let t = &top.approximation.factors()[1];
        let scores = t.times(&top.classifier.as_ref().unwrap().transposed());
        let known = labels(17);
        let error = |(j, class): (usize, usize)| -> f64 {
            let row = scores.row(j).iter().enumerate();
            row.map(|(c, s)| (s - f64::from(u8::from(c == class))).powi(2))
                .sum()
        };
        known.known().map(error).sum::<f64>()
    };
    let [none, some, much] = [0.0, 0.1, 10.0].map(misfit);
    assert!(much < some && some < none, "{none}, {some}, {much}");
}

#[test]
fn what_it_cannot_do_is_refused_by_name() {
    let data = data();
    let named = |model: NeuralNmf| match model.validate(data.shape(), &[5, 3]).unwrap_err() {
        ModelError::Parameter { parameter, .. } => parameter,
        other => panic!("{other}"),
    };
    let default = NeuralNmf::default;
    for weights in [
        vec![1.0],
        vec![1.0, -1.0],
        vec![0.0, 0.0],
        vec![f64::NAN, 1.0],
        vec![f64::INFINITY, 1.0],
    ] {
        let layer_weights = weights;
        assert_eq!(
            named(NeuralNmf {
                layer_weights,
                ..default()
            }),
            "layer-weights"
        );
    }
    for label_weight in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(
            named(NeuralNmf {
                label_weight,
                ..default()
            }),
            "label-weight"
        );
    }
    let stopping = Stopping::after(0);
    assert_eq!(
        named(NeuralNmf {
            stopping,
            ..default()
        }),
        "stopping.max-iterations"
    );
    let quasi_newton = QuasiNewtonSettings { memory: 0 };
    assert_eq!(
        named(NeuralNmf {
            quasi_newton,
            ..default()
        }),
        "quasi-newton.memory"
    );
    for step in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(named(gradient_steps(1, step)), "gradient.step");
        let mut model = default();
        model.adam.step = step;
        assert_eq!(named(model), "adam.step");
        let mut model = default();
        model.classifier.step = step;
        assert_eq!(named(model), "classifier.step");
    }
    for decay in [0.0, 1.5, f64::NAN] {
        let mut model = default();
        model.gradient.decay = decay;
        assert_eq!(named(model), "gradient.decay");
    }
    let mut model = default();
    model.gradient.decay_every = 0;
    assert_eq!(named(model), "gradient.decay-every");
    let mut model = default();
    model.adam.beta1 = 1.0;
    assert_eq!(named(model), "adam");
    assert_eq!(
        default().validate(&[4, 3, 2], &[2]),
        Err(ModelError::MatricesOnly {
            model: "neural-nmf",
            order: 3
        })
    );
}

#[test]
fn labels_must_be_there_and_match_the_columns() {
    let data = data();
    let model = NeuralNmf {
        labels: LabelUse::TrainedB,
        ..NeuralNmf::default()
    };
    assert!(model.needs_labels() && !NeuralNmf::default().needs_labels());
    let none = Fit::new(&data, &[5, 3], 0);
    let error = model.fit(&none, &mut Silent).unwrap_err();
    assert_eq!(error, ModelError::NoLabels);
    let short = [labels(16)];
    let request = Fit {
        labels: &short,
        ..none
    };
    let error = model.fit(&request, &mut Silent).unwrap_err();
    let (found, expected) = (16, 17);
    let mismatch = SolverError::Labels { found, expected };
    assert_eq!(error, ModelError::Solver(mismatch));
}

#[test]
fn data_without_a_norm_is_refused_from_every_start() {
    let zeros = DenseTensor::from_matrix(Matrix::zeros(4, 3));
    for start in [
        NeuralStart::Uniform,
        NeuralStart::HalfNormal,
        NeuralStart::Hnmf,
    ] {
        let model = NeuralNmf {
            start,
            ..NeuralNmf::default()
        };
        let negative = DenseTensor::from_matrix(Matrix::from_fn(4, 3, |_, _| -1.0));
        let error = model.fit(&Fit::new(&negative, &[2], 0), &mut Silent);
        let said = error.unwrap_err().to_string();
        assert!(said.starts_with("entry [0, 0] is -1, "), "{said}");
        let error = model.fit(&Fit::new(&zeros, &[2], 0), &mut Silent);
        let norm = SolverError::Norm { norm: 0.0 };
        assert_eq!(error.unwrap_err(), ModelError::Solver(norm));
    }
}

#[test]
fn ranks_above_sizes_and_single_rows_and_columns_are_served() {
    for (shape, ranks) in [([1, 6], [1]), ([6, 1], [1]), ([3, 4], [3])] {
        let data = noisy(&shape, 2, 0.1, &mut RandomState::new(4));
        for model in [NeuralNmf::default(), gradient_steps(5, 0.1)] {
            let found = crate::fit(&model, &data, &ranks, 0);
            let error = relative_error(&data, &found.layers[0].approximation, &mut Scratch::new());
            assert!(error < 1.0, "{shape:?}: {error}");
        }
    }
}

#[test]
fn parameters_round_trip() {
    assert_round_trip(NeuralNmf {
        labels: LabelUse::PseudoInverse,
        layer_weights: vec![0.5, 1.0],
        l1: 0.25,
        ..gradient_steps(9, 0.25)
    });
}
