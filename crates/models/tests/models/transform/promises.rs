//! What every transform promises, and what it refuses.

use hntf_models::{Fit, Hierarchy, Hnmf, Hntf, Model, ModelError, MultiHntf, StandardHncpd};
use hntf_solvers::{Ncpd, Progress, Signal, Silent, StopReason, Stopping};
use hntf_tensor::{CpTensor, DenseTensor, Incomplete, Mask, Matrix, SparseTensor, Tensor};
use numpy_random::RandomState;

use super::support::{divergence, transform};
use crate::zoo::specimens;
use crate::{assert_close, noisy, uniform};

#[test]
fn every_model_transforms_every_mode_of_what_it_was_fitted_to() {
    for s in specimens() {
        let (fitted, shape) = (s.fit(), s.data.shape());
        for mode in 0..shape.len() {
            let name = format!("{} {}, mode {mode}", s.id, s.name);
            if s.name.contains("mixed") && mode == 0 {
                let error = s
                    .model
                    .transform(&fitted, &*s.data, mode, &mut Silent)
                    .unwrap_err();
                assert!(error.to_string().contains("mixed-first-layer"), "{error}");
                continue;
            }
            let found = transform(&*s.model, &fitted, &*s.data, mode);
            assert_eq!(found.reason, StopReason::Converged, "{name}");
            assert_eq!(found.layers.len(), fitted.layers.len(), "{name}");
            for (found, layer) in found.layers.iter().zip(&fitted.layers) {
                let c = &found.coefficients;
                assert_eq!((c.rows(), c.cols()), (shape[mode], layer.rank), "{name}");
                assert!(
                    c.as_slice().iter().all(|x| *x >= 0.0 && x.is_finite()),
                    "{name}"
                );
                let expected = layer
                    .classifier
                    .as_ref()
                    .filter(|_| mode + 1 == shape.len());
                match (&found.scores, expected) {
                    (Some(scores), Some(b)) => {
                        assert_close(scores, &c.times(&b.transposed()), 1e-12);
                    }
                    (scores, b) => assert_eq!(scores.is_some(), b.is_some(), "{name}"),
                }
            }
            assert!(
                transform(&*s.model, &fitted, &*s.data, mode) == found,
                "{name}"
            );
        }
    }
}

#[test]
fn a_hidden_entry_is_as_if_its_row_were_not_there() {
    let (data, mut random) = (
        noisy(&[8, 9], 3, 0.2, &mut RandomState::new(18)),
        RandomState::new(19),
    );
    for ncpd in [
        Ncpd::default(),
        Ncpd {
            stopping: Stopping::after(50),
            ..divergence()
        },
    ] {
        let model = Hnmf { nmf: ncpd };
        let fitted = model
            .fit(&Fit::new(&data, &[3, 2], 1), &mut Silent)
            .unwrap();
        let mut shorter = fitted.clone();
        for layer in &mut shorter.layers {
            let m = &layer.topics[0];
            layer.topics[0] = Matrix::from_vec(6, m.cols(), m.as_slice()[..6 * m.cols()].to_vec());
            layer.approximation = CpTensor::new(layer.topics.clone()).unwrap();
        }
        let new = uniform(8, 5, &mut random);
        let known = Matrix::from_vec(6, 5, new.as_slice()[..30].to_vec());
        let expected = transform(&model, &shorter, &DenseTensor::from_matrix(known), 1);
        let flags: Vec<_> = (0..40).map(|at| at < 30).collect();
        for value in [0.0, 1e3] {
            let mut values = new.clone().into_vec();
            values[30..].fill(value);
            let mask = || Mask::from_flags(vec![8, 5], &flags).unwrap();
            let dense = DenseTensor::new(vec![8, 5], values).unwrap();
            let indices = (0..40).flat_map(|at| [at / 5, at % 5]).collect();
            let values = dense.values().to_vec();
            let sparse = SparseTensor::from_coordinates(vec![8, 5], indices, values).unwrap();
            let both = [
                Incomplete::dense(dense, mask()).unwrap(),
                Incomplete::sparse(&sparse, mask()).unwrap(),
            ];
            for hidden in &both {
                let found = transform(&model, &fitted, hidden, 1);
                for (found, expected) in found.layers.iter().zip(&expected.layers) {
                    assert_close(&found.coefficients, &expected.coefficients, 1e-7);
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_transformed_is_refused_with_a_sentence() {
    let data = noisy(&[6, 5, 4], 3, 0.2, &mut RandomState::new(20));
    let (model, ranks) = (
        MultiHntf {
            iterations: 5,
            ..MultiHntf::default()
        },
        [3, 2],
    );
    let fitted = model.fit(&Fit::new(&data, &ranks, 1), &mut Silent).unwrap();
    let refusal =
        |model: &dyn Model, fitted: &Hierarchy, new: &dyn Tensor, mode: usize| -> ModelError {
            model.transform(fitted, new, mode, &mut Silent).unwrap_err()
        };
    let zeros = |shape: &[usize]| {
        DenseTensor::new(shape.to_vec(), vec![0.0; shape.iter().product()]).unwrap()
    };
    let error = refusal(&model, &fitted, &data, 3);
    assert_eq!(error, ModelError::Mode { mode: 4, order: 3 });
    for shape in [&[6, 5, 3][..], &[6, 5], &[6, 5, 4, 2]] {
        let error = refusal(&model, &fitted, &zeros(shape), 1).to_string();
        assert!(
            error.contains("[6, 5, 4]") && error.contains(&format!("{shape:?}")),
            "{error}"
        );
    }
    let error = refusal(&model, &fitted, &zeros(&[6, 0, 4]), 1);
    assert_eq!(error, ModelError::NoItems { mode: 2 });
    for value in [-1.0, f64::NAN, f64::INFINITY] {
        let mut new = zeros(&[6, 1, 4]);
        new.values_mut()[5] = value;
        let error = refusal(&model, &fitted, &new, 1).to_string();
        assert!(error.contains("[1, 0, 1]"), "{error}");
    }
    // A hierarchy of another model, one that is not whole, and one that is not finite.
    let error = refusal(&StandardHncpd::default(), &fitted, &data, 1).to_string();
    assert!(error.contains("another model"), "{error}");
    let error = refusal(&Hnmf::default(), &fitted, &data, 1);
    assert_eq!(
        error,
        ModelError::MatricesOnly {
            model: "hnmf",
            order: 3
        }
    );
    let error = refusal(
        &Hntf {
            mode: 4,
            ..Hntf::default()
        },
        &fitted,
        &data,
        1,
    );
    assert_eq!(error, ModelError::Mode { mode: 4, order: 3 });
    let mut broken = fitted.clone();
    broken.layers[1].topics.pop();
    assert!(matches!(
        refusal(&model, &broken, &data, 1),
        ModelError::Hierarchy { .. }
    ));
    let mut diverged = fitted.clone();
    diverged.layers[1].topics[0][(2, 1)] = f64::NAN;
    let error = refusal(&model, &diverged, &data, 1).to_string();
    assert!(
        error.contains("layer 1") && error.contains("diverged"),
        "{error}"
    );
}

#[test]
fn items_of_which_nothing_is_known_or_everything_is_zero_have_no_topics() {
    for s in specimens() {
        let fitted = s.fit();
        let mut shape = s.data.shape().to_vec();
        let last = shape.len() - 1;
        shape[last] = 2;
        let entries = shape.iter().product();
        let zeros = DenseTensor::new(shape.clone(), vec![0.0; entries]).unwrap();
        let flags: Vec<_> = (0..entries).map(|at| at % 2 == 0).collect();
        let ones = DenseTensor::new(shape.clone(), vec![1.0; entries]).unwrap();
        let unknown = Incomplete::dense(ones, Mask::from_flags(shape, &flags).unwrap()).unwrap();
        for layer in transform(&*s.model, &fitted, &zeros, last).layers {
            assert!(
                layer.coefficients.as_slice().iter().all(|x| *x == 0.0),
                "{} {}",
                s.id,
                s.name
            );
        }
        for layer in transform(&*s.model, &fitted, &unknown, last).layers {
            assert!(
                layer.coefficients.row(1).iter().all(|x| *x == 0.0),
                "{} {}",
                s.id,
                s.name
            );
        }
    }
}

#[test]
fn an_observer_may_end_a_transform() {
    let data = noisy(&[8, 9], 3, 0.2, &mut RandomState::new(21));
    let model = Hnmf {
        nmf: Ncpd {
            stopping: Stopping::after(50),
            ..divergence()
        },
    };
    let fitted = model
        .fit(&Fit::new(&data, &[3, 2], 1), &mut Silent)
        .unwrap();
    let mut stop = |_: Progress| Signal::Cancel;
    let found = model.transform(&fitted, &data, 1, &mut stop).unwrap();
    assert_eq!(
        (found.reason, found.layers.len()),
        (StopReason::Cancelled, 2)
    );
}
