//! `datasets/sources.toml`: where public data sets come from and how to recognise them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use fancy_regex::Regex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::error::FetchError::{self, Refused};

/// One public data set: a single file to download. What the keys mean stands in
/// datasets/README.md.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    #[serde(deserialize_with = "name")]
    pub(crate) name: String,
    pub(crate) description: String,
    /// It cannot lead out of a folder, and means the same on every system.
    #[serde(deserialize_with = "file")]
    pub(crate) file: String,
    pub(crate) address: Address,
    #[serde(default)]
    pub(crate) mirrors: Vec<Address>,
    pub(crate) size: u64,
    /// In lower-case hexadecimal digits.
    #[serde(deserialize_with = "sha256")]
    pub(crate) sha256: String,
    pub(crate) licence: String,
}

/// Begins with `http://` or `https://`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Address(#[serde(deserialize_with = "address")] pub(crate) String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcesFile {
    source: Vec<Spanned<Source>>,
}

/// The sources listed in the file at `path`.
pub(crate) fn load(path: &Path) -> Result<Vec<Source>, FetchError> {
    let place = path.display();
    let unreadable = |error| format!("cannot read {place}, the list of data sources: {error}");
    let text = fs::read_to_string(path).map_err(|error| Refused(unreadable(error)))?;
    parse(&text, path)
}

/// As [`load`], from text already read; `path` only serves the messages.
pub(crate) fn parse(text: &str, path: &Path) -> Result<Vec<Source>, FetchError> {
    let place = path.display();
    let file: SourcesFile = toml::from_str(text)
        .map_err(|error| Refused(format!("{place}: {}", error.to_string().trim_end())))?;
    // Two sources of one name could not be told apart; two of one file would overwrite each other.
    let mut seen = HashMap::new();
    for entry in &file.source {
        let line = text[..entry.span().start].matches('\n').count() + 1;
        let source = entry.get_ref();
        for pair in [("name", &source.name), ("file", &source.file)] {
            if let Some(earlier) = seen.insert(pair, line) {
                let (key, value) = pair;
                return Err(Refused(format!(
                    "{place}: the sources at lines {earlier} and {line} both have {key} = \
                     \"{value}\", expected a different one for each source"
                )));
            }
        }
    }
    Ok(file.source.into_iter().map(Spanned::into_inner).collect())
}

/// The source called `name`, of the list at `path`.
pub(crate) fn find<'a>(
    sources: &'a [Source],
    name: &str,
    path: &Path,
) -> Result<&'a Source, FetchError> {
    let found = sources.iter().find(|source| source.name == name);
    found.ok_or_else(|| {
        let known: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
        Refused(format!(
            "no data source is called `{name}`: {} has {}; data that cannot be downloaded, and \
             how to get it, stands in datasets/README.md",
            path.display(),
            known.join(", ")
        ))
    })
}

type Checked<E> = Result<String, E>;

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Checked<D::Error> {
    let expected = "lower-case letters, digits and `-`";
    checked(deserializer, "^[a-z0-9][a-z0-9-]*$", expected)
}

fn file<'de, D: Deserializer<'de>>(deserializer: D) -> Checked<D::Error> {
    let expected = "a relative file name of letters, digits, `-`, `_` and `.`, no part of which \
                    begins with `.`, and not `.part`, the ending of unfinished downloads";
    let pattern = r"^(?!.*\.part$)[\w-][\w.-]*(/[\w-][\w.-]*)*$".replace(r"\w", "A-Za-z0-9_");
    checked(deserializer, &pattern, expected)
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Checked<D::Error> {
    let expected = "an address that begins with http:// or https://";
    // Then a host, and no blank.
    checked(deserializer, "^https?://[!-.0-~][!-~]*$", expected)
}

fn sha256<'de, D: Deserializer<'de>>(deserializer: D) -> Checked<D::Error> {
    let expected = "the 64 hexadecimal digits of a SHA-256 checksum";
    let text = checked(deserializer, "^[0-9A-Fa-f]{64}$", expected)?;
    Ok(text.to_ascii_lowercase())
}

/// A string that has this form, or what was `expected` instead.
fn checked<'de, D: Deserializer<'de>>(
    deserializer: D,
    form: &str,
    expected: &str,
) -> Checked<D::Error> {
    let text = String::deserialize(deserializer)?;
    let form = Regex::new(form).map_err(D::Error::custom)?;
    if form.is_match(&text).map_err(D::Error::custom)? {
        return Ok(text);
    }
    let length = text.chars().count();
    let problem = format!("found `{text}` ({length} characters), expected {expected}");
    Err(D::Error::custom(problem))
}
