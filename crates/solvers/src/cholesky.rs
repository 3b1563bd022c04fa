//! Cholesky factors of small Gram matrices, in place: for k ≤ 20 faster than a blocked routine.

/// A pivot below this share of its diagonal entry means linear dependence on the columns before it.
const DEPENDENT: f64 = 1e-13;

/// Overwrites the lower triangle of the row-major p × p matrix `a` by its Cholesky factor.
/// Returns false, with `a` spoilt, if a column depends on those before it.
pub(crate) fn factorize(a: &mut [f64], p: usize) -> bool {
    for i in 0..p {
        for j in 0..=i {
            let (head, tail) = a.split_at_mut(i * p);
            let row_i = &mut tail[..p];
            let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
            if j == i {
                let diagonal = row_i[i];
                let pivot = diagonal - dot(&row_i[..i], &row_i[..i]);
                // A NaN is not a pivot either.
                let independent = pivot > DEPENDENT * diagonal && pivot > 0.0;
                if !independent {
                    return false;
                }
                row_i[i] = pivot.sqrt();
            } else {
                let row_j = &head[j * p..(j + 1) * p];
                row_i[j] = (row_i[j] - dot(&row_i[..j], &row_j[..j])) / row_j[j];
            }
        }
    }
    true
}

/// Solves L Lᵀ x = b in place for the factor of [`factorize`].
pub(crate) fn solve(l: &[f64], p: usize, b: &mut [f64]) {
    for i in 0..p {
        let row = &l[i * p..i * p + i];
        let known: f64 = row.iter().zip(&*b).map(|(l, x)| l * x).sum();
        b[i] = (b[i] - known) / l[i * p + i];
    }
    for i in (0..p).rev() {
        b[i] /= l[i * p + i];
        let x = b[i];
        let row = &l[i * p..i * p + i];
        for (b, l) in b[..i].iter_mut().zip(row) {
            *b -= l * x;
        }
    }
}
