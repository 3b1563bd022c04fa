//! The models for matrices against their published updates, written out.

use hntf_models::{Fit, Hierarchy, Hnmf, Model, SupervisedHnmf, SupervisedMultiHntf};
use hntf_solvers::{Labels, Silent};
use hntf_tensor::{DenseTensor, Matrix};
use numpy_random::RandomState;

use crate::plain::{Nmf, Rows, Settings, nmf, product, shared, ssnmf, transposed};
use crate::{assert_close, noisy};

const SEED: u32 = 7;
const RANKS: [usize; 3] = [5, 3, 2];

/// 12 × 20, and as rows.
fn data() -> (DenseTensor, Rows) {
    let data = noisy(&[12, 20], 5, 0.3, &mut RandomState::new(1));
    let rows = data.values().chunks(20).map(<[f64]>::to_vec).collect();
    (data, rows)
}

/// Three classes for the first layer, two for those above; every fourth column has none.
fn labels() -> Vec<Labels> {
    let set = |classes: usize| {
        let of = (0..20).map(|j| (j % 4 != 3).then_some(j % 3 % classes));
        Labels::new(classes, of.collect()).unwrap()
    };
    vec![set(3), set(2)]
}

fn fitted(model: &dyn Model, data: &DenseTensor, labels: &[Labels]) -> Hierarchy {
    let request = Fit {
        labels,
        ..Fit::new(data, &RANKS, SEED)
    };
    model.fit(&request, &mut Silent).unwrap()
}

fn assert_matrix(found: &Matrix, expected: &Rows) {
    let expected = Matrix::from_vec(
        expected.len(),
        expected[0].len(),
        expected.iter().flatten().copied().collect(),
    );
    assert_close(found, &expected, 1e-10);
}

/// The layer approximates X by `basis` times `coefficients`.
fn assert_layer(hierarchy: &Hierarchy, layer: usize, basis: &Rows, coefficients: &Rows) {
    let factors = hierarchy.layers[layer].approximation.factors();
    assert_matrix(&factors[0], basis);
    assert_matrix(&factors[1], &transposed(coefficients));
}

fn relation(hierarchy: &Hierarchy, from: usize, to: usize) -> &Matrix {
    let mut relations = hierarchy.relations_between(from, to);
    let only = relations.next().unwrap();
    assert!(relations.next().is_none());
    &only.weights
}

/// Each layer of a chain is `step` of the coefficients below it, on the basis so far; `first_basis`
/// takes the place of the first layer's A above it.
fn assert_chain(
    found: &Hierarchy,
    x: &Rows,
    supervised: bool,
    first_basis: Option<Rows>,
    step: impl Fn(&Rows, usize) -> Nmf,
) {
    let first = step(x, 0);
    assert!(
        (2..800).contains(&first.iterations),
        "{} iterations say nothing about the early stop",
        first.iterations
    );
    assert_layer(found, 0, &first.a, &first.s);
    assert_eq!(found.layers[0].outcome.iterations, first.iterations);
    let mut basis = first_basis.unwrap_or(first.a);
    let mut coefficients = first.s;
    for l in 1..RANKS.len() {
        let next = step(&coefficients, l);
        basis = product(&basis, &next.a);
        coefficients = next.s;
        assert_layer(found, l, &basis, &coefficients);
        assert_matrix(relation(found, l - 1, l), &next.a);
        assert_eq!(found.layers[l].outcome.iterations, next.iterations);
        match &found.layers[l].classifier {
            Some(classifier) if supervised => assert_matrix(classifier, &next.b),
            None if !supervised => {}
            _ => panic!("a classifier of a supervised layer, and only there"),
        }
    }
}

#[test]
fn hnmf_is_an_nmf_of_the_coefficients_of_an_nmf() {
    let (data, x) = data();
    let found = fitted(&Hnmf::default(), &data, &[]);
    assert_chain(&found, &x, false, None, |x, l| nmf(x, RANKS[l], SEED));
}

#[test]
fn supervised_hnmf_is_an_ssnmf_of_the_coefficients_of_an_ssnmf() {
    let ((data, x), labels) = (data(), labels());
    let step = |x: &Rows, l: usize| ssnmf(x, &labels[l.min(1)], RANKS[l], SEED);
    let found = fitted(&SupervisedHnmf::default(), &data, &labels);
    assert_chain(&found, &x, true, None, step);
    assert_matrix(found.layers[0].classifier.as_ref().unwrap(), &step(&x, 0).b);
}

#[test]
fn a_mixed_first_layer_multiplies_the_basis_of_an_unsupervised_nmf() {
    let ((data, x), labels) = (data(), labels());
    let mixed = SupervisedHnmf {
        mixed_first_layer: true,
        ..SupervisedHnmf::default()
    };
    let unsupervised = nmf(&x, RANKS[0], SEED).a;
    let found = fitted(&mixed, &data, &labels);
    assert_chain(&found, &x, true, Some(unsupervised), |x, l| {
        ssnmf(x, &labels[l.min(1)], RANKS[l], SEED)
    });
}

#[test]
fn supervised_multi_hntf_runs_the_published_update_on_the_data() {
    let ((data, x), labels) = (data(), labels());
    for (masked, lambda) in [(false, 1.0), (true, 1.0), (false, 0.2), (true, 0.0)] {
        let settings = Settings {
            iterations: 100,
            lambda,
            masked,
        };
        let model = SupervisedMultiHntf {
            iterations: settings.iterations,
            weight: lambda,
            masked,
            ..SupervisedMultiHntf::default()
        };
        let found = fitted(&model, &data, &labels);
        let first = ssnmf(&x, &labels[0], RANKS[0], SEED);
        assert_layer(&found, 0, &first.a, &first.s);
        // One stream for the starts of all layers.
        let mut random = RandomState::new(SEED);
        let (mut a, mut s) = (first.a, first.s);
        for (l, rank) in RANKS.into_iter().enumerate().skip(1) {
            let next = shared(&x, (&a, &s), &labels[1], rank, &settings, &mut random);
            let layer = &found.layers[l];
            assert_matrix(relation(&found, l - 1, l), &next.w);
            assert_matrix(layer.classifier.as_ref().unwrap(), &next.b);
            a = product(&a, &next.w);
            s = product(&transposed(&next.w), &s);
            assert_layer(&found, l, &a, &s);

            assert_eq!(layer.outcome.iterations, settings.iterations);
            let recorded: Vec<usize> = layer.outcome.trace.iter().map(|t| t.0).collect();
            assert_eq!(recorded, (1..=10).map(|i| 10 * i).collect::<Vec<_>>());
            let (_, objective) = layer.outcome.trace[9];
            let difference = (objective - next.objective).abs();
            assert!(
                difference <= 1e-9 * next.objective,
                "{objective} is not {}",
                next.objective
            );
        }
    }
}
