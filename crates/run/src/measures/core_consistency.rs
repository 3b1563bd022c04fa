//! Core consistency: whether a CP model says what a Tucker core between the same factors would say.

use hntf_experiment::metrics::CORE_CONSISTENCY;
use hntf_solvers::{balance_columns, pseudo_inverse};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Scratch, Tensor, TensorError, gram};

use super::measured::{Measured, Measurement};

/// Of the layers whose topics are the terms of their approximation. Where there is no memory for it,
/// the fit has no such number.
pub(super) fn measure(fit: &Measured<'_>) -> Vec<Measurement> {
    if !fit.wants(CORE_CONSISTENCY) {
        return Vec::new();
    }
    let layers = fit.hierarchy.layers.iter().enumerate();
    let measured = layers.filter_map(|(l, layer)| {
        let model = &layer.approximation;
        let terms = model.rank() == layer.rank;
        let found = terms.then(|| core_consistency(&*fit.dataset.data, model))?;
        Some((l, CORE_CONSISTENCY.to_owned(), found.ok()??))
    });
    measured.collect()
}

/// The core consistency of a model of rank r ≥ 1, in percent (Bro & Kiers, J. Chemometrics 17, 2003):
///
/// 100 (1 − Σ (g − δ)² / r),  G = X ×_1 F_1⁺ ⋯ ×_k F_k⁺,
///
/// with δ the core of the model itself: ones where all indices agree, zeros elsewhere. 100 says that no
/// interaction between different terms would explain more of the data; near 0 or below, the terms
/// do not stand for themselves, and there are too many of them.
///
/// G depends on how a term's size is spread over the modes; here every column of a term has one
/// length. For a matrix (order 2) G is the identity at any unconstrained optimum, and a value below
/// 100 tells of nothing but active constraints: it is meant for orders of 3 and above. Hidden entries
/// are those of the model.
///
/// Cost: one projection of the data onto the factors, and r^k (k r) for the small products. G itself
/// has r^k entries; `None` if that is more than [`LARGEST_CORE`], or if the model is zero in a term.
///
/// # Errors
/// No memory for data with hidden entries, completed.
pub fn core_consistency(data: &dyn Tensor, model: &CpTensor) -> Result<Option<f64>, TensorError> {
    let rank = model.rank();
    let order = u32::try_from(model.factors().len()).unwrap_or(u32::MAX);
    let entries = rank.checked_pow(order);
    if rank == 0 || entries.is_none_or(|n| n > LARGEST_CORE) {
        return Ok(None);
    }
    let mut factors = model.factors().to_vec();
    if factors.iter().any(|f| f.column_norms().contains(&0.0)) {
        return Ok(None);
    }
    balance_columns(&mut factors);
    let completed = data.completed_with(model)?;
    let data = completed.as_deref().unwrap_or(data);
    let projections: Vec<_> = factors.iter().map(Some).collect();
    let projected = data.project(&projections, &mut Scratch::new());
    // F⁺ = (FᵀF)⁺ Fᵀ, and X ×_i F_iᵀ is there already.
    let inverses: Vec<Matrix> = factors.iter().map(inverse_gram).collect();
    let inverses: Vec<_> = inverses.iter().map(Some).collect();
    let core = projected.project(&inverses, &mut Scratch::new());
    let off = distance_to_diagonal(&core, rank);
    Ok(Some(100.0 * (1.0 - off / rank as f64)))
}

/// A core of more entries says nothing that its size is worth.
pub const LARGEST_CORE: usize = 10_000_000;

fn inverse_gram(factor: &Matrix) -> Matrix {
    let mut products = Matrix::default();
    gram(factor, &mut products);
    pseudo_inverse(&products)
}

/// Σ (g − δ)². Entry j of the diagonal stands at j (1 + r + r² + …).
fn distance_to_diagonal(core: &DenseTensor, rank: usize) -> f64 {
    let order = core.shape().len();
    let stride: usize = (0..order).map(|i| rank.pow(i as u32)).sum();
    let values = core.values();
    let all: f64 = values.iter().map(|g| g * g).sum();
    let diagonal = (0..rank).map(|j| values[j * stride]);
    all + diagonal.map(|g| 1.0 - 2.0 * g).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::super::layer_topics::tests::random;
    use super::*;
    use numpy_random::RandomState;
    use proptest::prelude::*;

    /// The core entry by entry: the least-squares solution over vec(X), by the definition of F⁺.
    fn plain(data: &DenseTensor, model: &CpTensor) -> f64 {
        let mut factors = model.factors().to_vec();
        balance_columns(&mut factors);
        let inverses: Vec<Matrix> = factors
            .iter()
            .map(|f| inverse_gram(f).times(&f.transposed()))
            .collect();
        let (shape, order, rank) = (data.shape(), factors.len(), model.rank());
        let mut off = 0.0;
        for cell in 0..rank.pow(order as u32) {
            let index: Vec<usize> = (0..order)
                .map(|m| cell / rank.pow((order - 1 - m) as u32) % rank)
                .collect();
            let mut g = 0.0;
            for (at, x) in data.values().iter().enumerate() {
                let mut rest = at;
                let mut weight = *x;
                for m in (0..order).rev() {
                    weight *= inverses[m][(index[m], rest % shape[m])];
                    rest /= shape[m];
                }
                g += weight;
            }
            let delta = f64::from(u8::from(index.iter().all(|j| *j == index[0])));
            off += (g - delta).powi(2);
        }
        100.0 * (1.0 - off / rank as f64)
    }

    proptest! {
        #[test]
        fn it_is_what_the_definition_says(
            shape in proptest::collection::vec(1..5_usize, 1..5), rank in 1..4_usize, seed in 0..1000_u32
        ) {
            let data = DenseTensor::from_cp(&random(&shape, rank + 1, seed));
            let model = random(&shape, rank, seed + 1);
            // Fewer rows than columns leave the pseudo-inverse to rounding; one row always does.
            prop_assume!(shape.iter().all(|n| *n >= rank));
            let fast = core_consistency(&data, &model).unwrap().unwrap();
            let slow = plain(&data, &model);
            prop_assert!((fast - slow).abs() <= 1e-6 * (1.0 + slow.abs()), "{} {}", fast, slow);
        }

        #[test]
        fn the_true_model_has_100_however_its_terms_are_scaled(
            scales in proptest::collection::vec(0.1..10.0_f64, 3), seed in 0..1000_u32
        ) {
            let truth = random(&[6, 5, 4], 3, seed);
            let data = DenseTensor::from_cp(&truth);
            let mut factors = truth.into_factors();
            let inverse: Vec<f64> = scales.iter().map(|s| 1.0 / s).collect();
            factors[0].scale_columns(&scales);
            factors[2].scale_columns(&inverse);
            let model = CpTensor::new(factors).unwrap();
            let value = core_consistency(&data, &model).unwrap().unwrap();
            prop_assert!((value - 100.0).abs() < 1e-6, "{}", value);
        }
    }

    /// tlviz 0.1.8 on the same numbers, each component's columns scaled to one length over the modes:
    /// `core_consistency((None, factors), data)`.
    #[test]
    fn tensorlys_companion_has_the_same_values() {
        let mut random = RandomState::new(0);
        let values = (0..60).map(|_| random.random_sample()).collect();
        let data = DenseTensor::new(vec![5, 4, 3], values).unwrap();
        let mut draw = |n: usize, r: usize| Matrix::from_fn(n, r, |_, _| random.random_sample());
        let model = CpTensor::new(vec![draw(5, 2), draw(4, 2), draw(3, 2)]).unwrap();
        let value = core_consistency(&data, &model).unwrap().unwrap();
        assert!((value + 2932.2729984956727).abs() < 1e-7, "{value}");
        let factors = [4, 4, 3, 3].map(|n| draw(n, 3));
        let model = CpTensor::new(factors.to_vec()).unwrap();
        let mut data = DenseTensor::from_cp(&model);
        let values = data.values_mut().iter_mut();
        values.for_each(|x| *x += 0.1 * random.random_sample());
        let value = core_consistency(&data, &model).unwrap().unwrap();
        assert!((value + 931.9043167914549).abs() < 1e-6, "{value}");
    }

    #[test]
    fn terms_that_interact_are_told_from_terms_that_do_not() {
        // Two terms with a Tucker core that is not diagonal.
        let truth = random(&[6, 5, 4], 2, 3);
        let f = truth.factors();
        let mixed = CpTensor::new(vec![
            Matrix::from_fn(6, 1, |i, _| f[0][(i, 0)]),
            Matrix::from_fn(5, 1, |i, _| f[1][(i, 1)]),
            Matrix::from_fn(4, 1, |i, _| f[2][(i, 1)]),
        ]);
        let mut data = DenseTensor::from_cp(&truth);
        let cross = DenseTensor::from_cp(&mixed.unwrap());
        let sums = data.values_mut().iter_mut().zip(cross.values());
        sums.for_each(|(x, y)| *x += 3.0 * y);
        let value = core_consistency(&data, &truth).unwrap().unwrap();
        assert!(value < 0.0, "{value}");
    }

    #[test]
    fn a_zero_term_and_a_core_too_large_have_none() {
        let data = DenseTensor::from_cp(&random(&[3, 3, 3], 2, 1));
        let mut factors = random(&[3, 3, 3], 2, 2).into_factors();
        (0..3).for_each(|i| factors[1][(i, 0)] = 0.0);
        let model = CpTensor::new(factors).unwrap();
        assert_eq!(core_consistency(&data, &model).unwrap(), None);
        let large = random(&[3, 3, 3], 300, 2);
        assert_eq!(core_consistency(&data, &large).unwrap(), None);
    }
}
