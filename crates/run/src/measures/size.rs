//! How large a model is.

use hntf_experiment::metrics::{PARAMETERS, TERMS};

use super::measured::{Measured, Measurement};

pub(super) fn measure(fit: &Measured<'_>) -> Vec<Measurement> {
    let layers = fit.hierarchy.layers.iter().enumerate();
    let sizes = layers.flat_map(|(l, layer)| {
        [
            (l, TERMS.to_owned(), layer.approximation.rank() as f64),
            (l, PARAMETERS.to_owned(), layer.parameters as f64),
        ]
    });
    sizes.collect()
}
