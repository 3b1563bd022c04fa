//! How far the topics of two fits are the same.

use hntf_tensor::Matrix;

use super::layer_topics::LayerTopics;
use hntf_models::topics::assign;

/// Topics of one layer with columns of length 1, ready to be compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Topics {
    /// One matrix a mode, n_i × r.
    modes: Vec<Matrix>,
    /// Whether topic j of one mode and topic j of another are parts of one term.
    terms: bool,
}

impl Topics {
    /// The topics of a layer. Where they are no terms the modes are compared one by one.
    pub(super) fn of(layer: &LayerTopics) -> Self {
        let normalised = |topics: &Matrix| {
            let norms = topics.column_norms().into_iter();
            let scales: Vec<f64> = norms.map(|n| if n > 0.0 { 1.0 / n } else { 0.0 }).collect();
            let mut columns = topics.clone();
            columns.scale_columns(&scales);
            columns
        };
        Self {
            modes: layer.topics.iter().map(normalised).collect(),
            terms: layer.terms,
        }
    }

    /// The factor match score of two sets of as many topics, 0 to 1: topics are paired so that the sum
    /// of their similarities is largest, and the mean over the pairs is taken. The similarity of two
    /// topics is the product over the modes of the cosines of their columns (Tucker's congruence; the
    /// score without weights of Acar, Dunlavy & Kolda, J. Chemometrics 25, 2011). A topic that is zero
    /// in a mode matches nothing.
    ///
    /// Topics of every mode on their own are paired mode by mode, and the mean over the modes is
    /// taken. Cost: r² products over Σ n_i rows and an assignment, r³.
    pub(super) fn agreement(&self, other: &Self) -> f64 {
        let cosines = self.modes.iter().zip(&other.modes);
        let cosines: Vec<Matrix> = cosines.map(|(a, b)| a.transposed().times(b)).collect();
        if self.terms && other.terms {
            let product = |i, j| cosines.iter().map(|c| c[(i, j)]).product();
            let rank = cosines.first().map_or(0, Matrix::rows);
            return best_mean(&Matrix::from_fn(rank, rank, product));
        }
        let means: f64 = cosines.iter().map(best_mean).sum();
        means / cosines.len().max(1) as f64
    }
}

/// The largest mean similarity over all pairings.
fn best_mean(similarities: &Matrix) -> f64 {
    let rank = similarities.rows();
    let pairs = assign(rank, rank, |i, j| similarities[(i, j)]);
    let pairs = pairs.iter().enumerate();
    let sum: f64 = pairs
        .filter_map(|(i, j)| Some(similarities[(i, (*j)?)]))
        .sum();
    sum / rank.max(1) as f64
}

/// For every fit the mean agreement with all the others; fewer than two fits have none.
pub(super) fn mean_agreements(fits: &[&Topics]) -> Vec<f64> {
    let count = fits.len();
    if count < 2 {
        return Vec::new();
    }
    let mut sums = vec![0.0; count];
    for (i, a) in fits.iter().enumerate() {
        for (j, b) in fits.iter().enumerate().skip(i + 1) {
            let agreement = a.agreement(b);
            sums[i] += agreement;
            sums[j] += agreement;
        }
    }
    sums.iter().map(|s| s / (count - 1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::super::layer_topics::tests::random;
    use super::*;
    use hntf_models::Hierarchy;
    use hntf_models::{Fit, Model, StandardHncpd};
    use hntf_solvers::Silent;
    use hntf_tensor::{CpTensor, DenseTensor};
    use proptest::prelude::*;

    fn topics(model: &CpTensor) -> Topics {
        Topics::of(&LayerTopics {
            topics: model.factors().to_vec(),
            terms: true,
        })
    }

    /// Over all pairings, by the definition.
    fn plain(a: &CpTensor, b: &CpTensor) -> f64 {
        fn pairings(n: usize) -> Vec<Vec<usize>> {
            (0..n).fold(vec![vec![]], |shorter, next| {
                let insert = |p: Vec<usize>| {
                    (0..=p.len()).map(move |at| {
                        let mut longer = p.clone();
                        longer.insert(at, next);
                        longer
                    })
                };
                shorter.into_iter().flat_map(insert).collect()
            })
        }
        let column = |f: &Matrix, j| -> Vec<f64> { f.iter_rows().map(|row| row[j]).collect() };
        let cosine = |x: &[f64], y: &[f64]| {
            let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
            dot(x, y) / (dot(x, x) * dot(y, y)).sqrt()
        };
        let similarity = |i, j| -> f64 {
            let modes = a.factors().iter().zip(b.factors());
            modes
                .map(|(a, b)| cosine(&column(a, i), &column(b, j)))
                .product()
        };
        let means = pairings(a.rank()).into_iter().map(|p| {
            let sum: f64 = p.iter().enumerate().map(|(i, j)| similarity(i, *j)).sum();
            sum / a.rank() as f64
        });
        means.fold(0.0, f64::max)
    }

    proptest! {
        #[test]
        fn it_is_the_best_of_all_pairings(
            shape in proptest::collection::vec(1..5_usize, 1..5), rank in 1..5_usize, seed in 0..1000_u32
        ) {
            let (a, b) = (random(&shape, rank, seed), random(&shape, rank, seed + 7));
            let (fast, slow) = (topics(&a).agreement(&topics(&b)), plain(&a, &b));
            prop_assert!((fast - slow).abs() < 1e-8, "{} {}", fast, slow);
        }

        #[test]
        fn order_and_scale_of_topics_do_not_count(seed in 0..1000_u32) {
            let a = random(&[5, 4, 3], 3, seed);
            let mut factors = a.factors().to_vec();
            for f in &mut factors {
                let shuffled = Matrix::from_fn(f.rows(), 3, |i, j| f[(i, (j + 1) % 3)]);
                *f = shuffled;
                f.scale_columns(&[2.0, 0.1, 7.0]);
            }
            let b = CpTensor::new(factors).unwrap();
            prop_assert!((topics(&a).agreement(&topics(&b)) - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn topics_of_every_mode_on_their_own_are_paired_mode_by_mode() {
        let data = DenseTensor::from_cp(&random(&[6, 5, 4], 4, 5));
        let fit = Fit::new(&data, &[3, 2], 0);
        let hierarchy: Hierarchy = StandardHncpd::default().fit(&fit, &mut Silent).unwrap();
        let layer = &LayerTopics::from(&hierarchy.layers[1]);
        assert!(!layer.terms);
        // The same topics, in another order in one mode alone.
        let mut other = layer.clone();
        let f = &layer.topics[0];
        other.topics[0] = Matrix::from_fn(f.rows(), 2, |i, j| f[(i, 1 - j)]);
        let agreement = Topics::of(layer).agreement(&Topics::of(&other));
        assert!((agreement - 1.0).abs() < 1e-12, "{agreement}");
    }

    #[test]
    fn a_topic_that_is_zero_matches_nothing() {
        let a = random(&[4, 3], 2, 1);
        let mut factors = a.factors().to_vec();
        (0..4).for_each(|i| factors[0][(i, 1)] = 0.0);
        let b = CpTensor::new(factors).unwrap();
        assert!((topics(&a).agreement(&topics(&b)) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_fit_that_differs_from_all_others_stands_out() {
        let (a, b) = (
            topics(&random(&[9, 8], 2, 1)),
            topics(&random(&[9, 8], 2, 2)),
        );
        let means = mean_agreements(&[&a, &a, &b]);
        assert!((means[0] - (1.0 + means[2]) / 2.0).abs() < 1e-12);
        assert!(means[2] < means[0]);
        assert!(mean_agreements(&[&a]).is_empty());
    }
}
