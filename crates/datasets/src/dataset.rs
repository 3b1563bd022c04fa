//! What every data set has.

use std::path::{Path, PathBuf};

use hntf_tensor::Tensor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::DatasetError;

/// Data to factorize, and what is known about it.
pub struct Dataset {
    /// The tensor X that models are fitted to.
    pub data: Box<dyn Tensor>,
    /// What the tables call X: "data with noise", say.
    pub data_name: String,
    /// The tensor T that errors are measured against, where it is not X itself, and its name.
    pub reference: Option<(String, Box<dyn Tensor>)>,
    /// What the modes are called.
    pub mode_names: Vec<String>,
    /// The true hierarchy of topics, where it is known.
    pub truth: Vec<Grouping>,
}

impl Dataset {
    /// The tensor that errors are measured against.
    pub fn reference(&self) -> &dyn Tensor {
        self.reference.as_ref().map_or(&*self.data, |(_, t)| &**t)
    }
}

/// The true classes of topics: of `classes.len()` fine topics, topic i belongs to `classes[i]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// The class of every fine topic.
    pub classes: Vec<usize>,
    /// The number of classes.
    pub coarse: usize,
}

/// A data set as a configuration names it.
pub trait Source: Sync + Send {
    /// Loads or makes the data.
    ///
    /// # Errors
    /// Files that are missing or not what they should be, or data that cannot be factorized.
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError>;
}

/// Where files are looked for.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// What relative paths of a configuration start from: the folder of the configuration file.
    pub base: PathBuf,
}

impl Places {
    /// The file a configuration names.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }
}

/// What a list of data sets says of one.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Its name in configurations.
    pub id: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// Where it comes from.
    pub citation: &'static str,
}

/// A data set that can be named in a configuration: its parameters are its own fields.
pub trait NamedSource: Source + Serialize + DeserializeOwned {
    /// What it is.
    const ABOUT: About;
}
