//! The plain data of every figure. Sizes are in CSS px, of which an inch has 96.

use serde::Serialize;

/// Numbers of many rows: a row per method, a panel per quantity, all trials beside what stands for
/// them, and what was published.
///
/// Rows stand below each other in groups, panels side by side; each panel has its own horizontal
/// axis. Labels are broken into lines and never cut.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DotPlot {
    /// Title above the plot; empty for none.
    pub title: String,
    /// What tells it from figures of the same title, below it; empty for none.
    pub subtitle: String,
    /// Titles of the panels, left to right, for instance "r = 7".
    pub panels: Vec<String>,
    /// What is measured, below the panels; empty for nothing.
    pub x_label: String,
    /// Groups of rows, top to bottom, divided by a rule. Two are told apart at a glance, seven at
    /// most.
    pub groups: Vec<DotRows>,
}

/// Rows that look alike.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DotRows {
    /// Name in the legend; empty for none.
    pub name: String,
    /// The rows, top to bottom.
    pub rows: Vec<DotRow>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DotRow {
    /// Its name.
    pub label: String,
    /// What was measured in each panel; `None`, what is no number and what is left out at the end
    /// are drawn as a dash.
    pub values: Vec<Option<Spread>>,
    /// What was published for each panel, if anything.
    pub published: Vec<Option<f64>>,
}

/// The trials of one number.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// What stands for them, for instance their mean.
    pub centre: f64,
    /// Each trial; may be empty, and one alone is not drawn beside what stands for it.
    pub trials: Vec<f64>,
}

/// Several curves in one plot, for instance error by iteration.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Curves {
    /// Title above the plot; empty for none.
    pub title: String,
    /// What tells it from figures of the same title, below it; empty for none.
    pub subtitle: String,
    /// Label of the horizontal axis.
    pub x_label: String,
    /// Label of the vertical axis.
    pub y_label: String,
    /// Logarithmic horizontal axis; points at zero or below are left out.
    pub log_x: bool,
    /// Logarithmic vertical axis; points at zero or below are left out.
    pub log_y: bool,
    /// The curves, in the order of the legend.
    pub curves: Vec<Curve>,
}

/// One curve.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Curve {
    /// Name in the legend.
    pub label: String,
    /// (x, y) in drawing order. A point that cannot be shown (NaN, infinite) breaks the line.
    pub points: Vec<(f64, f64)>,
}

/// Several quantities of several methods at the same few places (layers, ranks), one plot above
/// the other, with all trials.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LayerPanels {
    /// Title above the plots; empty for none.
    pub title: String,
    /// What tells it from figures of the same title, below it; empty for none.
    pub subtitle: String,
    /// Names of the places, left to right, for instance "7". They stand below the last plot.
    pub layers: Vec<String>,
    /// What the places are; empty for nothing.
    pub x_label: String,
    /// The plots, top to bottom, all of the same methods in the same order.
    pub panels: Vec<LayerPanel>,
}

/// One of the plots.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LayerPanel {
    /// Label of the axis of the values.
    pub y_label: String,
    /// The methods, in the order of the legend. Up to twelve are easily told apart.
    pub series: Vec<Series>,
    /// A value marked by a dashed line.
    pub threshold: Option<f64>,
    /// Values that the axis is to reach, so that small differences look small.
    pub reach: Vec<f64>,
}

/// One method.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Series {
    /// Name in the legend, which is that of the first plot.
    pub label: String,
    /// What was measured at each place; `None` where the method has none.
    pub values: Vec<Option<Spread>>,
}

/// Matrices as heat maps in a grid of panels that share one colour scale, for instance one layer
/// per row and one pair of modes per column.
///
/// The height of a panel depends on its number of rows alone, the width on that of its columns, so
/// panels that share an axis are of one size along it. Cells are square and of one size in the
/// whole grid, except that very long sides are compressed and very short ones widened until they
/// can be read. Where all panels side by side have the same rows and labels they share one axis, as
/// panels above each other share that of their columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HeatmapGrid {
    /// Title above the grid; empty for none.
    pub title: String,
    /// What tells it from figures of the same title, below it; empty for none.
    pub subtitle: String,
    /// Rows of panels; `None` leaves a place free, and rows may be of different lengths.
    pub panels: Vec<Vec<Option<Panel>>>,
    /// Headings left of the rows; may be empty.
    pub row_titles: Vec<String>,
    /// Headings above the columns; may be empty.
    pub column_titles: Vec<String>,
    /// Axis label below the panels of each column of the grid; may be empty.
    pub x_labels: Vec<String>,
    /// Axis label left of the panels of each column of the grid; may be empty.
    pub y_labels: Vec<String>,
    /// Values at the ends of the colour scale. Values beyond take the colour of the end, at which
    /// the colour bar then has an arrow head.
    pub scale: (f64, f64),
    /// Label of the colour bar.
    pub scale_label: String,
}

/// One matrix.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Panel {
    /// Title above the panel; empty for none.
    pub title: String,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Values row by row, `rows` × `cols` of them; NaN is drawn in grey, with a dash where values
    /// are printed.
    pub values: Vec<f64>,
    /// Names of the rows; if empty, rows are numbered from 1.
    pub row_labels: Vec<String>,
    /// Names of the columns; if empty, columns are numbered from 1.
    pub col_labels: Vec<String>,
    /// Print the values in the cells, where cells are large enough.
    pub annotate: bool,
}
