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
mod figure;
mod frame;
mod heatmaps;
mod layers;
mod look;
mod plan;
mod sheet;
mod text;

pub use data::{
    Curve, Curves, DotPlot, DotRow, DotRows, HeatmapGrid, LayerPanel, LayerPanels, Panel, Series,
    Spread,
};
pub use drawing::Drawing;
pub use error::FigureError;
pub use figure::Figure;
