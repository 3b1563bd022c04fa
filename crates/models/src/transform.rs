//! New items of one mode in terms of fitted topics: what the models' transforms are made of.

use hntf_solvers::{Observer, RowProblem, StopReason, balance_columns};
use hntf_tensor::{Matrix, Tensor};
use serde::{Deserialize, Serialize};

use crate::{Hierarchy, ModelError};

/// New items (documents, people, slices: indices of one mode) in terms of fitted topics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transformed {
    /// One for every layer of the hierarchy, from fine to coarse.
    pub layers: Vec<TransformedLayer>,
    /// [`StopReason::Converged`], or what ended the search for some layer's coefficients early; they
    /// are then the best so far.
    pub reason: StopReason,
}

/// New items in terms of one layer's topics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformedLayer {
    /// n_new × r_l: what further rows of the layer's topics in this mode would be.
    pub coefficients: Matrix,
    /// n_new × classes: B s for every item, where the layer has a classifier and the mode is the last
    /// one, whose indices have the labels. The largest is the class.
    pub scores: Option<Matrix>,
}

/// A transform under way: checked data, and the coefficients so far.
pub(crate) struct NewItems<'a> {
    pub(crate) fitted: &'a Hierarchy,
    pub(crate) data: &'a dyn Tensor,
    pub(crate) mode: usize,
    coefficients: Vec<Matrix>,
    reason: StopReason,
}

impl<'a> NewItems<'a> {
    /// Checks the hierarchy and the data.
    pub(crate) fn new(
        fitted: &'a Hierarchy,
        data: &'a dyn Tensor,
        mode: usize,
    ) -> Result<Self, ModelError> {
        fitted.check()?;
        fitted.check_finite()?;
        let shape = fitted.layers[0].approximation.shape();
        if mode >= shape.len() {
            let (mode, order) = (mode + 1, shape.len());
            return Err(ModelError::Mode { mode, order });
        }
        let found = data.shape();
        let others = |s: &[usize]| [&s[..mode], &s[mode + 1..]].concat();
        if found.len() != shape.len() || others(found) != others(shape) {
            return Err(ModelError::NewShape {
                mode: mode + 1,
                fitted: shape.to_vec(),
                found: found.to_vec(),
            });
        }
        if found[mode] == 0 {
            return Err(ModelError::NoItems { mode: mode + 1 });
        }
        data.check_entries()?;
        Ok(Self {
            fitted,
            data,
            mode,
            coefficients: Vec::with_capacity(fitted.layers.len()),
            reason: StopReason::Converged,
        })
    }

    /// The layers above the first.
    pub(crate) fn above(&self) -> std::ops::Range<usize> {
        1..self.fitted.layers.len()
    }

    /// The coefficients found last; the first layer's must be there.
    pub(crate) fn last(&self) -> &Matrix {
        &self.coefficients[self.coefficients.len() - 1]
    }

    /// Takes over the next layer's coefficients.
    pub(crate) fn push(&mut self, coefficients: Matrix) {
        self.coefficients.push(coefficients);
    }

    /// The rows that `problem` has for some data and factors.
    pub(crate) fn solve(
        &mut self,
        problem: &RowProblem,
        data: &dyn Tensor,
        factors: &[Matrix],
        mode: usize,
        observer: &mut dyn Observer,
    ) -> Matrix {
        let fit = problem.solve(data, factors, mode, observer);
        if self.reason == StopReason::Converged {
            self.reason = fit.reason;
        }
        fit.rows
    }

    /// The coefficients of layer l from the data: rows of its approximation's factor.
    pub(crate) fn solve_layer(
        &mut self,
        l: usize,
        problem: &RowProblem,
        observer: &mut dyn Observer,
    ) {
        let factors = self.fitted.layers[l].approximation.factors();
        let rows = self.solve(problem, self.data, factors, self.mode, observer);
        self.push(rows);
    }

    /// The coefficients of all layers above the last one known: C_l = C_{l−1} W with the relation W of
    /// layers l − 1 and l.
    pub(crate) fn push_through(&mut self, relations_of: Option<usize>) -> Result<(), ModelError> {
        for l in self.coefficients.len()..self.fitted.layers.len() {
            let weights = self.fitted.relation(l - 1, l, relations_of)?;
            self.push(self.last().times(weights));
        }
        Ok(())
    }

    /// The last coefficients in terms of the first layer whose columns have been balanced.
    pub(crate) fn balanced(&self) -> Matrix {
        let mut factors = self.fitted.layers[0].approximation.factors().to_vec();
        let before = factors[self.mode].column_norms();
        balance_columns(&mut factors);
        let after = factors[self.mode].column_norms();
        let ratio = |(b, a): (&f64, &f64)| if *b > 0.0 { a / b } else { 1.0 };
        let scales: Vec<_> = before.iter().zip(&after).map(ratio).collect();
        let mut balanced = self.last().clone();
        balanced.scale_columns(&scales);
        balanced
    }

    /// All coefficients, and the scores where there is a classifier.
    pub(crate) fn finish(self) -> Transformed {
        let labelled = self.mode + 1 == self.fitted.order();
        let layers = self.coefficients.into_iter().zip(&self.fitted.layers);
        let layers = layers.map(|(coefficients, layer)| {
            let classifier = layer.classifier.as_ref().filter(|_| labelled);
            TransformedLayer {
                scores: classifier.map(|b| coefficients.times(&b.transposed())),
                coefficients,
            }
        });
        Transformed {
            layers: layers.collect(),
            reason: self.reason,
        }
    }
}
