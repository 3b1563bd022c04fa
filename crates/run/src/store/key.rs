//! What names an entry: a digest of everything it depends on.

use std::fmt;

use hntf_datasets::Dataset;
use hntf_models::{FirstLayer, Fit, Model};
use sha2::{Digest, Sha256};

use crate::measures;

/// The layout of entries; part of every key, so that another layout has other entries.
pub(super) const FORMAT: u32 = 1;

/// A SHA-256 in place of what went into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of that name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(name, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Takes fields in order, each with its length, so that no two lists of fields are one text.
struct Fields(Sha256);

impl Fields {
    fn new(kind: &str) -> Self {
        Self(Sha256::new()).add(&format!("hntf {FORMAT} {kind}"))
    }

    fn add(mut self, field: &str) -> Self {
        self.0.update((field.len() as u64).to_le_bytes());
        self.0.update(field);
        self
    }

    fn key(self) -> Key {
        Key(self.0.finalize().into())
    }
}

/// The key of what is fed to a sink.
fn content(feed: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Key {
    let mut digest = Sha256::new();
    feed(&mut |bytes| digest.update(bytes));
    Key(digest.finalize().into())
}

/// What data are, in parts: a fit depends on its entries and, if it learns labels, on those; what is
/// measured of it depends on all that is known of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataKeys {
    /// Every entry and the mask.
    pub data: Key,
    /// The labels, seen and unseen.
    pub labels: Key,
    /// Names, reference, labels, truth, and the revision of the measures.
    pub context: Key,
}

impl DataKeys {
    /// Reads all of it once.
    pub fn of(dataset: &Dataset) -> Self {
        let known = content(|sink| dataset.context(sink));
        Self {
            data: content(|sink| dataset.data.content(sink)),
            labels: content(|sink| dataset.label_content(sink)),
            context: Fields::new("context")
                .add(&known.to_string())
                .add(&measures::REVISION.to_string())
                .key(),
        }
    }
}

/// What a model is fitted with, as far as a key depends on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ModelKey<'a> {
    pub(crate) id: &'a str,
    pub(crate) revision: u32,
    pub(crate) parameters: &'a toml::Table,
}

/// The key of a fit of a model.
pub(crate) fn of_fit(
    data: &DataKeys,
    named: ModelKey<'_>,
    model: &dyn Model,
    fit: &Fit<'_>,
) -> Key {
    fitted("fit", data, named, model, fit).key()
}

/// The key of the errors, at entries it has not seen, of a fit that missed a `share` of them; which
/// ones depends on the trial.
pub(crate) fn of_held_out(
    data: &DataKeys,
    named: ModelKey<'_>,
    model: &dyn Model,
    fit: &Fit<'_>,
    (trial, share): (u32, f64),
) -> Key {
    let fields = fitted("held-out", data, named, model, fit);
    fields.add(&format!("{trial} {:x}", share.to_bits())).key()
}

fn fitted(
    kind: &str,
    data: &DataKeys,
    named: ModelKey<'_>,
    model: &dyn Model,
    fit: &Fit<'_>,
) -> Fields {
    let parameters = toml::to_string(named.parameters).unwrap_or_default();
    let mut fields = Fields::new(kind)
        .add(&data.data.to_string())
        .add(&format!(
            "{} {} {}",
            named.id,
            named.revision,
            hntf_solvers::REVISION
        ))
        .add(&parameters)
        .add(&format!("{:?} {} {}", fit.ranks, fit.seed, fit.variant));
    if model.needs_labels() {
        fields = fields.add(&data.labels.to_string());
    }
    fields
}

/// The key of a first layer, which models share; `None` for one that is not fitted on its own.
pub(crate) fn of_first_layer(
    data: &DataKeys,
    settings: &FirstLayer,
    rank: usize,
    seed: u32,
) -> Option<Key> {
    let (settings, labels) = match settings {
        FirstLayer::Ncpd(ncpd) => (serde_json::to_string(ncpd), String::new()),
        FirstLayer::Ssnmf(ssnmf) => (serde_json::to_string(ssnmf), data.labels.to_string()),
        FirstLayer::Joint => return None,
    };
    let fields = Fields::new("first-layer")
        .add(&data.data.to_string())
        .add(&labels)
        .add(&settings.ok()?)
        .add(&format!("{rank} {seed} {}", hntf_solvers::REVISION));
    Some(fields.key())
}

/// The key of what the trials of a method say of each other.
pub(crate) fn of_comparison(fits: &[Key], data: &DataKeys, near: f64, mode: usize) -> Key {
    let start = Fields::new("comparison")
        .add(&data.context.to_string())
        .add(&format!("{:x} {mode}", near.to_bits()));
    let all = fits.iter();
    all.fold(start, |fields, key| fields.add(&key.to_string()))
        .key()
}
