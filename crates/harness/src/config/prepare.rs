//! An experiment with its data: everything that can be checked before time is spent.

use hntf_datasets::{Dataset, DatasetError, Places};
use hntf_models::ModelError;

use super::{Experiment, Method};
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
        let places = Places {
            base: self.folder(),
        };
        let loaded = self.dataset.value.load(&places);
        let dataset = loaded.map_err(|error| self.dataset_error(&error))?;
        let shape = dataset.data.shape().to_vec();
        for method in &self.methods {
            let validated = method.model.value.validate(&shape, &self.ranks);
            validated.map_err(|e| self.model_error(method, &e))?;
        }
        for figure in &self.figures {
            let checked = figure.value.validate(self, &dataset);
            checked.map_err(|PictureError { key, message, help }| {
                self.text.error(figure.place(key), message).help(help)
            })?;
        }
        Ok(Prepared {
            experiment: self,
            dataset,
        })
    }

    /// Points at the key that names the data or sets it up.
    fn dataset_error(&self, error: &DatasetError) -> HarnessError {
        let key = match error {
            DatasetError::Parameter { parameter, .. } => parameter,
            _ => "path",
        };
        let span = self.dataset.place(key);
        self.text.error(span, error.to_string()).into()
    }

    /// Points at the ranks or at the model's parameter, whichever is refused.
    fn model_error(&self, method: &Method, error: &ModelError) -> HarnessError {
        let span = match error {
            ModelError::Ranks { .. } | ModelError::RankAboveData { .. } => self.spans.ranks.clone(),
            ModelError::Mode { .. } => method.model.place("mode"),
            ModelError::Parameter { parameter, .. } => method.model.place(parameter),
            _ => method.model.span.clone(),
        };
        let message = format!("method `{}`: {error}", method.id);
        let told = self.text.error(span, message);
        match error {
            ModelError::RankAboveData { limit, .. } => {
                told.help(format!("give a first rank of at most {limit}"))
            }
            _ => told,
        }
        .into()
    }
}
