//! Where files are looked for.

use std::path::{Path, PathBuf};

use crate::{DatasetError, Origin};

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
