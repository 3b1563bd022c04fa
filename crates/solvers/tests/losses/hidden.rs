//! Data with hidden entries.

use hntf_solvers::{LabelLoss, Labels, Loss, Ncpd, Silent, Ssnmf, Start, Stopping, Update};
use hntf_tensor::{CpTensor, DenseTensor, Incomplete, Mask, Matrix, SparseTensor, Tensor};
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::{counts, uniform};

fn traced(update: Update, loss: Loss, sweeps: usize) -> Ncpd {
    Ncpd {
        update,
        loss,
        stopping: Stopping {
            check_every: 1,
            ..Stopping::after(sweeps)
        },
        ..Ncpd::default()
    }
}

/// Which entries are hidden: about `share` of them, never the first.
fn hide(entries: usize, share: f64, random: &mut RandomState) -> Vec<bool> {
    let hidden = |at| random.random_sample() < share && at > 0;
    (0..entries).map(hidden).collect()
}

/// The indices of the entries that are (or are not) hidden.
fn list(shape: &[usize], hidden: &[bool], which: bool) -> Vec<u32> {
    let mut indices = Vec::new();
    for (at, _) in hidden.iter().enumerate().filter(|(_, h)| **h == which) {
        let mut rest = at;
        let mut index: Vec<u32> = Vec::new();
        for n in shape.iter().rev() {
            index.push(u32::try_from(rest % n).unwrap());
            rest /= n;
        }
        indices.extend(index.iter().rev());
    }
    indices
}

fn incomplete(data: &DenseTensor, hidden: &[bool]) -> Incomplete {
    let shape = data.shape().to_vec();
    let mask = Mask::hiding(shape.clone(), list(&shape, hidden, true)).unwrap();
    Incomplete::dense(data.clone(), mask).unwrap()
}

/// As sparse data with a list of the observed entries.
fn incomplete_sparse(data: &DenseTensor, hidden: &[bool]) -> Incomplete {
    let shape = data.shape().to_vec();
    let all = list(&shape, &vec![false; hidden.len()], false);
    let sparse = SparseTensor::from_coordinates(shape.clone(), all, data.values().to_vec());
    let mask = Mask::observing(shape.clone(), list(&shape, hidden, false)).unwrap();
    Incomplete::sparse(&sparse.unwrap(), mask).unwrap()
}

#[test]
fn hals_recovers_the_hidden_entries_of_exactly_low_rank_data() {
    for (seed, shape, rank, share) in [
        (1, vec![30, 25], 2, 0.2),
        (2, vec![14, 12, 10], 3, 0.3),
        (3, vec![8, 7, 6, 5], 2, 0.3),
    ] {
        let mut random = RandomState::new(seed);
        let factors: Vec<_> = shape
            .iter()
            .map(|n| uniform(*n, rank, &mut random))
            .collect();
        let data = DenseTensor::from_cp(&CpTensor::new(factors).unwrap());
        let hidden = hide(data.values().len(), share, &mut random);
        let hals = Ncpd {
            stopping: Stopping {
                max_iterations: 5000,
                tolerance: 1e-12,
                ..Stopping::default()
            },
            ..Ncpd::default()
        };
        for data_seen in [
            incomplete(&data, &hidden),
            incomplete_sparse(&data, &hidden),
        ] {
            let fit = hals
                .fit(&data_seen, rank, &mut RandomState::new(7), &mut Silent)
                .unwrap();
            let model = DenseTensor::from_cp(&fit.model);
            let places = data.values().iter().zip(model.values()).zip(&hidden);
            let (mut off, mut norm) = (0.0, 0.0);
            for ((x, m), _) in places.filter(|(_, h)| **h) {
                off += (x - m).powi(2);
                norm += x * x;
            }
            let error = (off / norm).sqrt();
            assert!(
                error < 1e-3,
                "{shape:?}: {error} after {:?}",
                fit.outcome.iterations
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_error_over_observed_entries_never_increases(
        shape in prop::collection::vec(1_usize..7, 2..=4), rank in 1_usize..5,
        kind in 0_usize..4, share in prop::sample::select(vec![0.1, 0.5, 0.9]), seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let data = counts(&shape, 3, 9.0, &mut random);
        let hidden = hide(data.values().len(), share, &mut random);
        let (update, loss) = [
            (Update::Hals, Loss::Frobenius),
            (Update::Mu, Loss::Frobenius),
            (Update::MuSsnmf, Loss::Frobenius),
            (Update::Mu, Loss::KullbackLeibler),
        ][kind];
        let size = if loss == Loss::Frobenius { 1.0 } else { data.sum() };
        let start: Vec<_> = shape.iter().map(|n| uniform(*n, rank, &mut random)).collect();
        let mut errors = Vec::new();
        for seen in [incomplete(&data, &hidden), incomplete_sparse(&data, &hidden)] {
            let ncpd = traced(update, loss, 30);
            let fit = ncpd.fit_from(&seen, start.clone(), &mut Silent).unwrap();
            for pair in fit.outcome.trace.windows(2) {
                let (before, after) = (pair[0].1, pair[1].1);
                if loss == Loss::Frobenius {
                    prop_assert!(after.powi(2) <= before.powi(2) + 1e-12, "{pair:?}");
                } else {
                    prop_assert!(after <= before + 1e-9 * size, "{pair:?}");
                }
            }
            for factor in fit.model.factors() {
                prop_assert!(factor.as_slice().iter().all(|f| *f >= 0.0 && f.is_finite()));
            }
            let model = DenseTensor::from_cp(&fit.model);
            let (mut off, mut norm) = (0.0, 0.0);
            let places = data.values().iter().zip(model.values()).zip(&hidden);
            for ((x, m), _) in places.filter(|(_, h)| !**h) {
                off += (x - m).powi(2);
                norm += x * x;
            }
            let expected = (off / norm).sqrt();
            prop_assert!((fit.error - expected).abs() < 1e-6 * (1.0 + expected));
            errors.push(fit.outcome.trace.last().unwrap().1);
        }
        // Whichever list says what is known.
        prop_assert!((errors[0] - errors[1]).abs() < 1e-5 * size, "{errors:?}");
    }
}

#[test]
fn hidden_entries_have_no_influence() {
    let mut random = RandomState::new(5);
    let data = counts(&[6, 5, 4], 3, 9.0, &mut random);
    let hidden = hide(120, 0.3, &mut random);
    let mut other = data.clone();
    for (x, _) in other
        .values_mut()
        .iter_mut()
        .zip(&hidden)
        .filter(|(_, h)| **h)
    {
        *x = 1e3;
    }
    for (update, loss) in [
        (Update::Hals, Loss::Frobenius),
        (Update::Mu, Loss::Frobenius),
        (Update::Mu, Loss::KullbackLeibler),
    ] {
        let fit = |data: &DenseTensor| {
            let (ncpd, mut random) = (traced(update, loss, 20), RandomState::new(1));
            let seen = incomplete(data, &hidden);
            ncpd.fit(&seen, 3, &mut random, &mut Silent).unwrap().model
        };
        assert_eq!(fit(&data), fit(&other));
    }
}

#[test]
fn a_mask_that_hides_nothing_changes_nothing_but_rounding() {
    let mut random = RandomState::new(6);
    let data = counts(&[6, 5, 4], 3, 9.0, &mut random);
    let whole = incomplete(&data, &[false; 120]);
    for (update, loss) in [
        (Update::Hals, Loss::Frobenius),
        (Update::Mu, Loss::Frobenius),
        (Update::Mu, Loss::KullbackLeibler),
    ] {
        let fit = |data: &dyn Tensor| {
            let (ncpd, mut random) = (traced(update, loss, 20), RandomState::new(1));
            ncpd.fit(data, 3, &mut random, &mut Silent).unwrap()
        };
        let (a, b) = (fit(&data), fit(&whole));
        assert!((a.error - b.error).abs() < 1e-9);
        for (a, b) in a.model.factors().iter().zip(b.model.factors()) {
            let pairs = a.as_slice().iter().zip(b.as_slice());
            assert!(
                pairs
                    .into_iter()
                    .all(|(a, b)| (a - b).abs() < 1e-7 * (1.0 + b))
            );
        }
    }
}

#[test]
fn weighted_multiplicative_updates_are_ahead_of_filling_in() {
    // Filling the hidden entries with the model and updating as if they were known is monotone too,
    // but takes shorter steps.
    let mut random = RandomState::new(8);
    let data = counts(&[12, 10, 8], 3, 9.0, &mut random);
    let hidden = hide(data.values().len(), 0.3, &mut random);
    let seen = incomplete(&data, &hidden);
    let start = Start::Random.factors(&data, 3, &mut random).unwrap();
    let weighted = traced(Update::Mu, Loss::Frobenius, 20);
    let weighted = weighted
        .fit_from(&seen, start.clone(), &mut Silent)
        .unwrap();
    let mut filled = start;
    for _ in 0..20 {
        for mode in 0..3 {
            let model = CpTensor::new(filled.clone()).unwrap();
            let data = seen.completed_with(&model).unwrap().unwrap();
            filled[mode] = one_update(&*data, &filled, mode);
        }
    }
    let filled = CpTensor::new(filled).unwrap();
    let filled = hntf_tensor::relative_error(&seen, &filled, &mut hntf_tensor::Scratch::new());
    assert!(weighted.error < filled, "{} {filled}", weighted.error);
}

/// A multiplicative update of one factor.
fn one_update(data: &dyn Tensor, factors: &[Matrix], mode: usize) -> Matrix {
    let mut numerator = Matrix::default();
    let mut scratch = hntf_tensor::Scratch::new();
    data.mttkrp(factors, mode, &mut numerator, &mut scratch);
    let mut denominator = Matrix::default();
    let model = CpTensor::new(factors.to_vec()).unwrap();
    model.mttkrp(factors, mode, &mut denominator, &mut scratch);
    let mut out = factors[mode].clone();
    let fractions = numerator.as_slice().iter().zip(denominator.as_slice());
    for (f, (n, d)) in out.as_mut_slice().iter_mut().zip(fractions) {
        *f *= n / d;
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_objective_of_semi_supervised_nmf_increases_over_observed_entries(
        rows in 1_usize..8, columns in 1_usize..9, rank in 1_usize..5, form in 0_usize..6,
        share in prop::sample::select(vec![0.1, 0.5, 0.8]), seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let data = counts(&[rows, columns], 3, 9.0, &mut random);
        let hidden = hide(rows * columns, share, &mut random);
        let of = (0..columns).map(|j| (j % 3 > 0).then_some(j % 2));
        let labels = Labels::new(2, of.collect()).unwrap();
        let data_loss = [Loss::Frobenius, Loss::KullbackLeibler][form % 2];
        let label_loss = [LabelLoss::None, LabelLoss::Frobenius, LabelLoss::KullbackLeibler][form / 2];
        let ssnmf = Ssnmf {
            data_loss,
            label_loss,
            weight: 2.0,
            stopping: Stopping { check_every: 1, ..Stopping::after(30) },
        };
        let size: f64 = data.values().iter().map(|x| x * x + x).sum();
        let mut last = Vec::new();
        for seen in [incomplete(&data, &hidden), incomplete_sparse(&data, &hidden)] {
            let mut random = RandomState::new(seed);
            let fit = ssnmf.fit(&seen, &labels, rank, &mut random, &mut Silent).unwrap();
            for pair in fit.fit.outcome.trace.windows(2) {
                prop_assert!(pair[1].1 <= pair[0].1 + 1e-9 * (1.0 + size), "{pair:?}");
            }
            last.push(fit.fit.outcome.trace.last().unwrap().1);
        }
        prop_assert!((last[0] - last[1]).abs() < 1e-6 * (1.0 + size), "{last:?}");
    }
}
