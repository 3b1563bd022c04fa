//! Pairs that fit each other best.

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix as Weights;

/// For every row its column, no column twice, so that the sum of the weights is largest; where there
/// are more rows than columns, some have none. A weight that is no number counts as 0.
pub fn assign(
    rows: usize,
    cols: usize,
    weight: impl Fn(usize, usize) -> f64,
) -> Vec<Option<usize>> {
    if rows == 0 || cols == 0 {
        return vec![None; rows];
    }
    // Integers, because assignment needs a total order; 2³² steps leave nine digits.
    let scaled = |row: usize, col: usize| {
        let weight = weight(row, col);
        let finite = if weight.is_finite() { weight } else { 0.0 };
        (finite * (1_u64 << 32) as f64).round() as i64
    };
    if rows <= cols {
        let weights = Weights::from_fn(rows, cols, |(row, col)| scaled(row, col));
        let (_, columns) = kuhn_munkres(&weights);
        return columns.into_iter().map(Some).collect();
    }
    let weights = Weights::from_fn(cols, rows, |(col, row)| scaled(row, col));
    let (_, of_columns) = kuhn_munkres(&weights);
    let mut columns = vec![None; rows];
    for (col, row) in of_columns.into_iter().enumerate() {
        columns[row] = Some(col);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The largest sum by trying everything.
    fn largest(weights: &[Vec<f64>], used: &mut Vec<usize>, left_over: usize) -> f64 {
        let Some((row, rest)) = weights.split_first() else {
            return 0.0;
        };
        let mut best = f64::NEG_INFINITY;
        if left_over > 0 {
            best = largest(rest, used, left_over - 1);
        }
        for (col, weight) in row.iter().enumerate() {
            if !used.contains(&col) {
                used.push(col);
                best = best.max(weight + largest(rest, used, left_over));
                used.pop();
            }
        }
        best
    }

    proptest! {
        #[test]
        fn assignment_agrees_with_trying_everything(
            (cols, weights) in (0..5_usize).prop_flat_map(|cols| {
                let row = proptest::collection::vec(0.0..1.0_f64, cols);
                (Just(cols), proptest::collection::vec(row, 0..5))
            })
        ) {
            let rows = weights.len();
            let columns = assign(rows, cols, |i, j| weights[i][j]);
            let mut taken: Vec<usize> = columns.iter().flatten().copied().collect();
            prop_assert_eq!(taken.len(), rows.min(cols));
            taken.sort_unstable();
            taken.dedup();
            prop_assert_eq!(taken.len(), rows.min(cols));
            let pairs = columns.iter().enumerate();
            let sum: f64 = pairs.filter_map(|(i, j)| Some(weights[i][(*j)?])).sum();
            let best = largest(&weights, &mut Vec::new(), rows.saturating_sub(cols));
            prop_assert!((sum - best).abs() < 1e-8, "{} {}", sum, best);
        }
    }

    #[test]
    fn weights_that_are_no_numbers_are_as_good_as_none() {
        let broken = [[f64::NAN, 1.0], [f64::NAN, f64::INFINITY]];
        assert_eq!(assign(2, 2, |i, j| broken[i][j]), [Some(1), Some(0)]);
    }
}
