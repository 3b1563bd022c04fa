//! Lists of strings, NumPy's `<U` arrays: every string takes the same number of characters, four
//! bytes each, filled up with zeros.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::header::{Header, quoted, shorten, tuple};
use super::{BLOCK, NpyError, NpyProblem, check_length, file_length};

/// Bytes of a character.
const CHARACTER: usize = size_of::<u32>();

/// How one string is stored.
#[derive(Clone, Copy)]
struct Text {
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

fn read(path: &Path) -> Result<Vec<String>, NpyProblem> {
    let length = file_length(path)?;
    let mut file = File::open(path).map_err(NpyProblem::Read)?;
    let (header, start) = Header::read(&mut file, text)?;
    let shape = || shorten(&tuple(&header.shape));
    if header.shape.len() != 1 {
        return Err(NpyProblem::NotAList { shape: shape() });
    }
    let width = header.entry.width;
    let expected = header.count.checked_mul(width);
    let expected = expected.ok_or_else(|| NpyProblem::TooLarge { shape: shape() })?;
    check_length(length.saturating_sub(start), expected)?;

    // Every string has at least four bytes in the file, so that a small file cannot ask for many.
    let mut strings = Vec::new();
    let bytes = header.count.saturating_mul(size_of::<String>());
    strings
        .try_reserve_exact(header.count)
        .map_err(|_| NpyProblem::OutOfMemory { bytes })?;
    let mut file = BufReader::with_capacity(BLOCK, file);
    for index in 0..header.count {
        strings.push(one(&mut file, header.entry, index)?);
    }
    Ok(strings)
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
fn text(descr: &str) -> Result<Text, NpyProblem> {
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
