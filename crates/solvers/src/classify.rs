//! Classes from the coefficients of a factorization, by least squares.

use hntf_tensor::{Matrix, symmetric_eigen};

use crate::Labels;
use crate::labels::add_square;

/// How the classifier B of B S ≈ Y is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Classifier {
    /// B = (L*Y) S⁺ with the pseudo-inverse of all columns of S: columns without a label count as
    /// zero targets. This is what the published accuracies used.
    PseudoInverse,
    /// The least-squares fit to the labelled columns alone.
    LabelledColumns,
}

impl Classifier {
    /// B, classes × r, for coefficients T = Sᵀ (n × r). O(n r²).
    pub fn fit(self, coefficients: &Matrix, labels: &Labels) -> Matrix {
        let rank = coefficients.cols();
        let (mut gram, mut targets) = (Matrix::zeros(rank, rank), Matrix::default());
        match self {
            Self::LabelledColumns => labels.gram(coefficients, &mut gram),
            Self::PseudoInverse => coefficients
                .iter_rows()
                .for_each(|row| add_square(row, &mut gram)),
        }
        labels.sums(coefficients, &mut targets);
        targets.times(&pseudo_inverse(&gram))
    }
}

/// The class with the largest entry of B s for every row s of T (n × r), B being classes × r; the first
/// of equal ones. O(n c r).
pub fn predict(classifier: &Matrix, coefficients: &Matrix) -> Vec<usize> {
    let scores = coefficients.times(&classifier.transposed());
    let largest = |row: &[f64]| {
        let entries = row.iter().enumerate();
        entries.fold((0, f64::NEG_INFINITY), |best, (c, x)| {
            if *x > best.1 { (c, *x) } else { best }
        })
    };
    scores.iter_rows().map(|row| largest(row).0).collect()
}

/// The pseudo-inverse of a Gram matrix (r × r), in O(r³); eigenvalues below 1e-14 of the largest count as zero.
pub fn pseudo_inverse(gram: &Matrix) -> Matrix {
    let n = gram.rows();
    let Some((values, vectors)) = symmetric_eigen(gram) else {
        return Matrix::zeros(n, n);
    };
    let cut = 1e-14 * values.iter().copied().fold(0.0, f64::max);
    Matrix::from_fn(n, n, |i, j| {
        let term = |k: usize| vectors[(i, k)] * vectors[(j, k)] / values[k];
        (0..n).filter(|k| values[*k] > cut).map(term).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use numpy_random::RandomState;

    fn random(rows: usize, cols: usize, seed: u32) -> Matrix {
        let mut random = RandomState::new(seed);
        Matrix::from_fn(rows, cols, |_, _| random.random_sample())
    }

    #[test]
    fn the_residual_of_labelled_columns_is_orthogonal_to_their_coefficients() {
        let t = random(30, 4, 1);
        let of = (0..30).map(|j| (j % 3 != 0).then_some(j % 5)).collect();
        let labels = Labels::new(5, of).unwrap();
        let b = Classifier::LabelledColumns.fit(&t, &labels);
        for c in 0..5 {
            for k in 0..4 {
                let product: f64 = labels
                    .known()
                    .map(|(j, class)| {
                        let predicted: f64 = (0..4).map(|i| b[(c, i)] * t[(j, i)]).sum();
                        (f64::from(u8::from(c == class)) - predicted) * t[(j, k)]
                    })
                    .sum();
                assert!(product.abs() < 1e-10);
            }
        }
    }

    #[test]
    fn a_pseudo_inverse_of_dependent_columns_is_the_moore_penrose_one() {
        let t = random(9, 2, 3);
        let doubled = Matrix::from_fn(9, 3, |i, j| t[(i, j.min(1))]);
        let gram = doubled.transposed().times(&doubled);
        let inverse = pseudo_inverse(&gram);
        let again = gram.times(&inverse).times(&gram);
        for (a, b) in again.as_slice().iter().zip(gram.as_slice()) {
            assert!((a - b).abs() < 1e-12);
        }
    }

    #[test]
    fn separable_columns_are_told_apart() {
        let t = Matrix::from_fn(8, 2, |j, k| if j % 2 == k { 1.0 } else { 0.1 });
        let labels = Labels::new(2, (0..8).map(|j| (j < 4).then_some(j % 2)).collect()).unwrap();
        for classifier in [Classifier::PseudoInverse, Classifier::LabelledColumns] {
            let b = classifier.fit(&t, &labels);
            assert_eq!(predict(&b, &t), [0, 1, 0, 1, 0, 1, 0, 1]);
        }
    }
}
