//! Why a figure cannot be drawn.

use std::path::PathBuf;

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
    /// More values than places for them, or labels for something else.
    #[error("{whose}: {found} {what}, but {expected}; pass one for each")]
    Count {
        /// What they belong to, for instance `row "HNTF"`.
        whose: String,
        /// What there is too much or too little of.
        what: &'static str,
        /// How many were given.
        found: usize,
        /// What there is, for instance `3 panels`.
        expected: String,
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
    /// A library refused the picture.
    #[error("cannot make the {format}: {message}")]
    Convert {
        /// The format.
        format: &'static str,
        /// What the library said.
        message: String,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl FigureError {
    pub(crate) fn convert(format: &'static str, error: impl ToString) -> Self {
        let message = error.to_string();
        Self::Convert { format, message }
    }
}
