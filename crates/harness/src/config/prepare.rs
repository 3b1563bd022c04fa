//! An experiment with its data: everything that can be checked before time is spent.

use std::path::PathBuf;

use hntf_datasets::{Dataset, DatasetError, Places};
use hntf_models::ModelError;
use hntf_solvers::Labels;
use hntf_tensor::coordinates::CoordinateFileProblem;

use super::{Experiment, Method};
use crate::HarnessError;
use crate::classification::known_labels;
use crate::pictures::PictureError;
use crate::topics::word_mode;

/// An experiment that is ready to run.
pub struct Prepared<'a> {
    /// What is to be run.
    pub experiment: &'a Experiment,
    /// Its data.
    pub dataset: Dataset,
    /// What its fits may see of its labels.
    pub(crate) labels: Vec<Labels>,
}

impl Experiment {
    /// As [`Experiment::prepare_in`], for data that is in no public data set.
    ///
    /// # Errors
    /// As there.
    pub fn prepare(&self) -> Result<Prepared<'_>, HarnessError> {
        self.prepare_in(&[])
    }

    /// Loads the data and checks every method and figure against it. Public data sets are looked
    /// for in `folders`, first to last.
    ///
    /// # Errors
    /// Data that cannot be had or used, ranks beyond the data, parameters out of range, figures of
    /// methods there are not.
    pub fn prepare_in(&self, folders: &[PathBuf]) -> Result<Prepared<'_>, HarnessError> {
        let places = Places {
            base: self.folder(),
            data: folders.to_vec(),
        };
        let loaded = self.dataset.value.load(&places);
        let dataset = loaded.map_err(|error| self.dataset_error(error))?;
        let shape = dataset.data.shape().to_vec();
        for method in &self.methods {
            let model = &method.model.value;
            let mut validated = model.validate(&shape, self.ranks_of(method));
            validated = validated.and_then(|()| model.first_layer().validate());
            if model.needs_labels() && dataset.labels.is_empty() {
                validated = Err(ModelError::NoLabels);
            }
            validated.map_err(|e| self.model_error(method, &e))?;
        }
        for figure in &self.figures {
            let checked = figure.value.validate(self, &dataset);
            checked.map_err(|PictureError { key, message, help }| {
                self.text.error(figure.place(key), message).help(help)
            })?;
        }
        if self.topics.is_some() && word_mode(&dataset).is_none() {
            return Err(self
                .text
                .error(
                    self.spans.topics.clone(),
                    "topics need data whose indices have names",
                )
                .help("leave [topics] out, or give the data a vocabulary")
                .into());
        }
        let labels = dataset.labels.iter().filter_map(known_labels).collect();
        Ok(Prepared {
            experiment: self,
            dataset,
            labels,
        })
    }

    /// Points at the key that names the data or sets it up.
    fn dataset_error(&self, error: DatasetError) -> HarnessError {
        let key = match &error {
            // No mistake of the file's: the data set has to be got.
            DatasetError::Absent { .. } => {
                let experiment = self.name.clone();
                return HarnessError::Absent {
                    experiment,
                    source: Box::new(error),
                };
            }
            DatasetError::Parameter { parameter, .. } => parameter,
            DatasetError::DocumentTensor(error) => error.key(),
            DatasetError::Nowhere { key, .. } => key,
            DatasetError::Names { .. } => "items",
            DatasetError::MaskShape { .. } | DatasetError::MaskValue { .. } => "mask",
            DatasetError::AllHidden { .. } if self.dataset.keys.contains_key("mask") => "mask",
            DatasetError::AllHidden { .. } => "missing",
            DatasetError::Vocabulary { .. } | DatasetError::VocabularyLength { .. } => "vocabulary",
            _ => "path",
        };
        let told = self.text.error(self.dataset.place(key), error.to_string());
        match &error {
            DatasetError::Coordinates(error) => match advice(&error.problem) {
                Some(advice) => told.help(advice),
                None => told,
            },
            _ => told,
        }
        .into()
    }

    /// Points at the ranks or at the model's parameter, whichever is refused.
    fn model_error(&self, method: &Method, error: &ModelError) -> HarnessError {
        let span = match error {
            ModelError::Ranks { .. } | ModelError::RankAboveData { .. } => self.spans.ranks.clone(),
            ModelError::NoLabels | ModelError::MatricesOnly { .. } => method.model.place("kind"),
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

/// What to do about a file of coordinates, where the reader, which serves programmers too, says
/// only what is wrong.
fn advice(problem: &CoordinateFileProblem) -> Option<&'static str> {
    match problem {
        CoordinateFileProblem::Duplicate { .. } => {
            Some("to add such values up, set sum-duplicates = true")
        }
        CoordinateFileProblem::Negative { .. } => {
            Some("leave negative entries out, or scale the data so that all are ≥ 0")
        }
        CoordinateFileProblem::IndexTooLarge { .. } => {
            Some("correct the index, or the numbers of rows and columns in the line of sizes")
        }
        _ => None,
    }
}
