//! Figures for print: plain data in, one SVG, one PNG and one PDF file out.
//!
//! - [`DotPlot`]: numbers of many rows, with every trial and what was published;
//! - [`Curves`]: curves over a common axis, linear or logarithmic;
//! - [`LayerPanels`]: several quantities of several methods at the same few places;
//! - [`HeatmapGrid`]: matrices that share one colour scale.
//!
//! All sizes are in CSS px, of which an inch has 96. Figures are 672 px (7 in) wide or less unless
//! their content forces more, with text of 8 to 13 px in DejaVu Sans, which is part of the crate.
//! The PNG has three dots per px (288 dpi). Text is laid out once: PNG and PDF are made from the
//! very marks of the SVG. Text in SVG and PDF stays text.
//!
//! The same data give the same bytes, on every machine: nothing is read but the data. Strange
//! values (NaN, infinite, constant, none at all) are drawn as what they are; data that contradict
//! their own shape are a [`FigureError`].
//!
//! ```
//! use hntf_figures::{Curve, Curves, Figure};
//!
//! let points = (1..100).map(|i| (f64::from(i), 1.0 / f64::from(i))).collect();
//! let curves = vec![Curve { label: "1/x".into(), points }];
//! let figure = Curves { log_x: true, log_y: true, curves, ..Curves::default() };
//! let svg = figure.draw()?.svg()?;
//! assert!(svg.contains("1/x"));
//! # Ok::<(), hntf_figures::FigureError>(())
//! ```

mod axis;
mod cells;
mod colour;
mod curves;
mod data;
mod dots;
mod drawing;
mod error;
mod frame;
mod heatmaps;
mod layers;
mod look;
mod plan;
mod sheet;
mod text;

use std::fs;
use std::path::Path;

use serde::Serialize;

pub use data::{
    Curve, Curves, DotPlot, DotRow, DotRows, HeatmapGrid, LayerPanel, LayerPanels, Panel, Series,
    Spread,
};
pub use drawing::Drawing;
pub use error::FigureError;

/// Something that can be drawn.
pub trait Figure {
    /// Lays the figure out and draws it.
    ///
    /// # Errors
    /// [`FigureError::Shape`] or [`FigureError::Count`] when the data contradict themselves,
    /// [`FigureError::TooLarge`].
    fn draw(&self) -> Result<Drawing, FigureError>;

    /// Writes `<stem>.svg`, `<stem>.png` and `<stem>.pdf` into `dir`, which must exist. Each file
    /// appears whole or not at all.
    ///
    /// # Errors
    /// Those of [`Figure::draw`] and of [`Drawing`], and [`FigureError::Write`].
    fn save(&self, dir: &Path, stem: &str) -> Result<(), FigureError> {
        let drawing = self.draw()?;
        let (svg, png, pdf) = (drawing.svg()?, drawing.png()?, drawing.pdf()?);
        write_whole(&dir.join(format!("{stem}.svg")), svg.as_bytes())?;
        write_whole(&dir.join(format!("{stem}.png")), &png)?;
        write_whole(&dir.join(format!("{stem}.pdf")), &pdf)
    }
}

/// Any of the figures. Serialized it says which one it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "figure", rename_all = "kebab-case")]
pub enum AnyFigure {
    /// Numbers of many rows.
    Dots(DotPlot),
    /// Curves.
    Curves(Curves),
    /// Quantities by layer.
    Layers(LayerPanels),
    /// Heat maps.
    Heatmaps(HeatmapGrid),
}

impl Figure for Curves {
    fn draw(&self) -> Result<Drawing, FigureError> {
        curves::drawing(self)
    }
}

impl Figure for DotPlot {
    fn draw(&self) -> Result<Drawing, FigureError> {
        dots::drawing(self)
    }
}

impl Figure for LayerPanels {
    fn draw(&self) -> Result<Drawing, FigureError> {
        layers::drawing(self)
    }
}

impl Figure for HeatmapGrid {
    fn draw(&self) -> Result<Drawing, FigureError> {
        heatmaps::drawing(self)
    }
}

impl Figure for AnyFigure {
    fn draw(&self) -> Result<Drawing, FigureError> {
        match self {
            Self::Dots(figure) => figure.draw(),
            Self::Curves(figure) => figure.draw(),
            Self::Layers(figure) => figure.draw(),
            Self::Heatmaps(figure) => figure.draw(),
        }
    }
}

/// Writes beside the target and renames, so that no reader ever sees half a file.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FigureError> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    written.map_err(|source| {
        // The first error is the one to report, whether or not the clean-up succeeds.
        let _ = fs::remove_file(&part);
        FigureError::Write {
            path: path.to_path_buf(),
            source,
        }
    })
}
