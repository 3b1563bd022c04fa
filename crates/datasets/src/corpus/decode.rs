//! Bytes of a file to text.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::CorpusError;

/// How bytes encode characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8; a byte order mark at the beginning is dropped.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1: every byte is the character of that number, so that nothing is invalid.
    #[serde(rename = "latin-1")]
    Latin1,
}

/// Reads a whole file as text.
pub(super) fn read_text(path: &Path, encoding: Encoding) -> Result<String, CorpusError> {
    let bytes = fs::read(path).map_err(|source| CorpusError::Read {
        path: path.to_owned(),
        source,
    })?;
    match encoding {
        Encoding::Latin1 => Ok(bytes.into_iter().map(char::from).collect()),
        Encoding::Utf8 => {
            let mut text = String::from_utf8(bytes).map_err(|error| {
                let offset = error.utf8_error().valid_up_to();
                let bytes = error.as_bytes();
                let newlines = bytes[..offset].iter().filter(|&&byte| byte == b'\n');
                CorpusError::InvalidUtf8 {
                    path: path.to_owned(),
                    offset,
                    line: newlines.count() + 1,
                    byte: bytes[offset],
                }
            })?;
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(text)
        }
    }
}
