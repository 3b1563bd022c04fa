//! How many topics? What a grid of ranks and restarts says of it.
//!
//! An error falls with every further topic and names no number. Restarts do: as long as the data
//! carry the topics of a rank, fits from other seeds find the same ones. Measured of the trials of a
//! method, layer by layer, are
//!
//! - [`STABILITY`]: how far the topics of a trial are those of the others ([`agreement`]), and
//!   [`STABILITY_OF_BEST`]: the same among the trials that end near the smallest training error, so
//!   that poor local minima do not count;
//! - [`COPHENETIC`] and [`DISPERSION`]: how firmly the items of a mode fall into the topics
//!   ([`consensus`]);
//! - [`HELD_OUT_ERROR`], if asked for: how well a fit foretells entries it has not seen (the "missing
//!   data" form of Wold's cross-validation, Technometrics 20, 1978);
//! - [`CORE_CONSISTENCY`]: whether a fit's terms stand for themselves ([`core_consistency()`]).
//!
//! Stabilities and core consistency are cells of every trial they are known of, the consensus is of
//! trial 0 alone: it belongs to all trials together.

pub mod agreement;
pub mod consensus;
mod core_consistency;

use hntf_models::Layer;
use hntf_tensor::Matrix;

pub use core_consistency::{LARGEST_CORE, core_consistency};

use crate::Cell;
use agreement::{Topics, mean_agreements};
use consensus::{Consensus, clusters};

/// The mean factor match score of a trial's topics with those of every other trial, 0 to 1.
pub const STABILITY: &str = "stability";
/// The same, of and among the trials with a training error near the smallest.
pub const STABILITY_OF_BEST: &str = "stability-of-best";
/// The cophenetic correlation of the consensus over all trials, at most 1.
pub const COPHENETIC: &str = "cophenetic";
/// The dispersion of the consensus over all trials, 0 to 1.
pub const DISPERSION: &str = "dispersion";
/// ‖X − X̂‖/‖X‖ over entries that a fit of the same trial has not seen.
pub const HELD_OUT_ERROR: &str = "held-out-error";
/// How far the best core between a fit's factors is from its own, in percent.
pub const CORE_CONSISTENCY: &str = "core-consistency";

/// What of a layer is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerTopics {
    /// Its topics, one matrix a mode, n_i × r.
    pub topics: Vec<Matrix>,
    /// Whether topic j of one mode and topic j of another are parts of one term: in most models, not
    /// in HNCPD, whose modes have topics of their own.
    pub terms: bool,
}

impl From<&Layer> for LayerTopics {
    fn from(layer: &Layer) -> Self {
        Self {
            topics: layer.topics.clone(),
            terms: layer.approximation.rank() == layer.rank,
        }
    }
}

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

/// The cells that compare the trials of one method: `fits` are its trials with their numbers. Fewer
/// than two have nothing to compare. See [`near_limit`] for `near`.
pub fn across(method: &str, fits: &[(u32, Traits)], near: f64) -> Vec<Cell> {
    let layers = fits.iter().map(|(_, f)| f.layers.len()).min().unwrap_or(0);
    if fits.len() < 2 {
        return Vec::new();
    }
    let mut cells = Vec::new();
    for layer in 0..layers {
        let cell = |trial, metric: &str, value| Cell {
            method: method.to_owned(),
            trial,
            layer,
            metric: metric.to_owned(),
            value,
        };
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
    use hntf_tensor::{CpTensor, DenseTensor};
    use numpy_random::RandomState;

    /// A model with factors drawn from [0, 1).
    pub(super) fn random(shape: &[usize], rank: usize, seed: u32) -> CpTensor {
        let mut random = RandomState::new(seed);
        let factor = |n: &usize| Matrix::from_fn(*n, rank, |_, _| random.random_sample());
        CpTensor::new(shape.iter().map(factor).collect()).unwrap()
    }

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

    fn mean(cells: &[Cell], layer: usize, metric: &str) -> f64 {
        let of = cells
            .iter()
            .filter(|c| c.layer == layer && c.metric == metric);
        let values: Vec<f64> = of.map(|c| c.value).collect();
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn the_topics_that_are_there_are_found_again_and_more_are_not() {
        let cells = across("m", &fits(&[6, 3], 6), 0.01);
        assert!(mean(&cells, 1, STABILITY_OF_BEST) > 0.99);
        assert!(mean(&cells, 0, STABILITY_OF_BEST) < 0.9);
        assert_eq!(mean(&cells, 1, COPHENETIC), 1.0);
        let trials = cells
            .iter()
            .filter(|c| c.layer == 0 && c.metric == STABILITY);
        assert_eq!(
            trials.map(|c| c.trial).collect::<Vec<_>>(),
            [0, 1, 2, 3, 4, 5]
        );
    }

    #[test]
    fn only_trials_near_the_smallest_error_are_among_the_best() {
        let mut fits = fits(&[3], 4);
        for (_, traits) in &mut fits {
            traits.layers[0].training_error = 0.5;
        }
        fits[2].1.layers[0].training_error = 0.6;
        let best = |near| {
            let cells = across("m", &fits, near).into_iter();
            let best = cells.filter(|c| c.metric == STABILITY_OF_BEST);
            best.map(|c| c.trial).collect::<Vec<_>>()
        };
        assert_eq!(best(0.01), [0, 1, 3]);
        assert_eq!(best(0.25), [0, 1, 2, 3]);
    }

    #[test]
    fn one_trial_has_nothing_to_compare() {
        assert!(across("m", &fits(&[3], 1), 0.01).is_empty());
    }
}
