//! What a list of data sets and a configuration need of each.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::parameters::{Field, Parameter, list};
use crate::{Dataset, DatasetError, Places};

/// A data set as a configuration names it.
pub trait Source: Sync + Send {
    /// Loads or makes the data.
    ///
    /// # Errors
    /// Files that are missing or not what they should be, or data that cannot be factorized.
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError>;
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

    /// Its fields, with their documentation.
    const FIELDS: &'static [Field];

    /// The keys of those that are tables, with their fields.
    const TABLES: &'static [(&'static str, &'static [Field])] = &[];

    /// All parameters at their defaults; what has none is empty.
    fn with_defaults() -> Self;

    /// Its parameters with their defaults, in the order in which they are declared.
    fn parameters() -> Vec<Parameter> {
        list(&Self::with_defaults(), Self::FIELDS, Self::TABLES)
    }
}
