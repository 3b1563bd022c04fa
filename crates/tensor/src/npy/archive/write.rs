//! Arrays into an archive.

use std::collections::BTreeSet;
use std::io::{Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::error::{NpzError, NpzProblem};
use crate::npy::{array, strings};

/// Deflate's fastest: factors are noise in most of their bits, and slower levels gain a percent.
const LEVEL: i64 = 1;

/// From this size on an entry needs the longer form of zip's headers. Data that does not shrink grows a
/// little when deflated.
const LARGE: usize = 0xf000_0000;

/// Writes named arrays into one `.npz` file that `numpy.load` reads, in the order of the calls.
///
/// The same arrays give the same bytes: no time, no user and no system goes into the file.
///
/// ```
/// use hntf_tensor::npy::{NpzReader, NpzWriter};
/// use std::io::Cursor;
///
/// let mut writer = NpzWriter::new(Cursor::new(Vec::new()));
/// writer.numbers("factor", &[2, 1], &[1.0, 0.5])?;
/// writer.strings("words", &["tensor", "topic"])?;
/// let bytes = writer.finish()?.into_inner();
///
/// let mut reader = NpzReader::new(Cursor::new(bytes))?;
/// assert_eq!(reader.names(), ["factor", "words"]);
/// assert_eq!(reader.numbers("factor")?.values, [1.0, 0.5]);
/// # Ok::<(), hntf_tensor::npy::NpzError>(())
/// ```
pub struct NpzWriter<W: Write + Seek> {
    zip: ZipWriter<W>,
    names: BTreeSet<String>,
}

impl<W: Write + Seek> NpzWriter<W> {
    /// An archive without arrays, to be written to `out` from where it stands.
    pub fn new(out: W) -> Self {
        Self {
            zip: ZipWriter::new(out),
            names: BTreeSet::new(),
        }
    }

    /// Writes an f64 array, its values in row-major order.
    ///
    /// # Errors
    /// Values that do not fill the shape, a name that is no file name or was used before, a system
    /// that refuses. An archive with an error is of no use any more.
    pub fn numbers(&mut self, name: &str, shape: &[usize], values: &[f64]) -> Result<(), NpzError> {
        let header = array::header_of(shape, values).map_err(|e| NpzProblem::from(e).of(name))?;
        self.start(name, header.len() + size_of_val(values))?;
        let put = array::put(&mut self.zip, &header, values);
        put.map_err(|error| NpzProblem::Write(error).of(name))
    }

    /// Writes a list of strings, `<U` in NumPy.
    ///
    /// # Errors
    /// As [`NpzWriter::numbers`], and strings that end in a zero character.
    pub fn strings(&mut self, name: &str, strings: &[impl AsRef<str>]) -> Result<(), NpzError> {
        let array = |problem| NpzProblem::Array(problem).of(name);
        let width = strings::width_of(strings).map_err(array)?;
        let header = strings::header_of(strings.len(), width).map_err(array)?;
        self.start(
            name,
            header.len() + strings.len() * width * size_of::<u32>(),
        )?;
        let put = strings::put(&mut self.zip, &header, strings, width);
        put.map_err(|error| NpzProblem::Write(error).of(name))
    }

    /// Writes what stands at the end of an archive, and gives back what it was written to.
    ///
    /// # Errors
    /// A system that refuses.
    pub fn finish(self) -> Result<W, NpzError> {
        let finished = self.zip.finish();
        finished.map_err(|error| NpzProblem::writing(error).of_archive())
    }

    fn start(&mut self, name: &str, bytes: usize) -> Result<(), NpzError> {
        let refused = name.is_empty()
            || name.contains(['\\', ':', '\0'])
            || name.split('/').any(|part| part.is_empty() || part == "..");
        if refused || !self.names.insert(name.to_owned()) {
            return Err(NpzProblem::Name.of(name));
        }
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(0o644)
            .large_file(bytes >= LARGE);
        let started = self.zip.start_file(format!("{name}.npy"), options);
        started.map_err(|error| NpzProblem::writing(error).of(name))
    }
}
