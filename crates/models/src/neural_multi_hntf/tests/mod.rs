//! The joint loss against its definition, its gradient against central differences, and descent.

mod hidden;
mod sparsity;

use hntf_solvers::{Iterate, Labels, Objective};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Scratch, SparseTensor, Tensor, relative_error};
use numpy_random::RandomState;
use proptest::prelude::*;

use super::joint::Joint;
use super::penalty::Penalties;
use super::shared_loss::SharedLoss;
use super::supervision::Supervision;

const CLASSES: usize = 3;
const LABEL_WEIGHT: f64 = 0.7;

fn uniform(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.random_sample())
}

/// Data, factors, weights and labels of every layer; some indices labelled in some layers only.
struct Case {
    data: DenseTensor,
    factors: Vec<Matrix>,
    weights: Vec<Matrix>,
    layer_weights: Vec<f64>,
    labels: Vec<Labels>,
    classifiers: Vec<Matrix>,
    penalties: Penalties,
    /// Whether each entry of the data is known.
    observed: Vec<bool>,
}

impl Case {
    fn draw(shape: &[usize], ranks: &[usize], seed: u32) -> Self {
        let random = &mut RandomState::new(seed);
        let entries = shape.iter().product();
        let mut value = |_| (random.random_sample() - 0.4).max(0.0);
        let values = (0..entries).map(&mut value).collect();
        let labels = |l: usize, random: &mut RandomState| {
            let mut class = |j: usize| {
                let class = (random.random_sample() * CLASSES as f64) as usize;
                (!(j + l).is_multiple_of(3)).then_some(class)
            };
            Labels::new(
                CLASSES,
                (0..shape[shape.len() - 1]).map(&mut class).collect(),
            )
            .unwrap()
        };
        Self {
            data: DenseTensor::new(shape.to_vec(), values).unwrap(),
            factors: shape
                .iter()
                .map(|n| uniform(*n, ranks[0], random))
                .collect(),
            weights: ranks
                .windows(2)
                .map(|r| uniform(r[0], r[1], random))
                .collect(),
            layer_weights: (0..ranks.len()).map(|l| 0.5 + l as f64).collect(),
            labels: (0..ranks.len()).map(|l| labels(l, random)).collect(),
            classifiers: ranks.iter().map(|r| uniform(CLASSES, *r, random)).collect(),
            penalties: Penalties::default(),
            observed: vec![true; entries],
        }
    }

    fn shared<'d>(&'d self, data: &'d dyn Tensor, labelled: bool) -> SharedLoss<'d> {
        let supervision = labelled.then(|| {
            let labels = self.labels.iter().collect();
            Supervision::new(LABEL_WEIGHT, labels, self.classifiers.clone())
        });
        let lambdas = self.layer_weights.clone();
        SharedLoss::new(data, &self.factors, lambdas, supervision, self.penalties)
    }

    fn joint<'d>(&'d self, data: &'d dyn Tensor, labelled: bool, free: bool) -> Joint<'d, 'd> {
        let shared = self.shared(data, labelled);
        Joint::new(
            data,
            self.factors.clone(),
            self.weights.clone(),
            shared,
            free,
        )
    }

    /// The loss by its definition, of the layers from `from` on; the factors' penalty with layer 0.
    fn plain(
        &self,
        factors: &[Matrix],
        weights: &[Matrix],
        classifiers: Option<&[Matrix]>,
        from: usize,
    ) -> f64 {
        let sum = |m: &[Matrix]| m.iter().flat_map(Matrix::as_slice).sum::<f64>();
        let mut total = 2.0 * self.penalties.weights * sum(weights);
        if from == 0 {
            total += 2.0 * self.penalties.factors * sum(factors);
        }
        let mut factors = factors.to_vec();
        for l in 0..=weights.len() {
            if l > 0 {
                factors
                    .iter_mut()
                    .for_each(|f| *f = f.times(&weights[l - 1]));
            }
            if l < from {
                continue;
            }
            let model = DenseTensor::from_cp(&CpTensor::new(factors.clone()).unwrap());
            let mut term = self.sum_of_known(|at, x| (x - model.values()[at]).powi(2));
            if let Some(b) = classifiers {
                let predicted = b[l].times(&factors[factors.len() - 1].transposed());
                for (j, class) in self.labels[l].known() {
                    for c in 0..CLASSES {
                        let target = f64::from(u8::from(c == class));
                        term += LABEL_WEIGHT * (target - predicted[(c, j)]).powi(2);
                    }
                }
            }
            total += self.layer_weights[l] * term;
        }
        total / self.sum_of_known(|_, x| x * x)
    }

    /// Σ of a function of the place and the value of the known entries.
    fn sum_of_known(&self, of: impl Fn(usize, f64) -> f64) -> f64 {
        let entries = self.data.values().iter().zip(&self.observed).enumerate();
        let known = entries.filter(|(_, (_, known))| **known);
        known.map(|(at, (x, _))| of(at, *x)).sum()
    }

    /// The data as a sparse tensor with every entry listed.
    fn sparse(&self) -> SparseTensor {
        let (mut indices, mut values) = (Vec::new(), Vec::new());
        for (at, x) in self.data.values().iter().enumerate() {
            indices.extend(self.index(at));
            values.push(*x);
        }
        SparseTensor::from_coordinates(self.data.shape().to_vec(), indices, values).unwrap()
    }

    /// The index of an entry, given its place in row-major order.
    fn index(&self, at: usize) -> Vec<u32> {
        let mut rest = at;
        let mut index = Vec::new();
        for n in self.data.shape().iter().rev() {
            index.push(u32::try_from(rest % n).unwrap());
            rest /= n;
        }
        index.reverse();
        index
    }
}

fn cases() -> Vec<Case> {
    let sizes: [(&[usize], &[usize]); 6] = [
        (&[6, 5], &[4, 3, 2]),
        (&[6, 9], &[3, 2]),
        (&[5, 4, 6], &[4, 3, 1]),
        (&[3, 4, 2, 5], &[3, 2]),
        (&[2, 3, 2, 2, 4], &[3, 2, 1]),
        // A mode of size 1, a rank above every size.
        (&[1, 3, 4], &[5, 2]),
    ];
    let sizes = sizes.iter().zip(1..);
    sizes.map(|((s, r), seed)| Case::draw(s, r, seed)).collect()
}

/// The same with penalties that are felt.
fn penalised_cases() -> Vec<Case> {
    let mut cases = cases();
    for case in &mut cases {
        let norm = case.data.squared_norm();
        case.penalties = Penalties {
            factors: 0.01 * norm,
            weights: 0.02 * norm,
        };
    }
    cases
}

fn close(found: f64, expected: f64) {
    let near = (found - expected).abs() <= 1e-10 * (1.0 + expected.abs());
    assert!(near, "{found} is not {expected}");
}

#[test]
fn the_loss_on_the_core_is_the_one_on_the_data() {
    for case in cases().into_iter().chain(penalised_cases()) {
        for labelled in [false, true] {
            let classifiers = labelled.then_some(&case.classifiers[..]);
            let mut shared = case.shared(&case.data, labelled);
            let above = case.plain(&case.factors, &case.weights, classifiers, 1);
            close(shared.loss(&case.weights), above);
            let all = case.plain(&case.factors, &case.weights, classifiers, 0);
            for free in [false, true] {
                close(case.joint(&case.data, labelled, free).error(), all);
            }
        }
    }
}

#[test]
fn the_gradient_is_that_of_central_differences() {
    for case in cases().into_iter().chain(penalised_cases()) {
        for labelled in [false, true] {
            let mut shared = case.shared(&case.data, labelled);
            let mut gradients = case.weights.clone();
            shared.loss(&case.weights);
            shared.gradient(&case.weights, &mut gradients);
            let mut weights = case.weights.clone();
            for l in 0..weights.len() {
                for i in 0..weights[l].as_slice().len() {
                    let (at, h) = (weights[l].as_slice()[i], 1e-5);
                    let mut loss = |x: f64| {
                        weights[l].as_mut_slice()[i] = x;
                        shared.loss(&weights)
                    };
                    let difference = (loss(at + h) - loss(at - h)) / (2.0 * h);
                    loss(at);
                    let found = gradients[l].as_slice()[i];
                    let scale = 1.0 + difference.abs();
                    assert!(
                        (found - difference).abs() < 1e-6 * scale,
                        "{found} {difference}"
                    );
                }
            }
        }
    }
}

#[test]
fn sparse_data_is_fitted_as_dense_data_is() {
    for case in cases() {
        let sparse = case.sparse();
        let (mut a, mut b) = (
            case.joint(&case.data, true, true),
            case.joint(&sparse, true, true),
        );
        // One sweep: more of them amplify the rounding.
        a.step();
        b.step();
        close(b.error(), a.error());
    }
}

/// The largest rate at which the loss falls when one entry of the factors, the weights or the
/// classifiers is moved within its bound. Entries are measured by the largest of their column: a topic
/// may be small in the first layer's factors and large in the weights.
fn steepest(case: &Case, joint: &Joint<'_, '_>) -> f64 {
    let mut steepest = 0.0_f64;
    let supervision = joint.shared.supervision.clone();
    let labelled = supervision.is_some();
    let classifiers = supervision.map_or_else(Vec::new, Supervision::into_classifiers);
    let (count, weights) = (joint.factors.len(), joint.weights.len());
    let mut all: Vec<Matrix> = [&joint.factors, &joint.weights, &classifiers]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let loss = |all: &[Matrix]| {
        let (first, classifiers) = all.split_at(count + weights);
        let classifiers = labelled.then_some(classifiers);
        case.plain(&first[..count], &first[count..], classifiers, 0)
    };
    let here = loss(&all);
    for list in 0..all.len() {
        let m = all[list].clone();
        for (i, j) in (0..m.rows()).flat_map(|i| (0..m.cols()).map(move |j| (i, j))) {
            let scale = (0..m.rows())
                .map(|i| m[(i, j)])
                .fold(0.0, f64::max)
                .max(1e-3);
            for h in [1e-5 * scale, -(1e-5 * scale).min(m[(i, j)])] {
                all[list][(i, j)] += h;
                steepest = steepest.max((here - loss(&all)) / 1e-5);
                all[list][(i, j)] = m[(i, j)];
            }
        }
    }
    steepest
}

#[test]
fn training_ends_at_a_stationary_point() {
    for case in cases().into_iter().take(4) {
        for labelled in [false, true] {
            let mut joint = case.joint(&case.data, labelled, true);
            assert!(steepest(&case, &joint) > 0.1);
            (0..6000).for_each(|_| joint.step());
            let rate = steepest(&case, &joint);
            assert!(rate < 1e-2, "labelled {labelled}: {rate}");
        }
    }
}

#[test]
fn a_layer_of_weight_zero_does_not_count() {
    let mut case = Case::draw(&[6, 5, 4], &[3, 2], 3);
    case.layer_weights = vec![1.0, 0.0];
    let mut joint = case.joint(&case.data, false, true);
    (0..300).for_each(|_| joint.step());
    let mut alone = case.joint(&case.data, false, true);
    alone.weights = vec![Matrix::zeros(3, 2)];
    (0..300).for_each(|_| alone.step());
    let error = |joint: &Joint<'_, '_>| {
        let model = CpTensor::new(joint.factors.clone()).unwrap();
        relative_error(&case.data, &model, &mut Scratch::new())
    };
    close(error(&joint), error(&alone));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_joint_loss_never_rises(
        case in 0..6_usize, labelled: bool, free: bool, seed in 0..1000_u32,
        factors in prop_oneof![Just(0.0), 0.0..0.3], weights in prop_oneof![Just(0.0), 0.0..0.3],
    ) {
        let sizes = &cases()[case];
        let ranks: Vec<usize> = sizes.classifiers.iter().map(Matrix::cols).collect();
        let mut case = Case::draw(sizes.data.shape(), &ranks, seed);
        case.penalties = Penalties { factors, weights };
        let mut joint = case.joint(&case.data, labelled, free);
        let mut before = joint.error();
        for _ in 0..30 {
            joint.step();
            let now = joint.error();
            // Norms cancel in it: of an exact fit rounding is left, of either sign.
            prop_assert!(now <= before * (1.0 + 1e-12) + 1e-14, "{now} after {before}");
            before = now;
        }
    }
}
