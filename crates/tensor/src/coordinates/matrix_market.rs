//! Matrix Market's coordinate format: a header, the sizes, and a line per entry with its row and
//! column, counted from 1, and its value.

use std::path::Path;

use super::entries::{Entries, LARGEST_INDEX, index, value};
use super::error::{CoordinateFileError, CoordinateFileProblem as Problem};
use super::lines::{Lines, write_whole};
use super::list::{Coordinates, Duplicates};

/// What the values of a file are.
#[derive(Clone, Copy, PartialEq)]
enum Field {
    Real,
    Integer,
    /// Left out: they are all 1.
    Pattern,
}

struct Sizes {
    rows: usize,
    columns: usize,
    entries: u64,
}

/// Reads a Matrix Market file (`.mtx` or `.mtx.gz`) of the kind `matrix coordinate`, with `real`,
/// `integer` or `pattern` values (the last all 1), `general` or `symmetric`. Of a symmetric matrix
/// both halves are returned.
///
/// # Errors
/// A [`CoordinateFileError`] with the line: another header, sizes that are none or above 2³², a
/// line that is not a row, a column and a value, an index of 0 or above the sizes, a value that is
/// negative, not finite or not of the kind announced, fewer or more entries than announced, or,
/// with [`Duplicates::Refuse`], a place given again.
pub fn read_matrix_market(
    path: &Path,
    duplicates: Duplicates,
) -> Result<Coordinates, CoordinateFileError> {
    let mut lines = Lines::open(path)?;
    let (field, symmetric) = read_header(&mut lines)?;
    let sizes = read_sizes(&mut lines, symmetric)?;

    let mut entries = Entries::default();
    let (mut read, mut last_line) = (0, 0);
    while let Some((number, text)) = lines.next_content('%')? {
        if read == sizes.entries {
            let problem = sizes.miscounted("more");
            return Err(lines.error(number, problem));
        }
        let entry = parse(text, field, &sizes);
        let (place, value) = entry.map_err(|problem| lines.error(number, problem))?;
        entries.push(&place, value, number);
        if symmetric && place[0] != place[1] {
            entries.push(&[place[1], place[0]], value, number);
        }
        (read, last_line) = (read + 1, number);
    }
    if read < sizes.entries {
        let problem = sizes.miscounted(&read.to_string());
        let at_end = (read > 0).then(|| lines.error(last_line, problem));
        return Err(at_end.unwrap_or_else(|| lines.error_of_file(sizes.miscounted("none"))));
    }
    entries.finish(vec![sizes.rows, sizes.columns], duplicates, &lines)
}

impl Sizes {
    fn miscounted(&self, found: &str) -> Problem {
        Problem::Count {
            announced: self.entries,
            found: found.to_owned(),
        }
    }
}

fn read_header(lines: &mut Lines) -> Result<(Field, bool), CoordinateFileError> {
    let text = lines.next()?.map(|(_, text)| text.to_owned());
    let text = text.unwrap_or_default();
    let lower = text.to_lowercase();
    let words: Vec<_> = lower.split_ascii_whitespace().collect();
    let kind = match words[..] {
        ["%%matrixmarket", "matrix", "coordinate", field, symmetry] => {
            let field = match field {
                "real" => Some(Field::Real),
                "integer" => Some(Field::Integer),
                "pattern" => Some(Field::Pattern),
                _ => None,
            };
            let symmetric = match symmetry {
                "general" => Some(false),
                "symmetric" => Some(true),
                _ => None,
            };
            field.zip(symmetric)
        }
        _ => None,
    };
    kind.ok_or_else(|| {
        let text = text.chars().take(80).collect();
        lines.error(1, Problem::Header { text })
    })
}

fn read_sizes(lines: &mut Lines, symmetric: bool) -> Result<Sizes, CoordinateFileError> {
    let limit = LARGEST_INDEX;
    let (line, text) = match lines.next_content('%')? {
        Some((line, text)) => (line, text.to_owned()),
        None => {
            let text = "the end of the file".to_owned();
            return Err(lines.error_of_file(Problem::Sizes { text, limit }));
        }
    };
    let numbers: Vec<Option<u64>> = text
        .split_ascii_whitespace()
        .map(|t| t.parse().ok())
        .collect();
    let sizes = match numbers[..] {
        [Some(rows), Some(columns), Some(entries)] if rows.max(columns) <= limit => {
            let sizes = usize::try_from(rows)
                .ok()
                .zip(usize::try_from(columns).ok());
            sizes.map(|(rows, columns)| Sizes {
                rows,
                columns,
                entries,
            })
        }
        _ => None,
    };
    let Some(sizes) = sizes else {
        let text = text.chars().take(80).collect();
        return Err(lines.error(line, Problem::Sizes { text, limit }));
    };
    if symmetric && sizes.rows != sizes.columns {
        let (rows, columns) = (sizes.rows, sizes.columns);
        return Err(lines.error(line, Problem::NotSquare { rows, columns }));
    }
    Ok(sizes)
}

fn parse(text: &str, field: Field, sizes: &Sizes) -> Result<([u32; 2], f64), Problem> {
    let (expected, what) = match field {
        Field::Pattern => (2, "row and column"),
        Field::Real | Field::Integer => (3, "row, column and value"),
    };
    let mut numbers = text.split_ascii_whitespace();
    let (row, column, last) = (numbers.next(), numbers.next(), numbers.next());
    let found = text.split_ascii_whitespace().count();
    let (Some(row), Some(column), true) = (row, column, found == expected) else {
        return Err(Problem::Ragged {
            found,
            expected,
            what,
        });
    };
    let row = index(row, 0, sizes.rows as u64)?;
    let column = index(column, 1, sizes.columns as u64)?;
    let value = match (field, last) {
        (Field::Integer, Some(text)) if text.parse::<i64>().is_err() => {
            return Err(Problem::Value {
                text: text.to_owned(),
                expected: "a whole number, as the header announces",
            });
        }
        (Field::Real | Field::Integer, Some(text)) => value(text)?,
        _ => 1.0,
    };
    Ok(([row, column], value))
}

/// Writes a Matrix Market file `matrix coordinate real general`, compressed if the path ends in
/// `.gz`, as a whole or not at all. Values read back to the same bits.
///
/// # Errors
/// A [`CoordinateFileError`] if the coordinates are not those of a matrix or the system refuses.
pub fn write_matrix_market(
    path: &Path,
    coordinates: &Coordinates,
) -> Result<(), CoordinateFileError> {
    let [rows, columns] = coordinates.shape()[..] else {
        return Err(CoordinateFileError {
            path: path.to_owned(),
            line: None,
            problem: Problem::NotAMatrix {
                modes: coordinates.shape().len(),
            },
        });
    };
    write_whole(path, |out| {
        writeln!(out, "%%MatrixMarket matrix coordinate real general")?;
        writeln!(out, "{rows} {columns} {}", coordinates.values().len())?;
        for (index, value) in coordinates.iter() {
            let (row, column) = (u64::from(index[0]) + 1, u64::from(index[1]) + 1);
            writeln!(out, "{row} {column} {value}")?;
        }
        Ok(())
    })
}
