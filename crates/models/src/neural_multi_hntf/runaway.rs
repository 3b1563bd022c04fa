//! The scale between a column of the factors and its row of W⁰, which nothing may hold.

use hntf_tensor::Matrix;

/// Columns whose norms are further apart than this, as an exponent of 2, are brought nearer to each
/// other, to [`KEPT`].
const APART: f64 = 60.0;
/// The least distance that is left: below rounding beside the other columns.
const KEPT: f64 = 54.0;

/// Holds columns that run away from each other, or all together.
///
/// A topic of the first layer may serve the layers above in all modes but one: its column grows there
/// and shrinks in the one, its row of W⁰ shrinks, and the loss falls for ever, by less and less, until a
/// square overflows. Of such a topic, with s a power of 2, the row times s, the short column times
/// s^(k−1) and the others over s leave the first layer as it is, and above it all modes but the one
/// where the column counts for nothing, before and after.
///
/// Or it serves the layers above alone: its columns shrink in all modes and its row grows. Then the row
/// times s and all columns over s leave the layers above as they are, and of the first one what is
/// below rounding.
pub(super) fn hold(factors: &mut [Matrix], weights: &mut Matrix) {
    let largest = |m: &Matrix, j: usize| m.iter_rows().map(|row| row[j]).fold(0.0, f64::max);
    let sizes = |factors: &[Matrix], j: usize| -> Vec<f64> {
        factors.iter().map(|f| largest(f, j)).collect()
    };
    let order = factors.len() as f64;
    // The exponent of their geometric mean.
    let mean = |sizes: &[f64]| sizes.iter().map(|x| x.log2()).sum::<f64>() / order;
    for j in 0..weights.rows() {
        let own = sizes(factors, j);
        let longest = own.iter().copied().fold(0.0, f64::max);
        let least = own.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
        let Some((short, least)) = least.filter(|_| longest > 0.0 && longest.is_finite()) else {
            continue;
        };
        let apart = longest.log2() - least.log2();
        if apart > APART && *least > 0.0 {
            let scale = ((apart - KEPT) / order).floor().exp2();
            scale_columns(
                factors,
                j,
                1.0 / scale,
                Some((short, scale.powf(order - 1.0))),
            );
            weights.row_mut(j).iter_mut().for_each(|w| *w *= scale);
        } else if *least == 0.0 && longest.log2().abs() > APART {
            let scale = longest.log2().floor().exp2();
            scale_columns(factors, j, 1.0 / scale, None);
            weights.row_mut(j).iter_mut().for_each(|w| *w *= scale);
        }
        // Whatever became of it, it may be short beside the others.
        let others = (0..weights.rows()).map(|j| mean(&sizes(factors, j)));
        let below = others.fold(f64::NEG_INFINITY, f64::max) - mean(&sizes(factors, j));
        if below.is_finite() && below > APART {
            let scale = (KEPT - below).floor().exp2();
            scale_columns(factors, j, 1.0 / scale, None);
            weights.row_mut(j).iter_mut().for_each(|w| *w *= scale);
        }
    }
}

/// Column j times `by` in all modes, but in one that has a scale of its own.
fn scale_columns(factors: &mut [Matrix], j: usize, by: f64, but: Option<(usize, f64)>) {
    for (mode, factor) in factors.iter_mut().enumerate() {
        let by = but.filter(|(m, _)| *m == mode).map_or(by, |(_, own)| own);
        for i in 0..factor.rows() {
            factor[(i, j)] *= by;
        }
    }
}
