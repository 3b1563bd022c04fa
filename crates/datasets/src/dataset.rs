//! What every data set has.

use std::path::{Path, PathBuf};

use hntf_tensor::Tensor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{DatasetError, Origin};

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
    /// Names of the indices of each mode (words, documents), where they have any.
    pub items: Vec<Option<Vec<String>>>,
    /// Classes of the last mode's indices, the finest set first.
    pub labels: Vec<LabelSet>,
    /// The true hierarchy of topics, where it is known.
    pub truth: Vec<Grouping>,
    /// Where the data stands for other data that it approximates: the squared norm of the rest,
    /// orthogonal to it, so that the other data has the squared norm ‖X‖² + this.
    pub left_out: Option<f64>,
    /// What a reader of the results should know about the data: counts, what was left out.
    pub notes: Vec<String>,
}

impl Dataset {
    /// Data of which nothing is known but what its modes are called.
    pub fn new(data: Box<dyn Tensor>, data_name: &str, mode_names: Vec<String>) -> Self {
        Self {
            items: vec![None; mode_names.len()],
            data,
            data_name: data_name.to_owned(),
            reference: None,
            mode_names,
            labels: Vec::new(),
            truth: Vec::new(),
            left_out: None,
            notes: Vec::new(),
        }
    }

    /// The mode whose items are words: the one with the most names.
    pub fn word_mode(&self) -> Option<usize> {
        let named = self.items.iter().enumerate();
        let sizes = named.filter_map(|(m, items)| items.as_ref().map(|items| (items.len(), m)));
        sizes.max().map(|(_, m)| m)
    }

    /// The tensor that errors are measured against.
    pub fn reference(&self) -> &dyn Tensor {
        self.reference.as_ref().map_or(&*self.data, |(_, t)| &**t)
    }
}

/// The classes of the indices of the last mode (documents, say).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSet {
    /// What the classes are: "group", "subject".
    pub name: String,
    /// Their names.
    pub classes: Vec<String>,
    /// The class of every index.
    pub of: Vec<usize>,
    /// Whether the class of an index may be used for fitting; the others are what accuracy is
    /// measured on.
    pub known: Vec<bool>,
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
    /// Folders that public data sets are looked for in, first to last. The last one is where
    /// downloads are kept.
    pub data: Vec<PathBuf>,
}

impl Places {
    /// A file or folder of a public data set, by the names it may have; `origin` tells a user where
    /// to get it.
    ///
    /// # Errors
    /// [`DatasetError::Absent`], which names the first of them, if no folder has any.
    pub fn find(&self, origin: Origin, names: &[&str]) -> Result<PathBuf, DatasetError> {
        let mut candidates = self
            .data
            .iter()
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)));
        candidates
            .find(|path| path.exists())
            .ok_or_else(|| DatasetError::Absent {
                file: names.first().map(|n| (*n).to_owned()).unwrap_or_default(),
                origin,
                folders: self.data.clone(),
            })
    }

    /// A file that a configuration names, under `key`, by its place in a data folder or else in its
    /// own folder.
    ///
    /// # Errors
    /// [`DatasetError::Nowhere`] if no folder has it.
    pub fn find_or_resolve(&self, key: &'static str, path: &Path) -> Result<PathBuf, DatasetError> {
        let folders = || self.data.iter().chain([&self.base]);
        let found = folders().map(|folder| folder.join(path));
        found
            .into_iter()
            .find(|path| path.exists())
            .ok_or_else(|| DatasetError::Nowhere {
                key,
                file: path.to_owned(),
                folders: folders().cloned().collect(),
            })
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_are_looked_in_in_the_order_given_and_names_within_them() {
        let root = tempfile::tempdir().unwrap();
        let data: Vec<PathBuf> = ["a", "b"].iter().map(|f| root.path().join(f)).collect();
        let places = Places {
            data: data.clone(),
            ..Places::default()
        };
        let expected: Vec<PathBuf> = data
            .iter()
            .flat_map(|folder| ["x.tar.gz", "x"].map(|name| folder.join(name)))
            .collect();
        for path in &expected {
            fs::create_dir_all(path).unwrap();
        }
        for path in &expected {
            let found = places.find(Origin::Fetched("x"), &["x.tar.gz", "x"]);
            assert_eq!(found.unwrap(), *path);
            fs::remove_dir(path).unwrap();
        }
    }

    #[test]
    fn an_unfinished_download_is_not_found_and_the_command_and_its_folder_are_named() {
        let cache = tempfile::tempdir().unwrap();
        fs::write(cache.path().join("x.tar.gz.part"), "half").unwrap();
        let places = Places {
            data: vec![PathBuf::from("no/such/folder"), cache.path().to_owned()],
            ..Places::default()
        };
        let absent = places.find(Origin::Fetched("x"), &["x.tar.gz"]);
        let said = absent.unwrap_err().to_string();
        let cache = cache.path().display();
        let expected = format!(
            "x.tar.gz was not found in no/such/folder, {cache}: run `cargo xtask fetch x`, which \
             downloads it into {cache}, or name a folder that has it with --data-dir or \
             HNTF_DATA_DIR"
        );
        assert_eq!(said, expected);
    }

    #[test]
    fn what_cannot_be_downloaded_is_told_with_what_to_do_instead() {
        let places = Places {
            data: vec![PathBuf::from("no/such/folder")],
            ..Places::default()
        };
        let absent = places.find(Origin::ByHand("copy X.npy from its package"), &["x/X.npy"]);
        let expected = "x/X.npy was not found in no/such/folder: it cannot be downloaded from here \
                        (see datasets/README.md): copy X.npy from its package, and name the folder \
                        that holds x/X.npy with --data-dir or HNTF_DATA_DIR";
        assert_eq!(absent.unwrap_err().to_string(), expected);
    }
}
