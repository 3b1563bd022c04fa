//! The published updates for matrices, written out as their papers do: sums over rows and columns,
//! every product formed, labels and mask as full matrices.

use hntf_solvers::Labels;
use numpy_random::RandomState;

/// Added to every denominator.
const EPSILON: f64 = 1e-10;
/// The step's share of the first error below which an iteration stops.
const TOLERANCE: f64 = 1e-4;

/// Rows of a matrix.
pub(crate) type Rows = Vec<Vec<f64>>;

pub(crate) fn build(rows: usize, cols: usize, mut at: impl FnMut(usize, usize) -> f64) -> Rows {
    (0..rows)
        .map(|i| (0..cols).map(|j| at(i, j)).collect())
        .collect()
}

pub(crate) fn uniform(rows: usize, cols: usize, random: &mut RandomState) -> Rows {
    build(rows, cols, |_, _| random.random_sample())
}

pub(crate) fn product(a: &Rows, b: &Rows) -> Rows {
    build(a.len(), b[0].len(), |i, j| {
        (0..b.len()).map(|k| a[i][k] * b[k][j]).sum()
    })
}

pub(crate) fn transposed(a: &Rows) -> Rows {
    build(a[0].len(), a.len(), |i, j| a[j][i])
}

pub(crate) fn zipped(a: &Rows, b: &Rows, of: impl Fn(f64, f64) -> f64) -> Rows {
    build(a.len(), a[0].len(), |i, j| of(a[i][j], b[i][j]))
}

/// a + λ b.
fn plus(a: &Rows, lambda: f64, b: &Rows) -> Rows {
    zipped(a, b, |x, y| x + lambda * y)
}

fn squared_norm(a: &Rows) -> f64 {
    a.iter().flatten().map(|x| x * x).sum()
}

/// a * numerator / (ε + denominator).
fn scaled(a: &Rows, numerator: &Rows, denominator: &Rows) -> Rows {
    let fraction = zipped(numerator, denominator, |n, d| n / (EPSILON + d));
    zipped(a, &fraction, |x, f| x * f)
}

/// L*Y (one-hot, zero where nothing is known) and L, both classes × columns.
pub(crate) fn one_hot(labels: &Labels) -> (Rows, Rows) {
    let known = |j| f64::from(u8::from(labels.class(j).is_some()));
    let is = |c, j| f64::from(u8::from(labels.class(j) == Some(c)));
    let (rows, cols) = (labels.classes(), labels.len());
    (build(rows, cols, is), build(rows, cols, |_, j| known(j)))
}

/// A fitted X ≈ A S, with B S ≈ Y where there are labels.
pub(crate) struct Nmf {
    pub(crate) a: Rows,
    pub(crate) s: Rows,
    pub(crate) b: Rows,
    pub(crate) iterations: usize,
}

/// Whether the iteration stops after `errors`: from the second on, when the last step gained less
/// than the tolerance times the first error.
fn settled(errors: &[f64]) -> bool {
    match errors {
        [first, .., previous, last] => (previous - last) / first < TOLERANCE,
        [first, last] => (first - last) / first < TOLERANCE,
        _ => false,
    }
}

/// A ← A * (X Sᵀ)/(ε + A S Sᵀ).
fn update_a(x: &Rows, a: &Rows, s: &Rows) -> Rows {
    let st = transposed(s);
    scaled(a, &product(x, &st), &product(a, &product(s, &st)))
}

/// NMF: A, then S, from uniform random numbers drawn in this order.
pub(crate) fn nmf(x: &Rows, rank: usize, seed: u32) -> Nmf {
    let mut random = RandomState::new(seed);
    let mut a = uniform(x.len(), rank, &mut random);
    let mut s = uniform(rank, x[0].len(), &mut random);
    let mut errors = Vec::new();
    while errors.len() < 800 && !settled(&errors) {
        a = update_a(x, &a, &s);
        let at = transposed(&a);
        s = scaled(&s, &product(&at, x), &product(&product(&at, &a), &s));
        errors.push(squared_norm(&plus(x, -1.0, &product(&a, &s))).sqrt());
    }
    let iterations = errors.len();
    let b = Rows::new();
    Nmf {
        a,
        s,
        b,
        iterations,
    }
}

/// SSNMF with λ = 1: A, then B, then S; drawn in the order A, S, B.
pub(crate) fn ssnmf(x: &Rows, labels: &Labels, rank: usize, seed: u32) -> Nmf {
    let (y, mask) = one_hot(labels);
    let masked = |m: &Rows| zipped(&mask, m, |l, m| l * m);
    let mut random = RandomState::new(seed);
    let mut a = uniform(x.len(), rank, &mut random);
    let mut s = uniform(rank, x[0].len(), &mut random);
    let mut b = uniform(y.len(), rank, &mut random);
    let mut errors = Vec::new();
    while errors.len() < 800 && !settled(&errors) {
        a = update_a(x, &a, &s);
        let st = transposed(&s);
        let predicted = masked(&product(&b, &s));
        b = scaled(&b, &product(&y, &st), &product(&predicted, &st));
        let (at, bt) = (transposed(&a), transposed(&b));
        let predicted = masked(&product(&b, &s));
        let numerator = plus(&product(&at, x), 1.0, &product(&bt, &y));
        let fitted = product(&product(&at, &a), &s);
        s = scaled(
            &s,
            &numerator,
            &plus(&fitted, 1.0, &product(&bt, &predicted)),
        );
        let label_term = squared_norm(&masked(&plus(&y, -1.0, &product(&b, &s))));
        errors.push(squared_norm(&plus(x, -1.0, &product(&a, &s))) + label_term);
    }
    let iterations = errors.len();
    Nmf {
        a,
        s,
        b,
        iterations,
    }
}

/// One layer of supervised Multi-HNTF above X ≈ A S: X ≈ A W Wᵀ S and L*Y ≈ B Wᵀ S.
pub(crate) struct Shared {
    pub(crate) w: Rows,
    pub(crate) b: Rows,
    /// ‖X − A W Wᵀ S‖² + λ‖L*Y − B Wᵀ S‖², the second term over the labelled columns if masked.
    pub(crate) objective: f64,
}

/// The layer's settings.
pub(crate) struct Settings {
    pub(crate) iterations: usize,
    pub(crate) lambda: f64,
    pub(crate) masked: bool,
}

/// W, then B, from the stream; both proposals of W from the old W, B after the new one.
pub(crate) fn shared(
    x: &Rows,
    (a, s): (&Rows, &Rows),
    labels: &Labels,
    rank: usize,
    settings: &Settings,
    random: &mut RandomState,
) -> Shared {
    let (y, mask) = one_hot(labels);
    let seen = |m: &Rows| zipped(&mask, m, |l, m| if settings.masked { l * m } else { m });
    let (at, st) = (transposed(a), transposed(s));
    let mut w = uniform(s.len(), rank, random);
    let mut b = uniform(y.len(), rank, random);
    for _ in 0..settings.iterations {
        let (wt, bt) = (transposed(&w), transposed(&b));
        let (aw, ws) = (product(a, &w), product(&wt, s));
        let swt = transposed(&ws);
        let w1 = scaled(
            &w,
            &product(&at, &product(x, &swt)),
            &product(&product(&at, &aw), &product(&ws, &swt)),
        );
        let awt = transposed(&aw);
        let predicted = seen(&product(&b, &ws));
        let numerator = plus(
            &product(&product(&awt, x), &st),
            settings.lambda,
            &product(&product(&bt, &y), &st),
        );
        let denominator = plus(
            &product(&product(&product(&awt, &aw), &ws), &st),
            settings.lambda,
            &product(&product(&bt, &predicted), &st),
        );
        let w2 = scaled(&w, &transposed(&numerator), &transposed(&denominator));
        w = build(w.len(), rank, |i, j| {
            (2.0 * w[i][j] + w1[i][j] + w2[i][j]) / 4.0
        });
        let ws = product(&transposed(&w), s);
        let swt = transposed(&ws);
        let predicted = seen(&product(&b, &ws));
        b = scaled(&b, &product(&y, &swt), &product(&predicted, &swt));
    }
    let ws = product(&transposed(&w), s);
    let fitted = product(&product(a, &w), &ws);
    let label_term = squared_norm(&plus(&y, -1.0, &seen(&product(&b, &ws))));
    let objective = squared_norm(&plus(x, -1.0, &fitted)) + settings.lambda * label_term;
    Shared { w, b, objective }
}
