//! Neural NMF of data with hidden entries against sums over the known ones.

use hntf_models::{
    Fit, LabelLoss, LabelUse, Model, NeuralNmf, NeuralStart, NmfLoss, NmfNetwork, Training,
};
use hntf_solvers::{Labels, Objective, Silent, StopReason};
use hntf_tensor::{
    DenseTensor, Incomplete, Mask, Matrix, Scratch, SparseTensor, Tensor, relative_error,
};
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::neural_nmf_gradients::{Case, RANKS, check_gradient, every_form, gradients};
use crate::{assert_close, fit, noisy, uniform};

/// Flags of which about a `share` is false.
fn flags(entries: usize, share: f64, random: &mut RandomState) -> Vec<bool> {
    (0..entries)
        .map(|at| at == 0 || random.random_sample() >= share)
        .collect()
}

/// Hides what is left of columns that know too little for their r coefficients, which are then not
/// unique, but for column 0, which becomes known. Of what depends on the coefficients themselves only
/// unique ones can be compared.
fn make_unique(known: &mut [bool], columns: usize, rank: usize) {
    for j in 0..columns {
        let column = known.iter().skip(j).step_by(columns);
        if column.filter(|k| **k).count() < rank + 2 {
            let column = known.iter_mut().skip(j).step_by(columns);
            column.for_each(|k| *k = j == 0);
        }
    }
}

fn indices(shape: &[usize], keep: impl Fn(usize) -> bool) -> Vec<u32> {
    let places = (0..shape[0] * shape[1]).filter(|at| keep(*at));
    let index = |at: usize| [at / shape[1], at % shape[1]].map(|i| u32::try_from(i).unwrap());
    places.flat_map(index).collect()
}

fn masks(shape: &[usize], known: &[bool]) -> [Mask; 2] {
    let (hidden, listed) = (
        indices(shape, |at| !known[at]),
        indices(shape, |at| known[at]),
    );
    [
        Mask::hiding(shape.to_vec(), hidden).unwrap(),
        Mask::observing(shape.to_vec(), listed).unwrap(),
    ]
}

/// Dense and sparse data, each with its mask as the one list and as the other.
fn incomplete(data: &DenseTensor, known: &[bool]) -> Vec<Incomplete> {
    let shape = data.shape().to_vec();
    let (all, values) = (indices(&shape, |_| true), data.values().to_vec());
    let sparse = SparseTensor::from_coordinates(shape.clone(), all, values).unwrap();
    let both = masks(&shape, known).into_iter().flat_map(|mask| {
        [
            Incomplete::dense(data.clone(), mask.clone()).unwrap(),
            Incomplete::sparse(&sparse, mask).unwrap(),
        ]
    });
    both.collect()
}

#[test]
fn gradients_of_the_known_entries_equal_central_differences() {
    let mut random = RandomState::new(21);
    for (share, l1) in [(0.25, 0.0), (0.25, 0.05), (0.7, 0.0)] {
        for (at, forms) in every_form().into_iter().enumerate() {
            for ranks in RANKS {
                let (mut checked, mut cases) = (0, at);
                while checked < 2 * ranks.len() {
                    let rows = if share > 0.5 { 24 } else { 9 };
                    let mut case = Case::draw([rows, 11], ranks, forms, &mut random);
                    (case.known, case.l1) = (flags(rows * 11, share, &mut random), l1);
                    make_unique(&mut case.known, 11, ranks[0]);
                    let data = &incomplete(&case.data, &case.known)[cases % 4];
                    checked += check_gradient(&case, data, &mut random);
                    cases += 1;
                    assert!(cases < 400, "{forms:?} {ranks:?}: {checked} checked");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_loss_and_the_gradient_hold_whatever_is_hidden(
        extra in 0_usize..7, n in 1_usize..9, ranks in prop::sample::select(RANKS.to_vec()),
        forms in prop::sample::select(every_form()), share in 0.0..1.0,
        l1 in prop_oneof![Just(0.0), 0.0..0.2], seed: u32
    ) {
        prop_assume!(forms.1 != LabelUse::PseudoInverse || (n > 2 * ranks[0] && share < 0.3));
        let mut random = RandomState::new(seed);
        let fit_alone = ranks.len() == 1 && forms.1 == LabelUse::None;
        let m = if fit_alone { 1 } else { ranks[0] + 2 } + extra;
        let mut case = Case::draw([m, n], ranks, forms, &mut random);
        (case.known, case.l1) = (flags(m * n, share, &mut random), l1);
        if !fit_alone {
            make_unique(&mut case.known, n, ranks[0]);
        }
        for data in incomplete(&case.data, &case.known) {
            check_gradient(&case, &data, &mut random);
        }
    }
}

#[test]
fn known_rows_of_a_small_share_of_a_column_are_not_lost_to_rounding() {
    // Row 0 is a hundred thousand times the others, and hidden in most columns.
    let mut random = RandomState::new(22);
    let forms = (
        NmfLoss::Reconstruction,
        LabelUse::None,
        LabelLoss::L2,
        false,
    );
    for forms in [forms, (NmfLoss::Energy, forms.1, forms.2, false)] {
        let mut case = Case::draw([9, 12], &[4, 2], forms, &mut random);
        case.parameters[0]
            .row_mut(0)
            .iter_mut()
            .for_each(|x| *x *= 1e5);
        case.known = (0..108).map(|at| !(2..12).contains(&at)).collect();
        let lists = incomplete(&case.data, &case.known);
        let (loss, expected) = gradients(&mut case.network(&lists[3]), &case.parameters);
        for data in &lists[..3] {
            let (other, found) = gradients(&mut case.network(data), &case.parameters);
            assert!((loss - other).abs() < 1e-9 * loss, "{loss} {other}");
            for (f, e) in found.iter().zip(&expected) {
                assert_close(f, e, 1e-8);
            }
        }
    }
}

#[test]
fn an_exact_factorization_of_what_is_known_has_a_loss_near_zero() {
    let mut random = RandomState::new(27);
    let (a, b) = (uniform(8, 3, &mut random), uniform(3, 2, &mut random));
    let basis = a.times(&b);
    let data = basis.times(&uniform(9, 2, &mut random).transposed());
    let data = DenseTensor::from_matrix(data);
    for data in incomplete(&data, &flags(72, 0.25, &mut random)) {
        let mut network = NmfNetwork::new(&data, NmfLoss::Reconstruction, vec![1.0, 1.0], None);
        let loss = network.loss(&[a.clone(), b.clone()]);
        // Of sparse data the known zeros are a difference.
        let limit = if data.as_dense().is_some() {
            1e-25
        } else {
            1e-15
        };
        assert!((0.0..limit).contains(&loss), "{loss}");
    }
}

/// A matrix of rank 3, what is seen of it, and the same with zeros for what is hidden.
fn low_rank(share: f64, seed: u32) -> (DenseTensor, Vec<bool>, Incomplete, DenseTensor) {
    let mut random = RandomState::new(seed);
    let truth = noisy(&[30, 40], 3, 0.0, &mut random);
    let known = flags(1200, share, &mut random);
    let [mask, _] = masks(&[30, 40], &known);
    let seen = Incomplete::dense(truth.clone(), mask).unwrap();
    let zeros = seen.as_dense().unwrap().clone();
    (truth, known, seen, zeros)
}

/// ‖X − model‖ / ‖X‖ over the hidden entries.
fn hidden_error(truth: &DenseTensor, known: &[bool], factors: &[Matrix]) -> f64 {
    let model = factors[0].times(&factors[1].transposed());
    let triples = truth.values().iter().zip(model.as_slice()).zip(known);
    let (mut error, mut norm) = (0.0, 0.0);
    for ((x, m), _) in triples.filter(|(_, known)| !**known) {
        error += (x - m) * (x - m);
        norm += x * x;
    }
    (error / norm).sqrt()
}

#[test]
fn hidden_entries_of_a_low_rank_matrix_are_recovered() {
    for loss in [NmfLoss::Energy, NmfLoss::Reconstruction] {
        for (seed, share) in [(0, 0.2), (1, 0.3), (2, 0.3)] {
            let (truth, known, seen, zeros) = low_rank(share, seed);
            let model = NeuralNmf {
                loss,
                layer_weights: vec![1.0, 0.0],
                ..NeuralNmf::default()
            };
            let error = |data: &dyn Tensor| {
                let found = fit(&model, data, &[3, 2], 0);
                hidden_error(&truth, &known, found.layers[0].approximation.factors())
            };
            let (masked, filled) = (error(&seen), error(&zeros));
            assert!(masked < 0.01 && filled > 0.2, "{masked}, {filled} by zeros");
        }
    }
}

#[test]
fn quasi_newton_steps_never_raise_the_loss_of_the_known_entries() {
    let mut random = RandomState::new(23);
    let data = noisy(&[12, 17], 4, 0.2, &mut random);
    let class = |j: usize| (j % 4 != 3).then_some(j % 3);
    let labels = [Labels::new(3, (0..17).map(class).collect()).unwrap()];
    for data in incomplete(&data, &flags(204, 0.25, &mut random)) {
        for loss in [NmfLoss::Energy, NmfLoss::Reconstruction] {
            for (labels_in, l1) in [(LabelUse::None, 0.1), (LabelUse::TrainedB, 0.0)] {
                for start in [NeuralStart::Uniform, NeuralStart::Hnmf] {
                    let model = NeuralNmf {
                        loss,
                        labels: labels_in,
                        label_weight: 0.1,
                        l1,
                        start,
                        ..NeuralNmf::default()
                    };
                    let request = Fit {
                        labels: &labels,
                        ..Fit::new(&data, &[5, 3], 3)
                    };
                    let found = model.fit(&request, &mut Silent).unwrap();
                    let trace = &found.layers[0].outcome.trace;
                    assert!(trace.len() > 3, "{model:?}");
                    assert!(trace.windows(2).all(|pair| pair[1].1 <= pair[0].1));
                }
            }
        }
    }
}

#[test]
fn the_loss_watched_is_the_mean_over_the_known_entries() {
    let mut random = RandomState::new(24);
    let whole = noisy(&[12, 17], 4, 0.2, &mut random);
    let known = flags(204, 0.3, &mut random);
    let count = known.iter().filter(|k| **k).count() as f64;
    for data in incomplete(&whole, &known) {
        let found = fit(&NeuralNmf::default(), &data, &[5, 3], 0);
        let errors = found.layers.iter().map(|layer| {
            let error = relative_error(&data, &layer.approximation, &mut Scratch::new());
            error.powi(2) * data.squared_norm() / count
        });
        let expected: f64 = errors.sum();
        let (_, watched) = *found.layers[0].outcome.trace.last().unwrap();
        assert!((watched - expected).abs() < 1e-9 * expected);
    }
}

#[test]
fn a_column_without_a_known_entry_has_zeros_in_every_layer() {
    let mut random = RandomState::new(25);
    let whole = noisy(&[6, 9], 3, 0.2, &mut random);
    let known: Vec<_> = (0..54).map(|at| at % 9 != 4).collect();
    for data in incomplete(&whole, &known) {
        for training in [Training::QuasiNewton, Training::Adam] {
            let mut model = NeuralNmf {
                training,
                ..NeuralNmf::default()
            };
            model.stopping.max_iterations = 50;
            let found = fit(&model, &data, &[3, 2], 0);
            for layer in &found.layers {
                assert_ne!(layer.outcome.reason, StopReason::Diverged);
                let t = &layer.approximation.factors()[1];
                assert!(t.row(4).iter().all(|x| *x == 0.0));
                assert!(t.row(3).iter().any(|x| *x > 0.0));
            }
        }
    }
}

#[test]
fn a_mask_that_hides_nothing_changes_no_bit() {
    let mut random = RandomState::new(26);
    let data = noisy(&[12, 17], 4, 0.2, &mut random);
    let parameters = [uniform(12, 5, &mut random), uniform(5, 3, &mut random)];
    for mask in masks(&[12, 17], &[true; 204]) {
        let masked = Incomplete::dense(data.clone(), mask).unwrap();
        for loss in [NmfLoss::Energy, NmfLoss::Reconstruction] {
            let evaluate = |data: &dyn Tensor| {
                let mut network = NmfNetwork::new(data, loss, vec![1.0, 0.5], None);
                let value = network.loss(&parameters);
                let mut gradients = parameters.to_vec();
                network.gradient(&parameters, &mut gradients);
                (value.to_bits(), gradients)
            };
            assert_eq!(evaluate(&masked), evaluate(&data));
        }
        // The start is by HALS, which takes the mask's sums otherwise: training alone.
        let model = NeuralNmf {
            start: NeuralStart::HalfNormal,
            ..NeuralNmf::default()
        };
        let [found, whole] =
            [&masked as &dyn Tensor, &data].map(|data| fit(&model, data, &[5, 3], 0));
        for (found, whole) in found.layers.iter().zip(&whole.layers) {
            assert_eq!(found.approximation, whole.approximation);
        }
    }
}
