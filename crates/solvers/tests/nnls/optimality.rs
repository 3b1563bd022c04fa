//! The Karush-Kuhn-Tucker conditions on random problems: s ≥ 0, y = Aᵀ(A s − x) ≥ 0, s * y = 0.

use hntf_solvers::Nnls;
use hntf_tensor::Matrix;
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::{assert_close, normal, normal_equations, objectives, solve, uniform};

/// How the columns of A relate to each other.
#[derive(Debug, Clone, Copy)]
enum Columns {
    Independent,
    Nonnegative,
    /// A common direction plus a small part of their own.
    NearlyParallel,
    /// Lengths from 1 down to 1e-6.
    ScalesApart,
    /// The second half repeats the first.
    Duplicate,
    /// Every third one is zero.
    WithZeros,
    /// Half as many rows as columns.
    Wide,
    /// Entries −1, 0 and 1, the data's too: exact ties and degenerate solutions abound.
    Signs,
}

const KINDS: [Columns; 8] = [
    Columns::Independent,
    Columns::Nonnegative,
    Columns::NearlyParallel,
    Columns::ScalesApart,
    Columns::Duplicate,
    Columns::WithZeros,
    Columns::Wide,
    Columns::Signs,
];

impl Columns {
    fn draw(self, k: usize, random: &mut RandomState) -> Matrix {
        let rows = k + 4;
        match self {
            Self::Independent => normal(rows, k, random),
            Self::Nonnegative => uniform(rows, k, random),
            Self::NearlyParallel => {
                let (common, own) = (uniform(rows, 1, random), normal(rows, k, random));
                Matrix::from_fn(rows, k, |i, j| common[(i, 0)] + 1e-5 * own[(i, j)])
            }
            Self::ScalesApart => {
                let a = normal(rows, k, random);
                let length = |j: usize| 10_f64.powf(-6.0 * j as f64 / k as f64);
                Matrix::from_fn(rows, k, |i, j| a[(i, j)] * length(j))
            }
            Self::Duplicate => {
                let a = normal(rows, k.div_ceil(2), random);
                Matrix::from_fn(rows, k, |i, j| a[(i, j % k.div_ceil(2))])
            }
            Self::WithZeros => {
                let a = normal(rows, k, random);
                Matrix::from_fn(rows, k, |i, j| if j % 3 == 1 { 0.0 } else { a[(i, j)] })
            }
            Self::Wide => normal(k.div_ceil(2), k, random),
            Self::Signs => signs(1 + k / 2 + k % 3, k, random),
        }
    }

    fn draw_data(self, rows: usize, n: usize, random: &mut RandomState) -> Matrix {
        match self {
            Self::Signs => signs(rows, n, random),
            _ => normal(rows, n, random),
        }
    }

    fn unique(self) -> bool {
        !matches!(
            self,
            Self::Duplicate | Self::WithZeros | Self::Wide | Self::Signs
        )
    }
}

fn signs(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| {
        (3.0 * random.random_sample()).floor() - 1.0
    })
}

fn length(m: &Matrix, column: usize) -> f64 {
    m.column_norms()[column]
}

/// Violations are measured against ‖a_i‖ ‖x_j‖, the size a gradient entry could have.
fn assert_optimal(a: &Matrix, x: &Matrix, t: &Matrix, tolerance: f64) {
    let (g, right) = normal_equations(a, x);
    for j in 0..x.cols() {
        for i in 0..a.cols() {
            let s = t[(j, i)];
            assert!(s >= 0.0 && s.is_finite() && s.is_sign_positive(), "s = {s}");
            let sum: f64 = g.row(i).iter().zip(t.row(j)).map(|(g, s)| g * s).sum();
            let y = sum - right[(j, i)];
            let bound = tolerance * length(a, i) * length(x, j);
            assert!(y >= -bound, "gradient {y} at the bound, {bound} allowed");
            assert!(
                s == 0.0 || y.abs() <= bound,
                "gradient {y} at s = {s}, {bound} allowed"
            );
        }
    }
}

fn check(kind: Columns, k: usize, n: usize, random: &mut RandomState) {
    let a = kind.draw(k, random);
    let x = kind.draw_data(a.rows(), n, random);
    let t = solve(&a, &x);
    assert_eq!((t.rows(), t.cols()), (n, k));
    assert_optimal(&a, &x, &t, 1e-8);

    // A batch is its problems one by one.
    let columns = (0..n).map(|j| Matrix::from_fn(x.rows(), 1, |i, _| x[(i, j)]));
    for (j, column) in columns.enumerate() {
        assert_eq!(solve(&a, &column).row(0), t.row(j));
    }

    // A solver that comes from other right-hand sides finds the same solutions.
    let mut warm = Nnls::new();
    let (g, right) = normal_equations(&a, &x);
    let (_, other) = normal_equations(&a, &kind.draw_data(a.rows(), n, random));
    let mut again = Matrix::default();
    warm.solve(&g, &other, &mut again);
    warm.solve(&g, &right, &mut again);
    assert_optimal(&a, &x, &again, 1e-8);
    if kind.unique() {
        assert_close(&again, &t, 1e-5);
    }
    let pairs = objectives(&a, &x, &again)
        .into_iter()
        .zip(objectives(&a, &x, &t));
    for (warm, cold) in pairs {
        assert!((warm - cold).abs() <= 1e-8 * (1.0 + cold));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_solution_is_optimal_alone_in_a_batch_and_from_a_warm_start(
        kind in prop::sample::select(KINDS.to_vec()), k in 1_usize..=12, n in 0_usize..=20, seed: u32,
    ) {
        check(kind, k, n, &mut RandomState::new(seed));
    }
}

#[test]
fn passive_sets_of_more_than_one_word_work_too() {
    for (seed, kind) in (0..).zip(KINDS) {
        check(kind, 70, 3, &mut RandomState::new(seed));
    }
}

#[test]
fn columns_that_are_sums_of_others_but_for_a_hair_leave_no_way_down() {
    // Every second column is the sum of two others but for 3e-8: next to both of them it is refused
    // as dependent, and where one of them leaves for a third it may be needed.
    for seed in 0..300 {
        let mut random = RandomState::new(seed);
        let base = normal(9, 6, &mut random);
        let noise = normal(9, 6, &mut random);
        let a = Matrix::from_fn(9, 12, |i, j| {
            let (one, two) = (j / 2, (j / 2 + 1) % 6);
            if j % 2 == 0 {
                base[(i, one)]
            } else {
                base[(i, one)] + base[(i, two)] + 3e-8 * noise[(i, one)]
            }
        });
        let x = normal(9, 8, &mut random);
        assert_optimal(&a, &x, &solve(&a, &x), 1e-6);
    }
}

#[test]
fn a_column_that_rounding_invites_and_nonnegativity_expels_is_not_invited_forever() {
    check(Columns::Signs, 9, 6, &mut RandomState::new(170));
}
