//! What the models check of their settings, in the words of [`ModelError`].

use std::fmt::Display;

use hntf_solvers::AdamSettings;

use crate::ModelError;

/// A parameter out of its range.
pub(crate) fn wrong(
    parameter: &'static str,
    found: &dyn Display,
    expected: &'static str,
) -> Result<(), ModelError> {
    Err(ModelError::Parameter {
        parameter,
        found: found.to_string(),
        expected,
    })
}

/// A finite number ≥ 0.
pub(crate) fn nonnegative(parameter: &'static str, value: f64) -> Result<(), ModelError> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    wrong(parameter, &value, "it must be a finite number ≥ 0")
}

/// A finite number > 0.
pub(crate) fn positive(parameter: &'static str, value: f64) -> Result<(), ModelError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    wrong(parameter, &value, "it must be a positive number")
}

/// A number of iterations, starts or the like.
pub(crate) fn at_least_one(parameter: &'static str, value: usize) -> Result<(), ModelError> {
    if value > 0 {
        return Ok(());
    }
    wrong(parameter, &value, "it must be at least 1")
}

/// The data of a model of matrices.
pub(crate) fn matrices_only(model: &'static str, shape: &[usize]) -> Result<(), ModelError> {
    if shape.len() == 2 {
        return Ok(());
    }
    let order = shape.len();
    Err(ModelError::MatricesOnly { model, order })
}

/// Checks the settings of the section `adam`.
pub(crate) fn adam(settings: &AdamSettings) -> Result<(), ModelError> {
    let AdamSettings {
        step,
        beta1,
        beta2,
        epsilon,
    } = *settings;
    positive("adam.step", step)?;
    let in_range = (0.0..1.0).contains(&beta1) && (0.0..1.0).contains(&beta2);
    if in_range && epsilon > 0.0 && epsilon.is_finite() {
        return Ok(());
    }
    let found = format!("beta1 {beta1}, beta2 {beta2}, epsilon {epsilon}");
    wrong("adam", &found, "0 ≤ beta < 1 and epsilon > 0 are needed")
}

/// Ranks must decrease, and the first must not exceed the number of terms that gives any tensor of
/// this shape exactly.
pub(crate) fn ranks(shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
    let decreasing = ranks.windows(2).all(|pair| pair[1] < pair[0]);
    if ranks.is_empty() || ranks.contains(&0) || !decreasing {
        return Err(ModelError::Ranks {
            ranks: ranks.to_vec(),
        });
    }
    let product = |skip: usize| -> usize {
        let others = shape.iter().enumerate().filter(|(i, _)| *i != skip);
        others.fold(1, |p, (_, n)| p.saturating_mul(*n))
    };
    let limit = (0..shape.len()).map(product).min().unwrap_or(0);
    if ranks[0] > limit {
        return Err(ModelError::RankAboveData {
            rank: ranks[0],
            limit,
            shape: shape.to_vec(),
        });
    }
    Ok(())
}

/// The most that a fit may keep of what grows as a rank to the power of the order: 4 GiB. Beside data
/// and factors no fit of practice has more, and an allocation that fails would end the program.
const MEMORY_LIMIT: f64 = 4.0 * 1024.0 * 1024.0 * 1024.0;

/// Checks the memory of `numbers` numbers, which depend on ranks and order, before any is taken.
pub(crate) fn memory(
    model: &'static str,
    order: usize,
    ranks: &[usize],
    numbers: f64,
) -> Result<(), ModelError> {
    let bytes = numbers * 8.0;
    if bytes <= MEMORY_LIMIT {
        return Ok(());
    }
    Err(ModelError::Memory {
        model,
        order,
        ranks: ranks.to_vec(),
        needed: bytes / 1e9,
        limit: MEMORY_LIMIT / 1e9,
    })
}

/// The memory of a core X ×_i F_iᵀ of r_0^k numbers.
pub(crate) fn core(
    model: &'static str,
    shape: &[usize],
    ranks: &[usize],
) -> Result<(), ModelError> {
    // Flat, it has no core.
    if ranks.len() < 2 {
        return Ok(());
    }
    let order = shape.len();
    memory(model, order, ranks, (ranks[0] as f64).powf(order as f64))
}

/// λ_l of the layers, as given or all 1.
pub(crate) fn layer_weights(given: &[f64], ranks: &[usize]) -> Vec<f64> {
    if given.is_empty() {
        vec![1.0; ranks.len()]
    } else {
        given.to_vec()
    }
}

/// One weight a layer or none at all, each ≥ 0 and one of them above.
pub(crate) fn given_layer_weights(given: &[f64], ranks: &[usize]) -> Result<(), ModelError> {
    let valid = |w: &f64| *w >= 0.0 && w.is_finite();
    let expected = if given.is_empty() {
        return Ok(());
    } else if given.len() != ranks.len() {
        "one weight per rank is needed, or none for 1 everywhere"
    } else if !given.iter().all(valid) {
        "every weight must be a finite number ≥ 0"
    } else if given.iter().all(|w| *w == 0.0) {
        "at least one weight must be above 0: there would be nothing to fit"
    } else {
        return Ok(());
    };
    wrong("layer-weights", &format!("{given:?}"), expected)
}
