//! Problems with Grams of their own against the same problems one by one.

use hntf_solvers::Nnls;
use hntf_tensor::Matrix;
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::{normal, normal_equations, uniform};

/// Problems of which every third sees all rows of A, and the others some of them.
struct Problems {
    gram: Matrix,
    right: Matrix,
    own: Vec<Option<Matrix>>,
}

fn draw(k: usize, n: usize, signed: bool, random: &mut RandomState) -> Problems {
    let rows = k + 3;
    let draw = if signed { normal } else { uniform };
    let (a, x) = (draw(rows, k, random), draw(rows, n, random));
    let (gram, mut right) = normal_equations(&a, &x);
    let mut own = Vec::new();
    for j in 0..n {
        if j % 3 == 0 {
            own.push(None);
            continue;
        }
        let seen: Vec<_> = (0..rows).filter(|_| random.random_sample() < 0.7).collect();
        let part = Matrix::from_fn(seen.len(), k, |i, c| a[(seen[i], c)]);
        let column = Matrix::from_fn(seen.len(), 1, |i, _| x[(seen[i], j)]);
        let (g, r) = normal_equations(&part, &column);
        right.row_mut(j).copy_from_slice(r.row(0));
        own.push(Some(g));
    }
    Problems { gram, right, own }
}

impl Problems {
    fn own(&self) -> impl FnMut(usize, &mut Matrix) -> bool {
        |j, out| {
            if let Some(g) = &self.own[j] {
                out.clone_from(g);
            }
            self.own[j].is_some()
        }
    }

    fn alone(&self, j: usize, of: &Matrix) -> (&Matrix, Matrix) {
        let gram = self.own[j].as_ref().unwrap_or(&self.gram);
        (gram, Matrix::from_fn(1, of.cols(), |_, c| of[(j, c)]))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_problem_has_the_solution_and_the_derivative_it_has_alone(
        k in 1_usize..8, n in 0_usize..12, signed: bool, seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let case = draw(k, n, signed, &mut random);
        let (mut solver, mut t, mut u) = (Nnls::new(), Matrix::default(), Matrix::default());
        solver.solve_with(&case.gram, &mut case.own(), &case.right, &mut t);
        let upstream = normal(n, k, &mut random);
        solver.backward_with(&case.gram, &mut case.own(), &t, &upstream, &mut u);
        for j in 0..n {
            let (gram, right) = case.alone(j, &case.right);
            let (mut solver, mut alone, mut back) = Default::default();
            Nnls::solve(&mut solver, gram, &right, &mut alone);
            prop_assert_eq!(alone.row(0), t.row(j));
            let (_, upstream) = case.alone(j, &upstream);
            solver.backward(gram, &alone, &upstream, &mut back);
            prop_assert_eq!(back.row(0), u.row(j));
        }
        // From the sets of other problems, too.
        let other = draw(k, n, signed, &mut random);
        let mut again = Matrix::default();
        solver.solve_with(&other.gram, &mut other.own(), &other.right, &mut again);
        solver.solve_with(&case.gram, &mut case.own(), &case.right, &mut again);
        for j in 0..n {
            let gram = case.alone(j, &case.right).0;
            // Unique or not, the objective is.
            let value = |t: &[f64]| -> f64 {
                let terms = (0..k).map(|i| {
                    let product: f64 = gram.row(i).iter().zip(t).map(|(g, t)| g * t).sum();
                    t[i] * (product - 2.0 * case.right[(j, i)])
                });
                terms.sum()
            };
            let (warm, cold) = (value(again.row(j)), value(t.row(j)));
            prop_assert!((warm - cold).abs() <= 1e-8 * (1.0 + cold.abs()), "{warm} {cold}");
        }
    }
}

#[test]
fn a_gram_given_as_its_own_changes_no_bit() {
    let mut random = RandomState::new(3);
    let (a, x) = (uniform(9, 5, &mut random), normal(9, 30, &mut random));
    let (gram, right) = normal_equations(&a, &x);
    let upstream = normal(30, 5, &mut random);
    let results = [0, 1, 2].map(|every| {
        let mut own = |j: usize, out: &mut Matrix| {
            let takes = every > 0 && j.is_multiple_of(every);
            if takes {
                out.clone_from(&gram);
            }
            takes
        };
        let (mut solver, mut t, mut u) = (Nnls::new(), Matrix::default(), Matrix::default());
        solver.solve_with(&gram, &mut own, &right, &mut t);
        solver.backward_with(&gram, &mut own, &t, &upstream, &mut u);
        (t, u)
    });
    let (mut solver, mut t, mut u) = (Nnls::new(), Matrix::default(), Matrix::default());
    solver.solve(&gram, &right, &mut t);
    solver.backward(&gram, &t, &upstream, &mut u);
    assert!(t.as_slice().iter().any(|x| *x > 0.0));
    for result in results {
        assert_eq!(result, (t.clone(), u.clone()));
    }
}

#[test]
fn grams_of_zeros_or_of_no_numbers_give_zero_weights_to_their_problem_alone() {
    let mut random = RandomState::new(4);
    let (a, x) = (uniform(9, 4, &mut random), uniform(9, 5, &mut random));
    let (gram, right) = normal_equations(&a, &x);
    let mut expected = Matrix::default();
    Nnls::new().solve(&gram, &right, &mut expected);
    for value in [0.0, f64::NAN, f64::INFINITY] {
        let mut own = |j: usize, out: &mut Matrix| {
            out.reshape(4, 4);
            out.as_mut_slice().fill(value);
            j == 2
        };
        let (mut solver, mut t, mut u) = (Nnls::new(), Matrix::default(), Matrix::default());
        for _ in 0..2 {
            solver.solve_with(&gram, &mut own, &right, &mut t);
            solver.backward_with(&gram, &mut own, &t, &right, &mut u);
            for j in 0..5 {
                let same = if j == 2 { &[0.0; 4] } else { expected.row(j) };
                assert_eq!(t.row(j), same, "{value}");
            }
            assert!(u.row(2).iter().all(|u| *u == 0.0));
        }
    }
}
