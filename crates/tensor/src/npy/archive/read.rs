//! Arrays out of an archive.

use std::io::{Read, Seek};

use zip::ZipArchive;

use super::error::{NpzError, NpzProblem};
use crate::npy::array::{self, NpyArray};
use crate::npy::error::NpyProblem;
use crate::npy::header::{self, Header, Number};
use crate::npy::strings::{self, Text};

/// What the name of an array has behind it in the archive.
const SUFFIX: &str = ".npy";

/// An array of an archive.
#[derive(Debug, Clone, PartialEq)]
pub enum NpzValue {
    /// Numbers of any shape.
    Numbers(NpyArray),
    /// A list of strings.
    Strings(Vec<String>),
}

impl NpzValue {
    /// The bytes of memory it takes.
    fn bytes(&self) -> u64 {
        let bytes = match self {
            Self::Numbers(array) => size_of_val(array.values.as_slice()),
            Self::Strings(strings) => {
                let text: usize = strings.iter().map(String::len).sum();
                size_of_val(strings.as_slice()) + text
            }
        };
        bytes as u64
    }
}

/// How an entry of an array is stored.
enum Entry {
    Number(Number),
    Text(Text),
}

impl Entry {
    fn of(descr: &str) -> Result<Self, NpyProblem> {
        let text = strings::text(descr).map(Self::Text);
        text.or_else(|_| header::number(descr).map(Self::Number))
    }
}

/// Reads named arrays from a `.npz` file of NumPy's or of an [`NpzWriter`](super::NpzWriter).
///
/// Files of the archive that are not called `….npy` are not looked at. Nothing in it is trusted: an
/// array takes memory as its entries are unpacked, at most the limit, and has to end where its own
/// header says; the archive's checksums are compared.
pub struct NpzReader<R: Read + Seek> {
    archive: ZipArchive<R>,
    /// The arrays, and which file of the archive each is.
    entries: Vec<(String, usize)>,
    limit: u64,
}

impl<R: Read + Seek> NpzReader<R> {
    /// The most bytes of memory that may be taken, unless another limit is set: 4 GiB.
    pub const DEFAULT_LIMIT: u64 = 1 << 32;

    /// Looks at what an archive holds.
    ///
    /// # Errors
    /// Something that is no zip file, or names that stand twice.
    pub fn new(source: R) -> Result<Self, NpzError> {
        let archive = ZipArchive::new(source);
        let archive = archive.map_err(|error| NpzProblem::reading(error).of_archive())?;
        let damaged = |why: &str| NpzProblem::Damaged(why.to_owned()).of_archive();
        if archive.has_duplicate_names() {
            return Err(damaged("two of its files have one name"));
        }
        let mut entries = Vec::new();
        for at in 0..archive.len() {
            let name = archive.name_for_index(at).and_then(Result::ok);
            let name = name.ok_or_else(|| damaged("the name of a file is no text"))?;
            if let Some(name) = name.strip_suffix(SUFFIX) {
                entries.push((name.to_owned(), at));
            }
        }
        Ok(Self {
            archive,
            entries,
            limit: Self::DEFAULT_LIMIT,
        })
    }

    /// Sets the most bytes of memory that one array, or all of them in [`NpzReader::all`], may take.
    #[must_use]
    pub fn with_limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The names of the arrays, without `.npy`, in the order of the archive.
    pub fn names(&self) -> Vec<&str> {
        self.entries.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The numbers of an array, as [`read_npy`](crate::npy::read_npy) reads them.
    ///
    /// # Errors
    /// An [`NpzError`] that names the array: it is not there, is no array of numbers, is damaged, is
    /// longer or shorter than its header says, or is above the limit.
    pub fn numbers(&mut self, name: &str) -> Result<NpyArray, NpzError> {
        let limit = self.limit;
        self.read(name, |file| {
            let (header, _) = Header::read(file, header::number)?;
            array::read_stream(file, header, limit)
        })
    }

    /// The strings of an array with one mode.
    ///
    /// # Errors
    /// As [`NpzReader::numbers`], with strings for numbers.
    pub fn strings(&mut self, name: &str) -> Result<Vec<String>, NpzError> {
        let limit = self.limit;
        self.read(name, |file| {
            let (header, _) = Header::read(file, strings::text)?;
            strings::read_stream(file, &header, limit)
        })
    }

    /// All arrays with their names, in the order of the archive.
    ///
    /// # Errors
    /// As [`NpzReader::numbers`], of the first array that cannot be read, and arrays that are together
    /// above the limit.
    pub fn all(&mut self) -> Result<Vec<(String, NpzValue)>, NpzError> {
        let mut left = self.limit;
        let mut all = Vec::new();
        for name in self
            .entries
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
        {
            let value = self.value(&name, left);
            let value = value.map_err(|error| match error.problem {
                NpzProblem::Array(NpyProblem::AboveLimit { bytes, .. }) => {
                    let limit = self.limit;
                    if bytes > limit {
                        NpzProblem::Array(NpyProblem::AboveLimit { bytes, limit }).of(&name)
                    } else {
                        NpzProblem::AboveLimit { limit }.of_archive()
                    }
                }
                _ => error,
            })?;
            left = left.saturating_sub(value.bytes());
            all.push((name, value));
        }
        Ok(all)
    }

    /// An array of either kind.
    fn value(&mut self, name: &str, limit: u64) -> Result<NpzValue, NpzError> {
        self.read(name, |file| {
            let (header, _) = Header::read(file, Entry::of)?;
            match header.entry {
                Entry::Number(number) => {
                    array::read_stream(file, header.with(number), limit).map(NpzValue::Numbers)
                }
                Entry::Text(text) => {
                    strings::read_stream(file, &header.with(text), limit).map(NpzValue::Strings)
                }
            }
        })
    }

    fn read<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut zip::read::ZipFile<'_, R>) -> Result<T, NpyProblem>,
    ) -> Result<T, NpzError> {
        let entry = self.entries.iter().find(|(known, _)| known == name);
        let Some((_, at)) = entry else {
            let found = self.names().into_iter().map(str::to_owned).collect();
            return Err(NpzProblem::Absent { found }.of(name));
        };
        let file = self.archive.by_index(*at);
        let mut file = file.map_err(|error| NpzProblem::reading(error).of(name))?;
        read(&mut file).map_err(|problem| NpzProblem::array(problem).of(name))
    }
}
