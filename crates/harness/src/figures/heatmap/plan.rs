//! What can be said of a grid of panels before anything has a place: which panels share axes, how
//! much room the axes take, and how large a cell is.

use super::super::PAGE_WIDTH;
use super::{
    Axis, Face, HEADING_TEXT, HeatmapGrid, LABEL_TEXT, Panel, TICK, TICK_GAP, TICK_TEXT, font,
    ticks,
};

pub(super) const MARGIN: f64 = 12.0;
pub(super) const GAP: f64 = 14.0;
pub(super) const BAR_GAP: f64 = 18.0;
pub(super) const BAR_WIDTH: f64 = 11.0;
/// Room for all panels of a page above each other.
const PANELS_HEIGHT: f64 = 620.0;
/// Largest side of a panel, unless its cells would then be smaller than `SMALL_CELL`.
const PANEL_SIDE: f64 = 340.0;
const SMALL_CELL: f64 = 1.5;
const LARGEST_CELL: f64 = 30.0;
/// Cells of annotated panels have room for their values even if the page gets wider.
const ANNOTATED_CELL: f64 = 26.0;
/// Panels with more rows or columns than this are not enlarged for their annotations.
const MANY: f64 = 24.0;
/// A panel longer than this many times its width is compressed.
const ASPECT: f64 = 8.0;
/// Panels whose sides differ by more than this factor are drawn to one size, not to one scale.
const DISPARITY: f64 = 6.0;
/// A heading may widen a narrow column of panels this far.
pub(super) const WIDEST_WORD: f64 = 110.0;

/// Choices that hold for the whole grid.
pub(super) struct Plan<'a> {
    pub(super) grid: &'a HeatmapGrid,
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) row_titles: Vec<Vec<String>>,
    /// Room left of the grid for the titles of the rows.
    pub(super) stub: f64,
    /// Room left of each column of panels for the axes of its rows.
    pub(super) gutters: Vec<f64>,
    pub(super) bar_room: f64,
    /// The panels of every row share the names left of the first.
    rows_are_shared: bool,
    /// Px per unit of [`Plan::extent`].
    scale: f64,
    to_one_size: bool,
}

impl<'a> Plan<'a> {
    pub(super) fn new(grid: &'a HeatmapGrid, bar: &Axis) -> Self {
        let (rows, cols) = (
            grid.panels.len(),
            grid.panels.iter().map(Vec::len).max().unwrap_or(0),
        );
        let row_titles: Vec<_> = (0..rows)
            .map(|row| {
                let title = grid.row_titles.get(row).map_or("", String::as_str);
                font::wrap(title, HEADING_TEXT, Face::Bold, WIDEST_WORD)
            })
            .collect();
        let lines = row_titles.iter().map(Vec::len).max().unwrap_or(0);
        let label = if grid.scale_label.is_empty() {
            0.0
        } else {
            1.3 * LABEL_TEXT
        };
        let mut plan = Self {
            grid,
            rows,
            cols,
            row_titles,
            stub: lines as f64 * HEADING_TEXT * font::LEADING + if lines > 0 { 6.0 } else { 0.0 },
            gutters: Vec::new(),
            bar_room: BAR_GAP + BAR_WIDTH + bar_labels(bar) + label,
            rows_are_shared: true,
            scale: 1.0,
            to_one_size: false,
        };
        plan.rows_are_shared = !plan.places().any(|(row, col)| {
            col > 0 && grid.panel(row, col).is_some() && plan.has_other_rows(row, col)
        });
        plan.gutters = (0..cols).map(|col| plan.gutter(col)).collect();
        // Columns stand at even distances, however long the names.
        let widest = plan.gutters.iter().skip(1).copied().fold(0.0, f64::max);
        plan.gutters
            .iter_mut()
            .skip(1)
            .for_each(|gutter| *gutter = widest);
        plan.choose_scale();
        plan
    }

    fn places(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let cols = self.cols;
        (0..self.rows).flat_map(move |row| (0..cols).map(move |col| (row, col)))
    }

    pub(super) fn label(labels: &[String], col: usize) -> &str {
        labels.get(col).map_or("", String::as_str)
    }

    /// Whether a panel names its rows, or shares the names of its left neighbour. If one panel right of
    /// another cannot, none does: room is left for names anyway, and columns look alike.
    pub(super) fn own_row_axis(&self, col: usize) -> bool {
        col == 0 || !self.rows_are_shared
    }

    fn has_other_rows(&self, row: usize, col: usize) -> bool {
        let (Some(panel), Some(left)) = (
            self.grid.panel(row, col),
            col.checked_sub(1)
                .and_then(|left| self.grid.panel(row, left)),
        ) else {
            return true;
        };
        let label = |col| Self::label(&self.grid.y_labels, col);
        panel.rows != left.rows
            || panel.row_labels != left.row_labels
            || label(col) != label(col - 1)
    }

    /// Whether a panel needs names for its columns, or shares those of the panel below.
    pub(super) fn own_col_axis(&self, row: usize, col: usize) -> bool {
        match (self.grid.panel(row, col), self.grid.panel(row + 1, col)) {
            (Some(panel), Some(below)) => {
                panel.cols != below.cols || panel.col_labels != below.col_labels
            }
            _ => true,
        }
    }

    fn gutter(&self, col: usize) -> f64 {
        let name = Self::label(&self.grid.y_labels, col);
        (0..self.rows)
            .filter(|_| self.own_row_axis(col))
            .filter_map(|row| self.grid.panel(row, col))
            .map(|panel| {
                let label = match row_name(panel, name, ANNOTATED_CELL * panel.rows as f64).len() {
                    0 => 0.0,
                    lines => LABEL_TEXT * (1.4 + font::LEADING * (lines - 1) as f64),
                };
                let depth = ticks::row_depth(panel.rows, &panel.row_labels);
                (label + depth + TICK + TICK_GAP).ceil()
            })
            .fold(0.0, f64::max)
    }

    /// Width and height of a panel in cells, compressed if it is very long; or as parts of its
    /// larger side if all panels are drawn to one size.
    fn extent(&self, row: usize, col: usize) -> Option<(f64, f64)> {
        let panel = self.grid.panel(row, col)?;
        let (width, height) = (panel.cols as f64, panel.rows as f64);
        let (width, height) = (width.min(ASPECT * height), height.min(ASPECT * width));
        let unit = if self.to_one_size {
            width.max(height)
        } else {
            1.0
        };
        Some((width / unit, height / unit))
    }

    fn choose_scale(&mut self) {
        let extents = self.places().filter_map(|(row, col)| self.extent(row, col));
        let all: Vec<f64> = extents.map(|(width, height)| width.max(height)).collect();
        let largest = all.iter().copied().fold(1.0, f64::max);
        let smallest = all.iter().copied().fold(largest, f64::min);
        self.to_one_size = largest > DISPARITY * smallest;
        let unit = if self.to_one_size { largest } else { 1.0 };

        let total = |lengths: Vec<f64>| lengths.iter().sum::<f64>().max(1e-9);
        let width = total((0..self.cols).map(|col| self.col_extent(col)).collect());
        let height = total((0..self.rows).map(|row| self.row_extent(row)).collect());
        let gaps = GAP * self.cols.saturating_sub(1) as f64;
        let taken =
            2.0 * MARGIN + self.stub + self.gutters.iter().sum::<f64>() + gaps + self.bar_room;
        let cell = ((PAGE_WIDTH - taken).max(150.0) / width)
            .min(PANELS_HEIGHT / height)
            .min(LARGEST_CELL * unit)
            .min((PANEL_SIDE / largest).max(SMALL_CELL) * unit);
        let mut panels = self
            .places()
            .filter_map(|(row, col)| self.grid.panel(row, col));
        let enlarge = largest <= MANY && panels.any(|panel| panel.annotate);
        let least = if enlarge { ANNOTATED_CELL * unit } else { 0.0 };
        let cell = cell.max(least);
        // Whole dots of the PNG per cell keep all cells alike.
        let dots = (3.0 * cell / unit).floor();
        self.scale = if dots >= 2.0 { dots / 3.0 * unit } else { cell };
    }

    fn col_extent(&self, col: usize) -> f64 {
        let extents = (0..self.rows).filter_map(|row| self.extent(row, col));
        extents.map(|extent| extent.0).fold(0.0, f64::max)
    }

    fn row_extent(&self, row: usize) -> f64 {
        let extents = (0..self.cols).filter_map(|col| self.extent(row, col));
        extents.map(|extent| extent.1).fold(0.0, f64::max)
    }

    /// Width and height of a panel in px.
    pub(super) fn size(&self, row: usize, col: usize) -> Option<(f64, f64)> {
        let panel = self.grid.panel(row, col)?;
        let (width, height) = self.extent(row, col)?;
        // Where panels are drawn to one size, small ones stay below it rather than have huge cells.
        let most = LARGEST_CELL * panel.rows.max(panel.cols) as f64 / width.max(height);
        let scale = self.scale.min(most);
        Some(((width * scale).max(1.0), (height * scale).max(1.0)))
    }
}

/// What the rows of a panel of some height are, in lines. Only the height of annotated panels is known
/// before there is a layout; on others there is one line.
pub(super) fn row_name(panel: &Panel, name: &str, height: f64) -> Vec<String> {
    if panel.annotate {
        font::fold(name, LABEL_TEXT, Face::Regular, height + GAP - 4.0)
    } else if name.is_empty() {
        Vec::new()
    } else {
        let limit = height.max(ANNOTATED_CELL) + GAP - 4.0;
        vec![font::shorten(name, LABEL_TEXT, Face::Regular, limit)]
    }
}

/// Room right of the colour bar for its ticks and their labels.
pub(super) fn bar_labels(bar: &Axis) -> f64 {
    let labels = bar.ticks.iter().map(|tick| tick.label.as_str());
    TICK + TICK_GAP + font::widest(labels, TICK_TEXT) + 4.0
}
