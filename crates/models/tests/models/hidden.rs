//! Multi-HNTF on data with hidden entries against sums over the known ones.

use hntf_models::{Fit, Hierarchy, Model, MultiHntf, SharedUpdate, SupervisedMultiHntf};
use hntf_solvers::{Labels, Loss, Ncpd, Silent, Start, Stopping, Update};
use hntf_tensor::{
    CpTensor, DenseTensor, Incomplete, Mask, Matrix, Scratch, SparseTensor, Tensor, divergence,
    relative_error,
};
use numpy_random::RandomState;

use crate::{assert_close, fit, noisy, random_cp, uniform};

/// Data, and whether each entry is known.
struct Case {
    data: DenseTensor,
    observed: Vec<bool>,
}

impl Case {
    fn draw(shape: &[usize], seed: u32) -> Self {
        let mut random = RandomState::new(seed);
        let data = noisy(shape, 3, 0.1, &mut random);
        let mut observed: Vec<_> = data
            .values()
            .iter()
            .map(|_| random.random_sample() > 0.3)
            .collect();
        (observed[0], observed[1]) = (true, false);
        Self { data, observed }
    }

    fn tensor(&self, of: impl Fn(usize) -> f64) -> DenseTensor {
        let entries = 0..self.observed.len();
        let values = entries.map(|at| if self.observed[at] { of(at) } else { 0.0 });
        DenseTensor::new(self.data.shape().to_vec(), values.collect()).unwrap()
    }

    /// Dense and sparse data, each with its mask as the one list and as the other.
    fn incomplete(&self) -> Vec<Incomplete> {
        let shape = self.data.shape().to_vec();
        let (mut indices, mut lists) = (Vec::new(), [Vec::new(), Vec::new()]);
        for (at, known) in self.observed.iter().enumerate() {
            let mut rest = at;
            let mut index: Vec<_> = shape
                .iter()
                .rev()
                .map(|n| {
                    let i = u32::try_from(rest % n).unwrap();
                    rest /= n;
                    i
                })
                .collect();
            index.reverse();
            lists[usize::from(*known)].extend_from_slice(&index);
            indices.extend(index);
        }
        let values = self.data.values().to_vec();
        let sparse = SparseTensor::from_coordinates(shape.clone(), indices, values).unwrap();
        let [hidden, known] = lists;
        let masks = [
            Mask::hiding(shape.clone(), hidden),
            Mask::observing(shape, known),
        ];
        let both = masks.into_iter().flat_map(|mask| {
            let mask = mask.unwrap();
            [
                Incomplete::dense(self.data.clone(), mask.clone()).unwrap(),
                Incomplete::sparse(&sparse, mask).unwrap(),
            ]
        });
        both.collect()
    }

    /// One update of W, by the full model tensor with zeros at the hidden places.
    fn plain_step(
        &self,
        factors: &[Matrix],
        w: &Matrix,
        update: SharedUpdate,
        loss: Loss,
    ) -> Matrix {
        let coarse: Vec<_> = factors.iter().map(|f| f.times(w)).collect();
        let model = DenseTensor::from_cp(&CpTensor::new(coarse.clone()).unwrap());
        let (x, m) = (self.data.values(), model.values());
        let (above, below) = match loss {
            Loss::Frobenius => (self.tensor(|at| x[at]), self.tensor(|at| m[at])),
            Loss::KullbackLeibler => {
                let quotient = |at: usize| x[at] / m[at].max(1e-10);
                (self.tensor(quotient), self.tensor(|_| 1.0))
            }
        };
        let order = factors.len() as f64;
        let fractions = (0..factors.len()).map(|mode| {
            [&above, &below].map(|tensor| {
                let mut out = Matrix::default();
                tensor.mttkrp(&coarse, mode, &mut out, &mut Scratch::new());
                factors[mode].transposed().times(&out)
            })
        });
        let fractions: Vec<_> = fractions.collect();
        Matrix::from_fn(w.rows(), w.cols(), |i, j| {
            let terms = fractions.iter().map(|[n, d]| (n[(i, j)], d[(i, j)]));
            w[(i, j)]
                * match update {
                    SharedUpdate::Damped | SharedUpdate::ByOrder => {
                        let sum: f64 = terms.map(|(n, d)| n / (1e-10 + d)).sum();
                        (order + sum) / (2.0 * order)
                    }
                    SharedUpdate::Symmetric => {
                        let (n, d) = terms.fold((0.0, 0.0), |(a, b), (n, d)| (a + n, b + d));
                        (n / (1e-10 + d)).powf(1.0 / order)
                    }
                }
        })
    }
}

fn model(update: SharedUpdate, loss: Loss, iterations: usize) -> MultiHntf {
    let first_layer = Ncpd {
        loss,
        stopping: Stopping::after(30),
        ..Ncpd::published(Start::Random)
    };
    MultiHntf {
        first_layer,
        iterations,
        update,
        loss,
        ..MultiHntf::default()
    }
}

fn every_kind(mut check: impl FnMut(SharedUpdate, Loss)) {
    for update in [SharedUpdate::Damped, SharedUpdate::Symmetric] {
        check(update, Loss::Frobenius);
        check(update, Loss::KullbackLeibler);
    }
}

#[test]
fn the_iterates_are_those_of_the_known_entries_of_the_full_model_tensor() {
    for (shape, ranks) in [
        (vec![8, 7], vec![4, 3, 2]),
        (vec![6, 5, 4], vec![4, 3, 2]),
        (vec![3, 4, 1, 3, 2], vec![4, 2]),
    ] {
        let case = Case::draw(&shape, 1);
        every_kind(|update, loss| {
            for data in case.incomplete() {
                let found = fit(&model(update, loss, 20), &data, &ranks, 0);
                let mut random = RandomState::new(3);
                let mut factors = found.layers[0].approximation.factors().to_vec();
                for l in 1..ranks.len() {
                    let mut w = uniform(ranks[l - 1], ranks[l], &mut random);
                    for _ in 0..20 {
                        w = case.plain_step(&factors, &w, update, loss);
                    }
                    let mut relations = found.relations_between(l - 1, l);
                    assert_close(&relations.next().unwrap().weights, &w, 1e-8);
                    factors = factors.iter().map(|f| f.times(&w)).collect();
                }
            }
        });
    }
}

#[test]
fn errors_of_known_entries_are_recorded_and_the_divergence_never_rises() {
    for shape in [vec![9, 8], vec![6, 5, 4]] {
        let case = Case::draw(&shape, 2);
        every_kind(|update, loss| {
            for data in case.incomplete() {
                let found = fit(&model(update, loss, 100), &data, &[4, 2], 0);
                let layer = &found.layers[1];
                let trace = &layer.outcome.trace;
                let (_, recorded) = *trace.last().unwrap();
                let expected = match loss {
                    Loss::Frobenius => {
                        relative_error(&data, &layer.approximation, &mut Scratch::new())
                    }
                    Loss::KullbackLeibler => {
                        let factors = layer.approximation.factors();
                        divergence(&data, factors, 1e-10, &mut Scratch::new())
                    }
                };
                assert!((recorded - expected).abs() < 1e-9 * (1.0 + expected));
                if (update, loss) == (SharedUpdate::Symmetric, Loss::KullbackLeibler) {
                    let falls = |p: &[(usize, f64)]| p[1].1 <= p[0].1 + 1e-9 * data.sum();
                    assert!(trace.windows(2).all(falls), "{trace:?}");
                }
            }
        });
    }
}

#[test]
fn a_mask_that_hides_nothing_changes_no_bit() {
    let case = Case::draw(&[6, 5, 4], 4);
    let shape = case.data.shape().to_vec();
    let all = Incomplete::dense(case.data.clone(), Mask::hiding(shape, Vec::new()).unwrap());
    let all = all.unwrap();
    every_kind(|update, loss| {
        let model = model(update, loss, 20);
        let mut request = Fit::new(&case.data, &[4, 2], 3);
        let first = model.first_layer().fit(&request, &mut Silent).unwrap();
        let expected = model.stack(&request, &first, &mut Silent).unwrap();
        request.data = &all;
        let found = model.stack(&request, &first, &mut Silent).unwrap();
        for (a, b) in found.layers.iter().zip(&expected.layers) {
            assert_eq!(a.approximation, b.approximation);
            assert_eq!(a.outcome.trace, b.outcome.trace);
        }
    });
}

#[test]
fn a_coarse_layer_does_not_learn_the_first_layers_guesses() {
    let mut totals = [0.0, 0.0];
    for seed in 0..8 {
        let mut random = RandomState::new(seed);
        let truth = DenseTensor::from_cp(&random_cp(&[12, 10, 9], 3, &mut random));
        let mut noisy = truth.clone();
        let values = noisy.values_mut().iter_mut();
        values.for_each(|x| *x = (*x + 0.15 * random.randn()).max(0.0));
        let observed = (0..1080).map(|_| random.random_sample() > 0.25).collect();
        let case = Case {
            data: noisy,
            observed,
        };
        let data = &case.incomplete()[0];
        let model = MultiHntf {
            first_layer: Ncpd {
                update: Update::Hals,
                ..Ncpd::default()
            },
            balance: true,
            ..MultiHntf::default()
        };
        let request = Fit::new(data, &[6, 3], seed);
        let first = model.first_layer().fit(&request, &mut Silent).unwrap();
        let left_out = model.stack(&request, &first, &mut Silent).unwrap();
        let filled = data.completed_with(&first.fit.model).unwrap().unwrap();
        let request = Fit::new(&*filled, &[6, 3], seed);
        let filled = model.stack(&request, &first, &mut Silent).unwrap();
        let squares = |h: &Hierarchy| {
            let model = DenseTensor::from_cp(&h.layers[1].approximation);
            let pairs = truth
                .values()
                .iter()
                .zip(model.values())
                .zip(&case.observed);
            let hidden = pairs.filter(|(_, known)| !**known);
            hidden.map(|((t, m), _)| (t - m).powi(2)).sum::<f64>()
        };
        totals[0] += squares(&left_out);
        totals[1] += squares(&filled);
    }
    assert!(totals[0] < totals[1], "{totals:?}");
}

#[test]
fn supervised_multi_hntf_records_the_objective_of_the_completed_data() {
    let case = Case::draw(&[9, 14], 4);
    let class = |j: usize| (j % 4 != 3).then_some(j % 3);
    let labels = [Labels::new(3, (0..14).map(class).collect()).unwrap()];
    let model = SupervisedMultiHntf {
        iterations: 50,
        ..SupervisedMultiHntf::default()
    };
    for data in case.incomplete() {
        let request = |data| Fit {
            labels: &labels,
            ..Fit::new(data, &[5, 3], 3)
        };
        let seen = request(&data);
        let first = model.first_layer().fit(&seen, &mut Silent).unwrap();
        let whole = seen.completed(&first).unwrap().unwrap();
        assert!(whole.squared_norm() > 1.1 * data.squared_norm());
        let [found, expected] = [seen, request(&*whole)]
            .map(|fit| model.stack(&fit, &first, &mut Silent).unwrap().layers);
        let traces = [&found, &expected].map(|layers| layers[1].outcome.trace.iter());
        let [found, expected] = traces;
        assert_eq!((found.len(), expected.len()), (5, 5));
        for ((_, found), (_, expected)) in found.zip(expected) {
            assert!((found - expected).abs() < 1e-9 * expected);
        }
    }
}
