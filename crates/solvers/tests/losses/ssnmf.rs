//! The six forms of semi-supervised NMF.

use hntf_solvers::{LabelLoss, Labels, Loss, Ncpd, Silent, Ssnmf, SsnmfFit, Stopping};
use hntf_tensor::{DenseTensor, Matrix};
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::fixture::{self, Form};
use crate::{counts, plain_divergence};

const DATA: [Loss; 2] = [Loss::Frobenius, Loss::KullbackLeibler];
const LABELS: [LabelLoss; 3] = [
    LabelLoss::None,
    LabelLoss::Frobenius,
    LabelLoss::KullbackLeibler,
];

fn traced(data_loss: Loss, label_loss: LabelLoss, weight: f64, iterations: usize) -> Ssnmf {
    Ssnmf {
        weight,
        data_loss,
        label_loss,
        stopping: Stopping {
            check_every: 1,
            ..Stopping::after(iterations)
        },
    }
}

fn labels(classes: usize, columns: usize, random: &mut RandomState) -> Labels {
    let of = (0..columns).map(|j| (random.random_sample() < 0.7).then_some((3 * j) % classes));
    Labels::new(classes, of.collect()).unwrap()
}

/// D_X + λ D_Y, entry by entry.
fn objective(ssnmf: &Ssnmf, data: &DenseTensor, labels: &Labels, [a, b, t]: &[Matrix; 3]) -> f64 {
    let s = t.transposed();
    let distance = |squares: bool, x: &[f64], m: &[f64]| {
        if squares {
            x.iter().zip(m).map(|(x, m)| (x - m).powi(2)).sum()
        } else {
            plain_divergence(x, m)
        }
    };
    let data_term: f64 = distance(
        ssnmf.data_loss == Loss::Frobenius,
        data.values(),
        a.times(&s).as_slice(),
    );
    if ssnmf.label_loss == LabelLoss::None {
        return data_term;
    }
    let predicted = b.times(&s);
    let (mut known, mut model) = (Vec::new(), Vec::new());
    for (j, class) in labels.known() {
        for c in 0..b.rows() {
            known.push(f64::from(u8::from(c == class)));
            model.push(predicted[(c, j)]);
        }
    }
    let squares = ssnmf.label_loss == LabelLoss::Frobenius;
    data_term + ssnmf.weight * distance(squares, &known, &model)
}

fn parts(fit: SsnmfFit) -> [Matrix; 3] {
    let [a, t] = <[Matrix; 2]>::try_from(fit.fit.model.into_factors()).unwrap();
    [a, fit.classifier.unwrap_or_default(), t]
}

#[test]
fn thirty_iterations_are_those_of_the_formulas() {
    let forms = fixture::read().ssnmf;
    assert_eq!(forms.len(), 12);
    for form in forms {
        let Form {
            data_loss,
            label_loss,
            weight,
            ..
        } = form;
        let data = DenseTensor::from_matrix(form.x.matrix());
        let labels = Labels::new(3, form.classes.clone()).unwrap();
        let ssnmf = traced(data_loss, label_loss, weight, form.objectives.len());
        let mut random = RandomState::new(form.seed);
        let fit = ssnmf
            .fit(&data, &labels, form.rank, &mut random, &mut Silent)
            .unwrap();
        let what = format!("{data_loss:?} {label_loss:?} {weight}");
        for ((_, found), expected) in fit.fit.outcome.trace.iter().zip(&form.objectives) {
            assert!(
                (found - expected).abs() < 1e-9 * (1.0 + expected),
                "{what}: {found} {expected}"
            );
        }
        let [a, b, t] = parts(fit);
        form.a.assert_equals(&a, 1e-8, &what);
        form.t.assert_equals(&t, 1e-8, &what);
        if label_loss != LabelLoss::None {
            form.b.assert_equals(&b, 1e-8, &what);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_objective_ever_increases(
        rows in 1_usize..8, columns in 1_usize..9, rank in 1_usize..6,
        data_loss in prop::sample::select(DATA.to_vec()),
        label_loss in prop::sample::select(LABELS.to_vec()),
        weight in prop::sample::select(vec![0.0, 0.1, 1.0, 50.0]),
        level in prop::sample::select(vec![0.1, 9.0, 500.0]), seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let data = counts(&[rows, columns], 3, level, &mut random);
        let labels = labels(2, columns, &mut random);
        let ssnmf = traced(data_loss, label_loss, weight, 40);
        let fit = ssnmf.fit(&data, &labels, rank, &mut random, &mut Silent).unwrap();
        let size = data.values().iter().map(|x| x * x + x).sum::<f64>() + weight;
        for pair in fit.fit.outcome.trace.windows(2) {
            prop_assert!(pair[1].1 <= pair[0].1 + 1e-9 * size, "{pair:?}");
        }
        let (_, watched) = *fit.fit.outcome.trace.last().unwrap();
        let parts = parts(fit);
        for factor in &parts {
            prop_assert!(factor.as_slice().iter().all(|f| *f >= 0.0 && f.is_finite()));
        }
        let expected = objective(&ssnmf, &data, &labels, &parts);
        prop_assert!((watched - expected).abs() <= 1e-8 * size, "{watched} {expected}");
    }
}

#[test]
fn every_form_settles_at_its_optimality_conditions() {
    let mut random = RandomState::new(12);
    let data = counts(&[6, 8], 3, 9.0, &mut random);
    let labels = labels(2, 8, &mut random);
    for data_loss in DATA {
        for label_loss in LABELS {
            let ssnmf = traced(data_loss, label_loss, 3.0, 30_000);
            let mut random = RandomState::new(1);
            let fit = ssnmf
                .fit(&data, &labels, 2, &mut random, &mut Silent)
                .unwrap();
            let parts = parts(fit);
            for which in 0..3 {
                for at in 0..parts[which].as_slice().len() {
                    let moved = |step: f64| {
                        let mut moved = parts.clone();
                        moved[which].as_mut_slice()[at] += step;
                        objective(&ssnmf, &data, &labels, &moved)
                    };
                    let entry = parts[which].as_slice()[at];
                    // One-sided where the entry is at its bound.
                    let back = if entry > 1e-6 { -1e-6 } else { 0.0 };
                    let gradient = (moved(1e-6) - moved(back)) / (1e-6 - back);
                    assert!(
                        entry.min(gradient).abs() < 2e-2,
                        "{data_loss:?} {label_loss:?} {which} {at}: {entry} {gradient}"
                    );
                }
            }
        }
    }
}

#[test]
fn without_a_label_term_it_is_plain_nmf_and_the_labels_are_not_looked_at() {
    let mut random = RandomState::new(4);
    let data = counts(&[6, 7], 3, 9.0, &mut random);
    let ssnmf = traced(Loss::Frobenius, LabelLoss::None, 1.0, 50);
    let fit = |labels: &Labels| {
        let mut random = RandomState::new(5);
        ssnmf
            .fit(&data, labels, 3, &mut random, &mut Silent)
            .unwrap()
    };
    let unknown = fit(&Labels::unknown(0));
    assert!(unknown.classifier.is_none());
    assert_eq!(unknown.fit.model, fit(&labels(2, 7, &mut random)).fit.model);
    let nmf = Ncpd {
        stopping: ssnmf.stopping,
        ..Ncpd::ssnmf(50)
    };
    let nmf = nmf
        .fit(&data, 3, &mut RandomState::new(5), &mut Silent)
        .unwrap();
    assert_eq!(unknown.fit.model, nmf.model);
}

#[test]
fn settings_are_written_in_the_words_of_the_configuration() {
    let read: Ssnmf = serde_json::from_str(
        r#"{"weight": 2.0, "data-loss": "kullback-leibler", "label-loss": "none"}"#,
    )
    .unwrap();
    assert_eq!(
        (read.data_loss, read.label_loss),
        (Loss::KullbackLeibler, LabelLoss::None)
    );
    let empty: Ssnmf = serde_json::from_str("{}").unwrap();
    assert_eq!(empty, Ssnmf::default());
    assert_eq!(
        (empty.data_loss, empty.label_loss),
        (Loss::Frobenius, LabelLoss::Frobenius)
    );
}
