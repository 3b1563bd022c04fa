//! An experiment with its data: everything that can be checked before time is spent.

use hntf_datasets::{Dataset, DatasetError, Places};
use hntf_models::ModelError;

use super::Experiment;
use crate::HarnessError;
use crate::pictures::PictureError;

/// An experiment that is ready to run.
pub struct Prepared<'a> {
    /// What is to be run.
    pub experiment: &'a Experiment,
    /// Its data.
    pub dataset: Dataset,
}

impl Experiment {
    /// Loads the data and checks every method and figure against it.
    ///
    /// # Errors
    /// Data that cannot be had or used, ranks beyond the data, parameters out of range, figures of
    /// methods there are not.
    pub fn prepare(&self) -> Result<Prepared<'_>, HarnessError> {
        let dataset = self
            .dataset
            .value
            .load(&Places {
                base: self.folder(),
            })
            .map_err(|error| self.dataset_error(error))?;
        let shape = dataset.data.shape().to_vec();
        for method in &self.methods {
            let validated = method.model.value.validate(&shape, &self.ranks);
            validated.map_err(|e| self.model_error(&method.id, e))?;
        }
        for figure in &self.figures {
            let checked = figure.value.validate(self, &dataset);
            checked.map_err(|PictureError { message, help }| {
                self.text.error(figure.span.clone(), message).help(help)
            })?;
        }
        Ok(Prepared {
            experiment: self,
            dataset,
        })
    }

    /// Data errors that a key causes point at the section; those of a file name the file alone.
    fn dataset_error(&self, error: DatasetError) -> HarnessError {
        match error {
            DatasetError::Parameter { .. } => self
                .text
                .error(self.dataset.span.clone(), error.to_string())
                .into(),
            other => other.into(),
        }
    }

    fn model_error(&self, method: &str, error: ModelError) -> HarnessError {
        let span = match error {
            ModelError::Ranks { .. } | ModelError::RankAboveData { .. } => self.spans.ranks.clone(),
            _ => match self.method(method) {
                Some((_, m)) => m.model.span.clone(),
                None => 0..0,
            },
        };
        self.text
            .error(span, format!("method `{method}`: {error}"))
            .into()
    }
}
