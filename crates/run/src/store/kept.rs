//! What a store keeps: fits, first layers, and values that cost fits.

use std::path::PathBuf;

use hntf_models::{FirstLayerFit, Hierarchy};

use super::entry::{ARRAYS, About, Entry, Kind, Measured, Value};
use super::error::StoreError;
use super::folder::Store;
use super::key::Key;
use crate::archive::{Layout, first_layer, to_first_layer};

/// A fit in a store.
pub struct KeptFit {
    key: Key,
    folder: PathBuf,
    entry: Entry,
}

impl KeptFit {
    /// How long it took.
    pub fn seconds(&self) -> f64 {
        self.entry.seconds
    }

    /// What its arrays are, and how its layers ended.
    pub fn layout(&self) -> Option<&Layout> {
        self.entry.layout.as_ref()
    }

    /// What was measured of it.
    pub fn measured(&self) -> Option<&Measured> {
        self.entry.measured.as_ref()
    }

    /// The file of its arrays.
    pub fn arrays(&self) -> PathBuf {
        self.folder.join(ARRAYS)
    }

    /// Keeps what was measured anew. That it may not be possible is no harm: it is measured again.
    pub(crate) fn remeasured(&mut self, measured: Measured) {
        self.entry.measured = Some(measured);
        let _ = self.entry.write_json(&self.folder);
    }
}

impl Store {
    /// The fit of that key, if it is there and can be read.
    pub fn fit(&self, key: &Key) -> Option<KeptFit> {
        let entry = self.read(key)?;
        Some(KeptFit {
            key: *key,
            folder: self.find(key)?,
            entry,
        })
    }

    /// The hierarchy of a fit, read from the disk; a damaged one is noted and gone.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn hierarchy(&self, fit: &KeptFit) -> Result<Hierarchy, StoreError> {
        let read = fit.entry.hierarchy(&fit.folder);
        read.map_err(|reason| {
            self.discard(&fit.key, &reason);
            let path = fit.folder.clone();
            StoreError::Damaged { path, reason }
        })
    }

    pub(crate) fn keep_fit(
        &self,
        key: &Key,
        (about, seconds): (About, f64),
        hierarchy: &Hierarchy,
        measured: Measured,
    ) -> Result<(), StoreError> {
        let mut entry = Entry::new(Kind::Fit, about, seconds).with(hierarchy);
        entry.measured = Some(measured);
        self.write(key, &entry)
    }

    pub(crate) fn first_layer(&self, key: &Key) -> Option<FirstLayerFit> {
        let entry = self.read(key)?;
        let read = entry.hierarchy(&self.find(key)?);
        let hierarchy = read.map_err(|reason| self.discard(key, &reason)).ok()?;
        to_first_layer(hierarchy, entry.error?)
    }

    pub(crate) fn keep_first_layer(
        &self,
        key: &Key,
        about: (About, f64),
        fit: &FirstLayerFit,
    ) -> Result<(), StoreError> {
        let mut entry = Entry::new(Kind::FirstLayer, about.0, about.1).with(&first_layer(fit));
        entry.error = Some(fit.fit.error);
        self.write(key, &entry)
    }

    pub(crate) fn values(&self, key: &Key) -> Option<Vec<Value>> {
        self.read(key)?.values
    }

    pub(crate) fn keep_values(
        &self,
        key: &Key,
        kind: Kind,
        about: (About, f64),
        values: &[Value],
    ) -> Result<(), StoreError> {
        let mut entry = Entry::new(kind, about.0, about.1);
        entry.values = Some(values.to_vec());
        self.write(key, &entry)
    }
}
