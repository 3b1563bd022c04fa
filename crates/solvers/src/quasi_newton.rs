//! A monotone optimizer: projected quasi-Newton steps with a line search.

use std::collections::VecDeque;

use hntf_tensor::Matrix;
use serde::{Deserialize, Serialize};

/// The share of the predicted decrease that a step must bring (Armijo's rule).
const SUFFICIENT: f64 = 1e-4;
/// Shorter steps tried before a direction is given up.
const TRIALS: usize = 30;
/// Of the first step, when nothing is known of the curvature: its length over that of the
/// parameters.
const FIRST_STEP: f64 = 0.1;
/// s·y below this share of ‖s‖ ‖y‖ says nothing reliable about the curvature.
const CURVATURE: f64 = 1e-10;

/// A function of a list of matrices, to be minimised.
pub trait Objective {
    /// The loss at `parameters`. Where it is not defined, NaN or infinity.
    fn loss(&mut self, parameters: &[Matrix]) -> f64;

    /// `gradients` ← the gradient, matrix by matrix. Only asked for at the parameters of the last
    /// call of [`Objective::loss`], so that what that call computed may be used again.
    fn gradient(&mut self, parameters: &[Matrix], gradients: &mut [Matrix]);
}

/// The values a matrix of parameters may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// Entries ≥ 0.
    Nonnegative,
    /// Any entries.
    Free,
}

/// Settings of [`QuasiNewton`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct QuasiNewtonSettings {
    /// Past steps that model the curvature, ≥ 1. Each costs two vectors of the parameters' size.
    pub memory: usize,
}

impl Default for QuasiNewtonSettings {
    fn default() -> Self {
        Self { memory: 5 }
    }
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Descent {
    /// The loss is lower than before.
    Lower,
    /// No step along the projected gradient lowers the loss: the parameters are stationary, up to
    /// rounding. They stay.
    Stationary,
    /// The loss of the starting parameters is not finite.
    NotFinite,
}

/// Projected L-BFGS by two-metric projection (Bertsekas, *Projected Newton methods for optimization
/// problems with simple constraints*, SIAM J. Control Optim. 20, 1982; with limited memory as in
/// Schmidt, Kim & Sra, *Projected Newton-type methods in machine learning*, 2011).
///
/// Entries at zero whose gradient would make them negative are held. The others move along
/// −H g, H the L-BFGS inverse Hessian restricted to them, and are cut at zero; the step is halved or
/// less until the loss falls by a share of what the gradient predicts. The loss never rises, without
/// a step size to choose.
///
/// Cost of a step beside the objective: about 4 · memory products of vectors of the free entries.
/// An objective that is only piecewise smooth, such as one behind NNLS, is served too: pairs of
/// negative curvature are left out.
///
/// ```
/// use hntf_solvers::{Objective, QuasiNewton, QuasiNewtonSettings};
/// use hntf_tensor::Matrix;
///
/// /// ½ (p₀ − 3)² + ½ (p₁ + 1)², whose nonnegative minimum is at (3, 0).
/// struct Distance;
///
/// impl Objective for Distance {
///     fn loss(&mut self, p: &[Matrix]) -> f64 {
///         0.5 * (p[0][(0, 0)] - 3.0).powi(2) + 0.5 * (p[0][(0, 1)] + 1.0).powi(2)
///     }
///     fn gradient(&mut self, p: &[Matrix], gradients: &mut [Matrix]) {
///         gradients[0][(0, 0)] = p[0][(0, 0)] - 3.0;
///         gradients[0][(0, 1)] = p[0][(0, 1)] + 1.0;
///     }
/// }
///
/// let mut parameters = vec![Matrix::from_vec(1, 2, vec![1.0, 1.0])];
/// let mut optimizer = QuasiNewton::nonnegative(QuasiNewtonSettings::default(), 1);
/// for _ in 0..20 {
///     optimizer.step(&mut Distance, &mut parameters);
/// }
/// assert!((parameters[0][(0, 0)] - 3.0).abs() < 1e-6 && parameters[0][(0, 1)] == 0.0);
/// ```
#[derive(Debug, Clone)]
pub struct QuasiNewton {
    settings: QuasiNewtonSettings,
    domains: Vec<Domain>,
    /// At the present parameters; NaN before the first step.
    loss: f64,
    /// Whether the loss and the gradient have yet to be asked for.
    stale: bool,
    gradients: Vec<Matrix>,
    before: Vec<Matrix>,
    pairs: VecDeque<Pair>,
    /// s·y / y·y of the last pair: the step along the gradient when the pairs are forgotten.
    scale: Option<f64>,
    /// The entries that may move, counted through all matrices, and how many of them stand in the
    /// matrices up to each.
    free: Vec<usize>,
    ends: Vec<usize>,
    /// Of the free entries: their direction, and their values before the step.
    direction: Vec<f64>,
    values: Vec<f64>,
    /// Of every pair: s·q / s·y and s·y on the free entries; zeros for one left out.
    weights: Vec<(f64, f64)>,
}

/// A past step s and the change y of the gradient over it, through all matrices.
#[derive(Debug, Clone, Default)]
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
}

impl QuasiNewton {
    /// For parameters of which the i-th matrix has `domains[i]`.
    pub fn new(settings: QuasiNewtonSettings, domains: Vec<Domain>) -> Self {
        Self {
            settings,
            domains,
            loss: f64::NAN,
            stale: true,
            gradients: Vec::new(),
            before: Vec::new(),
            pairs: VecDeque::new(),
            scale: None,
            free: Vec::new(),
            ends: Vec::new(),
            direction: Vec::new(),
            values: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// For `count` nonnegative matrices.
    pub fn nonnegative(settings: QuasiNewtonSettings, count: usize) -> Self {
        Self::new(settings, vec![Domain::Nonnegative; count])
    }

    /// Forgets the loss and its gradient, for an objective that has changed. The curvature of past
    /// steps is kept: a wrong guess costs evaluations, not descent.
    pub fn restart(&mut self) {
        self.loss = f64::NAN;
        self.stale = true;
    }

    /// The loss at the present parameters; NaN before the first step.
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// One step. `parameters` are those the last step left, of the same shapes in every call; before
    /// the first step entries outside their domain are set to 0.
    ///
    /// Afterwards the objective was last evaluated at the parameters this leaves.
    ///
    /// # Panics
    /// If there are not as many matrices as domains.
    pub fn step(&mut self, objective: &mut dyn Objective, parameters: &mut [Matrix]) -> Descent {
        assert_eq!(parameters.len(), self.domains.len(), "a domain per matrix");
        if self.stale && !self.start(objective, parameters) {
            return Descent::NotFinite;
        }
        loop {
            self.release(parameters);
            self.aim();
            if self.search(objective, parameters) {
                self.learn(objective, parameters);
                return Descent::Lower;
            }
            if self.pairs.is_empty() {
                // So that what the objective keeps belongs to the parameters that stay.
                objective.loss(parameters);
                return Descent::Stationary;
            }
            self.pairs.clear();
        }
    }

    fn start(&mut self, objective: &mut dyn Objective, parameters: &mut [Matrix]) -> bool {
        for (p, domain) in parameters.iter_mut().zip(&self.domains) {
            if *domain == Domain::Nonnegative {
                p.as_mut_slice().iter_mut().for_each(|x| *x = x.max(0.0));
            }
        }
        self.loss = objective.loss(parameters);
        if !self.loss.is_finite() {
            return false;
        }
        if self.gradients.is_empty() {
            self.gradients = parameters.to_vec();
            self.before = parameters.to_vec();
        }
        objective.gradient(parameters, &mut self.gradients);
        self.stale = false;
        true
    }

    /// Lists the entries that may move.
    fn release(&mut self, parameters: &[Matrix]) {
        self.free.clear();
        self.ends.clear();
        let mut base = 0;
        for ((p, g), domain) in parameters.iter().zip(&self.gradients).zip(&self.domains) {
            let pairs = p.as_slice().iter().zip(g.as_slice()).enumerate();
            match domain {
                Domain::Free => self.free.extend(base..base + p.as_slice().len()),
                Domain::Nonnegative => self.free.extend(
                    pairs
                        .filter(|(_, (x, g))| **x > 0.0 || **g < 0.0)
                        .map(|(i, _)| base + i),
                ),
            }
            base += p.as_slice().len();
            self.ends.push(self.free.len());
        }
        self.values.clear();
        gather(&self.free, &self.ends, parameters, &mut self.values);
    }

    /// The two loops of L-BFGS (Nocedal & Wright, *Numerical Optimization*, algorithm 7.4) on the
    /// free entries.
    fn aim(&mut self) {
        let (free, d) = (&self.free, &mut self.direction);
        d.clear();
        gather(free, &self.ends, &self.gradients, d);
        let slope = d.iter().map(|x| x * x).sum::<f64>().sqrt();
        let mut scale = None;
        self.weights.clear();
        // Each pass takes the last pair away and measures the next one, so that it is the vectors
        // that are read once a pass and not the entries.
        let mut last: Option<(&Pair, f64)> = None;
        for pair in &self.pairs {
            let overlap = subtract_and_measure(free, last, pair, d);
            // Where the free entries are others than they were, a pair may say nothing any more.
            let bound = CURVATURE * (overlap.change * overlap.step).sqrt();
            if overlap.curvature > bound {
                scale.get_or_insert(overlap.curvature / overlap.change);
                let weight = overlap.along / overlap.curvature;
                last = Some((pair, weight));
                self.weights.push((weight, overlap.curvature));
            } else {
                last = None;
                self.weights.push((0.0, 0.0));
            }
        }
        if let Some((pair, weight)) = last {
            add(free, &pair.change, -weight, d);
        }
        let scale = scale.or(self.scale).unwrap_or_else(|| {
            let length = self.values.iter().map(|x| x * x).sum::<f64>().sqrt();
            if length > 0.0 && slope > 0.0 {
                FIRST_STEP * length / slope
            } else {
                1.0
            }
        });
        d.iter_mut().for_each(|x| *x *= -scale);
        let mut correction: Option<(&Pair, f64)> = None;
        for (pair, (weight, curvature)) in self.pairs.iter().zip(&self.weights).rev() {
            if *curvature > 0.0 {
                let along = match correction {
                    Some((last, by)) => add_and_project(free, &last.step, by, &pair.change, d),
                    None => inner(free, &pair.change, d),
                };
                correction = Some((pair, -weight - along / curvature));
            }
        }
        if let Some((pair, by)) = correction {
            add(free, &pair.step, by, d);
        }
    }

    /// Moves along the direction, cut at the bounds, as far as the loss falls as predicted. If it
    /// falls nowhere the parameters are as before.
    fn search(&mut self, objective: &mut dyn Objective, parameters: &mut [Matrix]) -> bool {
        let mut step = 1.0;
        for _ in 0..TRIALS {
            let (predicted, moved) = self.advance(step, parameters);
            if !moved || predicted.is_nan() || predicted >= 0.0 {
                break;
            }
            let loss = objective.loss(parameters);
            if loss <= self.loss + SUFFICIENT * predicted && loss < self.loss {
                self.loss = loss;
                return true;
            }
            // The minimum of the parabola through what is known, within reason.
            let rise = 2.0 * (loss - self.loss - predicted);
            let shrink = -predicted / rise;
            step *= if shrink.is_finite() {
                shrink.clamp(0.1, 0.5)
            } else {
                0.1
            };
        }
        self.advance(0.0, parameters);
        false
    }

    /// p ← P(values + step · direction). Returns g·(p − values), and whether p differs from values.
    fn advance(&self, step: f64, parameters: &mut [Matrix]) -> (f64, bool) {
        let (mut predicted, mut moved) = (0.0, false);
        let (mut first, mut base) = (0, 0);
        for (k, p) in parameters.iter_mut().enumerate() {
            let range = first..self.ends[k];
            let cut = match self.domains[k] {
                Domain::Nonnegative => 0.0,
                Domain::Free => f64::NEG_INFINITY,
            };
            let (p, g) = (p.as_mut_slice(), self.gradients[k].as_slice());
            let free = self.free[range.clone()].iter();
            let moves = self.values[range.clone()]
                .iter()
                .zip(&self.direction[range]);
            for (i, (x, d)) in free.zip(moves) {
                let new = (x + step * d).max(cut);
                p[i - base] = new;
                predicted += g[i - base] * (new - x);
                moved |= new != *x;
            }
            (first, base) = (self.ends[k], base + p.len());
        }
        (predicted, moved)
    }

    /// The gradient at the new parameters, and the pair of the step that led there.
    fn learn(&mut self, objective: &mut dyn Objective, parameters: &[Matrix]) {
        std::mem::swap(&mut self.gradients, &mut self.before);
        objective.gradient(parameters, &mut self.gradients);
        let mut pair = if self.pairs.len() >= self.settings.memory.max(1) {
            self.pairs.pop_back().unwrap_or_default()
        } else {
            Pair::default()
        };
        pair.change.clear();
        for (new, old) in self.gradients.iter().zip(&self.before) {
            let pairs = new.as_slice().iter().zip(old.as_slice());
            pair.change.extend(pairs.map(|(n, o)| n - o));
        }
        pair.step.clear();
        pair.step.resize(pair.change.len(), 0.0);
        self.direction.clear();
        gather(&self.free, &self.ends, parameters, &mut self.direction);
        let moves = self.direction.iter().zip(&self.values);
        let (mut curvature, mut size, mut length) = (0.0, 0.0, 0.0);
        for (i, (new, old)) in self.free.iter().zip(moves) {
            let (s, y) = (new - old, pair.change[*i]);
            pair.step[*i] = s;
            curvature += s * y;
            size += y * y;
            length += s * s;
        }
        if curvature > CURVATURE * (size * length).sqrt() {
            self.scale = Some(curvature / size);
            self.pairs.push_front(pair);
        }
    }
}

/// Appends the free entries of the matrices.
fn gather(free: &[usize], ends: &[usize], matrices: &[Matrix], out: &mut Vec<f64>) {
    let (mut first, mut base) = (0, 0);
    for (m, end) in matrices.iter().zip(ends) {
        let values = m.as_slice();
        out.extend(free[first..*end].iter().map(|i| values[i - base]));
        (first, base) = (*end, base + values.len());
    }
}

/// Products of a pair (s, y) and a packed vector q over the free entries.
#[derive(Default)]
struct Overlap {
    /// s·y.
    curvature: f64,
    /// y·y.
    change: f64,
    /// s·s.
    step: f64,
    /// s·q.
    along: f64,
}

/// q −= weight · y of the last pair, and the products of the next one with the q this leaves.
fn subtract_and_measure(
    free: &[usize],
    last: Option<(&Pair, f64)>,
    next: &Pair,
    q: &mut [f64],
) -> Overlap {
    let mut sums = Overlap::default();
    let mut measure = |i: usize, q: f64| {
        let (s, y) = (next.step[i], next.change[i]);
        sums.curvature += s * y;
        sums.change += y * y;
        sums.step += s * s;
        sums.along += s * q;
    };
    match last {
        None => free.iter().zip(q).for_each(|(i, q)| measure(*i, *q)),
        Some((last, weight)) => {
            for (i, q) in free.iter().zip(q) {
                *q -= weight * last.change[*i];
                measure(*i, *q);
            }
        }
    }
    sums
}

/// q += scale · add, and onto · q afterwards.
fn add_and_project(free: &[usize], add: &[f64], scale: f64, onto: &[f64], q: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for (i, q) in free.iter().zip(q) {
        *q += scale * add[*i];
        sum += onto[*i] * *q;
    }
    sum
}

/// Σ over the free entries of a full vector times a packed one.
fn inner(free: &[usize], full: &[f64], packed: &[f64]) -> f64 {
    free.iter().zip(packed).map(|(i, x)| full[*i] * x).sum()
}

/// packed += scale · full, on the free entries.
fn add(free: &[usize], full: &[f64], scale: f64, packed: &mut [f64]) {
    let pairs = free.iter().zip(packed);
    pairs.for_each(|(i, x)| *x += scale * full[*i]);
}
