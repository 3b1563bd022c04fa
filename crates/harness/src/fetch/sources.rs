//! `datasets/sources.toml`: where public data sets come from and how to recognise them.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::Sha256Sum;

/// The data sets that can be fetched, in the order of the file.
#[derive(Clone, Debug)]
pub struct Sources {
    path: PathBuf,
    entries: Vec<Source>,
}

/// One public data set: a single file to download.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What is typed after `cargo xtask fetch`.
    pub name: SourceName,
    /// One line on what the data is.
    pub description: String,
    /// Where the file stands inside the cache and inside `--data-dir` folders.
    pub file: FileName,
    /// Where the file is published.
    pub address: Address,
    /// Other addresses of the very same bytes, in the order in which to try them.
    #[serde(default)]
    pub mirrors: Vec<Address>,
    /// Size in bytes, where known.
    pub size: Option<u64>,
    /// Checksum of the whole file.
    pub sha256: Sha256Sum,
    /// What the publisher says may be done with the data.
    pub licence: String,
}

impl Source {
    /// The official address, then the mirrors.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        std::iter::once(&self.address).chain(&self.mirrors)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcesFile {
    source: Vec<Spanned<Source>>,
}

impl Sources {
    /// Reads the list of sources at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML of the expected form (with the line and a
    /// caret under the place), or gives two sources the same name or file.
    pub fn load(path: &Path) -> Result<Self, SourcesError> {
        let text = fs::read_to_string(path).map_err(|error| SourcesError::Read {
            path: path.to_owned(),
            error,
        })?;
        Self::parse(&text, path)
    }

    /// As [`Sources::load`], from text already read; `path` only serves the messages.
    ///
    /// # Errors
    /// As [`Sources::load`], reading excepted.
    pub fn parse(text: &str, path: &Path) -> Result<Self, SourcesError> {
        let file: SourcesFile = toml::from_str(text).map_err(|error| SourcesError::Parse {
            path: path.to_owned(),
            error: Box::new(error),
        })?;
        refuse_repeats(&file.source, text, path)?;
        Ok(Self {
            path: path.to_owned(),
            entries: file.source.into_iter().map(Spanned::into_inner).collect(),
        })
    }

    /// The source called `name`.
    ///
    /// # Errors
    /// When there is none; the message lists the names there are.
    pub fn get(&self, name: &str) -> Result<&Source, SourcesError> {
        self.iter()
            .find(|source| source.name.as_str() == name)
            .ok_or_else(|| SourcesError::Unknown {
                path: self.path.clone(),
                name: name.to_owned(),
                known: self.iter().map(|s| s.name.to_string()).collect(),
            })
    }

    /// All sources, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.entries.iter()
    }
}

/// Two sources of one name could not be told apart; two of one file would overwrite each other.
fn refuse_repeats(
    sources: &[Spanned<Source>],
    text: &str,
    path: &Path,
) -> Result<(), SourcesError> {
    let line = |source: &Spanned<Source>| {
        let before = text.get(..source.span().start).unwrap_or(text);
        before.matches('\n').count() + 1
    };
    for (i, later) in sources.iter().enumerate() {
        for earlier in &sources[..i] {
            let (a, b) = (earlier.get_ref(), later.get_ref());
            let (key, value) = if a.name == b.name {
                ("name", b.name.as_str())
            } else if a.file == b.file {
                ("file", b.file.as_str())
            } else {
                continue;
            };
            return Err(SourcesError::Repeated {
                path: path.to_owned(),
                key,
                value: value.to_owned(),
                first_line: line(earlier),
                second_line: line(later),
            });
        }
    }
    Ok(())
}

/// Why the list of sources, or one entry of it, is not to be had.
#[derive(Debug, Error)]
pub enum SourcesError {
    /// The file cannot be read.
    #[error("cannot read {path}, the list of data sources: {error}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is not TOML, or a key is missing, unknown or has an unfit value.
    #[error("{path}: {error}", path = .path.display(), error = .error.to_string().trim_end())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The place, with a caret, and what was expected there.
        error: Box<toml::de::Error>,
    },
    /// Two sources share a name or a file.
    #[error(
        "{path}: the sources at lines {first_line} and {second_line} both have {key} = \
         \"{value}\", expected a different one for each source",
        path = .path.display()
    )]
    Repeated {
        /// The file.
        path: PathBuf,
        /// `name` or `file`.
        key: &'static str,
        /// The value both have.
        value: String,
        /// Line of the earlier source.
        first_line: usize,
        /// Line of the later source.
        second_line: usize,
    },
    /// No source has the name asked for.
    #[error(
        "no data source is called `{name}`: {path} has {known}; data that cannot be downloaded, and how to get it, stands in datasets/README.md",
        path = .path.display(),
        known = .known.join(", ")
    )]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
}

/// Declares a string that has passed a check and stays as it is from then on.
macro_rules! checked_string {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                match $check(&text) {
                    Ok(()) => Ok(Self(text)),
                    Err(expected) => Err(format!("found `{text}`, expected {expected}")),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_string!(
    /// Name of a source: lower-case letters, digits and `-`.
    SourceName,
    |text: &str| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let fit = !text.is_empty() && !text.starts_with('-') && text.chars().all(fits);
        fit.then_some(()).ok_or("lower-case letters, digits and `-`")
    }
);

checked_string!(
    /// Name of a file inside the cache, with `/` between folders. It cannot lead out of the
    /// cache, and means the same on every system.
    FileName,
    |text: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let plain = |part: &str| {
            !part.is_empty() && !part.starts_with('.') && part.chars().all(fits)
        };
        if text.ends_with(".part") {
            return Err("a name without the ending `.part`, which marks unfinished downloads");
        }
        text.split('/').all(plain).then_some(()).ok_or(
            "a relative file name of letters, digits, `-`, `_` and `.`, no part of which begins \
             with `.`",
        )
    }
);

checked_string!(
    /// Address of a file: begins with `http://` or `https://`.
    Address,
    |text: &str| {
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        let fits = |rest: &str| {
            let host = rest.split('/').next().unwrap_or_default();
            !host.is_empty() && rest.chars().all(|c| c.is_ascii_graphic())
        };
        rest.is_some_and(fits).then_some(()).ok_or("an address that begins with http:// or https://")
    }
);
