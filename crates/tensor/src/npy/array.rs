//! Arrays of numbers.

use std::io::{self, Read, Write};
use std::path::Path;

use super::error::{NpyError, NpyProblem};
use super::file::{BLOCK, check_end, check_length, open, write_whole};
use super::header::{self, Header, Number};

/// An array of any order with its entries in row-major (C) order.
#[derive(Clone, Debug, PartialEq)]
pub struct NpyArray {
    /// The size of each mode; empty for a single number (a 0-d array).
    pub shape: Vec<usize>,
    /// The entries, the last index running fastest; as many as the product of `shape`.
    pub values: Vec<f64>,
}

/// Reads the array of a `.npy` file of version 1.0, 2.0 or 3.0.
///
/// Takes f4, f8, i1 to i8, u1 to u8 and bool, of either byte order, in C or Fortran order.
/// Integers beyond ±2⁵³ are rounded to the nearest f64, as `array.astype("f8")` does; a bool is
/// 0 or 1; NaN and infinities pass as they are.
///
/// Memory is that of the result and a block of 64 KiB, whatever the file's order.
///
/// # Errors
///
/// An [`NpyError`] that names the file, what was found, what was expected and what to do.
pub fn read_npy(path: &Path) -> Result<NpyArray, NpyError> {
    read_file(path).map_err(|problem| NpyError {
        path: path.to_owned(),
        problem,
    })
}

/// Writes `values`, in row-major order, as an f64 array of the given shape: the bytes that
/// `numpy.save` writes.
///
/// The file appears whole or not at all: it is written under a temporary name in the same folder
/// and then renamed, replacing what was there.
///
/// # Errors
///
/// An [`NpyError`] if `values` does not fill `shape`, or if the system refuses.
pub fn write_npy(path: &Path, shape: &[usize], values: &[f64]) -> Result<(), NpyError> {
    let write = || {
        let header = header_of(shape, values)?;
        write_whole(path, |out| put(out, &header, values))
    };
    write().map_err(|problem| NpyError {
        path: path.to_owned(),
        problem,
    })
}

fn read_file(path: &Path) -> Result<NpyArray, NpyProblem> {
    let (mut file, length) = open(path)?;
    let (header, start) = Header::read(&mut file, header::number)?;
    check_length(
        length.saturating_sub(start),
        header.count * header.entry.width,
    )?;
    // The file may be a sparse one, long on paper only.
    let mut values = Vec::new();
    reserve(&mut values, header.count)?;
    if header.fortran_order {
        values.resize(header.count, 0.0);
        let mut walk = ColumnMajorWalk::new(&header.shape);
        decode(&mut file, &header, |block| {
            block.iter().for_each(|x| values[walk.step()] = *x);
            Ok(())
        })?;
    } else {
        decode(&mut file, &header, |block| {
            values.extend_from_slice(block);
            Ok(())
        })?;
    }
    Ok(NpyArray {
        shape: header.shape,
        values,
    })
}

/// Reads the array after the header of a stream of unknown length that ends with it. What the header
/// announces is believed as it comes: `limit` bounds the bytes of the result, and memory is in
/// proportion to the entries that there are.
pub(super) fn read_stream(
    source: &mut impl Read,
    header: Header<Number>,
    limit: u64,
) -> Result<NpyArray, NpyProblem> {
    let bytes = (header.count * size_of::<f64>()) as u64;
    if bytes > limit {
        return Err(NpyProblem::AboveLimit { bytes, limit });
    }
    let mut values: Vec<f64> = Vec::new();
    decode(source, &header, |block| {
        let room = values.try_reserve(block.len());
        room.map_err(|_| out_of_memory(header.count))?;
        values.extend_from_slice(block);
        Ok(())
    })?;
    check_end(source, header.count * header.entry.width)?;
    if header.fortran_order {
        let mut ordered = Vec::new();
        reserve(&mut ordered, header.count)?;
        ordered.resize(header.count, 0.0);
        let mut walk = ColumnMajorWalk::new(&header.shape);
        values.iter().for_each(|x| ordered[walk.step()] = *x);
        values = ordered;
    }
    Ok(NpyArray {
        shape: header.shape,
        values,
    })
}

/// All bytes before the data of an f64 array, if `values` fills it.
pub(super) fn header_of(shape: &[usize], values: &[f64]) -> Result<Vec<u8>, NpyProblem> {
    let header = header::text(shape, "<f8")?;
    let expected = header::count(shape)?;
    if values.len() == expected {
        return Ok(header);
    }
    Err(NpyProblem::ShapeMismatch {
        shape: header::tuple(shape),
        expected,
        found: values.len(),
    })
}

/// Writes an array whose header is that of [`header_of`].
pub(super) fn put(out: &mut dyn Write, header: &[u8], values: &[f64]) -> io::Result<()> {
    out.write_all(header)?;
    let mut block = Vec::with_capacity(BLOCK);
    for values in values.chunks(BLOCK / size_of::<f64>()) {
        block.clear();
        block.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        out.write_all(&block)?;
    }
    Ok(())
}

fn reserve(values: &mut Vec<f64>, count: usize) -> Result<(), NpyProblem> {
    let room = values.try_reserve_exact(count);
    room.map_err(|_| out_of_memory(count))
}

fn out_of_memory(count: usize) -> NpyProblem {
    let bytes = count * size_of::<f64>();
    NpyProblem::OutOfMemory { bytes }
}

/// Hands the numbers of the data to `put`, a block at a time, in the order of the file.
fn decode(
    source: &mut impl Read,
    header: &Header<Number>,
    mut put: impl FnMut(&[f64]) -> Result<(), NpyProblem>,
) -> Result<(), NpyProblem> {
    let number = header.entry;
    let (mut raw, mut numbers) = (vec![0; BLOCK], Vec::new());
    let all = header.count * number.width;
    let mut left = all;
    while left > 0 {
        let raw = &mut raw[..left.min(BLOCK / size_of::<f64>() * number.width)];
        let found = fill(source, raw).map_err(NpyProblem::Read)?;
        if found < raw.len() {
            check_length((all - left + found) as u64, all)?;
        }
        numbers.clear();
        numbers.extend(raw.chunks_exact(number.width).map(number.decode));
        put(&numbers)?;
        left -= raw.len();
    }
    Ok(())
}

/// Fills a block, and says how much of it if the stream ends before.
fn fill(source: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    let mut found = 0;
    while found < block.len() {
        match source.read(&mut block[found..]) {
            Ok(0) => break,
            Ok(read) => found += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Visits the entries of an array with the first index running fastest, and tells where each
/// stands in row-major order.
struct ColumnMajorWalk {
    axes: Vec<Axis>,
    position: usize,
}

struct Axis {
    size: usize,
    stride: usize,
    index: usize,
}

impl ColumnMajorWalk {
    fn new(shape: &[usize]) -> Self {
        let mut axes = Vec::new();
        let mut stride = 1;
        for &size in shape.iter().rev() {
            // Without modes of size 1, a step costs less than two carries on average.
            if size != 1 {
                let index = 0;
                axes.push(Axis {
                    size,
                    stride,
                    index,
                });
            }
            stride *= size;
        }
        axes.reverse();
        Self { axes, position: 0 }
    }

    /// The position of the current entry; moves on to the next one.
    fn step(&mut self) -> usize {
        let current = self.position;
        for axis in &mut self.axes {
            axis.index += 1;
            self.position += axis.stride;
            if axis.index < axis.size {
                break;
            }
            self.position -= axis.size * axis.stride;
            axis.index = 0;
        }
        current
    }
}
