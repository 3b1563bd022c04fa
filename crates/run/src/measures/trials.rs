//! How many topics? What a grid of ranks and restarts says of it.
//!
//! An error falls with every further topic and names no number. Restarts do: as long as the data
//! carry the topics of a rank, fits from other seeds find the same ones. Measured of the trials of a
//! method, layer by layer, are
//!
//! - [`STABILITY`]: how far the topics of a trial are those of the others (`agreement.rs`), and
//!   [`STABILITY_OF_BEST`]: the same among the trials that end near the smallest training error, so
//!   that poor local minima do not count;
//! - [`COPHENETIC`] and [`DISPERSION`]: how firmly the items of a mode fall into the topics
//!   (`consensus.rs`);
//! - the held-out error, if asked for: how well a fit foretells entries it has not seen (the "missing
//!   data" form of Wold's cross-validation, Technometrics 20, 1978);
//! - the core consistency: whether a fit's terms stand for themselves ([`core_consistency`](super::core_consistency())).
//!
//! Stabilities and core consistency are cells of every trial they are known of, the consensus is of
//! trial 0 alone: it belongs to all trials together.

use hntf_experiment::metrics::{COPHENETIC, DISPERSION, STABILITY, STABILITY_OF_BEST};

use super::agreement::{Topics, mean_agreements};
use super::consensus::{Consensus, clusters};
use super::layer_topics::LayerTopics;

/// What of a fit is compared with other fits, layer by layer.
#[derive(Debug, Clone)]
pub struct Traits {
    layers: Vec<LayerTraits>,
}

#[derive(Debug, Clone)]
struct LayerTraits {
    topics: Topics,
    groups: Vec<Option<usize>>,
    training_error: f64,
}

impl Traits {
    /// Those of a fit's layers and their training errors; the items of `mode` are grouped.
    pub fn of(layers: &[LayerTopics], mode: usize, training_errors: &[f64]) -> Self {
        let layers = layers.iter().zip(training_errors);
        Self {
            layers: layers
                .map(|(layer, error)| LayerTraits {
                    topics: Topics::of(layer),
                    groups: clusters(layer, mode),
                    training_error: *error,
                })
                .collect(),
        }
    }
}

/// Up to where a training error is near the smallest, e: (1 + `near`) e, and at least e + 0.001, which
/// matters where a fit is nearly exact and e is what the iteration has left.
pub fn near_limit(smallest: f64, near: f64) -> f64 {
    smallest + (near * smallest).max(0.001)
}

/// The values that compare the trials of one method, (trial, layer, metric, value): `fits` are its
/// trials with their numbers. Fewer than two have nothing to compare. See [`near_limit`] for `near`.
pub fn across(fits: &[(u32, Traits)], near: f64) -> Vec<(u32, usize, String, f64)> {
    let layers = fits.iter().map(|(_, f)| f.layers.len()).min().unwrap_or(0);
    if fits.len() < 2 {
        return Vec::new();
    }
    let mut cells = Vec::new();
    for layer in 0..layers {
        let cell = |trial, metric: &str, value| (trial, layer, metric.to_owned(), value);
        let of_layer: Vec<_> = fits.iter().map(|(t, f)| (*t, &f.layers[layer])).collect();
        let errors = of_layer.iter().map(|(_, f)| f.training_error);
        let limit = near_limit(errors.fold(f64::INFINITY, f64::min), near);
        let (mut best, all) = (of_layer.clone(), of_layer);
        best.retain(|(_, f)| f.training_error <= limit);
        for (metric, fits) in [(STABILITY, &all), (STABILITY_OF_BEST, &best)] {
            let topics: Vec<&Topics> = fits.iter().map(|(_, f)| &f.topics).collect();
            let means = fits.iter().zip(mean_agreements(&topics));
            cells.extend(means.map(|((trial, _), mean)| cell(*trial, metric, mean)));
        }
        let groups: Vec<_> = all.iter().map(|(_, f)| f.groups.clone()).collect();
        let consensus = Consensus::of(&groups);
        let of_all = [
            (COPHENETIC, consensus.cophenetic()),
            (DISPERSION, consensus.dispersion()),
        ];
        let known = of_all.into_iter().filter_map(|(m, v)| Some((m, v?)));
        cells.extend(known.map(|(metric, value)| cell(0, metric, value)));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_models::{Fit, FlatNcpd, Model};
    use hntf_solvers::{Ncpd, Silent, Start, Update};
    use hntf_tensor::{CpTensor, DenseTensor, Matrix};
    use numpy_random::RandomState;

    /// Three topics over 12 × 9 × 8 that share nearly nothing, and noise.
    fn data() -> DenseTensor {
        let mut random = RandomState::new(5);
        let block =
            |n: usize| Matrix::from_fn(n, 3, |i, j| if i * 3 / n == j { 1.0 } else { 0.05 });
        let factors = vec![block(12), block(9), block(8)];
        let mut data = DenseTensor::from_cp(&CpTensor::new(factors).unwrap());
        let values = data.values_mut().iter_mut();
        values.for_each(|x| *x += 0.2 * random.random_sample());
        data
    }

    fn fits(ranks: &[usize], trials: u32) -> Vec<(u32, Traits)> {
        let (data, ncpd) = (
            data(),
            Ncpd {
                update: Update::Hals,
                start: Start::Random,
                ..Ncpd::default()
            },
        );
        let fit = |seed| {
            let fitted = FlatNcpd { ncpd }.fit(&Fit::new(&data, ranks, seed), &mut Silent);
            let hierarchy = fitted.unwrap();
            let error = |l: &hntf_models::Layer| {
                hntf_tensor::relative_error(&data, &l.approximation, &mut Default::default())
            };
            let errors: Vec<f64> = hierarchy.layers.iter().map(error).collect();
            let layers: Vec<_> = hierarchy.layers.iter().map(LayerTopics::from).collect();
            (seed, Traits::of(&layers, 2, &errors))
        };
        (0..trials).map(fit).collect()
    }

    fn mean(cells: &[(u32, usize, String, f64)], layer: usize, metric: &str) -> f64 {
        let of = cells.iter().filter(|c| c.1 == layer && c.2 == metric);
        let values: Vec<f64> = of.map(|c| c.3).collect();
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn the_topics_that_are_there_are_found_again_and_more_are_not() {
        let cells = across(&fits(&[6, 3], 6), 0.01);
        assert!(mean(&cells, 1, STABILITY_OF_BEST) > 0.99);
        assert!(mean(&cells, 0, STABILITY_OF_BEST) < 0.9);
        assert_eq!(mean(&cells, 1, COPHENETIC), 1.0);
        let trials = cells.iter().filter(|c| c.1 == 0 && c.2 == STABILITY);
        assert_eq!(trials.map(|c| c.0).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn only_trials_near_the_smallest_error_are_among_the_best() {
        let mut fits = fits(&[3], 4);
        for (_, traits) in &mut fits {
            traits.layers[0].training_error = 0.5;
        }
        fits[2].1.layers[0].training_error = 0.6;
        let best = |near| {
            let cells = across(&fits, near).into_iter();
            let best = cells.filter(|c| c.2 == STABILITY_OF_BEST);
            best.map(|c| c.0).collect::<Vec<_>>()
        };
        assert_eq!(best(0.01), [0, 1, 3]);
        assert_eq!(best(0.25), [0, 1, 2, 3]);
    }

    #[test]
    fn one_trial_has_nothing_to_compare() {
        assert!(across(&fits(&[3], 1), 0.01).is_empty());
    }
}
