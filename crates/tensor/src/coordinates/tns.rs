//! FROSTT's `.tns`: a line per entry with its indices, counted from 1, and its value. Empty lines
//! and lines that begin with `#` are skipped.

use std::path::Path;

use super::entries::{Entries, LARGEST_INDEX, index, value};
use super::error::{CoordinateFileError, CoordinateFileProblem as Problem};
use super::lines::{Lines, write_whole};
use super::list::{Coordinates, Duplicates, MOST_MODES};

/// Reads a `.tns` or `.tns.gz` file. Without a `shape`, which the format does not carry, every mode
/// is as long as its largest index; with one, larger indices are an error.
///
/// # Errors
/// A [`CoordinateFileError`] with the line: one that has not one index per mode and a value, or
/// whose index is 0 or above 2³² or the size, or whose value is negative or not finite, or, with
/// [`Duplicates::Refuse`], that gives a place again. A file without entries if no shape is given.
pub fn read_tns(
    path: &Path,
    shape: Option<&[usize]>,
    duplicates: Duplicates,
) -> Result<Coordinates, CoordinateFileError> {
    let mut lines = Lines::open(path)?;
    let mut limits: Option<Vec<u64>> = shape.map(|shape| {
        let limit = |n: &usize| (*n as u64).min(LARGEST_INDEX);
        shape.iter().map(limit).collect()
    });
    let mut entries = Entries::default();
    let mut largest = vec![0; shape.map_or(0, <[usize]>::len)];
    let mut place = Vec::new();
    while let Some((number, text)) = lines.next_content('#')? {
        let read = parse(text, &mut limits, &mut place);
        let value = read.map_err(|problem| lines.error(number, problem))?;
        largest.resize(place.len(), 0);
        for (most, i) in largest.iter_mut().zip(&place) {
            *most = (*i as usize + 1).max(*most);
        }
        entries.push(&place, value, number);
    }
    let shape = match shape {
        Some(shape) => shape.to_vec(),
        None if entries.len() == 0 => return Err(lines.error_of_file(Problem::Empty)),
        None => largest,
    };
    entries.finish(shape, duplicates, &lines)
}

/// Reads the index of a line to `place` and returns the value. The first line fixes the order.
fn parse(text: &str, limits: &mut Option<Vec<u64>>, place: &mut Vec<u32>) -> Result<f64, Problem> {
    let found = text.split_ascii_whitespace().count();
    let modes = limits.as_ref().map_or(found.max(2) - 1, Vec::len);
    if found != modes + 1 {
        return Err(Problem::Ragged {
            found,
            expected: modes + 1,
            what: "one index per mode, then the value",
        });
    }
    if modes > MOST_MODES {
        let limit = MOST_MODES;
        return Err(Problem::TooManyModes { found, limit });
    }
    let limits = limits.get_or_insert_with(|| vec![LARGEST_INDEX; modes]);
    let mut numbers = text.split_ascii_whitespace();
    place.clear();
    for (mode, (text, limit)) in numbers.by_ref().zip(limits).enumerate() {
        place.push(index(text, mode, *limit)?);
        if mode + 1 == modes {
            break;
        }
    }
    value(numbers.next().unwrap_or_default())
}

/// Writes a `.tns` file, or a compressed one if the path ends in `.gz`, as a whole or not at all.
/// Values read back to the same bits; the shape is not kept (see [`read_tns`]).
///
/// # Errors
/// A [`CoordinateFileError`] if the system refuses.
pub fn write_tns(path: &Path, coordinates: &Coordinates) -> Result<(), CoordinateFileError> {
    write_whole(path, |out| {
        for (index, value) in coordinates.iter() {
            for i in index {
                write!(out, "{} ", u64::from(*i) + 1)?;
            }
            writeln!(out, "{value}")?;
        }
        Ok(())
    })
}
