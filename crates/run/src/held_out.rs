//! Fits that see a part of the data, and their error on the rest.

use hntf_models::{Fit, Model};
use hntf_solvers::Observer;
use hntf_tensor::{Scratch, Tensor, relative_error};
use numpy_random::RandomState;

use crate::error::RunError;
use hntf_experiment::Method;

/// Fits a method once more to the data without a `share` of its entries and returns ‖X − X̂‖/‖X‖ over
/// those entries, layer by layer; `None` for a fit that failed, or where nothing but zeros is held
/// out. Which entries are held out depends on the trial alone: all methods miss the same.
pub(crate) fn held_out(
    method: &Method,
    fit: &Fit<'_>,
    (trial, share): (u32, f64),
    observer: &mut dyn Observer,
) -> Result<Vec<Option<f64>>, RunError> {
    let refuse = |source| RunError::Model {
        method: method.id.clone(),
        source,
    };
    let data = fit.data;
    let entries = chosen(data.shape(), share, trial);
    let seen = data.hiding(entries).map_err(|e| refuse(e.into()))?;
    let Some(seen) = seen else {
        return Ok(Vec::new());
    };
    let model: &dyn Model = &*method.model.value;
    let hierarchy = model
        .fit(
            &Fit {
                data: &*seen,
                ..*fit
            },
            observer,
        )
        .map_err(refuse)?;
    let mut scratch = Scratch::new();
    // What is not among the entries seen was held out, or is not known at all.
    let squared = |data: &dyn Tensor, layer: usize, scratch: &mut Scratch| {
        let error = relative_error(data, &hierarchy.layers[layer].approximation, scratch);
        error * error * data.squared_norm()
    };
    let norm = data.squared_norm() - seen.squared_norm();
    let error = |layer: usize| {
        let rest = squared(data, layer, &mut scratch) - squared(&*seen, layer, &mut scratch);
        let error = (rest.max(0.0) / norm).sqrt();
        Some(error).filter(|e| norm > 0.0 && e.is_finite())
    };
    Ok((0..hierarchy.layers.len()).map(error).collect())
}

/// Every entry with the same chance, independently; one at least is chosen and one at least is not.
fn chosen(shape: &[usize], share: f64, trial: u32) -> Vec<u32> {
    // Counted from the other end, so that no fit starts from the same numbers.
    let mut random = RandomState::new(u32::MAX - trial);
    let mut indices = Vec::new();
    let mut index = vec![0_u32; shape.len()];
    let entries: usize = shape.iter().product();
    for at in 0..entries {
        let first = at == 0;
        let last = at + 1 == entries;
        let drawn = random.random_sample() < share;
        if (drawn && !first) || (last && !first && indices.is_empty()) {
            indices.extend_from_slice(&index);
        }
        // The next index, the last mode fastest.
        for (i, n) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if (*i as usize) < *n {
                break;
            }
            *i = 0;
        }
    }
    indices
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_experiment::Experiment;
    use hntf_solvers::Silent;
    use hntf_tensor::{DenseTensor, Incomplete, Mask};
    use std::collections::BTreeSet;

    fn experiment() -> Experiment {
        let text = "ranks = [3, 2]\ndataset = { kind = \"synthetic-blocks\" }\n[[method]]\nid = \"m\"\nmodel = { kind = \"ncpd\", ncpd.start = \"random\" }\n";
        Experiment::parse("tiny.toml".as_ref(), text).unwrap()
    }

    fn data(shape: &[usize]) -> DenseTensor {
        let mut random = RandomState::new(2);
        let entries = shape.iter().product();
        let values = (0..entries).map(|_| random.random_sample()).collect();
        DenseTensor::new(shape.to_vec(), values).unwrap()
    }

    fn places(shape: &[usize], trial: u32) -> BTreeSet<Vec<u32>> {
        let flat = chosen(shape, 0.2, trial);
        flat.chunks(shape.len()).map(<[u32]>::to_vec).collect()
    }

    /// Entry by entry, for data of which some entries are not known at all.
    #[test]
    fn it_is_the_relative_error_over_the_entries_held_out() {
        let (experiment, shape) = (experiment(), vec![6, 5, 4]);
        let method = &experiment.methods[0];
        let x = data(&shape);
        let unknown = Mask::hiding(shape.clone(), vec![0, 0, 1, 5, 4, 3]).unwrap();
        let known = Incomplete::dense(x.clone(), unknown).unwrap();
        let hidden = places(&shape, 4);
        for data in [&x as &dyn Tensor, &known] {
            let fit = Fit::new(data, &[3, 2], 4);
            let found = held_out(method, &fit, (4, 0.2), &mut Silent).unwrap();
            let seen = data
                .hiding(hidden.iter().flatten().copied().collect())
                .unwrap()
                .unwrap();
            let fitted = method
                .model
                .value
                .fit(
                    &Fit {
                        data: &*seen,
                        ..fit
                    },
                    &mut Silent,
                )
                .unwrap();
            for (layer, found) in fitted.layers.iter().zip(found) {
                let model = DenseTensor::from_cp(&layer.approximation);
                let (mut distance, mut norm) = (0.0, 0.0);
                for (at, (x, m)) in x.values().iter().zip(model.values()).enumerate() {
                    let index = vec![(at / 20) as u32, (at / 4 % 5) as u32, (at % 4) as u32];
                    let is_known =
                        data.mask().is_none() || ![vec![0, 0, 1], vec![5, 4, 3]].contains(&index);
                    if hidden.contains(&index) && is_known {
                        distance += (x - m).powi(2);
                        norm += x * x;
                    }
                }
                let expected = (distance / norm).sqrt();
                assert!(
                    (found.unwrap() - expected).abs() < 1e-9,
                    "{found:?} {expected}"
                );
            }
        }
    }

    #[test]
    fn trials_hold_out_other_entries_and_never_all_or_none() {
        assert_ne!(places(&[6, 5, 4], 0), places(&[6, 5, 4], 1));
        assert_eq!(places(&[6, 5, 4], 3), places(&[6, 5, 4], 3));
        for trial in 0..50 {
            let few = places(&[2, 1], trial);
            assert_eq!(few.len(), 1, "one of two entries");
        }
        assert!(places(&[1, 1], 0).is_empty());
    }

    #[test]
    fn zeros_held_out_have_no_relative_error() {
        let (experiment, shape) = (experiment(), vec![4, 4]);
        let hidden = places(&shape, 0);
        let mut x = DenseTensor::new(shape, vec![1.0; 16]).unwrap();
        for index in hidden {
            x.values_mut()[4 * index[0] as usize + index[1] as usize] = 0.0;
        }
        let fit = Fit::new(&x, &[2], 0);
        let found = held_out(&experiment.methods[0], &fit, (0, 0.2), &mut Silent).unwrap();
        assert_eq!(found, [None]);
    }
}
