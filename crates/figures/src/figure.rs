//! What all figures can do, and why it may fail.

use std::fs;
use std::path::{Path, PathBuf};

use crate::drawing::Drawing;

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

/// Something that can be drawn, and whose data can be kept: a `dyn Figure` is serializable.
pub trait Figure: erased_serde::Serialize {
    /// Lays the figure out and draws it.
    ///
    /// # Errors
    /// [`FigureError::Shape`] and [`FigureError::TooLarge`].
    fn draw(&self) -> Result<Drawing, FigureError>;

    /// Writes `<stem>.svg`, `<stem>.png` and `<stem>.pdf` into `dir`, which must exist. Each file
    /// appears whole or not at all.
    ///
    /// # Errors
    /// Those of [`Figure::draw`] and of [`Drawing`], and [`FigureError::Write`].
    fn save(&self, dir: &Path, stem: &str) -> Result<(), FigureError> {
        let drawing = self.draw()?;
        let (svg, png, pdf) = (drawing.svg()?, drawing.png()?, drawing.pdf()?);
        write_whole(dir.join(format!("{stem}.svg")), svg.as_bytes())?;
        write_whole(dir.join(format!("{stem}.png")), &png)?;
        write_whole(dir.join(format!("{stem}.pdf")), &pdf)
    }
}

erased_serde::serialize_trait_object!(Figure);

/// Writes beside the target and renames, so that no reader ever sees half a file.
fn write_whole(path: PathBuf, bytes: &[u8]) -> Result<(), FigureError> {
    let mut part = path.clone().into_os_string();
    part.push(format!(".{}.part", std::process::id()));
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, &path));
    written.map_err(|error| {
        // The first error is the one to report, whether or not the clean-up succeeds.
        let _ = fs::remove_file(&part);
        FigureError::Write(path, error)
    })
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
