//! One nonnegative least squares problem on a passive set.

use hntf_tensor::Matrix;

use crate::cholesky;

#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    pub(super) indices: Vec<usize>,
    factor: Vec<f64>,
    solution: Vec<f64>,
    pub(super) dual: Vec<f64>,
    /// Of Lawson and Hanson's method: the unconstrained solution aimed at, and the columns that
    /// cannot enter the present passive set.
    pub(super) trial: Vec<f64>,
    pub(super) refused: Vec<bool>,
}

impl Work {
    pub(super) fn factorize(&mut self, gram: &Matrix) -> bool {
        let p = self.indices.len();
        self.factor.resize(p * p, 0.0);
        for (a, i) in self.indices.iter().enumerate() {
            let row = gram.row(*i);
            for (b, j) in self.indices.iter().enumerate().take(a + 1) {
                self.factor[a * p + b] = row[*j];
            }
        }
        cholesky::factorize(&mut self.factor, p)
    }

    pub(super) fn solve_on_passive(&mut self, right: &[f64], x: &mut [f64]) {
        self.solution.clear();
        self.solution.extend(self.indices.iter().map(|i| right[*i]));
        cholesky::solve(&self.factor, self.indices.len(), &mut self.solution);
        x.fill(0.0);
        for (i, value) in self.indices.iter().zip(&self.solution) {
            x[*i] = *value;
        }
    }

    /// `trial` ← the unconstrained solution on the passive set. False if there is none.
    pub(super) fn aim(&mut self, gram: &Matrix, right: &[f64]) -> bool {
        if !self.factorize(gram) {
            return false;
        }
        let mut trial = std::mem::take(&mut self.trial);
        self.solve_on_passive(right, &mut trial);
        self.trial = trial;
        true
    }

    /// Moves x towards the trial as far as nonnegativity allows. True if it got there; otherwise
    /// the passive set has lost what blocked the way, one index at least.
    pub(super) fn advance(&mut self, x: &mut [f64]) -> bool {
        let trial = &self.trial;
        let blocking = self.indices.iter().filter(|i| trial[**i] <= 0.0);
        let (mut reach, mut first) = (f64::INFINITY, usize::MAX);
        for i in blocking {
            let ratio = x[*i] / (x[*i] - trial[*i]);
            if ratio < reach {
                (reach, first) = (ratio, *i);
            }
        }
        if reach.is_infinite() {
            x.copy_from_slice(trial);
            return true;
        }
        for i in &self.indices {
            x[*i] += reach * (trial[*i] - x[*i]);
        }
        // Whatever rounding made of the one that blocks first.
        x[first] = 0.0;
        self.indices.retain(|i| {
            let stays = x[*i] > 0.0;
            if !stays {
                x[*i] = 0.0;
            }
            stays
        });
        false
    }

    /// Half the gradient, y = G x − r.
    pub(super) fn gradient(&mut self, gram: &Matrix, right: &[f64], x: &[f64]) {
        self.dual.clear();
        let rows = gram.iter_rows().zip(right);
        self.dual
            .extend(rows.map(|(g, r)| g.iter().zip(x).map(|(g, x)| g * x).sum::<f64>() - r));
    }

    pub(super) fn is_set(&self, set: &[u64]) -> bool {
        let size: u32 = set.iter().map(|w| w.count_ones()).sum();
        size as usize == self.indices.len() && self.indices.iter().all(|i| contains(set, *i))
    }
}

/// How far from zero rounding may leave a dual variable that is zero.
pub(super) fn rounding(gram_row: &[f64], right: f64, x: &[f64]) -> f64 {
    let sum: f64 = gram_row.iter().zip(x).map(|(g, x)| (g * x).abs()).sum();
    1e-13 * (sum + right.abs())
}

pub(super) fn contains(set: &[u64], i: usize) -> bool {
    set[i / 64] >> (i % 64) & 1 == 1
}
