//! The header of a `.npy` file: magic bytes, version, length, then a Python dictionary with the
//! type, the order and the shape.
//!
//! The dictionary is read by a scanner of this one form, in time linear in its length, rather
//! than by a parser of Python literals: those recurse and backtrack, which a header made up by
//! somebody else can abuse.

use std::io::Read;

use super::error::NpyProblem;

const MAGIC: &[u8] = b"\x93NUMPY";

/// NumPy itself reads no header above 10,000 bytes unless told to.
const LONGEST: usize = 1 << 16;

/// What a header says, checked: `count` entries of eight bytes each can be addressed. `E` says how
/// one of them is stored.
pub(super) struct Header<E> {
    pub(super) shape: Vec<usize>,
    pub(super) fortran_order: bool,
    pub(super) entry: E,
    pub(super) count: usize,
}

/// How one number is stored.
#[derive(Clone, Copy)]
pub(super) struct Number {
    /// Its bytes.
    pub(super) width: usize,
    /// Its value, from a slice of `width` bytes.
    pub(super) decode: fn(&[u8]) -> f64,
}

/// Reads the value of `descr`, which names the type of the entries.
type ReadType<E> = fn(&str) -> Result<E, NpyProblem>;

impl<E> Header<E> {
    /// Reads the header at the start of a file; also returns where the data begins.
    pub(super) fn read(
        file: &mut impl Read,
        read_type: ReadType<E>,
    ) -> Result<(Self, u64), NpyProblem> {
        let magic = up_to(file, MAGIC.len())?;
        if magic != MAGIC {
            let found = match magic.as_slice() {
                [] => "nothing".to_owned(),
                bytes => bytes.escape_ascii().to_string(),
            };
            return Err(NpyProblem::NotNpy { found });
        }
        let version = whole(file, 2, "version")?;
        let width = match version[..] {
            [1, 0] => 2,
            [2 | 3, 0] => 4,
            [major, minor] => return Err(NpyProblem::Version { major, minor }),
            _ => return Err(NpyProblem::Header("it has no version".to_owned())),
        };
        // Little-endian: the last byte is the highest.
        let length = whole(file, width, "header length")?
            .iter()
            .rev()
            .fold(0, |length: usize, &byte| length << 8 | usize::from(byte));
        if length > LONGEST {
            return Err(NpyProblem::Header(format!(
                "it is {length} bytes long and {LONGEST} are allowed"
            )));
        }
        let text = whole(file, length, "header")?;
        let header = Self::parse(&String::from_utf8_lossy(&text), read_type)?;
        let start = MAGIC.len() + 2 + width + length;
        Ok((header, start as u64))
    }

    /// The same header of another kind of entries.
    pub(super) fn with<F>(self, entry: F) -> Header<F> {
        Header {
            shape: self.shape,
            fortran_order: self.fortran_order,
            entry,
            count: self.count,
        }
    }

    fn parse(text: &str, read_type: ReadType<E>) -> Result<Self, NpyProblem> {
        let dictionary = enclosed(text.trim(), '{', '}').ok_or_else(|| {
            NpyProblem::Header(format!(
                "it is {} and no Python dictionary",
                shorten(text.trim())
            ))
        })?;
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        for entry in split_outside_brackets(dictionary, ',') {
            let slot = match split_outside_brackets(entry, ':')[..] {
                ["'descr'" | "\"descr\"", value] => descr.replace(value),
                ["'fortran_order'" | "\"fortran_order\"", value] => fortran_order.replace(value),
                ["'shape'" | "\"shape\"", value] => shape.replace(value),
                _ => Some(entry),
            };
            if slot.is_some() {
                return Err(NpyProblem::Header(format!(
                    "it has the entry {} and only descr, fortran_order and shape are allowed, once each",
                    shorten(entry)
                )));
            }
        }
        let lacks = |key| NpyProblem::Header(format!("it lacks the entry '{key}'"));
        let entry = read_type(descr.ok_or_else(|| lacks("descr"))?)?;
        let fortran_order = match fortran_order.ok_or_else(|| lacks("fortran_order"))? {
            "True" => true,
            "False" => false,
            other => {
                return Err(NpyProblem::Header(format!(
                    "its fortran_order is {} and should be True or False",
                    shorten(other)
                )));
            }
        };
        let shape = sizes(shape.ok_or_else(|| lacks("shape"))?)?;
        let count = count(&shape)?;
        Ok(Self {
            shape,
            fortran_order,
            entry,
            count,
        })
    }
}

/// At most `count` bytes: fewer where the file ends.
fn up_to(file: &mut impl Read, count: usize) -> Result<Vec<u8>, NpyProblem> {
    let mut bytes = Vec::new();
    file.take(count as u64)
        .read_to_end(&mut bytes)
        .map_err(NpyProblem::Read)?;
    Ok(bytes)
}

/// The `count` bytes of a piece of the header.
fn whole(file: &mut impl Read, count: usize, part: &'static str) -> Result<Vec<u8>, NpyProblem> {
    let bytes = up_to(file, count)?;
    if bytes.len() < count {
        return Err(NpyProblem::Truncated {
            part,
            expected: count as u64,
            found: bytes.len() as u64,
        });
    }
    Ok(bytes)
}

/// The parts of `text` between separators that stand in no brackets and no quotes, trimmed; a
/// blank last part, as after a trailing comma, is left out.
fn split_outside_brackets(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote, mut escaped) = (0, 0_usize, None, false);
    for (at, character) in text.char_indices() {
        if let Some(end) = quote {
            if character == end && !escaped {
                quote = None;
            }
            escaped = character == '\\' && !escaped;
            continue;
        }
        match character {
            '\'' | '"' => quote = Some(character),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if character == separator && depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        parts.push(last);
    }
    parts
}

fn enclosed(text: &str, open: char, close: char) -> Option<&str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// The sizes in a tuple such as `(2, 3)`; Python 2 wrote `(2L, 3L)`.
fn sizes(tuple: &str) -> Result<Vec<usize>, NpyProblem> {
    let wrong = || {
        NpyProblem::Header(format!(
            "its shape is {} and should be a tuple of whole numbers",
            shorten(tuple)
        ))
    };
    let inside = enclosed(tuple, '(', ')').ok_or_else(wrong)?;
    split_outside_brackets(inside, ',')
        .into_iter()
        .map(|size| {
            let digits = size.strip_suffix('L').unwrap_or(size);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong());
            }
            // Digits alone fail to parse only where they exceed the largest size.
            digits.parse().map_err(|_| NpyProblem::TooLarge {
                shape: shorten(tuple),
            })
        })
        .collect()
}

/// The number of entries of a shape whose f64 values the machine can address.
///
/// As in NumPy, modes of size 0 do not excuse the others: their product must be addressable too.
pub(super) fn count(shape: &[usize]) -> Result<usize, NpyProblem> {
    let bytes = shape
        .iter()
        .filter(|&&size| size != 0)
        .try_fold(size_of::<f64>(), |bytes, &size| bytes.checked_mul(size))
        .filter(|&bytes| isize::try_from(bytes).is_ok())
        .ok_or_else(|| NpyProblem::TooLarge {
            shape: shorten(&tuple(shape)),
        })?;
    Ok(if shape.contains(&0) {
        0
    } else {
        bytes / size_of::<f64>()
    })
}

/// A number type's width and decoder, for either byte order.
macro_rules! number {
    ($type:ty, $big_endian:expr, $widen:expr) => {{
        let decode: fn(&[u8]) -> f64 = if $big_endian {
            |raw| $widen(<$type>::from_be_bytes(array(raw)))
        } else {
            |raw| $widen(<$type>::from_le_bytes(array(raw)))
        };
        let width = size_of::<$type>();
        Some(Number { width, decode })
    }};
}

/// The type of an array of numbers.
pub(super) fn number(descr: &str) -> Result<Number, NpyProblem> {
    if descr.starts_with(['[', '(']) {
        return Err(NpyProblem::Dtype {
            dtype: shorten(descr),
            kind: "records with named fields",
        });
    }
    let dtype = quoted(descr)?;
    supported(dtype).ok_or_else(|| NpyProblem::Dtype {
        dtype: shorten(dtype),
        kind: kind(dtype),
    })
}

/// What stands between quotes.
pub(super) fn quoted(descr: &str) -> Result<&str, NpyProblem> {
    enclosed(descr, '\'', '\'')
        .or_else(|| enclosed(descr, '"', '"'))
        .ok_or_else(|| {
            NpyProblem::Header(format!(
                "its descr is {} and should be a type in quotes",
                shorten(descr)
            ))
        })
}

fn supported(dtype: &str) -> Option<Number> {
    let code = dtype.get(1..)?;
    let big_endian = match dtype.get(..1)? {
        "<" => false,
        ">" => true,
        // No byte order, and only a single byte needs none.
        "|" if code.ends_with('1') => false,
        _ => return None,
    };
    match code {
        "f4" => number!(f32, big_endian, f64::from),
        "f8" => number!(f64, big_endian, f64::from),
        "i1" => number!(i8, big_endian, f64::from),
        "i2" => number!(i16, big_endian, f64::from),
        "i4" => number!(i32, big_endian, f64::from),
        "i8" => number!(i64, big_endian, |value| value as f64),
        "u1" => number!(u8, big_endian, f64::from),
        "u2" => number!(u16, big_endian, f64::from),
        "u4" => number!(u32, big_endian, f64::from),
        "u8" => number!(u64, big_endian, |value| value as f64),
        "b1" => number!(u8, big_endian, |value| f64::from(u8::from(value != 0))),
        _ => None,
    }
}

/// A slice as the array of the same length.
fn array<const N: usize>(raw: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(raw);
    bytes
}

/// An unsupported type in words.
fn kind(dtype: &str) -> &'static str {
    let code = dtype.trim_start_matches(['<', '>', '|', '=']);
    match code.chars().next() {
        Some('c') => "complex numbers",
        Some('U' | 'S' | 'a') => "text",
        Some('O') => "Python objects",
        Some('V') => "raw bytes",
        Some('M') => "dates",
        Some('m') => "time differences",
        Some('f') if code == "f2" => "half-precision numbers",
        Some('f') if code == "f12" || code == "f16" => "extended-precision numbers",
        _ => "values of an unknown type",
    }
}

/// The beginning of a text from a file, without the control characters that would garble a
/// terminal.
pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    let shown: String = text
        .chars()
        .take(SHOWN)
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect();
    let more = if text.chars().nth(SHOWN).is_some() {
        "…"
    } else {
        ""
    };
    format!("{shown}{more}")
}

/// A shape as Python writes it.
pub(super) fn tuple(shape: &[usize]) -> String {
    match shape {
        [size] => format!("({size},)"),
        _ => {
            let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
            format!("({})", sizes.join(", "))
        }
    }
}

/// All bytes before the data of an array of type `descr` in C order, as numpy.save writes them.
pub(super) fn text(shape: &[usize], descr: &str) -> Result<Vec<u8>, NpyProblem> {
    /// Data begins at a multiple of this.
    const ALIGNMENT: usize = 64;
    /// The first size has room to grow to this many digits in place.
    const GROWTH_DIGITS: usize = 21;

    let mut text = format!(
        "{{'descr': '{descr}', 'fortran_order': False, 'shape': {}, }}",
        tuple(shape)
    );
    if let Some(first) = shape.first() {
        let room = GROWTH_DIGITS.saturating_sub(first.to_string().len());
        text.push_str(&" ".repeat(room));
    }
    let before_text = MAGIC.len() + 4;
    let padding = ALIGNMENT - (before_text + text.len() + 1) % ALIGNMENT;
    text.push_str(&" ".repeat(padding));
    text.push('\n');
    let length = u16::try_from(text.len()).map_err(|_| NpyProblem::TooLarge {
        shape: shorten(&tuple(shape)),
    })?;

    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend(length.to_le_bytes());
    bytes.extend(text.into_bytes());
    Ok(bytes)
}
