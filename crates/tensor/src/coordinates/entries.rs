//! Entries as they are read, and the lines they came from.

use super::error::{CoordinateFileError, CoordinateFileProblem as Problem};
use super::lines::Lines;
use super::list::{Coordinates, Duplicates};
use super::order::row_major_order;

/// The largest index of a file, which counts from 1: one less must fit 32 bits.
pub(super) const LARGEST_INDEX: u64 = 1 << 32;

#[derive(Default)]
pub(super) struct Entries {
    indices: Vec<u32>,
    values: Vec<f64>,
    /// Where lines do not follow each other as entries do: (entry, its line).
    jumps: Vec<(usize, u64)>,
}

impl Entries {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn push(&mut self, index: &[u32], value: f64, line: u64) {
        let entry = self.values.len();
        if self.jumps.is_empty() || self.line_after_last_jump(entry) != line {
            self.jumps.push((entry, line));
        }
        self.indices.extend_from_slice(index);
        self.values.push(value);
    }

    fn line_after_last_jump(&self, entry: usize) -> u64 {
        let (start, line) = self.jumps.last().copied().unwrap_or_default();
        line + (entry - start) as u64
    }

    fn line(&self, entry: usize) -> u64 {
        let after = self.jumps.partition_point(|(start, _)| *start <= entry);
        let (start, line) = self.jumps[after - 1];
        line + (entry - start) as u64
    }

    /// The entries as coordinates of a tensor of the given shape, which holds them.
    pub(super) fn finish(
        self,
        shape: Vec<usize>,
        duplicates: Duplicates,
        lines: &Lines,
    ) -> Result<Coordinates, CoordinateFileError> {
        if duplicates == Duplicates::Refuse
            && let Some((first, second)) = self.first_duplicate(&shape)
        {
            let modes = shape.len();
            let index = &self.indices[second * modes..(second + 1) * modes];
            let problem = Problem::Duplicate {
                index: index.iter().map(|i| u64::from(*i) + 1).collect(),
                first_line: self.line(first),
            };
            return Err(lines.error(self.line(second), problem));
        }
        Ok(Coordinates::trusted(shape, self.indices, self.values))
    }

    /// The first entry at a place given before, with the one just before it there.
    fn first_duplicate(&self, shape: &[usize]) -> Option<(usize, usize)> {
        let modes = shape.len();
        let place = |entry: usize| &self.indices[entry * modes..(entry + 1) * modes];
        let order = row_major_order(shape, &self.indices, self.values.len());
        let pairs = order.windows(2).map(|pair| (pair[0], pair[1]));
        pairs
            .filter(|(a, b)| place(*a) == place(*b))
            .min_by_key(|(_, second)| *second)
    }
}

/// An index of 1 to `size` in `mode` (from 0), as one that counts from 0.
pub(super) fn index(text: &str, mode: usize, size: u64) -> Result<u32, Problem> {
    let (text, mode) = (text.to_owned(), mode + 1);
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::Index { mode, text });
    }
    // Digits that are no u64 are too many of them.
    let number = text.parse().unwrap_or(u64::MAX);
    let Some(from_zero) = number.checked_sub(1) else {
        return Err(Problem::ZeroIndex { mode });
    };
    match u32::try_from(from_zero) {
        Ok(index) if number <= size => Ok(index),
        _ => Err(Problem::IndexTooLarge { mode, text, size }),
    }
}

/// A finite value ≥ 0.
pub(super) fn value(text: &str) -> Result<f64, Problem> {
    let owned = || text.to_owned();
    match text.parse::<f64>() {
        Err(_) => Err(Problem::Value {
            text: owned(),
            expected: "a number",
        }),
        Ok(x) if !x.is_finite() => Err(Problem::NotFinite { text: owned() }),
        Ok(x) if x < 0.0 => Err(Problem::Negative { text: owned() }),
        Ok(x) => Ok(x),
    }
}
