//! Data with hidden entries: the loss over the known ones, its upper bound, and descent.

use hntf_solvers::{Ncpd, Silent, Stopping};
use hntf_tensor::{Incomplete, Mask};

use super::*;
use crate::{Fit, Hierarchy, Model, NeuralMultiHntf, SupervisedNeuralMultiHntf};

impl Case {
    /// Hides this share of the entries, one of them at least and never all.
    fn hiding(mut self, share: f64, seed: u32) -> Self {
        let random = &mut RandomState::new(seed);
        let known = self.observed.iter_mut();
        known.for_each(|o| *o = random.random_sample() >= share);
        self.observed[0] = true;
        self.observed[1] = false;
        self
    }

    /// The indices of the entries that are known, or of the others.
    fn listed(&self, known: bool) -> Vec<u32> {
        let places = (0..self.observed.len()).filter(|at| self.observed[*at] == known);
        places.flat_map(|at| self.index(at)).collect()
    }

    /// Dense and sparse data, each with its mask as the one list and as the other.
    fn incomplete(&self) -> Vec<Incomplete> {
        let shape = self.data.shape().to_vec();
        let hiding = Mask::hiding(shape.clone(), self.listed(false)).unwrap();
        let observing = Mask::observing(shape, self.listed(true)).unwrap();
        let mut all = Vec::new();
        for mask in [hiding, observing] {
            all.push(Incomplete::dense(self.data.clone(), mask.clone()).unwrap());
            all.push(Incomplete::sparse(&self.sparse(), mask).unwrap());
        }
        all
    }
}

fn hidden_cases() -> Vec<Case> {
    let plain = cases().into_iter().chain(penalised_cases());
    plain
        .zip(1..)
        .map(|(case, seed)| case.hiding(0.3, seed))
        .collect()
}

#[test]
fn the_watched_loss_is_that_of_the_known_entries() {
    for case in hidden_cases() {
        for labelled in [false, true] {
            let classifiers = labelled.then_some(&case.classifiers[..]);
            let all = case.plain(&case.factors, &case.weights, classifiers, 0);
            for data in case.incomplete() {
                for free in [false, true] {
                    let mut joint = case.joint(&data, labelled, free);
                    close(joint.error(), all);
                    (0..3).for_each(|_| joint.step());
                    let trained = joint.shared.supervision.clone();
                    let trained = trained.map(Supervision::into_classifiers);
                    let (f, w) = (&joint.factors.clone(), &joint.weights.clone());
                    close(joint.error(), case.plain(f, w, trained.as_deref(), 0));
                }
            }
        }
    }
}

#[test]
fn what_the_weights_lower_is_an_upper_bound_that_touches_with_its_gradient() {
    for case in hidden_cases() {
        for data in case.incomplete() {
            let mut shared = case.shared(&data, true);
            let loss =
                |weights: &[Matrix]| case.plain(&case.factors, weights, Some(&case.classifiers), 1);
            shared.refill(&case.weights);
            let mut gradients = case.weights.clone();
            close(shared.loss(&case.weights), loss(&case.weights));
            shared.gradient(&case.weights, &mut gradients);
            let random = &mut RandomState::new(7);
            for _ in 0..5 {
                let elsewhere = |w: &Matrix| uniform(w.rows(), w.cols(), random);
                let elsewhere: Vec<_> = case.weights.iter().map(elsewhere).collect();
                let (bound, true_loss) = (shared.loss(&elsewhere), loss(&elsewhere));
                assert!(
                    bound >= true_loss * (1.0 - 1e-12),
                    "{bound} below {true_loss}"
                );
                close(shared.known_loss(&elsewhere), true_loss);
            }
            let mut weights = case.weights.clone();
            for l in 0..weights.len() {
                for i in 0..weights[l].as_slice().len() {
                    let (at, h) = (weights[l].as_slice()[i], 1e-5);
                    let mut moved = |x: f64| {
                        weights[l].as_mut_slice()[i] = x;
                        loss(&weights)
                    };
                    let difference = (moved(at + h) - moved(at - h)) / (2.0 * h);
                    moved(at);
                    let found = gradients[l].as_slice()[i];
                    let near = (found - difference).abs() < 1e-6 * (1.0 + difference.abs());
                    assert!(near, "{found} {difference}");
                }
            }
        }
    }
}

#[test]
fn lists_of_hidden_and_of_known_entries_are_one_mask() {
    for case in hidden_cases() {
        let losses = case.incomplete().into_iter().map(|data| {
            let mut joint = case.joint(&data, true, true);
            // One sweep: more of them amplify the rounding.
            joint.step();
            joint.error()
        });
        let losses: Vec<_> = losses.collect();
        losses.iter().for_each(|loss| close(*loss, losses[0]));
    }
}

#[test]
fn training_with_hidden_entries_ends_at_a_stationary_point_of_the_loss_without_them() {
    for case in hidden_cases().into_iter().take(4) {
        let data = &case.incomplete()[0];
        let mut joint = case.joint(data, false, true);
        assert!(steepest(&case, &joint) > 0.1);
        (0..8000).for_each(|_| joint.step());
        let rate = steepest(&case, &joint);
        assert!(rate < 1e-2, "{rate}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_loss_over_the_known_entries_never_rises(
        case in 0..6_usize, form in 0..4_usize, labelled: bool, free: bool, seed in 0..1000_u32,
        share in 0.05..0.9, l1 in prop_oneof![Just(0.0), 0.0..0.3],
    ) {
        let sizes = &cases()[case];
        let ranks: Vec<usize> = sizes.classifiers.iter().map(Matrix::cols).collect();
        let mut case = Case::draw(sizes.data.shape(), &ranks, seed).hiding(share, seed + 1);
        case.penalties = Penalties { factors: l1, weights: l1 };
        prop_assume!(case.sum_of_known(|_, x| x) > 0.0);
        let data = &case.incomplete()[form];
        let mut joint = case.joint(data, labelled, free);
        let mut before = joint.error();
        for _ in 0..30 {
            joint.step();
            let now = joint.error();
            prop_assert!(now <= before + 1e-12 * (1.0 + before), "{now} after {before}");
            before = now;
        }
    }
}

fn models() -> [Box<dyn Model>; 2] {
    let stopping = Stopping::after(20);
    let plain = NeuralMultiHntf {
        weight_starts: 2,
        stopping,
        ..NeuralMultiHntf::default()
    };
    let supervised = SupervisedNeuralMultiHntf {
        weight_starts: 2,
        stopping,
        ..SupervisedNeuralMultiHntf::default()
    };
    [Box::new(plain), Box::new(supervised)]
}

fn fitted(model: &dyn Model, data: &dyn Tensor, case: &Case, ranks: &[usize]) -> Hierarchy {
    let mut request = Fit::new(data, ranks, 3);
    request.labels = &case.labels;
    model.fit(&request, &mut Silent).unwrap()
}

#[test]
fn a_mask_that_hides_nothing_changes_no_bit() {
    let case = Case::draw(&[8, 7], &[4, 2], 6);
    let shape = case.data.shape().to_vec();
    let masks = [
        Mask::hiding(shape.clone(), Vec::new()).unwrap(),
        Mask::observing(shape, case.listed(true)).unwrap(),
    ];
    for model in models() {
        let expected = fitted(&*model, &case.data, &case, &[4, 2]);
        // The first layer's solver knows no such shortcut: it is given the same one.
        for mask in &masks {
            let data = Incomplete::dense(case.data.clone(), mask.clone()).unwrap();
            let mut request = Fit::new(&case.data, &[4, 2], 3);
            request.labels = &case.labels;
            let first = model.first_layer().fit(&request, &mut Silent).unwrap();
            request.data = &data;
            let found = model.stack(&request, &first, &mut Silent).unwrap();
            for (a, b) in found.layers.iter().zip(&expected.layers) {
                assert_eq!(a.approximation, b.approximation);
                assert_eq!(a.outcome.trace, b.outcome.trace);
            }
        }
    }
}

#[test]
fn both_models_serve_hidden_entries_from_start_to_end() {
    let case = Case::draw(&[9, 8], &[4, 3, 2], 6).hiding(0.3, 2);
    for data in case.incomplete() {
        for model in models() {
            let found = fitted(&*model, &data, &case, &[4, 3, 2]);
            let again = fitted(&*model, &data, &case, &[4, 3, 2]);
            for (a, b) in found.layers.iter().zip(&again.layers) {
                assert_eq!(a.approximation, b.approximation);
                let finite = a
                    .approximation
                    .factors()
                    .iter()
                    .all(|f| f.as_slice().iter().all(|x| *x >= 0.0 && x.is_finite()));
                assert!(finite);
                let error = relative_error(&data, &a.approximation, &mut Scratch::new());
                assert!(error < 1.0, "{error}");
            }
        }
    }
}

/// ‖T − M‖ / ‖T‖ of a model M, over the hidden entries of the truth T alone.
fn error_at_hidden(truth: &DenseTensor, observed: &[bool], model: &CpTensor) -> f64 {
    let model = DenseTensor::from_cp(model);
    let triples = truth.values().iter().zip(model.values()).zip(observed);
    let hidden = triples.filter(|(_, known)| !**known);
    let (mut off, mut all) = (0.0, 0.0);
    hidden.for_each(|((t, m), _)| {
        off += (t - m).powi(2);
        all += t * t;
    });
    (off / all).sqrt()
}

#[test]
fn coarse_layers_do_not_learn_the_first_layers_guesses() {
    // Three topics, of which the data shows three quarters under noise; the first layer has twice as
    // many terms and fits some of the noise, which it guesses at hidden entries, too.
    let (shape, ranks) = (vec![12, 10, 9], [6, 3]);
    let (mut better, mut old_total, mut new_total) = (0, 0.0, 0.0);
    for seed in 0..8 {
        let random = &mut RandomState::new(seed);
        let factors = shape.iter().map(|n| uniform(*n, 3, random)).collect();
        let truth = DenseTensor::from_cp(&CpTensor::new(factors).unwrap());
        let mut noisy = truth.clone();
        let values = noisy.values_mut().iter_mut();
        values.for_each(|x| *x = (*x + 0.15 * random.randn()).max(0.0));
        let observed: Vec<_> = truth
            .values()
            .iter()
            .map(|_| random.random_sample() > 0.25)
            .collect();
        let mask = Mask::from_flags(shape.clone(), &observed).unwrap();
        let data = Incomplete::dense(noisy, mask).unwrap();
        let model = NeuralMultiHntf {
            first_layer: Ncpd::default(),
            weight_starts: 4,
            stopping: Stopping {
                max_iterations: 300,
                ..NeuralMultiHntf::default().stopping
            },
            ..NeuralMultiHntf::default()
        };
        let request = Fit::new(&data, &ranks, seed);
        let first = model.first_layer().fit(&request, &mut Silent).unwrap();
        let new = model.stack(&request, &first, &mut Silent).unwrap();
        // As it was done before: filled once, and trained on as if it were data.
        let filled = data.completed_with(&first.fit.model).unwrap().unwrap();
        let request = Fit::new(&*filled, &ranks, seed);
        let old = model.stack(&request, &first, &mut Silent).unwrap();
        let error = |h: &Hierarchy| error_at_hidden(&truth, &observed, &h.layers[1].approximation);
        let (new, old) = (error(&new), error(&old));
        better += usize::from(new <= old);
        old_total += old;
        new_total += new;
    }
    assert!(better >= 7, "{better} of 8");
    assert!(new_total < old_total, "{new_total} {old_total}");
}
