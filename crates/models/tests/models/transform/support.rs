//! What the tests of transforms share.

use hntf_models::{Hierarchy, Model, Transformed};
use hntf_solvers::{Loss, Ncpd, Silent, Start, Stopping, Update};
use hntf_tensor::{DenseTensor, Incomplete, Mask, Tensor};
use numpy_random::RandomState;

pub(crate) fn transform(
    model: &dyn Model,
    fitted: &Hierarchy,
    new: &dyn Tensor,
    mode: usize,
) -> Transformed {
    model.transform(fitted, new, mode, &mut Silent).unwrap()
}

pub(crate) fn divergence() -> Ncpd {
    Ncpd {
        loss: Loss::KullbackLeibler,
        update: Update::Mu,
        start: Start::Random,
        stopping: Stopping::after(30_000),
        ..Ncpd::default()
    }
}

pub(crate) fn hide(data: &DenseTensor, seed: u32) -> Incomplete {
    let mut random = RandomState::new(seed);
    let flags: Vec<_> = data
        .values()
        .iter()
        .map(|_| random.random_sample() > 0.15)
        .collect();
    let mask = Mask::from_flags(data.shape().to_vec(), &flags).unwrap();
    Incomplete::dense(data.clone(), mask).unwrap()
}
