//! Factors of which one is to be found.

use hntf_tensor::Matrix;

/// The factors, with one of zeros in place of that of `mode`.
pub(super) fn with_blank(factors: &[Matrix], mode: usize, rows: usize) -> Vec<Matrix> {
    let factors = factors.iter().enumerate();
    let blank = |(i, f): (usize, &Matrix)| {
        if i == mode {
            Matrix::zeros(rows, f.cols())
        } else {
            f.clone()
        }
    };
    factors.map(blank).collect()
}
