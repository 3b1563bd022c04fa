//! How far a model is from data, without forming the model's tensor.

use crate::matrix::dot;
use crate::{CpTensor, Matrix, Scratch, Tensor};

/// Below this share of ‖X‖² the difference of norms has lost half of its digits to cancellation.
const CANCELLATION: f64 = 1e-8;

/// ‖X − ⟦F⟧‖² = ‖X‖² − 2⟨X, ⟦F⟧⟩ + ‖⟦F⟧‖², given `inner` = ⟨X, ⟦F⟧⟩ = ⟨MTTKRP_m, F_m⟩ and
/// `model_norm` = ‖⟦F⟧‖². Where the three nearly cancel it is evaluated entry by entry instead. Of
/// data with hidden entries it is that over the observed ones.
pub fn squared_residual(
    data: &dyn Tensor,
    data_norm: f64,
    inner: f64,
    model_norm: f64,
    factors: &[Matrix],
    scratch: &mut Scratch,
) -> f64 {
    let model_norm = match data.mask() {
        Some(mask) => mask.restrict_squared_norm(factors, model_norm, scratch),
        None => model_norm,
    };
    let squared = data_norm - 2.0 * inner + model_norm;
    if squared > CANCELLATION * data_norm {
        return squared;
    }
    data.squared_distance(factors, scratch)
}

/// ‖T − X̂‖ / ‖T‖ of a model X̂ against data T of the same shape, over the observed entries. NaN if
/// T is all zero.
///
/// Cost: an MTTKRP. Where that of dense data takes a Khatri-Rao product above 32 MB, the model is formed
/// and compared block by block instead, for as many multiplications and in no more memory than a block.
pub fn relative_error(data: &dyn Tensor, model: &CpTensor, scratch: &mut Scratch) -> f64 {
    let norm = data.squared_norm();
    if data.as_dense().is_some_and(|x| x.is_long(model.rank())) {
        return (data.squared_distance(model.factors(), scratch) / norm).sqrt();
    }
    let mut products = Matrix::default();
    data.mttkrp(model.factors(), 0, &mut products, scratch);
    let inner = dot(products.as_slice(), model.factors()[0].as_slice());
    let (model_norm, factors) = (model.squared_norm(), model.factors());
    let squared = squared_residual(data, norm, inner, model_norm, factors, scratch);
    (squared / norm).sqrt()
}
