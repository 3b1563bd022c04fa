//! Data with hidden entries against its definition: zeros in contractions, nothing in errors.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

mod support;

use hntf_tensor::{
    CpTensor, DenseTensor, Incomplete, Mask, Matrix, Scratch, SparseTensor, Tensor, TensorError,
    divergence, relative_error,
};
use numpy_random::RandomState;
use proptest::prelude::*;
use support::{assert_close, check, full, indices, random_factors};

/// Data with zeros, what of it is observed, and the masks that say so by either list.
struct Case {
    shape: Vec<usize>,
    values: Vec<f64>,
    observed: Vec<bool>,
    masks: [Mask; 2],
}

impl Case {
    fn new(shape: Vec<usize>, random: &mut RandomState) -> Self {
        let all = indices(&shape);
        let value = |_: &Vec<usize>| (4.0 * random.random_sample() - 1.0).max(0.0);
        let values: Vec<_> = all.iter().map(value).collect();
        let mut observed: Vec<_> = all.iter().map(|_| random.random_sample() < 0.7).collect();
        observed[0] = true;
        let list = |which: bool| {
            let chosen = all.iter().zip(&observed).filter(|(_, o)| **o == which);
            let indices = chosen.flat_map(|(index, _)| index);
            indices
                .map(|i| u32::try_from(*i).unwrap())
                .collect::<Vec<_>>()
        };
        let masks = [
            Mask::hiding(shape.clone(), list(false)).unwrap(),
            Mask::observing(shape.clone(), list(true)).unwrap(),
        ];
        Self {
            shape,
            values,
            observed,
            masks,
        }
    }

    /// Dense and sparse data under both masks, with other numbers at the hidden places.
    fn data(&self) -> Vec<Incomplete> {
        let dense = DenseTensor::new(self.shape.clone(), self.values.clone()).unwrap();
        let all = indices(&self.shape).concat();
        let all = all.iter().map(|i| u32::try_from(*i).unwrap()).collect();
        let sparse = SparseTensor::from_coordinates(self.shape.clone(), all, self.values.clone());
        let sparse = sparse.unwrap();
        let both = |mask: &Mask| {
            [
                Incomplete::dense(dense.clone(), mask.clone()).unwrap(),
                Incomplete::sparse(&sparse, mask.clone()).unwrap(),
            ]
        };
        self.masks.iter().flat_map(both).collect()
    }

    /// The values, zero where they are hidden.
    fn masked(&self, values: &[f64]) -> Vec<f64> {
        let pairs = values.iter().zip(&self.observed);
        pairs.map(|(x, o)| if *o { *x } else { 0.0 }).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn hidden_entries_are_zero_in_contractions_and_left_out_of_errors(
        shape in prop::collection::vec(1_usize..5, 1..=5), rank in 1_usize..5, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let case = Case::new(shape.clone(), &mut random);
        let factors = random_factors(&shape, rank, &mut random);
        let (model, values) = (full(&factors), case.masked(&case.values));
        let plain = DenseTensor::new(shape.clone(), values.clone()).unwrap();
        let mut scratch = Scratch::new();
        let (mut found, mut expected) = (Matrix::default(), Matrix::default());
        for data in case.data() {
            assert_close(&[data.squared_norm(), data.sum()], &[plain.squared_norm(), plain.sum()]);
            for mode in 0..shape.len() {
                data.mttkrp(&factors, mode, &mut found, &mut scratch);
                plain.mttkrp(&factors, mode, &mut expected, &mut scratch);
                assert_close(found.as_slice(), expected.as_slice());
                data.quotient_mttkrp(&factors, mode, 1e-9, &mut found, &mut scratch);
                plain.quotient_mttkrp(&factors, mode, 1e-9, &mut expected, &mut scratch);
                assert_close(found.as_slice(), expected.as_slice());
                let found = data.unfolding_gram(mode);
                assert_close(found.as_slice(), plain.unfolding_gram(mode).as_slice());
            }
            let seen: Vec<_> = (0..values.len()).filter(|i| case.observed[*i]).collect();
            let squares = |i: &usize| (values[*i] - model[*i]).powi(2);
            let distance: f64 = seen.iter().map(squares).sum();
            assert_close(&[data.squared_distance(&factors, &mut scratch)], &[distance]);
            let logs = |i: &usize| {
                let (x, m) = (values[*i], model[*i]);
                (if x > 0.0 { x * (x / m).ln() } else { 0.0 }) - x + m
            };
            let expected: f64 = seen.iter().map(logs).sum();
            assert_close(&[divergence(&data, &factors, 1e-12, &mut scratch)], &[expected]);
            if plain.squared_norm() > 0.0 {
                let cp = CpTensor::new(factors.clone()).unwrap();
                let found = relative_error(&data, &cp, &mut scratch);
                assert_close(&[found], &[(distance / plain.squared_norm()).sqrt()]);
            }
        }
    }

    #[test]
    fn data_of_which_nothing_is_hidden_is_that_data(
        shape in prop::collection::vec(1_usize..5, 1..=4), rank in 1_usize..5, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let mut case = Case::new(shape.clone(), &mut random);
        case.observed.fill(true);
        let all = Mask::from_flags(shape, &case.observed).unwrap();
        assert!(all.lists_hidden() && all.hides_nothing());
        case.masks = [all.clone(), all];
        for data in case.data() {
            check(&data, &case.values, rank, &mut random);
        }
    }

    #[test]
    fn masks_restrict_what_is_known_of_a_whole_model(
        shape in prop::collection::vec(1_usize..5, 1..=5), rank in 1_usize..5, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let case = Case::new(shape.clone(), &mut random);
        let factors = random_factors(&shape, rank, &mut random);
        let model = full(&factors);
        let tensor = |values: Vec<f64>| DenseTensor::new(shape.clone(), values).unwrap();
        let (all, ones) = (tensor(model.clone()), tensor(vec![1.0; model.len()]));
        let seen = (tensor(case.masked(&model)), tensor(case.masked(ones.values())));
        let pairs = model.iter().zip(&case.observed);
        let hidden = tensor(pairs.map(|(m, o)| if *o { 0.0 } else { *m }).collect());
        let (mut scratch, mut whole) = (Scratch::new(), Matrix::default());
        let (mut found, mut expected) = (Matrix::default(), Matrix::default());
        for mask in &case.masks {
            let flags = Mask::from_flags(shape.clone(), &case.observed).unwrap();
            let listed = |mask: &Mask| {
                let mut all = Vec::new();
                mask.for_each_listed(|index| all.push(index.to_vec()));
                all
            };
            if flags.lists_hidden() == mask.lists_hidden() {
                assert_eq!(listed(&flags), listed(mask));
            }
            assert_eq!(mask.observed(), Some(case.observed.iter().filter(|o| **o).count()));
            for mode in 0..shape.len() {
                all.mttkrp(&factors, mode, &mut found, &mut scratch);
                mask.restrict_model_mttkrp(&factors, mode, &mut found, &mut scratch);
                seen.0.mttkrp(&factors, mode, &mut expected, &mut scratch);
                assert_close(found.as_slice(), expected.as_slice());
                all.mttkrp(&factors, mode, &mut whole, &mut scratch);
                mask.hidden_model_mttkrp(&factors, mode, &whole, &mut found, &mut scratch);
                hidden.mttkrp(&factors, mode, &mut expected, &mut scratch);
                assert_close(found.as_slice(), expected.as_slice());
                ones.mttkrp(&factors, mode, &mut found, &mut scratch);
                mask.restrict_ones_mttkrp(&factors, mode, &mut found, &mut scratch);
                seen.1.mttkrp(&factors, mode, &mut expected, &mut scratch);
                assert_close(found.as_slice(), expected.as_slice());
            }
            let onto: Vec<_> = shape
                .iter()
                .map(|n| random_factors(&[*n], 1 + n % 3, &mut random).remove(0))
                .collect();
            let found = mask.hidden_model_projection(&factors, &onto, &mut scratch);
            let all_modes: Vec<_> = onto.iter().map(Some).collect();
            let expected = hidden.project(&all_modes, &mut scratch);
            assert_eq!(found.shape(), expected.shape());
            assert_close(found.values(), expected.values());
            let found = mask.hidden_squared_norm(&factors, all.squared_norm(), &mut scratch);
            assert_close(&[found], &[hidden.squared_norm()]);
            assert_eq!(mask.hides_nothing(), case.observed.iter().all(|o| *o));
            let found = [
                mask.restrict_squared_norm(&factors, all.squared_norm(), &mut scratch),
                mask.restrict_sum(&factors, all.sum(), &mut scratch),
            ];
            assert_close(&found, &[seen.0.squared_norm(), seen.0.sum()]);
        }
    }

    #[test]
    fn completed_data_is_observed_where_it_was_and_the_model_elsewhere(
        shape in prop::collection::vec(1_usize..5, 1..=4), rank in 1_usize..4, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let case = Case::new(shape.clone(), &mut random);
        let model = CpTensor::new(random_factors(&shape, rank, &mut random)).unwrap();
        let filled = full(model.factors());
        let choice = case.values.iter().zip(&filled).zip(&case.observed);
        let expected: Vec<_> = choice.map(|((x, m), o)| if *o { *x } else { *m }).collect();
        for data in case.data() {
            let completed = data.completed_with(&model).unwrap().unwrap();
            prop_assert!(completed.mask().is_none());
            let entries = completed.project(&vec![None; shape.len()], &mut Scratch::new());
            assert_close(entries.values(), &expected);
        }
    }
}

#[test]
fn a_nearly_exact_fit_of_the_observed_entries_keeps_its_digits() {
    let mut random = RandomState::new(3);
    let case = Case::new(vec![6, 5, 4], &mut random);
    let factors = random_factors(&case.shape, 3, &mut random);
    let exact = DenseTensor::new(case.shape.clone(), full(&factors)).unwrap();
    let mut off = factors.clone();
    off[1][(2, 1)] += 1e-9;
    let differences = full(&factors);
    let differences = differences.iter().zip(full(&off)).zip(&case.observed);
    let expected: f64 = differences
        .filter(|(_, o)| **o)
        .map(|((a, b), _)| (a - b).powi(2))
        .sum();
    for mask in &case.masks {
        let data = Incomplete::dense(exact.clone(), mask.clone()).unwrap();
        let found = data.squared_distance(&off, &mut Scratch::new());
        assert!(
            (found / expected - 1.0).abs() < 1e-5,
            "{found} is not {expected}"
        );
    }
}

#[test]
fn masks_that_hide_nothing_are_served_and_those_that_hide_all_refused() {
    let data = DenseTensor::new(vec![2, 2], vec![1.0; 4]).unwrap();
    let nothing = Mask::hiding(vec![2, 2], Vec::new()).unwrap();
    let whole = Incomplete::dense(data, nothing).unwrap();
    assert_eq!(
        (whole.sum(), whole.mask().unwrap().observed()),
        (4.0, Some(4))
    );
    let shape = vec![2, 2];
    let all_hidden = TensorError::AllHidden {
        shape: shape.clone(),
    };
    let all = vec![0, 0, 0, 1, 1, 0, 1, 1];
    assert_eq!(Mask::hiding(shape.clone(), all).unwrap_err(), all_hidden);
    assert_eq!(
        Mask::observing(shape.clone(), Vec::new()).unwrap_err(),
        all_hidden
    );
    assert_eq!(
        Mask::from_flags(shape.clone(), &[false; 4]).unwrap_err(),
        all_hidden
    );
    let short = Mask::from_flags(shape.clone(), &[true; 3]).unwrap_err();
    assert!(matches!(
        short,
        TensorError::Length {
            expected: 4,
            found: 3,
            ..
        }
    ));
    let outside = Mask::hiding(shape, vec![2, 0]).unwrap_err();
    assert!(matches!(
        outside,
        TensorError::IndexOutOfRange {
            mode: 0,
            index: 2,
            ..
        }
    ));
}

#[test]
fn a_mask_of_another_shape_is_refused_with_both_shapes() {
    let mask = Mask::hiding(vec![2, 3], vec![1, 2]).unwrap();
    let data = DenseTensor::new(vec![3, 2], vec![1.0; 6]).unwrap();
    let sparse = SparseTensor::from_coordinates(vec![2, 3, 1], vec![1, 2, 0], vec![1.0]).unwrap();
    let message = Incomplete::dense(data, mask.clone())
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("[2, 3]") && message.contains("[3, 2]"),
        "{message}"
    );
    let refused = Incomplete::sparse(&sparse, mask.clone()).unwrap_err();
    assert!(matches!(refused, TensorError::MaskShape { .. }));
    let data = Incomplete::dense(DenseTensor::new(vec![2, 3], vec![1.0; 6]).unwrap(), mask);
    let model = CpTensor::new(vec![Matrix::zeros(3, 1), Matrix::zeros(2, 1)]).unwrap();
    let refused = data.unwrap().completed_with(&model).err().unwrap();
    assert!(matches!(refused, TensorError::MaskShape { .. }));
}

proptest! {
    #[test]
    fn entries_hidden_later_are_hidden_like_those_hidden_before(
        shape in prop::collection::vec(1_usize..5, 1..=4), seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let case = Case::new(shape.clone(), &mut random);
        let all = indices(&shape);
        // Entry 0 is observed and stays so; some are hidden twice.
        let later: Vec<bool> = (0..all.len()).map(|i| i > 0 && random.random_sample() < 0.3).collect();
        let chosen = all.iter().zip(&later).filter(|(_, l)| **l).flat_map(|(index, _)| index);
        let chosen: Vec<u32> = chosen.map(|i| u32::try_from(*i).unwrap()).collect();
        let known = |i: usize| case.observed[i] && !later[i];
        let flags: Vec<bool> = (0..all.len()).map(known).collect();
        let factors = random_factors(&shape, 2, &mut random);
        let mut scratch = Scratch::new();
        let plain = DenseTensor::new(shape.clone(), case.values.clone()).unwrap();
        let expected = Incomplete::dense(plain.clone(), Mask::from_flags(shape.clone(), &flags).unwrap());
        let expected = expected.unwrap();
        for data in case.data() {
            let hidden = data.hiding(chosen.clone()).unwrap().unwrap();
            prop_assert_eq!(hidden.mask().unwrap().observed(), expected.mask().unwrap().observed());
            assert_close(
                &[hidden.sum(), hidden.squared_distance(&factors, &mut scratch)],
                &[expected.sum(), expected.squared_distance(&factors, &mut scratch)],
            );
        }
        let places = all.concat().iter().map(|i| u32::try_from(*i).unwrap()).collect();
        let sparse = SparseTensor::from_coordinates(shape.clone(), places, case.values.clone()).unwrap();
        let once = [plain.hiding(chosen.clone()), sparse.hiding(chosen.clone())];
        for data in once {
            let data = data.unwrap().unwrap();
            let at = |i: &usize| if later[*i] { 0.0 } else { case.values[*i] };
            let sum: f64 = (0..all.len()).map(|i| at(&i)).sum();
            assert_close(&[data.sum()], &[sum]);
        }
    }
}

#[test]
fn known_entries_are_checked_and_hidden_ones_are_not() {
    let x = DenseTensor::new(vec![2, 2], vec![1.0, 0.0, -2.0, f64::NAN]).unwrap();
    let negative = Err(TensorError::Negative {
        index: vec![1, 0],
        value: -2.0,
        count: 1,
        smallest: -2.0,
    });
    assert_eq!(x.check_entries(), negative);
    let hide = |places: Vec<u32>| Mask::hiding(vec![2, 2], places).unwrap();
    let one = Incomplete::dense(x.clone(), hide(vec![1, 1])).unwrap();
    assert_eq!(one.check_entries(), negative);
    let both = Incomplete::dense(x, hide(vec![1, 0, 1, 1])).unwrap();
    assert_eq!(both.check_entries(), Ok(()));
}

#[test]
fn entries_that_are_not_there_cannot_be_hidden() {
    let x = DenseTensor::new(vec![2, 2], vec![1.0; 4]).unwrap();
    assert!(x.hiding(vec![0, 2]).is_err());
    let all = vec![0, 0, 0, 1, 1, 0, 1, 1];
    assert!(matches!(x.hiding(all), Err(TensorError::AllHidden { .. })));
    let cp = CpTensor::new(vec![Matrix::identity(2); 2]).unwrap();
    assert!(cp.hiding(vec![0, 0]).unwrap().is_none());
}
