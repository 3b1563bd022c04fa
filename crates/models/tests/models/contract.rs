//! What every model promises, whatever it does.

use std::fmt::Debug;

use hntf_models::{
    FlatNcpd, Hierarchy, Hntf, Model, MultiHntf, NamedModel, NeuralHncpd, NeuralMultiHntf,
    SharedUpdate, StandardHncpd, SupervisedHnmf, SupervisedNeuralMultiHntf,
};
use hntf_solvers::{AdamSettings, LabelLoss, Loss, Ncpd, Ssnmf, Start, Stopping};
use hntf_tensor::{DenseTensor, Matrix, Scratch, Tensor, relative_error};
use numpy_random::RandomState;

use crate::{fit, noisy, random_cp};

/// Few and small steps: long training amplifies rounding.
fn briefly_trained() -> NeuralHncpd {
    let adam = AdamSettings {
        step: 0.02,
        ..NeuralHncpd::default().adam
    };
    NeuralHncpd {
        epochs: 40,
        adam,
        ..NeuralHncpd::default()
    }
}

fn free_first_layer() -> NeuralHncpd {
    NeuralHncpd {
        first_layer_step: 0.001,
        balance: true,
        ..briefly_trained()
    }
}

fn few_sweeps(frozen: bool) -> NeuralMultiHntf {
    NeuralMultiHntf {
        frozen,
        weight_starts: 2,
        stopping: Stopping::after(20),
        ..NeuralMultiHntf::default()
    }
}

fn every_model() -> Vec<(String, Box<dyn Model>)> {
    let named = |name: &str, model: Box<dyn Model>| (name.to_owned(), model);
    let symmetric = MultiHntf {
        update: SharedUpdate::Symmetric,
        balance: true,
        ..MultiHntf::default()
    };
    let standard = StandardHncpd {
        nmf: Ncpd::default(),
        balance: true,
        ..StandardHncpd::default()
    };
    let sparse = NeuralMultiHntf {
        l1: 0.1,
        weights_l1: 0.2,
        ..few_sweeps(false)
    };
    let mut models = vec![
        named("flat", Box::<FlatNcpd>::default()),
        named("standard", Box::<StandardHncpd>::default()),
        named("standard, HALS, balanced", Box::new(standard)),
        named("multi", Box::<MultiHntf>::default()),
        named("multi, symmetric, balanced", Box::new(symmetric)),
        named("neural", Box::new(briefly_trained())),
        named("neural, free first layer", Box::new(free_first_layer())),
        named("neural multi", Box::new(few_sweeps(false))),
        named("neural multi, frozen", Box::new(few_sweeps(true))),
        named("neural multi, sparse", Box::new(sparse)),
    ];
    for mode in [1, 2] {
        let hntf = Hntf {
            mode,
            ..Hntf::default()
        };
        models.push((format!("hntf-{mode}"), Box::new(hntf)));
    }
    models
}

/// Every model on data of orders 2, 3 and 4, in all variants.
fn on_every_order(mut check: impl FnMut(&str, &dyn Model, &DenseTensor, &[usize], usize)) {
    for (shape, ranks) in [
        (vec![9, 8], vec![5, 3, 2]),
        (vec![7, 6, 5], vec![5, 3, 1]),
        (vec![4, 5, 3, 4], vec![4, 2]),
        (vec![6, 5, 4], vec![3]),
    ] {
        let data = noisy(&shape, 5, 0.2, &mut RandomState::new(1));
        for (name, model) in every_model() {
            for variant in 0..model.variants(shape.len()) {
                check(
                    &format!("{name} {shape:?} {ranks:?} {variant}"),
                    &*model,
                    &data,
                    &ranks,
                    variant,
                );
            }
        }
    }
}

fn is_nonnegative(m: &Matrix) -> bool {
    m.as_slice().iter().all(|x| *x >= 0.0 && x.is_finite())
}

#[test]
fn layers_have_the_ranks_asked_for_and_nonnegative_factors() {
    on_every_order(|name, model, data, ranks, variant| {
        let found = fit(model, data, ranks, variant);
        let layer_ranks: Vec<_> = found.layers.iter().map(|l| l.rank).collect();
        assert_eq!(layer_ranks, ranks, "{name}");
        for layer in &found.layers {
            assert_eq!(layer.approximation.shape(), data.shape(), "{name}");
            assert!(layer.approximation.factors().iter().all(is_nonnegative));
            assert_eq!(layer.topics.len(), data.shape().len(), "{name}");
            for (topics, n) in layer.topics.iter().zip(data.shape()) {
                assert_eq!((topics.rows(), topics.cols()), (*n, layer.rank), "{name}");
                assert!(is_nonnegative(topics), "{name}");
            }
            assert!(layer.parameters > 0, "{name}");
        }
    });
}

#[test]
fn no_layer_is_worse_than_the_zero_model() {
    on_every_order(|name, model, data, ranks, variant| {
        for (l, layer) in fit(model, data, ranks, variant).layers.iter().enumerate() {
            let error = relative_error(data, &layer.approximation, &mut Scratch::new());
            assert!(error <= 1.0 + 1e-12, "{name}, layer {l}: {error}");
        }
    });
}

#[test]
fn relations_go_from_finer_to_coarser_layers_with_one_matrix_per_mode_or_one_for_all() {
    on_every_order(|name, model, data, ranks, variant| {
        let found = fit(model, data, ranks, variant);
        for r in &found.relations {
            assert!(r.from < r.to, "{name}");
            let (rows, cols) = (r.weights.rows(), r.weights.cols());
            assert_eq!((rows, cols), (ranks[r.from], ranks[r.to]), "{name}");
            assert!(is_nonnegative(&r.weights), "{name}");
            assert!(r.mode.is_none_or(|m| m < data.shape().len()), "{name}");
        }
        // Every pair is related in the same modes as the first two layers, and once in each.
        let modes = |from, to| -> Vec<_> {
            found
                .relations_between(from, to)
                .map(|r| r.mode)
                .collect::<Vec<_>>()
        };
        for to in 1..ranks.len() {
            for from in 0..to {
                assert_eq!(modes(from, to), modes(0, 1), "{name}");
            }
        }
        let distinct: std::collections::BTreeSet<_> = modes(0, 1).into_iter().collect();
        let expected = if ranks.len() > 1 {
            modes(0, 1).len()
        } else {
            0
        };
        assert_eq!(distinct.len(), expected, "{name}");
    });
}

#[test]
fn equal_seeds_give_equal_bits() {
    let bits = |h: &Hierarchy| -> Vec<u64> {
        let factors = h.layers.iter().flat_map(|l| l.approximation.factors());
        let weights = h.relations.iter().map(|r| &r.weights);
        let values = factors.chain(weights).flat_map(Matrix::as_slice);
        values.map(|x| x.to_bits()).collect()
    };
    on_every_order(|name, model, data, ranks, variant| {
        let (a, b) = (
            fit(model, data, ranks, variant),
            fit(model, data, ranks, variant),
        );
        assert!(bits(&a) == bits(&b), "{name}");
    });
}

#[test]
fn a_tensor_and_its_cp_form_are_the_same_data() {
    for (shape, ranks) in [(vec![9, 8], vec![5, 3]), (vec![7, 6, 5], vec![4, 3, 2])] {
        let cp = random_cp(&shape, 6, &mut RandomState::new(2));
        let dense = DenseTensor::from_cp(&cp);
        // The best of several starts, trained together, ends at a minimum as flat as this data is
        // exact: rounding moves it along.
        let models = every_model().into_iter();
        for (name, model) in models.filter(|(name, _)| !name.starts_with("neural multi")) {
            let (a, b) = (
                fit(&*model, &dense, &ranks, 0),
                fit(&*model, &cp, &ranks, 0),
            );
            for (l, (a, b)) in a.layers.iter().zip(&b.layers).enumerate() {
                let [ea, eb] = [&a.approximation, &b.approximation]
                    .map(|m| relative_error(&dense, m, &mut Scratch::new()));
                let name = format!("{name} {shape:?}, layer {l}");
                assert!((ea - eb).abs() < 1e-8, "{name}: {ea} is not {eb}");
            }
        }
    }
}

#[test]
fn ranks_above_mode_sizes_and_modes_of_size_one_are_served() {
    let data = noisy(&[2, 6, 5], 4, 0.1, &mut RandomState::new(4));
    let thin = noisy(&[1, 6, 5], 3, 0.1, &mut RandomState::new(5));
    for (name, model) in every_model() {
        for (data, ranks) in [(&data, [5, 4, 3]), (&thin, [4, 3, 2])] {
            for layer in fit(&*model, data, &ranks, 0).layers {
                let finite = layer.approximation.factors().iter().all(is_nonnegative);
                assert!(finite, "{name}");
            }
        }
    }
}

pub(crate) fn assert_round_trip<M: NamedModel + PartialEq + Debug>(changed: M) {
    for model in [M::default(), changed] {
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<M>(&text).unwrap(), model, "{text}");
    }
    // Everything has a default, and nothing unknown is taken in silence.
    assert_eq!(serde_json::from_str::<M>("{}").unwrap(), M::default());
    let error = serde_json::from_str::<M>(r#"{"iteratoins": 3}"#).unwrap_err();
    assert!(error.to_string().contains("iteratoins"), "{error}");
    for text in [
        M::ABOUT.id,
        M::ABOUT.title,
        M::ABOUT.summary,
        M::ABOUT.citation,
    ] {
        assert!(!text.is_empty());
    }
}

#[test]
fn parameters_round_trip() {
    let first_layer = Ncpd::ssnmf(17);
    assert_round_trip(FlatNcpd { ncpd: first_layer });
    assert_round_trip(StandardHncpd {
        first_layer,
        nmf: Ncpd::published(Start::Random),
        balance: true,
    });
    assert_round_trip(MultiHntf {
        first_layer,
        iterations: 7,
        update: SharedUpdate::Symmetric,
        loss: Loss::KullbackLeibler,
        l1: 0.5,
        balance: true,
    });
    assert_round_trip(SupervisedHnmf {
        ssnmf: Ssnmf {
            data_loss: Loss::KullbackLeibler,
            label_loss: LabelLoss::None,
            ..Ssnmf::default()
        },
        ..SupervisedHnmf::default()
    });
    assert_round_trip(Hntf {
        mode: 2,
        first_layer,
        ncpd: Ncpd::default(),
    });
    assert_round_trip(NeuralHncpd {
        first_layer,
        ..free_first_layer()
    });
    assert_round_trip(NeuralMultiHntf {
        first_layer,
        layer_weights: vec![1.0, 2.0],
        l1: 0.5,
        weights_l1: 0.25,
        ..few_sweeps(true)
    });
    let text = r#"{"l1": 0.5, "weights-l1": 0.25}"#;
    let named: NeuralMultiHntf = serde_json::from_str(text).unwrap();
    assert_eq!((named.l1, named.weights_l1), (0.5, 0.25));
    assert_round_trip(SupervisedNeuralMultiHntf {
        layer_weights: vec![1.0, 2.0],
        label_weight: 3.0,
        l1: 0.5,
        weights_l1: 0.25,
        ..SupervisedNeuralMultiHntf::default()
    });
}
