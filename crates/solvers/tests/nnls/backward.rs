//! The closed-form derivative of q against central differences.

use hntf_solvers::Nnls;
use hntf_tensor::Matrix;
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::{normal, normal_equations, solve, uniform};

/// E(S) = Σ w sin(s + φ), a smooth function without symmetries, of T = Sᵀ.
struct Loss {
    weights: Matrix,
    phases: Matrix,
}

impl Loss {
    fn each(&self, t: &Matrix, f: impl Fn(f64, f64) -> f64) -> Matrix {
        Matrix::from_fn(t.rows(), t.cols(), |i, j| {
            f(self.weights[(i, j)], t[(i, j)] + self.phases[(i, j)])
        })
    }
    fn value(&self, t: &Matrix) -> f64 {
        self.each(t, |w, x| w * x.sin()).as_slice().iter().sum()
    }
    fn gradient(&self, t: &Matrix) -> Matrix {
        self.each(t, |w, x| w * x.cos())
    }
}

fn inner(a: &Matrix, b: &Matrix) -> f64 {
    a.as_slice()
        .iter()
        .zip(b.as_slice())
        .map(|(x, y)| x * y)
        .sum()
}

fn shifted(a: &Matrix, direction: &Matrix, step: f64) -> Matrix {
    Matrix::from_fn(a.rows(), a.cols(), |i, j| {
        a[(i, j)] + step * direction[(i, j)]
    })
}

fn support(t: &Matrix) -> Vec<bool> {
    t.as_slice().iter().map(|s| *s > 0.0).collect()
}

/// ∂E/∂A and ∂E/∂X at q(A, X), from U: A Uᵀ for X and X U − A (Uᵀ T + Tᵀ U) for A.
fn gradients(a: &Matrix, x: &Matrix, loss: &Loss) -> (Matrix, Matrix) {
    let (g, right) = normal_equations(a, x);
    let (mut solver, mut t, mut u) = (Nnls::new(), Matrix::default(), Matrix::default());
    solver.solve(&g, &right, &mut t);
    solver.backward(&g, &t, &loss.gradient(&t), &mut u);
    let cross = u.transposed().times(&t);
    let symmetric = shifted(&cross, &cross.transposed(), 1.0);
    let by_a = shifted(&x.times(&u), &a.times(&symmetric), -1.0);
    (by_a, a.times(&u.transposed()))
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 2000, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn directional_derivatives_equal_central_differences(
        k in 1_usize..7, n in 1_usize..8, signed: bool, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let rows = k + 3;
        let draw = if signed { normal } else { uniform };
        let (a, x) = (draw(rows, k, &mut random), draw(rows, n, &mut random));
        let (to_a, to_x) = (normal(rows, k, &mut random), normal(rows, n, &mut random));
        let loss = Loss { weights: normal(n, k, &mut random), phases: normal(n, k, &mut random) };
        let (by_a, by_x) = gradients(&a, &x, &loss);

        let at = |along_a: f64, along_x: f64| {
            solve(&shifted(&a, &to_a, along_a), &shifted(&x, &to_x, along_x))
        };
        let here = support(&at(0.0, 0.0));
        for (in_a, in_x, expected) in [
            (1.0, 0.0, inner(&by_a, &to_a)),
            (0.0, 1.0, inner(&by_x, &to_x)),
        ] {
            let mut support_changed = false;
            let mut along = |step: f64| {
                let t = at(step * in_a, step * in_x);
                support_changed |= support(&t) != here;
                loss.value(&t)
            };
            // Near a singular A the solution bends sharply, elsewhere rounding is what limits: one
            // of the steps is right.
            let differences = [1e-3, 1e-4, 1e-5].map(|h: f64| {
                let (outer, inner) = (along(2.0 * h) - along(-2.0 * h), along(h) - along(-h));
                (8.0 * inner - outer) / (12.0 * h)
            });
            prop_assume!(!support_changed);
            let off = differences.map(|d| (d - expected).abs());
            prop_assert!(
                off.into_iter().fold(f64::INFINITY, f64::min) <= 1e-6 * expected.abs().max(1.0),
                "{expected} is none of {differences:?}"
            );
        }
    }
}

#[test]
fn weights_at_zero_pass_nothing_on() {
    let mut random = RandomState::new(2);
    let (a, x) = (uniform(6, 4, &mut random), normal(6, 9, &mut random));
    let (g, right) = normal_equations(&a, &x);
    let (mut solver, mut t, mut u) = (Nnls::new(), Matrix::default(), Matrix::default());
    solver.solve(&g, &right, &mut t);
    solver.backward(&g, &t, &normal(9, 4, &mut random), &mut u);
    let zeros = t.as_slice().iter().zip(u.as_slice());
    let at_zero: Vec<_> = zeros.filter(|(t, _)| **t == 0.0).collect();
    assert!(!at_zero.is_empty() && at_zero.iter().all(|(_, u)| **u == 0.0));
}
