//! The projected quasi-Newton optimizer: optimality conditions, monotone descent, and what it
//! promises its objective.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use hntf_solvers::{Descent, Domain, Nnls, Objective, QuasiNewton, QuasiNewtonSettings};
use hntf_tensor::{Matrix, gram};
use numpy_random::RandomState;
use proptest::prelude::*;

fn normal(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| random.randn())
}

/// ½ ‖X − A Sᵀ‖² over Sᵀ, given as two matrices of rows; counts evaluations and remembers the last
/// point.
struct LeastSquares {
    gram: Matrix,
    right: Matrix,
    cut: usize,
    last: Vec<Matrix>,
    evaluations: usize,
}

impl LeastSquares {
    fn new(a: &Matrix, x: &Matrix, cut: usize) -> Self {
        let mut g = Matrix::default();
        gram(a, &mut g);
        Self {
            gram: g,
            right: x.transposed().times(a),
            cut,
            last: Vec::new(),
            evaluations: 0,
        }
    }

    fn split(&self, whole: &Matrix) -> Vec<Matrix> {
        let (k, at) = (whole.cols(), self.cut * whole.cols());
        let (top, bottom) = whole.as_slice().split_at(at);
        vec![
            Matrix::from_vec(self.cut, k, top.to_vec()),
            Matrix::from_vec(whole.rows() - self.cut, k, bottom.to_vec()),
        ]
    }

    fn join(parts: &[Matrix]) -> Matrix {
        let values: Vec<f64> = parts.iter().flat_map(|p| p.as_slice().to_vec()).collect();
        let rows = parts.iter().map(Matrix::rows).sum();
        Matrix::from_vec(rows, parts[0].cols(), values)
    }
}

impl Objective for LeastSquares {
    fn loss(&mut self, parameters: &[Matrix]) -> f64 {
        self.evaluations += 1;
        self.last = parameters.to_vec();
        let t = Self::join(parameters);
        let quadratic = t.times(&self.gram);
        let terms = t.as_slice().iter().zip(quadratic.as_slice());
        let terms = terms.zip(self.right.as_slice());
        terms.map(|((t, q), r)| t * (0.5 * q - r)).sum()
    }

    fn gradient(&mut self, parameters: &[Matrix], gradients: &mut [Matrix]) {
        assert!(self.last == parameters, "asked elsewhere than for the loss");
        let mut g = Self::join(parameters).times(&self.gram);
        let pairs = g.as_mut_slice().iter_mut().zip(self.right.as_slice());
        pairs.for_each(|(g, r)| *g -= r);
        gradients.clone_from_slice(&self.split(&g));
    }
}

fn settings(memory: usize) -> QuasiNewtonSettings {
    QuasiNewtonSettings { memory }
}

/// Steps until stationary; every loss below the one before.
fn minimise(
    objective: &mut dyn Objective,
    optimizer: &mut QuasiNewton,
    parameters: &mut [Matrix],
    steps: usize,
) -> usize {
    let mut before = f64::INFINITY;
    for step in 0..steps {
        let descent = optimizer.step(objective, parameters);
        let loss = optimizer.loss();
        match descent {
            Descent::Lower => assert!(loss < before, "{loss} is not below {before}"),
            Descent::Stationary => {
                assert!(loss <= before);
                return step;
            }
            Descent::NotFinite => panic!("{loss}"),
        }
        before = loss;
    }
    steps
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn nonnegative_least_squares_are_solved_to_the_exact_solution(
        (n, k) in (2_usize..7, 1_usize..6), cut in 1_usize..2, memory in 1_usize..8, seed: u32
    ) {
        let mut random = RandomState::new(seed);
        let (a, x) = (normal(k + 6, k, &mut random), normal(k + 6, n, &mut random));
        let mut objective = LeastSquares::new(&a, &x, cut);
        let mut exact = Matrix::default();
        Nnls::new().solve(&objective.gram, &objective.right, &mut exact);
        let start = Matrix::from_fn(n, k, |_, _| random.random_sample());
        let mut parameters = objective.split(&start);
        let mut optimizer = QuasiNewton::nonnegative(settings(memory), 2);
        let steps = minimise(&mut objective, &mut optimizer, &mut parameters, 1000);
        prop_assert!(steps < 1000);
        let found = LeastSquares::join(&parameters);
        for (f, e) in found.as_slice().iter().zip(exact.as_slice()) {
            prop_assert!((f - e).abs() < 1e-5 * (1.0 + e), "{f} is not {e}");
            prop_assert!(*f >= 0.0);
        }
    }

    #[test]
    fn free_matrices_take_any_sign_beside_nonnegative_ones(seed: u32) {
        let mut random = RandomState::new(seed);
        let (a, x) = (normal(9, 3, &mut random), normal(9, 4, &mut random));
        let mut objective = LeastSquares::new(&a, &x, 2);
        let domains = vec![Domain::Free, Domain::Nonnegative];
        let mut parameters = objective.split(&normal(4, 3, &mut random));
        let mut optimizer = QuasiNewton::new(settings(5), domains);
        minimise(&mut objective, &mut optimizer, &mut parameters, 500);
        let mut gradients = parameters.clone();
        objective.gradient(&parameters, &mut gradients);
        prop_assert!(gradients[0].squared_norm().sqrt() < 1e-5);
        for (p, g) in parameters[1].as_slice().iter().zip(gradients[1].as_slice()) {
            prop_assert!(*p >= 0.0 && (g.abs() < 1e-5 || (*p == 0.0 && *g > 0.0)));
        }
    }
}

/// Rosenbrock's valley, 100 (y − x²)² + (1 − x)², and NaN for x > 1.5.
struct Valley;

impl Objective for Valley {
    fn loss(&mut self, p: &[Matrix]) -> f64 {
        let (x, y) = (p[0][(0, 0)], p[0][(0, 1)]);
        if x > 1.5 {
            return f64::NAN;
        }
        100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
    }

    fn gradient(&mut self, p: &[Matrix], gradients: &mut [Matrix]) {
        let (x, y) = (p[0][(0, 0)], p[0][(0, 1)]);
        gradients[0][(0, 0)] = -400.0 * x * (y - x * x) - 2.0 * (1.0 - x);
        gradients[0][(0, 1)] = 200.0 * (y - x * x);
    }
}

#[test]
fn a_curved_valley_is_followed_and_what_is_not_finite_is_avoided() {
    let mut parameters = [Matrix::from_vec(1, 2, vec![0.0, 3.0])];
    let mut optimizer = QuasiNewton::nonnegative(settings(5), 1);
    let steps = minimise(&mut Valley, &mut optimizer, &mut parameters, 300);
    assert!(steps < 200, "{steps}");
    assert!((parameters[0][(0, 0)] - 1.0).abs() < 1e-6, "{parameters:?}");
}

#[test]
fn a_start_without_a_finite_loss_is_told_and_left() {
    let mut parameters = [Matrix::from_vec(1, 2, vec![2.0, 3.0])];
    let mut optimizer = QuasiNewton::nonnegative(settings(5), 1);
    for _ in 0..2 {
        assert_eq!(
            optimizer.step(&mut Valley, &mut parameters),
            Descent::NotFinite
        );
        assert!(optimizer.loss().is_nan());
    }
    assert_eq!(parameters[0].as_slice(), [2.0, 3.0]);
}

#[test]
fn a_start_outside_the_domain_is_brought_into_it() {
    let mut parameters = [Matrix::from_vec(1, 2, vec![-2.0, 1.0])];
    let mut optimizer = QuasiNewton::nonnegative(settings(5), 1);
    minimise(&mut Valley, &mut optimizer, &mut parameters, 300);
    assert!((parameters[0][(0, 0)] - 1.0).abs() < 1e-6);
}

#[test]
fn stationary_parameters_stay_and_were_evaluated_last() {
    let a = Matrix::identity(2);
    let x = Matrix::from_vec(2, 2, vec![1.0, -1.0, 2.0, 0.5]);
    let mut objective = LeastSquares::new(&a, &x, 1);
    let mut parameters = objective.split(&Matrix::from_vec(2, 2, vec![1.0, 2.0, 0.0, 0.5]));
    let before = parameters.clone();
    let mut optimizer = QuasiNewton::nonnegative(settings(3), 2);
    for _ in 0..2 {
        let descent = optimizer.step(&mut objective, &mut parameters);
        assert_eq!(descent, Descent::Stationary);
        assert!(parameters == before && objective.last == before);
    }
    assert!(objective.evaluations <= 4);
}

#[test]
fn no_parameters_are_stationary() {
    struct Constant;
    impl Objective for Constant {
        fn loss(&mut self, _: &[Matrix]) -> f64 {
            1.0
        }
        fn gradient(&mut self, _: &[Matrix], _: &mut [Matrix]) {}
    }
    for mut parameters in [vec![], vec![Matrix::zeros(0, 3)]] {
        let mut optimizer = QuasiNewton::nonnegative(settings(3), parameters.len());
        for _ in 0..2 {
            let descent = optimizer.step(&mut Constant, &mut parameters);
            assert_eq!(descent, Descent::Stationary);
        }
    }
}
