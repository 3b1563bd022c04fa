//! New items of one mode of a fit.

use hntf_tensor::{SparseTensor, Tensor};

use super::error::ApplyError;
use super::shape::{ShapeError, mode_of_items};
use crate::export::Exported;

/// New items (documents, people: indices of one mode) as data for a fit.
pub struct NewItems {
    /// Of the fitted data's sizes in all modes but `mode`.
    pub data: Box<dyn Tensor>,
    /// The mode of the items, from 0.
    pub mode: usize,
    /// What they are called.
    pub names: Vec<String>,
    /// Of documents, how many words of each the fit does not know, repetitions included.
    pub unknown: Option<Vec<usize>>,
}

impl NewItems {
    /// The indices of mode `mode` (counted from 0) of an array, called by their numbers from 1. Without
    /// a mode it is the one whose size is not the fitted one, or the last if all sizes are.
    ///
    /// # Errors
    /// A shape that is not that of the fitted data in the other modes.
    pub fn of_array(
        fit: &Exported,
        data: Box<dyn Tensor>,
        mode: Option<usize>,
    ) -> Result<Self, ShapeError> {
        let mode = mode_of_items(&fit.description.shape, data.shape(), mode)?;
        let items = data.shape()[mode];
        Ok(Self {
            data,
            mode,
            names: (1..=items).map(|i| i.to_string()).collect(),
            unknown: None,
        })
    }

    /// Documents and what they are called, as one name each, made into words as those of the fit were.
    ///
    /// # Errors
    /// A fit to anything else than documents, documents without one word that it knows.
    pub fn of_documents<D: AsRef<str> + Sync>(
        fit: &Exported,
        names: Vec<String>,
        documents: &[D],
    ) -> Result<Self, ApplyError> {
        let of = &fit.description;
        let modes: Vec<&str> = of.modes.iter().map(|mode| mode.name.as_str()).collect();
        let modes = modes.join(" × ");
        let Some(text) = &fit.text else {
            let data = of.experiment.clone();
            return Err(ApplyError::NoText { data, modes });
        };
        if of.shape.len() != 2 {
            return Err(ApplyError::NoDocuments { modes });
        }
        let applied = text.apply(documents)?;
        if applied.documents.nnz() == 0 {
            return Err(ApplyError::NoSharedWord {
                documents: documents.len(),
                unknown: applied.unknown(),
                vocabulary: text.vectorizer.vocabulary().len(),
            });
        }
        let entries = applied.documents.entries;
        let tensor = match text.mode {
            0 => SparseTensor::try_from(&entries),
            _ => SparseTensor::try_from(&entries.transpose_into()),
        };
        Ok(Self {
            data: Box::new(tensor.map_err(hntf_datasets::DatasetError::from)?),
            mode: 1 - text.mode,
            names,
            unknown: Some(applied.unknown_in),
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.data.shape()[self.mode]
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
