//! Semi-supervised NMF: one factorization of data and labels.

mod settings;
mod state;

use hntf_tensor::{CpTensor, Matrix, Scratch, Tensor};
use numpy_random::RandomState;

use crate::{CpFit, LabelLoss, Labels, Observer, SolverError, Start, drive};
use state::State;

pub use settings::Ssnmf;

/// A fitted semi-supervised NMF.
#[derive(Debug, Clone)]
pub struct SsnmfFit {
    /// ⟦A, Sᵀ⟧, m × r and n × r, and how the iteration went; its trace holds objectives, its error is
    /// ‖X − A S‖ / ‖X‖ whatever the loss.
    pub fit: CpFit,
    /// B, c × r, if there is a label term.
    pub classifier: Option<Matrix>,
}

impl Ssnmf {
    /// Fits rank `rank`; A, S and B start from uniform random numbers, drawn in this order. Without
    /// a label term there is no B, and the labels are not looked at.
    ///
    /// Cost: an iteration takes an MTTKRP (for the divergence a pass over the data) in both modes,
    /// O((m + n) r²) and O(n c r) for the labels.
    ///
    /// # Errors
    /// Rank 0, data that is no matrix or has no finite positive norm, labels of another length than
    /// the second mode, or a negative weight.
    pub fn fit(
        &self,
        data: &dyn Tensor,
        labels: &Labels,
        rank: usize,
        random: &mut RandomState,
        observer: &mut dyn Observer,
    ) -> Result<SsnmfFit, SolverError> {
        self.validate()?;
        crate::ncpd::check(data, rank)?;
        let shape = data.shape();
        if shape.len() != 2 {
            return Err(SolverError::Shape {
                shape: shape.to_vec(),
            });
        }
        let supervised = self.label_loss != LabelLoss::None;
        if supervised && labels.len() != shape[1] {
            return Err(SolverError::Labels {
                found: labels.len(),
                expected: shape[1],
            });
        }
        let factors = Start::Ssnmf.factors(data, rank, random)?;
        let classes = if supervised { labels.classes() } else { 0 };
        let classifier = Matrix::from_fn(classes, rank, |_, _| random.random_sample());
        let mut state = State::new(*self, data, labels, factors, classifier);
        let outcome = drive(&mut state, &self.stopping, observer);
        let (a, t, classifier) = state.into_parts();
        let model = CpTensor::new(vec![a, t])?;
        let error = hntf_tensor::relative_error(data, &model, &mut Scratch::new());
        Ok(SsnmfFit {
            fit: CpFit {
                model,
                error,
                outcome,
            },
            classifier: supervised.then_some(classifier),
        })
    }
}
