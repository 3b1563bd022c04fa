//! The file that an array is read from or written to.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use super::error::NpyProblem;
use crate::whole_file::new_file_in;

/// Bytes read and written at a time; a multiple of every width of a number.
pub(super) const BLOCK: usize = 1 << 16;

/// The file at `path` and its length in bytes; anything but a file is refused before it is opened,
/// for opening a pipe waits for its writer.
pub(super) fn open(path: &Path) -> Result<(File, u64), NpyProblem> {
    let metadata = path.metadata().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => NpyProblem::Missing,
        _ => NpyProblem::Read(error),
    })?;
    if metadata.is_dir() {
        let found = "folder";
        return Err(NpyProblem::NotAFile { found });
    }
    if !metadata.is_file() {
        let found = "device, pipe or socket";
        return Err(NpyProblem::NotAFile { found });
    }
    let file = File::open(path).map_err(NpyProblem::Read)?;
    Ok((file, metadata.len()))
}

/// Checks that the data of a file takes the bytes its header says.
pub(super) fn check_length(found: u64, expected: usize) -> Result<(), NpyProblem> {
    let (part, expected) = ("data", expected as u64);
    if found < expected {
        return Err(NpyProblem::Truncated {
            part,
            expected,
            found,
        });
    }
    if found > expected {
        return Err(NpyProblem::TrailingBytes { expected, found });
    }
    Ok(())
}

/// Checks that a stream ends after its array of `expected` bytes. To find out how much more there is
/// may take for ever, so one byte more is all that is looked for.
pub(super) fn check_end(source: &mut impl Read, expected: usize) -> Result<(), NpyProblem> {
    let mut one = [0];
    let more = loop {
        match source.read(&mut one) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read.map_err(NpyProblem::Read)?,
        }
    };
    check_length(expected as u64 + more as u64, expected)
}

/// Writes a file under a temporary name in its folder and renames it: it appears whole or not at all.
pub(super) fn write_whole(
    path: &Path,
    put: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), NpyProblem> {
    if path.is_dir() {
        let found = "folder";
        return Err(NpyProblem::NotAFile { found });
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let write = || {
        let mut file = new_file_in(folder)?;
        let mut out = BufWriter::with_capacity(BLOCK, file.as_file_mut());
        put(&mut out)?;
        out.flush()?;
        drop(out);
        file.persist(path).map_err(|refused| refused.error)
    };
    write().map(drop).map_err(NpyProblem::Write)
}
