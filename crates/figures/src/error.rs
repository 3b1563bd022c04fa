//! Why a figure may fail.

use std::path::PathBuf;

/// Why a figure could not be drawn or written.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// The data contradict themselves: whose, what was found, and what was expected.
    #[error("{0}")]
    Shape(String),
    /// The picture has more pixels than a PNG is worth; its width and height in px.
    #[error("the figure would be {0:.0} × {1:.0} px, too large to print; split it into several")]
    TooLarge(f64, f64),
    /// A library refused to make a format: which one, and why.
    #[error("cannot make the {0}: {1}")]
    Convert(&'static str, String),
    /// A file could not be written: which one, and what the system said.
    #[error("cannot write {file}: {1}", file = .0.display())]
    Write(PathBuf, std::io::Error),
}

/// What is said of so many things for another number of places, unless that is well.
pub(crate) fn check(
    well: bool,
    whose: &str,
    (found, what): (usize, &str),
    (places, of): (usize, &str),
) -> Result<(), FigureError> {
    let message = format!("{whose:?}: {found} {what} for {places} {of}; pass one for each");
    well.then_some(()).ok_or(FigureError::Shape(message))
}
