//! Rows by the Kullback-Leibler divergence: Newton's method for every row at once.

use hntf_tensor::{Matrix, Scratch, Tensor};

use crate::{Nnls, Observer, Progress, Signal, StopReason};

/// How far the optimality conditions may be missed: by the slope over its positive part, where it is
/// negative, and by entry times slope over the row's sum.
const TOLERANCE: f64 = 1e-10;

/// Multiplicative updates before the first of Newton's steps: they are as good far from the minimum.
const UPDATES: usize = 10;

/// Rounds of Newton's method at most; ten are usual.
const ROUNDS: usize = 200;

/// Trials of the length of a step at most.
const TRIALS: usize = 20;

/// The step of the differences that give second derivatives, over the size of what is differenced:
/// half the digits are left.
const DIFFERENCE: f64 = 1e-7;

/// What is added to second derivatives, over their size: a row with few entries has directions in which
/// the divergence is linear.
const RIDGE: f64 = 1e-9;

/// For every row x minimises D(x) = Σ p_c x_c − Σ_i x_i ln (K x)_i, with K the Khatri-Rao product of
/// the other factors and p_c the sums of its columns over the known entries, plus λ.
///
/// A round takes the second derivatives H from differences of q = Kᵀ(x ⊘ K x) in each component, of all
/// rows at once, and goes towards the minimum of the quadratic model over x ≥ 0, which is an NNLS
/// problem. How far is decided by the slope at the end alone, D being convex: not further than where
/// D rises again at half the rate at which it fell.
///
/// Cost: a round takes r + 2 or so passes over the data; r² numbers are kept for every row.
pub(super) fn rows(
    data: &dyn Tensor,
    factors: Vec<Matrix>,
    mode: usize,
    l1: f64,
    epsilon: f64,
    observer: &mut dyn Observer,
) -> (Matrix, StopReason) {
    let mut search = Search::new(data, factors, mode, l1, epsilon, observer);
    let reason = match search.run() {
        Ok(()) => StopReason::Converged,
        Err(reason) => reason,
    };
    (search.factors.swap_remove(mode), reason)
}

struct Search<'a> {
    data: &'a dyn Tensor,
    observer: &'a mut dyn Observer,
    /// The rows x are the factor of `mode`.
    factors: Vec<Matrix>,
    mode: usize,
    epsilon: f64,
    /// p and, at x, q.
    positive: Matrix,
    negative: Matrix,
    settled: Vec<bool>,
    passes: usize,
    scratch: Scratch,
}

/// A step of every row from x.
#[derive(Default)]
struct Step {
    from: Matrix,
    /// q there.
    negative: Matrix,
    /// The minimum of the quadratic model.
    towards: Matrix,
    /// Of every row D's slope at the start, and the share of the way that is tried.
    slopes: Vec<f64>,
    lengths: Vec<f64>,
    open: Vec<bool>,
}

impl<'a> Search<'a> {
    fn new(
        data: &'a dyn Tensor,
        mut factors: Vec<Matrix>,
        mode: usize,
        l1: f64,
        epsilon: f64,
        observer: &'a mut dyn Observer,
    ) -> Self {
        let mut scratch = Scratch::new();
        let (items, rank) = (factors[mode].rows(), factors[mode].cols());
        let mut sums = vec![1.0; rank];
        for (_, factor) in factors.iter().enumerate().filter(|(i, _)| *i != mode) {
            let own = factor.column_sums();
            sums.iter_mut().zip(&own).for_each(|(p, s)| *p *= s);
        }
        let mut positive = Matrix::from_fn(items, rank, |_, c| sums[c]);
        if let Some(mask) = data.mask() {
            mask.restrict_ones_mttkrp(&factors, mode, &mut positive, &mut scratch);
        }
        // A component that a row does not see stays at zero.
        let seen = positive.as_slice().iter();
        let start = seen.map(|p| if *p > 0.0 { 1.0 / p } else { 0.0 });
        factors[mode] = Matrix::from_vec(items, rank, start.collect());
        let penalised = positive.as_mut_slice().iter_mut();
        penalised.for_each(|p| *p += l1);
        Self {
            data,
            observer,
            factors,
            mode,
            epsilon,
            positive,
            negative: Matrix::default(),
            settled: vec![false; items],
            passes: 0,
            scratch,
        }
    }

    fn x(&self) -> &Matrix {
        &self.factors[self.mode]
    }

    fn run(&mut self) -> Result<(), StopReason> {
        for _ in 0..UPDATES {
            self.pass()?;
            if self.settle() {
                return Ok(());
            }
            self.update(&|_| true);
        }
        self.pass()?;
        let (mut solver, mut step) = (Nnls::new(), Step::default());
        let mut curvatures = Vec::new();
        for _ in 0..ROUNDS {
            if self.settle() {
                return Ok(());
            }
            self.differentiate(&mut curvatures, &mut step)?;
            self.aim(&curvatures, &mut solver, &mut step);
            self.advance(&mut step)?;
        }
        Err(StopReason::IterationLimit)
    }

    /// q at x.
    fn pass(&mut self) -> Result<(), StopReason> {
        let (out, scratch) = (&mut self.negative, &mut self.scratch);
        self.data
            .quotient_mttkrp(&self.factors, self.mode, self.epsilon, out, scratch);
        self.passes += 1;
        let progress = Progress {
            iteration: self.passes,
            max_iterations: UPDATES + ROUNDS * (TRIALS + out.cols()),
            error: None,
        };
        match self.observer.iteration(progress) {
            Signal::Continue => Ok(()),
            Signal::Cancel => Err(StopReason::Cancelled),
            Signal::TimeUp => Err(StopReason::TimeLimit),
        }
    }

    /// Marks the rows whose optimality conditions hold. True if all have settled.
    fn settle(&mut self) -> bool {
        let x = &self.factors[self.mode];
        for (j, settled) in self.settled.iter_mut().enumerate().filter(|(_, s)| !**s) {
            let parts = self.positive.row(j).iter().zip(self.negative.row(j));
            let entries = x.row(j).iter().zip(parts);
            let total: f64 = entries.clone().map(|(x, (p, _))| x * p).sum();
            *settled = entries.clone().all(|(x, (p, q))| {
                q - p <= TOLERANCE * p && x * (q - p).abs() <= TOLERANCE * total
            });
        }
        self.settled.iter().all(|s| *s)
    }

    /// Multiplicative updates x ← x * q / p (Lee & Seung 2001) of the chosen rows.
    fn update(&mut self, chosen: &dyn Fn(usize) -> bool) {
        let x = &mut self.factors[self.mode];
        for j in (0..x.rows()).filter(|j| !self.settled[*j] && chosen(*j)) {
            let parts = self.positive.row(j).iter().zip(self.negative.row(j));
            for (x, (p, q)) in x.row_mut(j).iter_mut().zip(parts) {
                *x = if *p > 0.0 { *x * (q / p) } else { 0.0 };
            }
        }
    }

    /// The second derivatives of all rows: r × r numbers each.
    fn differentiate(
        &mut self,
        curvatures: &mut Vec<f64>,
        step: &mut Step,
    ) -> Result<(), StopReason> {
        let (items, rank) = (self.x().rows(), self.x().cols());
        step.from.clone_from(self.x());
        std::mem::swap(&mut step.negative, &mut self.negative);
        curvatures.resize(items * rank * rank, 0.0);
        let mut sizes = vec![0.0; items];
        for c in 0..rank {
            for (j, size) in sizes.iter_mut().enumerate() {
                *size = self.difference(&step.from, j, c);
                self.factors[self.mode][(j, c)] = step.from[(j, c)] + *size;
            }
            self.pass()?;
            for (j, size) in sizes.iter().enumerate() {
                self.factors[self.mode][(j, c)] = step.from[(j, c)];
                let column = &mut curvatures[(j * rank + c) * rank..(j * rank + c + 1) * rank];
                let pairs = step.negative.row(j).iter().zip(self.negative.row(j));
                for (h, (at, beside)) in column.iter_mut().zip(pairs) {
                    *h = if *size > 0.0 {
                        (at - beside) / size
                    } else {
                        0.0
                    };
                }
            }
        }
        Ok(())
    }

    /// By how much component c of row j is moved: a share of what it could be.
    fn difference(&self, x: &Matrix, j: usize, c: usize) -> f64 {
        let p = self.positive[(j, c)];
        let row = x.row(j).iter().zip(self.positive.row(j));
        let total: f64 = row.map(|(x, p)| x * p).sum();
        if p > 0.0 && total > 0.0 {
            DIFFERENCE * x[(j, c)].max(1e-3 * total / p)
        } else {
            0.0
        }
    }

    /// The minima of the quadratic models ½ tᵀ H t − tᵀ (H x − (p − q)) over t ≥ 0.
    fn aim(&mut self, curvatures: &[f64], solver: &mut Nnls, step: &mut Step) {
        let (items, rank) = (self.x().rows(), self.x().cols());
        let mut right = Matrix::zeros(items, rank);
        let mut curvature = |j: usize, h: &mut Matrix| {
            h.reshape(rank, rank);
            let own = &curvatures[j * rank * rank..(j + 1) * rank * rank];
            for a in 0..rank {
                for b in 0..rank {
                    h[(a, b)] = 0.5 * (own[a * rank + b] + own[b * rank + a]);
                }
                h[(a, a)] *= 1.0 + RIDGE;
            }
            true
        };
        let mut h = Matrix::default();
        for j in (0..items).filter(|j| !self.settled[*j]) {
            curvature(j, &mut h);
            let slopes = self.positive.row(j).iter().zip(step.negative.row(j));
            let out = right.row_mut(j).iter_mut().zip(h.iter_rows()).zip(slopes);
            for ((r, h), (p, q)) in out {
                let product: f64 = h.iter().zip(step.from.row(j)).map(|(h, x)| h * x).sum();
                *r = product - (p - q);
            }
        }
        solver.solve_with(
            &Matrix::zeros(rank, rank),
            &mut curvature,
            &right,
            &mut step.towards,
        );
    }

    /// Goes the way, each row as far as D falls. Leaves q at the new x.
    fn advance(&mut self, step: &mut Step) -> Result<(), StopReason> {
        let items = self.x().rows();
        step.slopes.clear();
        for j in 0..items {
            let parts = self.positive.row(j).iter().zip(step.negative.row(j));
            let way = step.towards.row(j).iter().zip(step.from.row(j));
            let slope = parts.zip(way).map(|((p, q), (t, x))| (p - q) * (t - x));
            step.slopes.push(slope.sum());
        }
        step.lengths.clear();
        step.lengths.resize(items, 1.0);
        step.open.clear();
        let open = self.settled.iter().map(|s| !s);
        step.open.extend(open);
        for trial in 0..=TRIALS {
            let x = &mut self.factors[self.mode];
            for j in (0..items).filter(|j| step.open[*j]) {
                let share = if trial == TRIALS {
                    0.0
                } else {
                    step.lengths[j]
                };
                let way = step.from.row(j).iter().zip(step.towards.row(j));
                for (x, (from, to)) in x.row_mut(j).iter_mut().zip(way) {
                    *x = from + share * (to - from);
                }
            }
            self.pass()?;
            if !self.judge(step) {
                return Ok(());
            }
        }
        // Where no step was short enough: what surely lowers D, a little.
        let open = std::mem::take(&mut step.open);
        self.update(&|j| open[j]);
        step.open = open;
        self.pass()
    }

    /// Shortens the steps of rows that went too far. True if there are such rows.
    fn judge(&self, step: &mut Step) -> bool {
        let mut any = false;
        for j in 0..step.open.len() {
            if !step.open[j] {
                continue;
            }
            let parts = self.positive.row(j).iter().zip(self.negative.row(j));
            let way = step.towards.row(j).iter().zip(step.from.row(j));
            let slope: f64 = parts
                .zip(way)
                .map(|((p, q), (t, x))| (p - q) * (t - x))
                .sum();
            let start = step.slopes[j];
            if slope <= 0.5 * start.abs() {
                step.open[j] = false;
            } else {
                let ratio = start / (start - slope);
                step.lengths[j] *= ratio.clamp(0.1, 0.9);
                any = true;
            }
        }
        any
    }
}
