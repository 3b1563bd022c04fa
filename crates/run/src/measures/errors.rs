//! How far a layer's approximation is from the data, in several measures.

use hntf_experiment::metrics::{PROXY_ERROR, RECONSTRUCTION, RELATIVE_ERROR, TRAINING_ERROR};
use hntf_tensor::{Scratch, relative_error};

use super::measured::{Measured, Measurement};

pub(super) fn measure(fit: &Measured<'_>) -> Vec<Measurement> {
    let dataset = fit.dataset;
    let norm = dataset.data.squared_norm().sqrt();
    let mut scratch = Scratch::new();
    let mut found = Vec::new();
    for (l, layer) in fit.hierarchy.layers.iter().enumerate() {
        let model = &layer.approximation;
        let training = relative_error(&*dataset.data, model, &mut scratch);
        let reference = match &dataset.reference {
            Some((_, reference)) => relative_error(&**reference, model, &mut scratch),
            None => training,
        };
        found.push((l, RELATIVE_ERROR.to_owned(), reference));
        found.push((l, TRAINING_ERROR.to_owned(), training));
        if fit.wants(RECONSTRUCTION) {
            found.push((l, RECONSTRUCTION.to_owned(), training * norm));
        }
        if let Some(left_out) = dataset.left_out {
            let proxy = proxy_error(left_out, norm, training);
            found.push((l, PROXY_ERROR.to_owned(), proxy));
        }
    }
    found
}

/// See [`PROXY_ERROR`]; `norm` is ‖X‖ and `error` ‖X − X̂‖/‖X‖.
fn proxy_error(left_out: f64, norm: f64, error: f64) -> f64 {
    let squared = |x: f64| x * x;
    ((left_out + squared(norm * error)) / (left_out + squared(norm))).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_error_is_the_error_of_the_whole_where_its_parts_are_orthogonal() {
        // The whole is (3, 4, 12), X its first two entries, the approximation (3, 0, 0).
        let (norm, error) = (5.0, 4.0 / 5.0);
        let whole: f64 = (16.0 + 144.0_f64).sqrt() / 13.0;
        assert!((proxy_error(144.0, norm, error) - whole).abs() < 1e-15);
        assert_eq!(proxy_error(0.0, norm, error), error);
    }
}
