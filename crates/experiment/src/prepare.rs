//! An experiment with its data: everything that can be checked before time is spent.

use std::path::PathBuf;

use hntf_datasets::{Dataset, DatasetError, LabelSet, Places};
use hntf_models::{FirstLayer, Model, ModelError};
use hntf_solvers::{Labels, Start};
use hntf_tensor::TensorError;
use hntf_tensor::coordinates::CoordinateFileProblem;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::ExperimentError;
use crate::experiment::Experiment;
use crate::figures::{Facts, Undrawable};
use crate::metrics::{HELD_OUT_ERROR, Unmeasurable, unmeasurable};
use crate::registry::{Entry, MODELS};
use crate::rows::Method;

/// So many hidden entries are taken one by one.
pub const MOST_HELD_OUT: f64 = 5e6;
/// So many entries are gone through, each to be chosen or not.
pub const MOST_ENTRIES: f64 = 1e9;

/// An experiment that is ready to run.
pub struct Prepared<'a> {
    /// What is to be run.
    pub experiment: &'a Experiment,
    /// Its data.
    pub dataset: Dataset,
    /// What its fits may see of its labels.
    pub labels: Vec<Labels>,
}

impl Prepared<'_> {
    /// Whether the trials of a method are compared to choose a rank.
    pub fn compares(&self, method: &Method) -> bool {
        let choice = self.experiment.rank_choice.as_ref();
        choice.is_some_and(|choice| choice.methods.contains(&method.id))
    }

    /// The mode whose items are grouped for that.
    pub fn grouped_mode(&self) -> usize {
        let last = self.dataset.data.shape().len().saturating_sub(1);
        let choice = self.experiment.rank_choice.as_ref();
        choice.and_then(|choice| choice.mode).unwrap_or(last)
    }
}

impl Experiment {
    /// As [`Experiment::prepare_in`], for data that is in no public data set.
    ///
    /// # Errors
    /// As there.
    pub fn prepare(&self) -> Result<Prepared<'_>, ExperimentError> {
        self.prepare_in(&[])
    }

    /// Loads the data and checks every method and figure against it. Public data sets are looked
    /// for in `folders`, first to last.
    ///
    /// # Errors
    /// Data that cannot be had or used, ranks beyond the data, parameters out of range, figures of
    /// methods there are not.
    pub fn prepare_in(&self, folders: &[PathBuf]) -> Result<Prepared<'_>, ExperimentError> {
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
            self.check_iterations(method)?;
        }
        for figure in &self.figures {
            let checked = figure.value.validate(&Facts {
                dataset: &dataset,
                methods: &self.methods,
                ranks: &self.ranks,
                rank_choice: self.rank_choice.as_ref(),
            });
            checked.map_err(|Undrawable { key, message, help }| {
                self.text.error(figure.place(key), message).help(help)
            })?;
        }
        if self.topics.is_some() && dataset.word_mode().is_none() {
            return Err(self
                .text
                .error(
                    self.spans.topics.clone(),
                    "topics need data whose indices have names",
                )
                .help("leave [topics] out, or give the data a vocabulary")
                .into());
        }
        self.check_metrics(&dataset)?;
        self.check_held_out(&dataset)?;
        let mode = self.rank_choice.as_ref().and_then(|choice| choice.mode);
        if let Some(mode) = mode.filter(|mode| *mode >= shape.len()) {
            let message = format!("`mode` is {}, the data has {} modes", mode + 1, shape.len());
            return Err(self
                .text
                .error(self.spans.grouped_mode.clone(), message)
                .help(format!(
                    "give a mode from 1 to {}, or leave it out for the last",
                    shape.len()
                ))
                .into());
        }
        let labels = dataset.labels.iter().filter_map(known_labels).collect();
        Ok(Prepared {
            experiment: self,
            dataset,
            labels,
        })
    }

    /// A first layer of no iterations is its start, which nobody wants but of data that has factors.
    fn check_iterations(&self, method: &Method) -> Result<(), ExperimentError> {
        let limit = match method.model.value.first_layer() {
            FirstLayer::Ncpd(ncpd) if ncpd.start != Start::Data => ncpd.stopping.max_iterations,
            FirstLayer::Ssnmf(ssnmf) => ssnmf.stopping.max_iterations,
            _ => return Ok(()),
        };
        if limit > 0 {
            return Ok(());
        }
        let keys = method.model.keys.iter();
        let mut named = keys.filter(|(key, span)| {
            let value = self.text.content.get((*span).clone());
            key.ends_with("stopping.max-iterations") && value == Some("0")
        });
        let span = named.next().map_or(&method.model.span, |(_, span)| span);
        let message = format!(
            "method `{}`: a first layer of 0 iterations is not fitted",
            method.id
        );
        let told = self.text.error(span.clone(), message);
        Err(told
            .help("give at least 1; only with start = \"data\", of data kept as factors, 0 takes them as they are")
            .into())
    }

    /// Whether every metric that has a table or a claim can be measured of this data.
    fn check_metrics(&self, dataset: &Dataset) -> Result<(), ExperimentError> {
        let named = self.metrics.iter().zip(&self.spans.metrics);
        let claimed = self.claims.iter().map(|claim| &claim.metric);
        for (metric, span) in named.chain(claimed.zip(&self.spans.claims)) {
            let held_out = self.rank_choice.as_ref().and_then(|choice| choice.held_out);
            let wrong = if metric == HELD_OUT_ERROR && held_out.is_none() {
                Some(Unmeasurable {
                    message: format!("`{metric}` needs entries that are held out, and none are"),
                    help: "add held-out = 0.1 to [rank-choice]",
                })
            } else {
                unmeasurable(metric, dataset, &self.ranks)
            };
            if let Some(Unmeasurable { message, help }) = wrong {
                let told = self.text.error(span.clone(), message);
                return Err(told.help(help).into());
            }
        }
        Ok(())
    }

    /// Whether entries of this data can be held out.
    fn check_held_out(&self, dataset: &Dataset) -> Result<(), ExperimentError> {
        let Some(share) = self.rank_choice.as_ref().and_then(|c| c.held_out) else {
            return Ok(());
        };
        let sizes = dataset.data.shape().iter().map(|n| *n as f64);
        let all = sizes.product::<f64>();
        let entries = share * all;
        let (message, help) = if dataset.data.as_cp().is_some() {
            (
                "entries of data that are kept as factors cannot be held out".to_owned(),
                "leave `held-out` out",
            )
        } else if all > MOST_ENTRIES {
            let message = format!(
                "the data has {all:.1e} entries, of at most {MOST_ENTRIES:.0e} some can be held out"
            );
            (message, "leave `held-out` out")
        } else if entries > MOST_HELD_OUT {
            let message = format!(
                "`held-out` = {share} is about {entries:.0} entries, at most {MOST_HELD_OUT:.0} are possible"
            );
            (message, "give a smaller share, or leave `held-out` out")
        } else {
            return Ok(());
        };
        let told = self.text.error(self.spans.held_out.clone(), message);
        Err(told.help(help).into())
    }

    /// Points at the key that names the data or sets it up.
    fn dataset_error(&self, error: DatasetError) -> ExperimentError {
        if let DatasetError::Absent { .. } = error {
            // No mistake of the file's: the data set has to be got.
            return ExperimentError::Absent {
                experiment: self.name.clone(),
                source: Box::new(error),
            };
        }
        let place = self.dataset.place(error.key());
        let told = self.text.error(place, error.to_string());
        let advice = match &error {
            DatasetError::Coordinates(error) => advice(&error.problem),
            DatasetError::Content {
                source: TensorError::Negative { .. },
                ..
            } => Some(
                "shift or clip the data so that all entries are ≥ 0, or leave the negative ones out",
            ),
            _ => None,
        };
        match advice {
            Some(advice) => told.help(advice),
            None => told,
        }
        .into()
    }

    /// Points at the ranks or at the model's parameter, whichever is refused.
    fn model_error(&self, method: &Method, error: &ModelError) -> ExperimentError {
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
            ModelError::Mode { order, .. } => told.help(format!("give a mode from 1 to {order}")),
            ModelError::MatricesOnly { .. } => told.help(format!(
                "models of any order: {}",
                models_of_any_order().join(", ")
            )),
            _ => told,
        }
        .into()
    }
}

/// The labels a fit may see.
pub fn known_labels(set: &LabelSet) -> Option<Labels> {
    let of = set.of.iter().zip(&set.known);
    let of = of.map(|(class, known)| known.then_some(*class));
    Labels::new(set.classes.len(), of.collect())
}

/// The models whose defaults take a tensor of order 3 without labels.
fn models_of_any_order() -> Vec<&'static str> {
    let takes = |entry: &&Entry<dyn Model>| {
        let defaults = Spanned::new(0..0, DeValue::Table(DeTable::new()));
        (entry.read)(defaults).is_ok_and(|read| {
            let model: &dyn Model = &*read.value;
            !model.needs_labels() && model.validate(&[3, 3, 3], &[2, 1]).is_ok()
        })
    };
    MODELS.iter().filter(takes).map(|entry| entry.id).collect()
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
