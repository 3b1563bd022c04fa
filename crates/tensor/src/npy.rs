//! Arrays in NumPy's `.npy` files: any order, real numbers of any width, read as row-major f64, and
//! lists of strings.
//!
//! A file is not trusted: its header is bounded and checked against the length of the file before
//! anything of the array's size is allocated. What the numbers mean (NaN, signs) is not judged
//! here.

mod header;
mod strings;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use header::{Header, Number};

pub use strings::read_npy_strings;

/// Bytes decoded at a time; a multiple of every width of a number.
const BLOCK: usize = 1 << 16;

/// An array of any order with its entries in row-major (C) order.
#[derive(Clone, Debug, PartialEq)]
pub struct NpyArray {
    /// The size of each mode; empty for a single number (a 0-d array).
    pub shape: Vec<usize>,
    /// The entries, the last index running fastest; as many as the product of `shape`.
    pub values: Vec<f64>,
}

/// A `.npy` file that could not be read or written, and why.
#[derive(Debug, thiserror::Error)]
#[error("{} {problem}", path.display())]
pub struct NpyError {
    /// The file, as the caller named it.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: NpyProblem,
}

/// What is wrong with a `.npy` file; each reads as a sentence that begins with the file's name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyProblem {
    /// There is nothing at the path.
    #[error("does not exist, but a .npy file was expected there: check the path")]
    Missing,
    /// There is something at the path that cannot hold an array.
    #[error("is a {found}, but a .npy file was expected: name the file itself")]
    NotAFile {
        /// What it is.
        found: &'static str,
    },
    /// The system refused to read.
    #[error("cannot be read ({0}): check its permissions and its disk")]
    Read(#[source] io::Error),
    /// The system refused to write.
    #[error(
        "cannot be written ({0}): check that its folder exists, is writable and has space left"
    )]
    Write(#[source] io::Error),
    /// The file does not begin as `.npy` files do.
    #[error(
        "is not a .npy file, it begins with {found} instead of \\x93NUMPY: write one array with \
         numpy.save, or unpack the archive if it is a .npz"
    )]
    NotNpy {
        /// The first bytes, printable.
        found: String,
    },
    /// A version of the format that is not known.
    #[error(
        "is in version {major}.{minor} of the .npy format, but only 1.0, 2.0 and 3.0 can be read: \
         write it again with numpy.save"
    )]
    Version {
        /// The first number of the version.
        major: u8,
        /// The second number of the version.
        minor: u8,
    },
    /// The header is not what numpy.save writes.
    #[error("has a header that cannot be read, {0}: write it again with numpy.save")]
    Header(String),
    /// The numbers are of a kind that f64 cannot hold, or that is not supported.
    #[error(
        "holds {kind} (dtype {dtype}), but only f4, f8, i1 to i8, u1 to u8 and bool can be read: \
         convert it with array.astype(\"f8\") and save it again"
    )]
    Dtype {
        /// The type as the file states it, shortened if it is long.
        dtype: String,
        /// The type in words.
        kind: &'static str,
    },
    /// The entries' number, or their size in bytes, is above what the machine can address.
    #[error(
        "has the shape {shape}, too large for this machine to address: check it, or split the array"
    )]
    TooLarge {
        /// The shape, shortened if it is long.
        shape: String,
    },
    /// Strings were expected, and the array holds something else.
    #[error(
        "holds entries of dtype {dtype}, but a list of strings (dtype <U1, <U2, …) was expected: \
         convert it with array.astype(str) and save it again"
    )]
    NotStrings {
        /// The type as the file states it, shortened if it is long.
        dtype: String,
    },
    /// Strings in a table of more or fewer modes than one.
    #[error(
        "holds strings of the shape {shape}, but a list with one mode was expected: \
         save array.ravel()"
    )]
    NotAList {
        /// The shape.
        shape: String,
    },
    /// A number that is no character.
    #[error(
        "has 0x{code:08x} in string {index} (counted from 0), which is no Unicode character: \
         copy or fetch the file again"
    )]
    Character {
        /// The string, counted from 0.
        index: usize,
        /// What stands for the character.
        code: u32,
    },
    /// Memory for the entries could not be had.
    #[error(
        "needs {bytes} bytes of memory as f64, more than could be had: split it, or use a larger machine"
    )]
    OutOfMemory {
        /// The size of the entries as f64.
        bytes: usize,
    },
    /// The file ends too early.
    #[error(
        "is cut short, its {part} should take {expected} bytes but has {found}: \
         copy or fetch the file again"
    )]
    Truncated {
        /// The part that is incomplete: the data, or a piece of the header.
        part: &'static str,
        /// The bytes it should take.
        expected: u64,
        /// The bytes there are.
        found: u64,
    },
    /// The file goes on after the array.
    #[error(
        "holds {found} bytes of data where its shape and dtype allow {expected}: \
         write it again with numpy.save, one array to a file"
    )]
    TrailingBytes {
        /// The bytes the array takes.
        expected: u64,
        /// The bytes there are.
        found: u64,
    },
    /// The values to be written do not fill the shape.
    #[error(
        "was not written, the shape {shape} takes {expected} values but {found} were given: pass one value per entry"
    )]
    ShapeMismatch {
        /// The shape asked for.
        shape: String,
        /// The number of entries of that shape.
        expected: usize,
        /// The number of values given.
        found: usize,
    },
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
    read(path).map_err(|problem| NpyError {
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
    write(path, shape, values).map_err(|problem| NpyError {
        path: path.to_owned(),
        problem,
    })
}

fn read(path: &Path) -> Result<NpyArray, NpyProblem> {
    let length = file_length(path)?;
    let mut file = File::open(path).map_err(NpyProblem::Read)?;
    let (header, start) = Header::read(&mut file, header::number)?;
    check_length(
        length.saturating_sub(start),
        header.count * header.entry.width,
    )?;

    let mut values = Vec::new();
    // The file may be a sparse one, long on paper only.
    values
        .try_reserve_exact(header.count)
        .map_err(|_| NpyProblem::OutOfMemory {
            bytes: header.count * size_of::<f64>(),
        })?;
    let decoded = if header.fortran_order {
        values.resize(header.count, 0.0);
        let mut walk = ColumnMajorWalk::new(&header.shape);
        decode(&mut file, &header, |value| values[walk.step()] = value)
    } else {
        decode(&mut file, &header, |value| values.push(value))
    };
    decoded.map_err(NpyProblem::Read)?;
    Ok(NpyArray {
        shape: header.shape,
        values,
    })
}

/// Checks that the data of a file takes the bytes its header says.
fn check_length(found: u64, expected: usize) -> Result<(), NpyProblem> {
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

/// The length in bytes of the file at `path`; anything but a file is refused before it is opened,
/// for opening a pipe waits for its writer.
fn file_length(path: &Path) -> Result<u64, NpyProblem> {
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
    Ok(metadata.len())
}

/// Hands every number of the file's data to `put`, in the order of the file.
fn decode(file: &mut File, header: &Header<Number>, mut put: impl FnMut(f64)) -> io::Result<()> {
    let number = header.entry;
    let mut block = vec![0; BLOCK];
    let mut left = header.count * number.width;
    while left > 0 {
        let block = &mut block[..left.min(BLOCK)];
        file.read_exact(block)?;
        block
            .chunks_exact(number.width)
            .for_each(|raw| put((number.decode)(raw)));
        left -= block.len();
    }
    Ok(())
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

fn write(path: &Path, shape: &[usize], values: &[f64]) -> Result<(), NpyProblem> {
    let header = header::text(shape)?;
    let expected = header::count(shape)?;
    if values.len() != expected {
        return Err(NpyProblem::ShapeMismatch {
            shape: header::tuple(shape),
            expected,
            found: values.len(),
        });
    }
    if path.is_dir() {
        let found = "folder";
        return Err(NpyProblem::NotAFile { found });
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = new_file_in(folder).map_err(NpyProblem::Write)?;
    put(file.as_file_mut(), &header, values).map_err(NpyProblem::Write)?;
    file.persist(path)
        .map_err(|refused| NpyProblem::Write(refused.error))?;
    Ok(())
}

/// A temporary file with the permissions of a file made in the ordinary way: by default it could
/// be read by its owner alone, and would stay so once renamed.
pub(crate) fn new_file_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn put(file: &mut File, header: &[u8], values: &[f64]) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BLOCK, file);
    out.write_all(header)?;
    for value in values {
        out.write_all(&value.to_le_bytes())?;
    }
    out.flush()
}
