//! What a store keeps: fits, first layers, and values that cost fits.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hntf_models::{FirstLayerFit, Hierarchy};

use super::entry::{About, Entry, Kind, Measured, Value};
use super::error::StoreError;
use super::folder::Store;
use super::key::Key;
use crate::archive::{Array, Layout, first_layer, to_first_layer};

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
        let first = fit.entry.first_layer.as_deref();
        let first = first.map_or(Ok(BTreeMap::new()), |key| self.arrays_of(key));
        let read = first.and_then(|first| fit.entry.hierarchy(&fit.folder, first));
        read.map_err(|reason| {
            self.discard(&fit.key, &reason);
            let path = fit.folder.clone();
            StoreError::Damaged { path, reason }
        })
    }

    /// The arrays of another entry, which is of a first layer.
    fn arrays_of(&self, key: &str) -> Result<BTreeMap<String, Array>, String> {
        let gone = || format!("its first layer {key} is gone");
        let key = Key::parse(key).ok_or_else(gone)?;
        let entry = self.read(&key).ok_or_else(gone)?;
        let folder = self.find(&key).ok_or_else(gone)?;
        entry
            .arrays(&folder)
            .inspect_err(|reason| self.discard(&key, reason))
    }

    /// Keeps a fit; `first` is its first layer where that is an entry of its own.
    pub(crate) fn keep_fit(
        &self,
        key: &Key,
        (about, seconds): (About, f64),
        (hierarchy, first): (&Hierarchy, Option<(Key, &FirstLayerFit)>),
        measured: Measured,
    ) -> Result<(), StoreError> {
        // One that was not kept, since its iteration failed, cannot be referred to.
        let first = first.filter(|(key, _)| self.find(key).is_some());
        let shared = first.map(|(_, fit)| first_layer(fit));
        let mut entry = Entry::new(Kind::Fit, about, seconds).with(hierarchy, shared.as_ref());
        entry.first_layer = first.map(|(key, _)| key.to_string());
        entry.measured = Some(measured);
        self.write(key, &entry)
    }

    pub(crate) fn first_layer(&self, key: &Key) -> Option<FirstLayerFit> {
        let entry = self.read(key)?;
        let read = entry.hierarchy(&self.find(key)?, BTreeMap::new());
        let hierarchy = read.map_err(|reason| self.discard(key, &reason)).ok()?;
        to_first_layer(hierarchy, entry.error?)
    }

    pub(crate) fn keep_first_layer(
        &self,
        key: &Key,
        about: (About, f64),
        fit: &FirstLayerFit,
    ) -> Result<(), StoreError> {
        let mut entry =
            Entry::new(Kind::FirstLayer, about.0, about.1).with(&first_layer(fit), None);
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
