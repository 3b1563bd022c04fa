//! Figures for print: plain data in, one SVG and one PNG file out.
//!
//! A figure knows nothing of experiments. It lays its data out as a [`Scene`], a list of marks in
//! CSS pixels; the SVG and the PNG are two views of the same scene and so show the same picture.
//! Figures are at most 672 px (7 in) wide unless their content forces more, with text of 8 to
//! 13 px; the PNG has three dots per pixel (288 dpi). The same data give the same bytes.

mod axis;
mod colour;
mod curves;
mod font;
mod heatmap;
mod key;
mod layers;
mod panels;
mod plot;
mod raster;
mod scene;
mod svg;

use std::fs;
use std::path::{Path, PathBuf};

pub use curves::{Curve, Curves};
pub use heatmap::{HeatmapGrid, Panel};
pub use layers::{ErrorByLayer, Series, Spread};
pub use panels::{LayerPanel, LayerPanels};
pub use scene::Scene;

/// Widest a figure gets when its content leaves the choice: the text width of a page, in px.
const PAGE_WIDTH: f64 = 672.0;

/// Why a figure could not be drawn or written.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// The number of values does not match the panel's shape.
    #[error(
        "panel {title:?}: {found} values do not fill {rows} rows × {cols} columns; pass one value per cell, row by row"
    )]
    Shape {
        /// Title of the panel.
        title: String,
        /// Rows the panel claims to have.
        rows: usize,
        /// Columns the panel claims to have.
        cols: usize,
        /// Number of values given.
        found: usize,
    },
    /// The picture has more pixels than a PNG is worth.
    #[error(
        "the figure would be {width:.0} × {height:.0} px, more than {limit:.0e} pixels in all; split it into several"
    )]
    TooLarge {
        /// Width of the figure in px.
        width: f64,
        /// Height of the figure in px.
        height: f64,
        /// Largest number of pixels accepted.
        limit: f64,
    },
    /// The PNG encoder refused the picture.
    #[error("cannot encode the PNG: {0}")]
    Encode(#[from] png::EncodingError),
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Something that can be drawn.
pub trait Figure {
    /// Lays the figure out.
    ///
    /// # Errors
    /// [`FigureError::Shape`] when the data contradict themselves; strange values (NaN, infinite,
    /// constant, none at all) are drawn as what they are.
    fn scene(&self) -> Result<Scene, FigureError>;

    /// Writes `<stem>.svg` and `<stem>.png` into `dir`, which must exist. Each file appears whole
    /// or not at all.
    ///
    /// # Errors
    /// Those of [`Figure::scene`] and [`Scene::png`], and [`FigureError::Write`].
    fn save(&self, dir: &Path, stem: &str) -> Result<(), FigureError> {
        let scene = self.scene()?;
        let (svg, png) = (scene.svg()?, scene.png()?);
        write_whole(&dir.join(format!("{stem}.svg")), svg.as_bytes())?;
        write_whole(&dir.join(format!("{stem}.png")), &png)
    }
}

/// Writes beside the target and renames, so that no reader ever sees half a file.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FigureError> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .map_err(|source| {
            // The first error is the one to report, whether or not the clean-up succeeds.
            let _ = fs::remove_file(&part);
            FigureError::Write {
                path: path.to_path_buf(),
                source,
            }
        })
}

#[cfg(test)]
mod tests;
