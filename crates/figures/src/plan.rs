//! What a grid of heat maps is like before anything has a place: how large panels are, which share
//! an axis, and how their rows and columns are named.

use crate::data::{HeatmapGrid, Panel};
use crate::text::{Font, font, largest};

pub(crate) const TICK_TEXT: Font = font(8.5);
pub(crate) const LABEL_TEXT: Font = font(10.0);
/// Between panels.
pub(crate) const GAP: f64 = 14.0;
/// A tick and the space between it and its label.
pub(crate) const TICK: f64 = 5.5;
/// Room for all panels side by side with the axes between them, and for all above each other.
const ROOM: (f64, f64) = (528.0, 620.0);
/// Longest side of a panel; longer ones are compressed.
const LONGEST: f64 = 400.0;
/// Cells of short sides are widened until the side is so long, or the cell large enough for a name.
const SHORTEST: f64 = 120.0;
const NAMED_CELL: f64 = 15.0;
/// Cells of annotated panels have room for their values even if the page gets wider, unless there
/// are many.
const ANNOTATED_CELL: f64 = 26.0;
const MANY: usize = 24;
const LARGEST_CELL: f64 = 30.0;
/// A panel longer than this many times its width does not make the cells of all others small.
const ASPECT: f64 = 8.0;
/// Longest row or column name shown whole.
const WIDEST_NAME: f64 = 150.0;

pub(crate) struct Plan<'a> {
    pub(crate) grid: &'a HeatmapGrid,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    /// Side of a cell, where a side of a panel is neither compressed nor widened.
    cell: f64,
    annotated: bool,
    rows_are_shared: bool,
    /// Room for the names of rows left of each column of the grid, if all are shown.
    pub(crate) depths: Vec<f64>,
}

/// The labels along one side of a panel.
pub(crate) struct Ticks {
    /// Row or column (counted from 0) and its name.
    pub(crate) names: Vec<(usize, String)>,
    /// Names run upwards, because side by side they would overlap.
    pub(crate) upward: bool,
    /// Room the names take across the axis.
    pub(crate) depth: f64,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(grid: &'a HeatmapGrid) -> Self {
        let cols = grid.panels.iter().map(Vec::len).max().unwrap_or(0);
        let mut plan = Self {
            grid,
            rows: grid.panels.len(),
            cols,
            cell: LARGEST_CELL,
            annotated: false,
            rows_are_shared: true,
            depths: Vec::new(),
        };
        for (row, col) in (0..plan.rows).flat_map(|row| (0..cols).map(move |col| (row, col))) {
            plan.rows_are_shared &= plan.shares_rows(row, col);
            if let Some(panel) = plan.panel(row, col) {
                plan.annotated |= panel.annotate;
                let (rows, cols) = (panel.rows as f64, panel.cols as f64);
                let long = rows.max(cols).min(ASPECT * rows.min(cols));
                plan.cell = plan.cell.min(LONGEST / long);
            }
        }
        plan.depths = (0..cols).map(|col| plan.depth(col)).collect();
        // The largest cell at which the panels fit a page, if there is any.
        while plan.cell > 0.05 && !plan.fits() {
            plan.cell *= 0.97;
        }
        plan
    }

    fn fits(&self) -> bool {
        let axis = |col| self.depths[col] + LABEL_TEXT.size;
        let axis = |col| {
            if self.has_row_axis(col) {
                axis(col)
            } else {
                0.0
            }
        };
        let width = |col| self.width(col) + axis(col) + GAP;
        let width: f64 = (0..self.cols).map(width).sum();
        let height: f64 = (0..self.rows).map(|row| self.height(row)).sum();
        width <= ROOM.0 + GAP && height <= ROOM.1
    }

    /// The panel at a place of the grid, if it has anything to draw.
    pub(crate) fn panel(&self, row: usize, col: usize) -> Option<&'a Panel> {
        let panel = self.grid.panels.get(row)?.get(col)?.as_ref()?;
        (!panel.values.is_empty()).then_some(panel)
    }

    /// The panels of a column of the grid.
    pub(crate) fn column(&self, col: usize) -> impl Iterator<Item = &'a Panel> {
        (0..self.rows).filter_map(move |row| self.panel(row, col))
    }

    /// Length of a side of so many cells, wherever it is: what shares an axis has one length.
    pub(crate) fn side(&self, cells: usize) -> f64 {
        let count = cells as f64;
        let least = match self.annotated && cells <= MANY {
            true => ANNOTATED_CELL * count,
            false => SHORTEST.min(NAMED_CELL * count),
        };
        let side = LONGEST.min(self.cell * count).max(least);
        // Whole dots of the PNG per cell keep all cells alike.
        let dots = (3.0 * side / count).floor();
        if dots < 2.0 { side } else { dots * count / 3.0 }
    }

    /// Width of the widest panel of a column of the grid.
    pub(crate) fn width(&self, col: usize) -> f64 {
        largest(self.column(col), |panel| self.side(panel.cols))
    }

    /// Height of the highest panel of a row of the grid.
    pub(crate) fn height(&self, row: usize) -> f64 {
        let panels = (0..self.cols).filter_map(|col| self.panel(row, col));
        largest(panels, |panel| self.side(panel.rows))
    }

    fn depth(&self, col: usize) -> f64 {
        let panels = self.column(col).filter(|_| self.has_row_axis(col));
        largest(panels, |panel| match panel.row_labels.is_empty() {
            true => TICK_TEXT.width(&panel.rows.to_string()) + TICK,
            false => TICK_TEXT.widest(&panel.row_labels).min(WIDEST_NAME) + TICK,
        })
    }

    /// Whether a place is free, or its panel has the rows and names of the one left of it.
    fn shares_rows(&self, row: usize, col: usize) -> bool {
        let Some((panel, before)) = self.panel(row, col).zip(col.checked_sub(1)) else {
            return true;
        };
        let label = |col| label(&self.grid.y_labels, col);
        self.panel(row, before).is_some_and(|left| {
            let names = panel.row_labels == left.row_labels;
            names && panel.rows == left.rows && label(col) == label(before)
        })
    }

    /// Whether panels name their rows, or share the names of their left neighbours. If one panel
    /// cannot, none does: room is left for names anyway, and columns look alike.
    pub(crate) fn has_row_axis(&self, col: usize) -> bool {
        col == 0 || !self.rows_are_shared
    }

    pub(crate) fn row_axis(&self, panel: &Panel) -> Ticks {
        let cell = self.side(panel.rows) / panel.rows as f64;
        let names = named(panel.rows, &panel.row_labels, 1.25 * TICK_TEXT.size, cell);
        Ticks {
            depth: widest(&names),
            names,
            upward: false,
        }
    }

    /// The columns' names, side by side if all fit and else upwards, unless they are those of the
    /// panel below.
    pub(crate) fn col_axis(&self, row: usize, col: usize) -> Option<Ticks> {
        let panel = self.panel(row, col)?;
        let (count, labels) = (panel.cols, &panel.col_labels);
        let below = self.panel(row + 1, col);
        if below.is_some_and(|below| count == below.cols && *labels == below.col_labels) {
            return None;
        }
        let cell = self.side(count) / count as f64;
        let upward = TICK_TEXT.widest(labels) + 4.0 > cell && !labels.is_empty();
        let need = match labels.is_empty() {
            true => TICK_TEXT.width(&count.to_string()) + 5.0,
            false => 1.25 * TICK_TEXT.size,
        };
        let names = named(count, labels, need, cell);
        let depth = if upward {
            widest(&names)
        } else {
            TICK_TEXT.cap()
        };
        Some(Ticks {
            names,
            upward,
            depth,
        })
    }
}

/// The label of a row or column of the grid, if it has one.
pub(crate) fn label(labels: &[String], index: usize) -> &str {
    labels.get(index).map_or("", String::as_str)
}

fn widest(names: &[(usize, String)]) -> f64 {
    TICK_TEXT.widest(names.iter().map(|(_, name)| name))
}

/// Every name, or every second, third, … so that they are at least `need` px apart; without names
/// numbers from 1, or the multiples of 2, 5, 10, 20, …
fn named(count: usize, names: &[String], need: f64, cell: f64) -> Vec<(usize, String)> {
    // Saturates for cells of no size, which leaves one tick.
    let least = ((need / cell).ceil() as usize).max(1);
    if !names.is_empty() {
        let every = names.iter().enumerate().step_by(least);
        let short = every.map(|(index, name)| (index, TICK_TEXT.shorten(name, WIDEST_NAME)));
        return short.collect();
    }
    // Long axes read better with round numbers even where there is room for more.
    let least = least.max(count / 8);
    let mut steps = (0..9).flat_map(|power| [1, 2, 5].map(|m| m * 10usize.pow(power)));
    let step = steps.find(|step| *step >= least).unwrap_or(usize::MAX);
    let numbers = (step..=count).step_by(step).map(|n| (n - 1, n.to_string()));
    numbers.collect()
}
