//! Lines of a text file, compressed or not, with their numbers; and files written whole.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::error::{CoordinateFileError, CoordinateFileProblem as Problem};
use crate::whole_file::new_file_in;

/// A longer line is not one of coordinates, and is not read on to find its end.
const LONGEST: usize = 1 << 16;
const BUFFER: usize = 1 << 17;

pub(super) struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead>,
    line: Vec<u8>,
    number: u64,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self, CoordinateFileError> {
        let opened = open(path).map_err(|problem| CoordinateFileError {
            path: path.to_owned(),
            line: None,
            problem,
        })?;
        Ok(Self {
            path: path.to_owned(),
            reader: opened,
            line: Vec::new(),
            number: 0,
        })
    }

    /// The next line without the white space around it, and its number from 1.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, CoordinateFileError> {
        self.line.clear();
        let mut limited = self.reader.by_ref().take(LONGEST as u64 + 1);
        let read = limited.read_until(b'\n', &mut self.line);
        self.number += 1;
        let problem = match read {
            Err(error) => Problem::Read(error),
            Ok(0) => return Ok(None),
            Ok(length) if length > LONGEST => Problem::LineTooLong { limit: LONGEST },
            Ok(_) => match str::from_utf8(&self.line) {
                Ok(text) => return Ok(Some((self.number, text.trim()))),
                Err(_) => Problem::NotText,
            },
        };
        Err(self.error(self.number, problem))
    }

    /// The next line that neither is empty nor begins with `comment`.
    pub(super) fn next_content(
        &mut self,
        comment: char,
    ) -> Result<Option<(u64, &str)>, CoordinateFileError> {
        loop {
            match self.next()? {
                None => return Ok(None),
                Some((_, text)) if text.is_empty() || text.starts_with(comment) => {}
                Some(_) => break,
            }
        }
        // Not returned from within the loop: the borrow would last for all of it.
        let text = str::from_utf8(&self.line).unwrap_or_default();
        Ok(Some((self.number, text.trim())))
    }

    pub(super) fn error(&self, line: u64, problem: Problem) -> CoordinateFileError {
        CoordinateFileError {
            path: self.path.clone(),
            line: Some(line),
            problem,
        }
    }

    /// An error that is in no line.
    pub(super) fn error_of_file(&self, problem: Problem) -> CoordinateFileError {
        CoordinateFileError {
            path: self.path.clone(),
            line: None,
            problem,
        }
    }
}

fn is_compressed(path: &Path) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("gz"))
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Problem> {
    // Looked at before it is opened: opening a pipe waits for its writer.
    let metadata = path.metadata().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing,
        _ => Problem::Read(error),
    })?;
    if !metadata.is_file() {
        return Err(Problem::NotAFile);
    }
    let file = File::open(path).map_err(Problem::Read)?;
    Ok(if is_compressed(path) {
        Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file)))
    } else {
        Box::new(BufReader::with_capacity(BUFFER, file))
    })
}

/// Writes a file as a whole or not at all: `put` writes to a temporary one beside it.
pub(super) fn write_whole(
    path: &Path,
    put: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), CoordinateFileError> {
    let write = || {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut file = new_file_in(folder)?;
        if is_compressed(path) {
            let encoder = GzEncoder::new(file.as_file_mut(), Compression::default());
            let mut out = BufWriter::with_capacity(BUFFER, encoder);
            put(&mut out)?;
            let encoder = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            encoder.finish()?;
        } else {
            let mut out = BufWriter::with_capacity(BUFFER, file.as_file_mut());
            put(&mut out)?;
            out.flush()?;
        }
        file.persist(path).map_err(|refused| refused.error)?;
        Ok(())
    };
    write().map_err(|error: io::Error| CoordinateFileError {
        path: path.to_owned(),
        line: None,
        problem: Problem::Write(error),
    })
}
