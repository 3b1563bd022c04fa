//! Nonnegative least squares for many right-hand sides, exact, and its derivative.
//!
//! The problem is q(A, X) = argmin_{S ≥ 0} ‖X − A S‖² column by column. Everything is done from
//! G = AᵀA (k × k) and AᵀX, so its cost does not depend on the number of rows of A. The solutions
//! are kept transposed, T = Sᵀ (n × k), one problem a row.

mod work;

use hntf_tensor::Matrix;

use work::{Work, contains, rounding};

/// Full exchanges that may fail to lower the number of violations before single ones take over
/// (Kim & Park 2011, algorithm 2).
const FULL_EXCHANGES: u32 = 3;

/// Exchanges beyond which rounding must be at work: random problems need about ten, and the method
/// of Lawson and Hanson then settles what is left.
fn exchange_limit(unknowns: usize) -> usize {
    20 + 4 * unknowns
}

/// A batch NNLS solver by block principal pivoting (Kim & Park, *Fast nonnegative matrix
/// factorization*, SIAM J. Sci. Comput. 33, 2011), with the active-set method of Lawson and Hanson
/// behind it for Grams that are singular on a passive set and for cycles that rounding could cause.
/// It ends for any input; weights that come of NaN or infinite entries are 0.
///
/// It remembers the passive sets of its last solutions and starts the next batch of the same shape
/// from them. Problems that share a passive set share one Cholesky factor.
#[derive(Debug, Clone, Default)]
pub struct Nnls {
    problems: usize,
    unknowns: usize,
    /// Words per passive set.
    words: usize,
    /// The passive set of every problem, as bits.
    passive: Vec<u64>,
    state: Vec<Pivoting>,
    open: Vec<usize>,
    /// The Gram of a problem that has its own.
    own: Matrix,
    work: Work,
}

/// What block principal pivoting remembers of a problem.
#[derive(Debug, Clone, Copy)]
struct Pivoting {
    fewest: usize,
    left: u32,
}

impl Nnls {
    /// A solver without memory of earlier solutions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Solves all rows j of min_{t ≥ 0} tᵀ G t − 2 tᵀ r_j.
    ///
    /// `gram` = G (k × k), `right` rows r_j (n × k; that is XᵀA), `out` ← T (n × k). Exact up to
    /// rounding: the optimality conditions hold to about 1e-13 of the terms they sum. Columns of A
    /// that depend linearly on others get weight zero.
    ///
    /// Cost: some ten exchanges, each O(n k²) and O(k³) for every passive set that is among them.
    pub fn solve(&mut self, gram: &Matrix, right: &Matrix, out: &mut Matrix) {
        self.solve_with(gram, &mut |_, _| false, right, out);
    }

    /// As [`Nnls::solve`], for problems of which some have a Gram of their own, as where entries of
    /// a column of X are not known: `own(j, g)` either puts the Gram of problem j into `g` and
    /// returns true, or returns false for `gram`. A problem of its own shares no Cholesky factor: an
    /// exchange of it costs O(k³).
    pub fn solve_with(
        &mut self,
        gram: &Matrix,
        own: &mut dyn FnMut(usize, &mut Matrix) -> bool,
        right: &Matrix,
        out: &mut Matrix,
    ) {
        let (n, k) = (right.rows(), right.cols());
        self.remember(n, k);
        out.reshape(n, k);
        self.state.clear();
        self.state.resize(
            n,
            Pivoting {
                fewest: k + 1,
                left: FULL_EXCHANGES,
            },
        );
        self.open.clear();
        let mut own_gram = std::mem::take(&mut self.own);
        for j in 0..n {
            if own(j, &mut own_gram) {
                self.solve_alone(&own_gram, right.row(j), j, out.row_mut(j));
            } else {
                self.open.push(j);
            }
        }
        self.own = own_gram;
        let mut open = std::mem::take(&mut self.open);
        let mut exchanges = 0;
        while !open.is_empty() {
            let (words, passive) = (self.words, &self.passive);
            let set = |j: usize| &passive[j * words..(j + 1) * words];
            open.sort_unstable_by(|a, b| set(*a).cmp(set(*b)).then(a.cmp(b)));
            let mut kept = 0;
            let mut factored = false;
            for at in 0..open.len() {
                let j = open[at];
                if !(factored && self.work.is_set(self.set(j))) {
                    factored = self.factorize(gram, j);
                }
                if !factored || exchanges == exchange_limit(k) {
                    // A dependent column in the set: this problem is solved on its own.
                    self.lawson_hanson(gram, right.row(j), j, out.row_mut(j));
                    continue;
                }
                self.work.solve_on_passive(right.row(j), out.row_mut(j));
                self.work.gradient(gram, right.row(j), out.row(j));
                if self.exchange(j, gram, right.row(j), out.row(j)) {
                    open[kept] = j;
                    kept += 1;
                }
            }
            open.truncate(kept);
            exchanges += 1;
        }
        self.open = open;
        // No −0.0, and nothing that came of a NaN or an infinity.
        for x in out.as_mut_slice() {
            if !(*x > 0.0 && x.is_finite()) {
                *x = 0.0;
            }
        }
    }

    /// The vector u of the derivative for every row: with the support σ = {t > 0} of T's row and
    /// the upstream gradient g_j, (G_σσ) u_σ = g_σ and u = 0 elsewhere.
    ///
    /// With T = q(A, X)ᵀ and U the rows u: ∂E/∂X = A Uᵀ and ∂E/∂A = X U − A (Uᵀ T + Tᵀ U).
    pub fn backward(
        &mut self,
        gram: &Matrix,
        solution: &Matrix,
        upstream: &Matrix,
        out: &mut Matrix,
    ) {
        self.backward_with(gram, &mut |_, _| false, solution, upstream, out);
    }

    /// As [`Nnls::backward`], where some problems have Grams of their own as in
    /// [`Nnls::solve_with`].
    ///
    /// With A_j the rows of A that problem j sees, G_j = A_jᵀA_j: ∂E/∂x_j = A_j u_j and
    /// ∂E/∂A_j = (x_j − A_j t_j) u_jᵀ − A_j u_j t_jᵀ.
    pub fn backward_with(
        &mut self,
        gram: &Matrix,
        own: &mut dyn FnMut(usize, &mut Matrix) -> bool,
        solution: &Matrix,
        upstream: &Matrix,
        out: &mut Matrix,
    ) {
        let (n, k) = (solution.rows(), solution.cols());
        self.remember(n, k);
        out.reshape(n, k);
        for j in 0..n {
            let support = solution.row(j).iter().map(|t| *t > 0.0);
            write_set(
                &mut self.passive[j * self.words..(j + 1) * self.words],
                support,
            );
        }
        self.open.clear();
        let mut own_gram = std::mem::take(&mut self.own);
        for j in 0..n {
            if !own(j, &mut own_gram) {
                self.open.push(j);
            } else if self.factorize(&own_gram, j) {
                self.work.solve_on_passive(upstream.row(j), out.row_mut(j));
            } else {
                out.row_mut(j).fill(0.0);
            }
        }
        self.own = own_gram;
        let (words, passive) = (self.words, &self.passive);
        let set = |j: usize| &passive[j * words..(j + 1) * words];
        self.open
            .sort_unstable_by(|a, b| set(*a).cmp(set(*b)).then(a.cmp(b)));
        let mut factored = false;
        for at in 0..self.open.len() {
            let j = self.open[at];
            if !(factored && self.work.is_set(self.set(j))) {
                factored = self.factorize(gram, j);
            }
            if factored {
                self.work.solve_on_passive(upstream.row(j), out.row_mut(j));
            } else {
                // The solution is not differentiable where columns depend on each other.
                out.row_mut(j).fill(0.0);
            }
        }
    }

    /// Block principal pivoting for one problem, from the passive set it had last.
    fn solve_alone(&mut self, gram: &Matrix, right: &[f64], j: usize, out: &mut [f64]) {
        for _ in 0..exchange_limit(self.unknowns) {
            if !self.factorize(gram, j) {
                break;
            }
            self.work.solve_on_passive(right, out);
            self.work.gradient(gram, right, out);
            if !self.exchange(j, gram, right, out) {
                return;
            }
        }
        self.lawson_hanson(gram, right, j, out);
    }

    fn remember(&mut self, problems: usize, unknowns: usize) {
        if (self.problems, self.unknowns) != (problems, unknowns) {
            (self.problems, self.unknowns) = (problems, unknowns);
            self.words = unknowns.div_ceil(64).max(1);
            self.passive.clear();
            self.passive.resize(problems * self.words, 0);
        }
    }

    fn set(&self, problem: usize) -> &[u64] {
        &self.passive[problem * self.words..(problem + 1) * self.words]
    }

    /// The Cholesky factor of G on the passive set of `problem`.
    fn factorize(&mut self, gram: &Matrix, problem: usize) -> bool {
        let set = &self.passive[problem * self.words..(problem + 1) * self.words];
        self.work.indices.clear();
        self.work
            .indices
            .extend((0..self.unknowns).filter(|i| contains(set, *i)));
        self.work.factorize(gram)
    }

    /// One exchange of block principal pivoting. False if the optimality conditions hold.
    fn exchange(&mut self, problem: usize, gram: &Matrix, right: &[f64], x: &[f64]) -> bool {
        let set = &mut self.passive[problem * self.words..(problem + 1) * self.words];
        let dual = &self.work.dual;
        let violated = |set: &[u64], i: usize| {
            if contains(set, i) {
                x[i] < 0.0
            } else {
                dual[i] < -rounding(gram.row(i), right[i], x)
            }
        };
        let count = (0..x.len()).filter(|i| violated(set, *i)).count();
        if count == 0 {
            return false;
        }
        let state = &mut self.state[problem];
        let full = if count < state.fewest {
            *state = Pivoting {
                fewest: count,
                left: FULL_EXCHANGES,
            };
            true
        } else if state.left > 0 {
            state.left -= 1;
            true
        } else {
            false
        };
        // Single exchanges of the last violation cannot cycle (Murty's rule).
        for i in (0..x.len()).rev() {
            if violated(set, i) {
                set[i / 64] ^= 1 << (i % 64);
                if !full {
                    break;
                }
            }
        }
        true
    }

    /// Lawson and Hanson's active-set method from the empty set, passing over columns that depend
    /// on the passive ones.
    fn lawson_hanson(&mut self, gram: &Matrix, right: &[f64], problem: usize, x: &mut [f64]) {
        let (k, work) = (self.unknowns, &mut self.work);
        x.fill(0.0);
        work.indices.clear();
        work.trial.resize(k, 0.0);
        work.refused.clear();
        work.refused.resize(k, false);
        let mut entries = 0;
        // Every entry lowers the objective, so none can repeat; the limit is for rounding.
        while entries < exchange_limit(k) {
            work.gradient(gram, right, x);
            let candidate = (0..k)
                .filter(|i| !work.refused[*i] && !work.indices.contains(i))
                .filter(|i| work.dual[*i] < -rounding(gram.row(*i), right[*i], x))
                .min_by(|a, b| work.dual[*a].total_cmp(&work.dual[*b]));
            let Some(candidate) = candidate else { break };
            work.indices.push(candidate);
            if !(work.aim(gram, right) && work.trial[candidate] > 0.0) {
                work.indices.pop();
                work.refused[candidate] = true;
                continue;
            }
            while !work.advance(x) && work.aim(gram, right) {}
            work.refused.fill(false);
            entries += 1;
        }
        let set = &mut self.passive[problem * self.words..(problem + 1) * self.words];
        write_set(set, x.iter().map(|x| *x > 0.0));
    }
}

fn write_set(set: &mut [u64], members: impl Iterator<Item = bool>) {
    set.fill(0);
    for (i, member) in members.enumerate() {
        set[i / 64] |= u64::from(member) << (i % 64);
    }
}
