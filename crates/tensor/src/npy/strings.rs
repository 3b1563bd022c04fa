//! Lists of strings, NumPy's `<U` arrays: every string takes the same number of characters, four
//! bytes each, filled up with zeros.

use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use super::error::{NpyError, NpyProblem};
use super::file::{BLOCK, check_end, check_length, open, write_whole};
use super::header::{self, Header, quoted, shorten, tuple};

/// Bytes of a character.
const CHARACTER: usize = size_of::<u32>();

/// How one string is stored.
#[derive(Clone, Copy)]
pub(super) struct Text {
    /// Its bytes.
    width: usize,
    big_endian: bool,
}

/// Reads the strings of a `.npy` file with one mode, in version 1.0, 2.0 or 3.0 of the format and
/// either byte order. Zeros at the end of a string are filling and dropped, as NumPy does.
///
/// Memory is that of the strings and a block of 64 KiB.
///
/// # Errors
/// An [`NpyError`] that names the file: one that is none or cut short, an array of numbers or with
/// more modes, something that is no character.
pub fn read_npy_strings(path: &Path) -> Result<Vec<String>, NpyError> {
    read(path).map_err(|problem| NpyError {
        path: path.to_owned(),
        problem,
    })
}

/// Writes strings as the one-mode array `numpy.save` writes of `numpy.array(strings)`; an empty list
/// as one of `<U1`. Whole or not at all, as [`write_npy`](super::write_npy).
///
/// Every string takes the room of the longest: 4 bytes × its characters.
///
/// # Errors
/// An [`NpyError`] if a string ends in a zero character, which the format cannot tell from filling,
/// or if the system refuses.
pub fn write_npy_strings(path: &Path, strings: &[impl AsRef<str>]) -> Result<(), NpyError> {
    let write = || {
        let width = width_of(strings)?;
        let header = header_of(strings.len(), width)?;
        write_whole(path, |out| put(out, &header, strings, width))
    };
    write().map_err(|problem| NpyError {
        path: path.to_owned(),
        problem,
    })
}

fn read(path: &Path) -> Result<Vec<String>, NpyProblem> {
    let (mut file, length) = open(path)?;
    let (header, start) = Header::read(&mut file, text)?;
    let expected = bytes_of(&header)?;
    check_length(length.saturating_sub(start), expected)?;
    // Every string has at least four bytes in the file, so that a small file cannot ask for many.
    let mut strings = Vec::new();
    reserve(&mut strings, header.count)?;
    let mut file = BufReader::with_capacity(BLOCK, file);
    for index in 0..header.count {
        strings.push(one(&mut file, header.entry, index)?);
    }
    Ok(strings)
}

/// Reads the strings after the header of a stream of unknown length that ends with them. Memory is at
/// most `limit` bytes, and in proportion to the strings that there are.
pub(super) fn read_stream(
    source: &mut impl Read,
    header: &Header<Text>,
    limit: u64,
) -> Result<Vec<String>, NpyProblem> {
    let expected = bytes_of(header)?;
    let own = header.count.saturating_mul(size_of::<String>());
    let bytes = (expected as u64).saturating_add(own as u64);
    if bytes > limit {
        return Err(NpyProblem::AboveLimit { bytes, limit });
    }
    let mut source = BufReader::with_capacity(BLOCK, source);
    let mut strings = Vec::new();
    for index in 0..header.count {
        if strings.len() == strings.capacity() {
            let more = strings.len().max(BLOCK / size_of::<String>());
            let more = more.min(header.count - strings.len());
            reserve(&mut strings, more)?;
        }
        let string = one(&mut source, header.entry, index);
        strings.push(string.map_err(|problem| match problem {
            NpyProblem::Read(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                NpyProblem::Truncated {
                    part: "data",
                    expected: expected as u64,
                    found: (index * header.entry.width) as u64,
                }
            }
            problem => problem,
        })?);
    }
    check_end(&mut source, expected)?;
    Ok(strings)
}

/// The bytes of the data of a list of strings.
fn bytes_of(header: &Header<Text>) -> Result<usize, NpyProblem> {
    let shape = || shorten(&tuple(&header.shape));
    if header.shape.len() != 1 {
        return Err(NpyProblem::NotAList { shape: shape() });
    }
    let bytes = header.count.checked_mul(header.entry.width);
    bytes.ok_or_else(|| NpyProblem::TooLarge { shape: shape() })
}

fn reserve(strings: &mut Vec<String>, more: usize) -> Result<(), NpyProblem> {
    let bytes = more.saturating_mul(size_of::<String>());
    let room = strings.try_reserve_exact(more);
    room.map_err(|_| NpyProblem::OutOfMemory { bytes })
}

/// The characters of the longest string, 1 at least as NumPy has it.
pub(super) fn width_of(strings: &[impl AsRef<str>]) -> Result<usize, NpyProblem> {
    if let Some(index) = strings.iter().position(|s| s.as_ref().ends_with('\0')) {
        return Err(NpyProblem::TrailingZero { index });
    }
    let lengths = strings.iter().map(|s| s.as_ref().chars().count());
    Ok(lengths.max().unwrap_or(0).max(1))
}

/// All bytes before the data of `count` strings of `width` characters.
pub(super) fn header_of(count: usize, width: usize) -> Result<Vec<u8>, NpyProblem> {
    header::count(&[count, width.div_ceil(2)])?;
    header::text(&[count], &format!("<U{width}"))
}

/// Writes strings of at most `width` characters.
pub(super) fn put(
    out: &mut dyn Write,
    header: &[u8],
    strings: &[impl AsRef<str>],
    width: usize,
) -> io::Result<()> {
    out.write_all(header)?;
    let mut out = io::BufWriter::with_capacity(BLOCK, out);
    for string in strings {
        let codes = string.as_ref().chars().map(u32::from);
        for code in codes.chain(std::iter::repeat(0)).take(width) {
            out.write_all(&code.to_le_bytes())?;
        }
    }
    out.flush()
}

/// The next string. It is read character by character: its width, up to the file's whole length,
/// is no measure of what it holds.
fn one(file: &mut impl Read, text: Text, index: usize) -> Result<String, NpyProblem> {
    let mut string = String::new();
    let mut zeros = 0;
    for _ in 0..text.width / CHARACTER {
        let code = code(file, text.big_endian).map_err(NpyProblem::Read)?;
        if code == 0 {
            zeros += 1;
            continue;
        }
        // A zero before another character belongs to the string.
        string.extend(std::iter::repeat_n('\0', std::mem::take(&mut zeros)));
        let character = char::from_u32(code);
        string.push(character.ok_or(NpyProblem::Character { index, code })?);
    }
    Ok(string)
}

fn code(file: &mut impl Read, big_endian: bool) -> io::Result<u32> {
    let mut raw = [0; CHARACTER];
    file.read_exact(&mut raw)?;
    Ok(if big_endian {
        u32::from_be_bytes(raw)
    } else {
        u32::from_le_bytes(raw)
    })
}

/// The type `<U…` or `>U…` of a list of strings, of one character or more.
pub(super) fn text(descr: &str) -> Result<Text, NpyProblem> {
    let dtype = || shorten(descr);
    if descr.starts_with(['[', '(']) {
        return Err(NpyProblem::NotStrings { dtype: dtype() });
    }
    let inside = quoted(descr)?;
    let little = inside.strip_prefix("<U").map(|digits| (digits, false));
    let found = little.or_else(|| inside.strip_prefix(">U").map(|digits| (digits, true)));
    let characters = found.filter(|(digits, _)| digits.bytes().all(|b| b.is_ascii_digit()));
    let text = characters.and_then(|(digits, big_endian)| {
        let width = digits.parse::<usize>().ok()?.checked_mul(CHARACTER)?;
        Some(Text { width, big_endian })
    });
    text.filter(|text| text.width > 0)
        .ok_or_else(|| NpyProblem::NotStrings { dtype: dtype() })
}
