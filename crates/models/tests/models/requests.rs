//! What `validate` refuses, before any time is spent, and that `fit` asks it.

use hntf_models::{
    Fit, FlatNcpd, Hntf, LabelUse, Model, ModelError, MultiHntf, NeuralHncpd, NeuralMultiHntf,
    NeuralNmf, StandardHncpd, SupervisedHnmf, SupervisedMultiHntf, SupervisedNeuralMultiHntf,
};
use hntf_solvers::{AdamSettings, Labels, Loss, Ncpd, Silent, SolverError, Start, Stopping};
use hntf_tensor::{DenseTensor, Matrix, Tensor};
use numpy_random::RandomState;

use crate::noisy;

fn defaults() -> Vec<Box<dyn Model>> {
    vec![
        Box::new(FlatNcpd::default()),
        Box::new(StandardHncpd::default()),
        Box::new(MultiHntf::default()),
        Box::new(Hntf::default()),
        Box::new(NeuralHncpd::default()),
        Box::new(NeuralMultiHntf::default()),
    ]
}

/// The error of `validate`, which must be that of `fit` too.
fn refusal(model: &dyn Model, data: &DenseTensor, ranks: &[usize]) -> ModelError {
    let error = model.validate(data.shape(), ranks).unwrap_err();
    let request = Fit {
        data,
        ranks,
        seed: 0,
        variant: 0,
        labels: &[],
    };
    assert_eq!(model.fit(&request, &mut Silent).unwrap_err(), error);
    error
}

#[test]
fn ranks_must_decrease_and_fit_the_data() {
    let data = noisy(&[4, 3, 2], 2, 0.1, &mut RandomState::new(1));
    for model in defaults() {
        for ranks in [&[][..], &[0], &[3, 0], &[3, 3], &[2, 3], &[4, 3, 3]] {
            let ranks = ranks.to_vec();
            assert_eq!(refusal(&*model, &data, &ranks), ModelError::Ranks { ranks });
        }
        // 6 = 3 · 2 terms give any 4 × 3 × 2 tensor.
        assert_eq!(model.validate(&[4, 3, 2], &[6, 5]), Ok(()));
        let expected = ModelError::RankAboveData {
            rank: 7,
            limit: 6,
            shape: vec![4, 3, 2],
        };
        assert_eq!(refusal(&*model, &data, &[7, 2]), expected);
    }
}

#[test]
fn hntf_needs_a_mode_of_the_data() {
    let data = noisy(&[4, 3, 2], 2, 0.1, &mut RandomState::new(1));
    for mode in [0, 4] {
        let hntf = Hntf {
            mode,
            ..Hntf::default()
        };
        let expected = ModelError::Mode { mode, order: 3 };
        assert_eq!(refusal(&hntf, &data, &[2, 1]), expected);
    }
    let hntf = Hntf {
        mode: 4,
        ..Hntf::default()
    };
    assert_eq!(hntf.validate(&[4, 3, 2, 2], &[2, 1]), Ok(()));
}

#[test]
fn iterations_and_adam_have_ranges() {
    let data = noisy(&[4, 3, 2], 2, 0.1, &mut RandomState::new(1));
    let named = |model: &dyn Model| match refusal(model, &data, &[2, 1]) {
        ModelError::Parameter {
            parameter, found, ..
        } => (parameter, found),
        other => panic!("{other}"),
    };
    let none = MultiHntf {
        iterations: 0,
        ..MultiHntf::default()
    };
    assert_eq!(named(&none), ("iterations", "0".to_owned()));
    let none = NeuralHncpd {
        epochs: 0,
        ..NeuralHncpd::default()
    };
    assert_eq!(named(&none), ("epochs", "0".to_owned()));
    let good = NeuralHncpd::default().adam;
    let steps =
        [0.0, -1.0, f64::NAN, f64::INFINITY].map(|step| (step, AdamSettings { step, ..good }));
    for (step, adam) in steps {
        let model = NeuralHncpd {
            adam,
            ..NeuralHncpd::default()
        };
        assert_eq!(named(&model), ("adam.step", step.to_string()));
    }
    for adam in [
        AdamSettings { beta1: 1.0, ..good },
        AdamSettings {
            beta1: -0.1,
            ..good
        },
        AdamSettings { beta2: 1.5, ..good },
        AdamSettings {
            beta2: f64::NAN,
            ..good
        },
        AdamSettings {
            epsilon: 0.0,
            ..good
        },
        AdamSettings {
            epsilon: f64::NAN,
            ..good
        },
        AdamSettings {
            epsilon: f64::INFINITY,
            ..good
        },
    ] {
        let model = NeuralHncpd {
            adam,
            ..NeuralHncpd::default()
        };
        assert_eq!(named(&model).0, "adam");
    }
    for step in [-1e-3, f64::NAN, f64::INFINITY] {
        let model = NeuralHncpd {
            first_layer_step: step,
            ..NeuralHncpd::default()
        };
        assert_eq!(named(&model), ("first-layer-step", step.to_string()));
    }
}

#[test]
fn data_no_solver_can_serve_is_refused_by_every_model() {
    let zeros = DenseTensor::from_matrix(Matrix::zeros(4, 3));
    let vector = DenseTensor::new(vec![3], vec![1.0; 3]).unwrap();
    let hollow = DenseTensor::new(vec![3, 0], Vec::new()).unwrap();
    for model in defaults() {
        let refused = |data: &dyn Tensor, ranks: &[usize]| {
            let request = Fit {
                data,
                ranks,
                seed: 0,
                variant: 0,
                labels: &[],
            };
            model.fit(&request, &mut Silent).unwrap_err()
        };
        let norm = SolverError::Norm { norm: 0.0 };
        assert_eq!(refused(&zeros, &[2, 1]), ModelError::Solver(norm));
        // Whatever the entry is, no model fits it.
        for value in [-1.0, f64::NAN, f64::INFINITY] {
            let mut values = vec![1.0; 12];
            values[7] = value;
            let bad = DenseTensor::new(vec![4, 3], values).unwrap();
            let said = refused(&bad, &[2, 1]).to_string();
            assert!(
                said.starts_with(&format!("entry [2, 1] is {value}: ")),
                "{said}"
            );
        }
        let shape = vec![3];
        let order = SolverError::Shape { shape };
        assert_eq!(refused(&vector, &[1]), ModelError::Solver(order));
        // No rank is small enough for no entries.
        let error = refused(&hollow, &[1]);
        assert!(matches!(error, ModelError::RankAboveData { limit: 0, .. }));
    }
}

#[test]
fn a_first_layer_of_any_protocol_can_be_stacked_on() {
    let data = noisy(&[6, 5, 4], 4, 0.2, &mut RandomState::new(2));
    for first_layer in [
        Ncpd::default(),
        Ncpd::ssnmf(30),
        Ncpd::published(Start::Random),
    ] {
        let model = MultiHntf {
            first_layer,
            ..MultiHntf::default()
        };
        let mut random = RandomState::new(3);
        let first = first_layer.fit(&data, 4, &mut random, &mut Silent).unwrap();
        let found = crate::fit(&model, &data, &[4, 2], 0);
        assert_eq!(found.layers[0].approximation, first.model);
        assert_eq!(found.layers[0].outcome, first.outcome);
    }
}

#[test]
fn joint_training_needs_sensible_weights_and_a_sweep() {
    let data = noisy(&[6, 5, 4], 2, 0.1, &mut RandomState::new(1));
    let parameter = |model: NeuralMultiHntf| match refusal(&model, &data, &[3, 2]) {
        ModelError::Parameter {
            parameter, found, ..
        } => (parameter, found),
        other => panic!("{other}"),
    };
    let weights = |layer_weights: &[f64]| NeuralMultiHntf {
        layer_weights: layer_weights.to_vec(),
        ..NeuralMultiHntf::default()
    };
    for given in [
        &[1.0, -1.0][..],
        &[0.0, 0.0],
        &[1.0, f64::NAN],
        &[1.0, f64::INFINITY],
        &[1.0],
        &[1.0, 1.0, 1.0],
    ] {
        let expected = ("layer-weights", format!("{given:?}"));
        assert_eq!(parameter(weights(given)), expected);
    }
    let none = NeuralMultiHntf {
        stopping: Stopping::after(0),
        ..NeuralMultiHntf::default()
    };
    assert_eq!(parameter(none).0, "stopping.max-iterations");
    let none = NeuralMultiHntf {
        weight_starts: 0,
        ..NeuralMultiHntf::default()
    };
    assert_eq!(parameter(none).0, "weight-starts");
    let supervised = SupervisedNeuralMultiHntf::default();
    let order = refusal(&supervised, &data, &[3, 2]);
    assert!(matches!(order, ModelError::MatricesOnly { order: 3, .. }));
    let matrix = noisy(&[6, 5], 2, 0.1, &mut RandomState::new(1));
    let request = Fit::new(&matrix, &[3, 2], 0);
    let error = supervised.fit(&request, &mut Silent).unwrap_err();
    assert_eq!(error, ModelError::NoLabels);
}

#[test]
fn supervised_multi_hntf_needs_an_iteration() {
    let data = noisy(&[6, 5], 2, 0.1, &mut RandomState::new(1));
    let none = SupervisedMultiHntf {
        iterations: 0,
        ..SupervisedMultiHntf::default()
    };
    let error = refusal(&none, &data, &[3, 2]);
    assert!(matches!(
        error,
        ModelError::Parameter {
            parameter: "iterations",
            ..
        }
    ));
}

#[test]
fn memory_that_grows_with_rank_to_the_order_is_refused_before_it_is_taken() {
    let shape = [2; 12];
    let models: [(&str, Box<dyn Model>); 3] = [
        ("multi-hntf", Box::<MultiHntf>::default()),
        ("neural-multi-hntf", Box::<NeuralMultiHntf>::default()),
        ("neural-hncpd", Box::<NeuralHncpd>::default()),
    ];
    for (id, model) in models {
        // 6¹² numbers, or 5¹¹ for each of the rows.
        let ranks = if id == "neural-hncpd" { [8, 7] } else { [6, 3] };
        let error = model.validate(&shape, &ranks).unwrap_err();
        assert!(
            matches!(&error, ModelError::Memory { model, order: 12, .. } if *model == id),
            "{error}"
        );
        let said = error.to_string();
        assert!(said.contains("limit of 4.3 GB"), "{said}");
        assert_eq!(model.validate(&shape, &[3, 2]), Ok(()), "{id}");
        assert_eq!(model.validate(&shape, &[6]), Ok(()), "{id}");
        // A power that is no finite number is refused too.
        assert!(model.validate(&[9; 400], &[9, 8]).is_err(), "{id}");
    }
    let on_the_data = MultiHntf {
        loss: Loss::KullbackLeibler,
        ..MultiHntf::default()
    };
    assert_eq!(on_the_data.validate(&shape, &[6, 3]), Ok(()));
}

#[test]
fn every_set_of_labels_must_have_one_for_each_column() {
    let matrix = noisy(&[6, 5], 3, 0.1, &mut RandomState::new(1));
    let of = |n: usize| Labels::new(2, (0..n).map(|j| Some(j % 2)).collect()).unwrap();
    let supervised: [Box<dyn Model>; 4] = [
        Box::<SupervisedHnmf>::default(),
        Box::<SupervisedMultiHntf>::default(),
        Box::<SupervisedNeuralMultiHntf>::default(),
        Box::new(NeuralNmf {
            labels: LabelUse::TrainedB,
            ..NeuralNmf::default()
        }),
    ];
    for model in supervised {
        for found in [3, 7] {
            let expected = 5;
            for labels in [[of(found), of(5)], [of(5), of(found)]] {
                let fit = Fit {
                    labels: &labels,
                    ..Fit::new(&matrix, &[3, 2], 0)
                };
                let error = model.fit(&fit, &mut Silent).unwrap_err();
                let labels = SolverError::Labels { found, expected };
                assert_eq!(error, ModelError::Solver(labels));
            }
        }
    }
}
