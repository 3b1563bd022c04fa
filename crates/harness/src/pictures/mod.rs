//! The figures of an experiment: from its record and hierarchies to the plain data that
//! [`figures`](crate::figures) draws.

mod confusion;
mod convergence;
mod errors;
mod projections;
mod ranks;
mod relations;
mod topics;

use hntf_datasets::Dataset;
use serde::de::DeserializeOwned;

pub use confusion::Confusion;
pub use convergence::{Convergence, Values};
pub use errors::Errors;
pub use projections::Projections;
pub use ranks::RankChoices;
pub use relations::Relations;
pub use topics::{Scaled, TopicMaps};

use crate::HarnessError;
use crate::config::{Experiment, KeySpans, Section, suggestion};
use crate::figures::Figure;
use crate::run::Finished;

/// A figure as a configuration asks for it.
pub trait Picture: Sync + Send {
    /// The stem of its files, unique within an experiment.
    fn stem(&self) -> String;

    /// Checks that it can be drawn for this experiment.
    ///
    /// # Errors
    /// A method there is not, or data of another kind.
    fn validate(&self, experiment: &Experiment, dataset: &Dataset) -> Result<(), PictureError>;

    /// Lays it out.
    ///
    /// # Errors
    /// Fits it needs that fail.
    fn draw(&self, finished: &Finished<'_>) -> Result<Box<dyn Figure>, HarnessError>;
}

/// A figure that can be named in a configuration: its parameters are its own fields.
pub trait NamedPicture: Picture + DeserializeOwned {
    /// The value of `kind`.
    const ID: &'static str;
    /// What it shows, in one line.
    const SUMMARY: &'static str;
}

/// Why a figure cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureError {
    /// The key that is to blame; empty if it is the figure as a whole.
    pub key: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What an experiment draws that does not say.
pub(crate) fn default_pictures() -> Vec<Section<dyn Picture>> {
    vec![Section {
        kind: Errors::ID,
        value: Box::new(Errors {}),
        parameters: toml::Table::new(),
        span: 0..0,
        keys: KeySpans::new(),
    }]
}

/// The method a figure is of.
fn known_method(experiment: &Experiment, id: &str) -> Result<(), PictureError> {
    match experiment.method(id) {
        Some(_) => Ok(()),
        None => Err(PictureError {
            key: "method",
            message: format!("a figure of `{id}`, which is no method's id"),
            help: suggestion(id, experiment.methods.iter().map(|m| m.id.as_str())),
        }),
    }
}
