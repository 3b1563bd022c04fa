//! A section of a configuration that was read by its `kind`, with the places of its keys.

use std::collections::BTreeMap;
use std::ops::Range;

/// A section whose `kind` has been looked up.
pub struct Section<T: ?Sized> {
    /// The value of `kind`.
    pub kind: &'static str,
    /// What it describes.
    pub value: Box<T>,
    /// All parameters, defaults included.
    pub parameters: toml::Table,
    pub(crate) span: Range<usize>,
    pub(crate) keys: KeySpans,
}

/// The place of every value of a section by its dotted key.
pub(crate) type KeySpans = BTreeMap<String, Range<usize>>;

impl<T: ?Sized> Section<T> {
    /// The place of a key's value; the whole section if the file does not give the key.
    pub(crate) fn place(&self, key: &str) -> Range<usize> {
        self.keys.get(key).unwrap_or(&self.span).clone()
    }
}
