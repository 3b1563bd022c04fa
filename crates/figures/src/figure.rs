//! What all figures can do.

use std::fs;
use std::path::{Path, PathBuf};

use crate::drawing::Drawing;
use crate::error::FigureError;

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
