//! The network of Neural NMF: every loss against its definition on full matrices, every gradient
//! against central differences.

use hntf_models::{LabelLoss, LabelTerm, LabelUse, NmfLoss, NmfNetwork};
use hntf_solvers::{Labels, Nnls, Objective, pseudo_inverse};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, SparseTensor, Tensor, gram};
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::{assert_close, noisy, random_cp, uniform};

/// S = argmin_{S ≥ 0} ‖X − AS‖² + 2 l1 ΣS.
fn solve(a: &Matrix, x: &Matrix, l1: f64) -> Matrix {
    let (mut g, mut t) = (Matrix::default(), Matrix::default());
    gram(a, &mut g);
    let mut right = x.transposed().times(a);
    right.as_mut_slice().iter_mut().for_each(|r| *r -= l1);
    Nnls::new().solve(&g, &right, &mut t);
    t.transposed()
}

/// The same of the known entries of X alone, column by column.
fn solve_known(a: &Matrix, x: &Matrix, known: &[bool], l1: f64) -> Matrix {
    let mut s = Matrix::zeros(a.cols(), x.cols());
    for j in 0..x.cols() {
        let rows: Vec<_> = (0..x.rows()).filter(|i| known[i * x.cols() + j]).collect();
        let a = Matrix::from_fn(rows.len(), a.cols(), |i, c| a[(rows[i], c)]);
        let column = Matrix::from_fn(rows.len(), 1, |i, _| x[(rows[i], j)]);
        let solution = solve(&a, &column, l1);
        (0..s.rows()).for_each(|i| s[(i, j)] = solution[(i, 0)]);
    }
    s
}

fn difference(a: &Matrix, b: &Matrix) -> f64 {
    difference_known(a, b, &vec![true; a.as_slice().len()])
}

fn difference_known(a: &Matrix, b: &Matrix, known: &[bool]) -> f64 {
    let pairs = a.as_slice().iter().zip(b.as_slice()).zip(known);
    let squares = pairs
        .filter(|(_, known)| **known)
        .map(|((x, y), _)| (x - y).powi(2));
    squares.sum::<f64>() / known.iter().filter(|known| **known).count() as f64
}

pub(crate) struct Case {
    pub(crate) data: DenseTensor,
    /// Which of its entries are.
    pub(crate) known: Vec<bool>,
    /// A⁰, A¹, …, and B where it is trained.
    pub(crate) parameters: Vec<Matrix>,
    loss: NmfLoss,
    weights: Vec<f64>,
    pub(crate) l1: f64,
    labels: Labels,
    form: LabelUse,
    label_loss: LabelLoss,
}

const LABEL_WEIGHT: f64 = 0.7;

impl Case {
    pub(crate) fn draw(
        shape: [usize; 2],
        ranks: &[usize],
        forms: Forms,
        random: &mut RandomState,
    ) -> Self {
        let (loss, form, label_loss, masked) = forms;
        let mut rows = shape[0];
        let mut parameters = Vec::new();
        for cols in ranks {
            parameters.push(Matrix::from_fn(rows, *cols, |_, _| random.randn().abs()));
            rows = *cols;
        }
        let classes = 3;
        if form == LabelUse::TrainedB {
            parameters.push(Matrix::from_fn(classes, rows, |_, _| random.randn()));
        }
        let class = |j: usize| (!masked || j % 3 != 1).then_some((j * 7) % classes);
        let weights = ranks.iter().map(|_| random.random_sample()).collect();
        Self {
            data: noisy(&shape, 3, 0.3, random),
            known: vec![true; shape[0] * shape[1]],
            parameters,
            loss,
            weights,
            l1: 0.0,
            labels: Labels::new(classes, (0..shape[1]).map(class).collect()).unwrap(),
            form,
            label_loss,
        }
    }

    pub(crate) fn network<'a>(&'a self, data: &'a dyn Tensor) -> NmfNetwork<'a> {
        let term = || LabelTerm::new(&self.labels, self.form, self.label_loss, LABEL_WEIGHT);
        let labels = (self.form != LabelUse::None).then(term);
        NmfNetwork::new(data, self.loss, self.weights.clone(), labels).with_l1(self.l1)
    }

    /// The loss by its formulas, and the support of every S.
    fn plain(&self, parameters: &[Matrix]) -> (f64, Vec<bool>) {
        let (m, n) = (self.data.shape()[0], self.data.shape()[1]);
        let x = Matrix::from_vec(m, n, self.data.values().to_vec());
        let (mut below, mut basis) = (x.clone(), Matrix::identity(m));
        let (mut loss, mut support) = (0.0, Vec::new());
        for (a, weight) in parameters.iter().zip(&self.weights) {
            let first = support.is_empty();
            let s = if first {
                solve_known(a, &x, &self.known, self.l1)
            } else {
                solve(a, &below, self.l1)
            };
            support.extend(s.as_slice().iter().map(|x| *x > 0.0));
            basis = basis.times(a);
            loss += weight
                * match self.loss {
                    NmfLoss::Energy if !first => difference(&below, &a.times(&s)),
                    _ => difference_known(&x, &basis.times(&s), &self.known),
                };
            let entries = match self.loss {
                NmfLoss::Energy if !first => below.rows() * n,
                _ => self.known.iter().filter(|known| **known).count(),
            };
            let sum: f64 = a.as_slice().iter().chain(s.as_slice()).sum();
            loss += 2.0 * self.l1 / entries as f64 * sum;
            below = s;
        }
        (loss + self.plain_label_term(parameters, &below), support)
    }

    fn plain_label_term(&self, parameters: &[Matrix], s: &Matrix) -> f64 {
        let (classes, n) = (self.labels.classes(), s.cols());
        let known = |c: usize, j: usize| f64::from(u8::from(self.labels.class(j) == Some(c)));
        let masked = Matrix::from_fn(classes, n, known);
        let b = match self.form {
            LabelUse::None => return 0.0,
            LabelUse::TrainedB => parameters[parameters.len() - 1].clone(),
            // S⁺ = Sᵀ (S Sᵀ)⁺.
            LabelUse::PseudoInverse => {
                let t = s.transposed();
                masked.times(&t).times(&pseudo_inverse(&s.times(&t)))
            }
        };
        let scores = b.times(s);
        let mut sum = 0.0;
        for (j, class) in self.labels.known() {
            match self.label_loss {
                LabelLoss::L2 => {
                    let error = |c: usize| (masked[(c, j)] - scores[(c, j)]).powi(2);
                    sum += (0..classes).map(error).sum::<f64>() / (classes * n) as f64;
                }
                LabelLoss::CrossEntropy => {
                    let total: f64 = (0..classes).map(|c| scores[(c, j)].exp()).sum();
                    sum -= (scores[(class, j)].exp() / total).ln() / n as f64;
                }
            }
        }
        LABEL_WEIGHT * sum
    }
}

pub(crate) type Forms = (NmfLoss, LabelUse, LabelLoss, bool);

/// Every loss × label form, with and without a mask.
pub(crate) fn every_form() -> Vec<Forms> {
    let mut forms = Vec::new();
    for loss in [NmfLoss::Energy, NmfLoss::Reconstruction] {
        forms.push((loss, LabelUse::None, LabelLoss::L2, false));
        for form in [LabelUse::TrainedB, LabelUse::PseudoInverse] {
            for label_loss in [LabelLoss::L2, LabelLoss::CrossEntropy] {
                forms.extend([false, true].map(|masked| (loss, form, label_loss, masked)));
            }
        }
    }
    forms
}

/// Depths 1, 2 and 3.
pub(crate) const RANKS: [&[usize]; 4] = [&[3], &[4, 3], &[5, 3], &[5, 3, 2]];

pub(crate) fn gradients(network: &mut NmfNetwork<'_>, parameters: &[Matrix]) -> (f64, Vec<Matrix>) {
    let mut gradients = parameters.to_vec();
    let loss = network.loss(parameters);
    network.gradient(parameters, &mut gradients);
    (loss, gradients)
}

/// Checks one case, `data` being its data in any form; how many of its matrices could be checked.
pub(crate) fn check_gradient(case: &Case, data: &dyn Tensor, random: &mut RandomState) -> usize {
    let (loss, found) = gradients(&mut case.network(data), &case.parameters);
    let (expected, here) = case.plain(&case.parameters);
    assert!(
        (loss - expected).abs() < 1e-10 * expected + 1e-14,
        "{loss} is not {expected}"
    );
    let mut checked = 0;
    // Along a random direction of every single matrix, so that each has its say.
    for (which, gradient) in found.iter().enumerate() {
        let direction = Matrix::from_fn(gradient.rows(), gradient.cols(), |_, _| random.randn());
        let mut support_changed = false;
        let mut along = |step: f64| {
            let mut moved = case.parameters.clone();
            let pairs = moved[which].as_mut_slice().iter_mut();
            pairs
                .zip(direction.as_slice())
                .for_each(|(w, d)| *w += step * d);
            let (loss, support) = case.plain(&moved);
            support_changed |= support != here;
            loss
        };
        // Near a singular A the loss bends sharply, elsewhere rounding is what limits: one of the
        // steps is right.
        let differences = [1e-3, 1e-4, 1e-5].map(|h: f64| {
            let (outer, inner) = (along(2.0 * h) - along(-2.0 * h), along(h) - along(-h));
            (8.0 * inner - outer) / (12.0 * h)
        });
        // A change of support is a kink: nothing can be said there.
        if support_changed {
            continue;
        }
        checked += 1;
        let pairs = gradient.as_slice().iter().zip(direction.as_slice());
        let slope: f64 = pairs.map(|(g, d)| g * d).sum();
        let size = gradient.squared_norm().sqrt() * direction.squared_norm().sqrt();
        let off = differences.map(|d| (slope - d).abs());
        assert!(
            off.into_iter().fold(f64::INFINITY, f64::min) <= 1e-6 * size.max(1e-3),
            "matrix {which}: {slope} is none of {differences:?}"
        );
    }
    checked
}

#[test]
fn every_gradient_equals_central_differences() {
    let mut random = RandomState::new(5);
    for l1 in [0.0, 0.05] {
        for (forms, ranks) in every_form()
            .into_iter()
            .flat_map(|f| RANKS.map(|ranks| (f, ranks)))
        {
            // Supports change along some directions; a few draws leave none unchecked.
            let (mut checked, mut cases) = (0, 0);
            while checked < 3 * ranks.len() {
                let mut case = Case::draw([6, 11], ranks, forms, &mut random);
                case.l1 = l1;
                // The penalty is there whatever the weight.
                if l1 > 0.0 && ranks.len() > 1 && cases % 2 == 1 {
                    case.weights[0] = 0.0;
                }
                checked += check_gradient(&case, &case.data, &mut random);
                cases += 1;
                assert!(cases < 200, "{forms:?} {ranks:?}: {checked} checked");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_loss_and_the_gradient_hold_for_any_shape(
        m in 1_usize..8, n in 1_usize..9, ranks in prop::sample::select(RANKS.to_vec()),
        forms in prop::sample::select(every_form()),
        l1 in prop_oneof![Just(0.0), 0.0..0.2], seed: u32
    ) {
        // The pseudo-inverse bends without bound where the rows of S become dependent.
        prop_assume!(forms.1 != LabelUse::PseudoInverse || n > 2 * ranks[0]);
        let mut random = RandomState::new(seed);
        let mut case = Case::draw([m, n], ranks, forms, &mut random);
        case.l1 = l1;
        check_gradient(&case, &case.data, &mut random);
    }
}

#[test]
fn sparse_dense_and_cp_data_have_the_same_gradients() {
    let mut random = RandomState::new(6);
    let cp: CpTensor = random_cp(&[7, 9], 3, &mut random);
    let dense = DenseTensor::from_cp(&cp);
    let indices = (0..7_u32).flat_map(|i| (0..9).flat_map(move |j| [i, j]));
    let sparse =
        SparseTensor::from_coordinates(vec![7, 9], indices.collect(), dense.values().to_vec());
    let sparse = sparse.unwrap();
    for forms in every_form() {
        let mut case = Case::draw([7, 9], &[4, 3], forms, &mut random);
        case.data = dense.clone();
        let (loss, expected) = gradients(&mut case.network(&dense), &case.parameters);
        for data in [&sparse as &dyn Tensor, &cp] {
            let (other, found) = gradients(&mut case.network(data), &case.parameters);
            assert!((loss - other).abs() < 1e-10 * loss);
            for (f, e) in found.iter().zip(&expected) {
                assert_close(f, e, 1e-9);
            }
        }
    }
}

#[test]
fn a_second_evaluation_forgets_the_first() {
    let mut random = RandomState::new(9);
    for forms in every_form() {
        let case = Case::draw([6, 8], &[5, 3, 2], forms, &mut random);
        let other = Case::draw([6, 8], &[5, 3, 2], forms, &mut random);
        let mut network = case.network(&case.data);
        gradients(&mut network, &other.parameters);
        let (loss, found) = gradients(&mut network, &case.parameters);
        let (fresh, expected) = gradients(&mut case.network(&case.data), &case.parameters);
        assert!((loss - fresh).abs() < 1e-12 * fresh);
        for (f, e) in found.iter().zip(&expected) {
            assert_close(f, e, 1e-9);
        }
    }
}

#[test]
fn an_exact_factorization_has_a_loss_near_zero_however_the_norms_cancel() {
    let mut random = RandomState::new(11);
    let (a, b) = (uniform(8, 3, &mut random), uniform(3, 2, &mut random));
    let cp = CpTensor::new(vec![a.times(&b), uniform(9, 2, &mut random)]).unwrap();
    let data = DenseTensor::from_cp(&cp);
    let mut network = NmfNetwork::new(&data, NmfLoss::Reconstruction, vec![1.0, 1.0], None);
    let loss = network.loss(&[a, b]);
    assert!((0.0..1e-25).contains(&loss), "{loss}");
}

#[test]
fn parameters_that_are_not_finite_have_no_loss_and_zeros_have_one() {
    let mut random = RandomState::new(10);
    let forms = (
        NmfLoss::Energy,
        LabelUse::PseudoInverse,
        LabelLoss::L2,
        true,
    );
    let case = Case::draw([6, 8], &[4, 2], forms, &mut random);
    for value in [f64::NAN, f64::INFINITY, 1e200] {
        for which in 0..2 {
            let mut parameters = case.parameters.clone();
            parameters[which][(1, 1)] = value;
            assert!(case.network(&case.data).loss(&parameters).is_nan());
        }
    }
    let zeros: Vec<Matrix> = case
        .parameters
        .iter()
        .map(|p| Matrix::zeros(p.rows(), p.cols()))
        .collect();
    let (loss, found) = gradients(&mut case.network(&case.data), &zeros);
    assert!((loss - case.plain(&zeros).0).abs() < 1e-12 * loss);
    for gradient in found {
        assert!(gradient.as_slice().iter().all(|g| *g == 0.0));
    }
}
