//! Matrices as heat maps in a grid of panels that share one colour scale.

mod cells;
mod layout;
mod plan;
mod ticks;

use super::axis::Axis;
use super::colour::{self, FRAME, LEVELS};
use super::font::{self, Face};
use super::plot::{self, TITLE_TEXT};
use super::scene::{Anchor, Cells, Outline, Rect, Scene, Stroke, Text};
use super::{Figure, FigureError};
use layout::{Layout, Placed};

const TICK_TEXT: f64 = 8.5;
const LABEL_TEXT: f64 = 10.0;
const PANEL_TEXT: f64 = 10.0;
const HEADING_TEXT: f64 = 11.0;
const TICK: f64 = 3.0;
/// Between a tick and its label.
const TICK_GAP: f64 = 2.5;
/// Between the names of columns and what they are.
const LABEL_GAP: f64 = 8.0;
/// Height of the arrow head at an end of the colour bar.
const ARROW: f64 = 9.0;

/// One matrix.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// Title above the panel; empty for none.
    pub title: String,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Values row by row, `rows` × `cols` of them; NaN is drawn in grey, with a dash where values are
    /// printed.
    pub values: Vec<f64>,
    /// Names of the rows; if empty, rows are numbered from 1.
    pub row_labels: Vec<String>,
    /// Names of the columns; if empty, columns are numbered from 1.
    pub col_labels: Vec<String>,
    /// Print the values in the cells, where cells are large enough.
    pub annotate: bool,
    /// Draw a line above each of these rows (counted from 0), for instance between groups.
    pub row_breaks: Vec<usize>,
    /// Draw a line left of each of these columns (counted from 0).
    pub col_breaks: Vec<usize>,
}

/// Rows of panels, for instance one layer per row and one pair of modes per column.
///
/// Cells are square and of one size in the whole grid. Only a panel much longer than wide (or wide
/// than long) is compressed, and panels too different to be drawn to one scale are drawn to one
/// size. Where all panels side by side have the same rows and labels they share one axis, as panels above
/// each other share that of their columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatmapGrid {
    /// Title above the grid.
    pub title: Option<String>,
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
    /// Values at the ends of the colour scale. Values beyond take the colour of the end, at which the
    /// colour bar then has an arrow head.
    pub scale: (f64, f64),
    /// Label of the colour bar.
    pub scale_label: String,
}

impl Panel {
    fn check(&self) -> Result<(), FigureError> {
        if self.rows.checked_mul(self.cols) == Some(self.values.len()) {
            return Ok(());
        }
        Err(FigureError::Shape {
            title: self.title.clone(),
            rows: self.rows,
            cols: self.cols,
            found: self.values.len(),
        })
    }
}

impl HeatmapGrid {
    /// The panel at a place of the grid, if it has anything to draw.
    fn panel(&self, row: usize, col: usize) -> Option<&Panel> {
        let panel = self.panels.get(row)?.get(col)?.as_ref()?;
        (!panel.values.is_empty()).then_some(panel)
    }

    /// Whether values lie below the lower end of a colour scale, and above the upper one.
    fn beyond(&self, (low, high): (f64, f64)) -> (bool, bool) {
        // Rounding alone is no excess.
        let slack = 1e-9 * (high - low);
        let panels = self.panels.iter().flatten().flatten();
        panels
            .flat_map(|panel| &panel.values)
            .fold((false, false), |(below, above), value| {
                (
                    below || *value < low - slack,
                    above || *value > high + slack,
                )
            })
    }

    /// The colour scale with distinct, finite ends.
    fn proper_scale(&self) -> (f64, f64) {
        let (low, high) = self.scale;
        if !(high - low).is_finite() {
            return (0.0, 1.0);
        }
        let (low, high) = (low.min(high), low.max(high));
        if high - low > 1e-12 * high.abs() {
            (low, high)
        } else {
            let half = (0.1 * high.abs()).max(0.5);
            (low - half, high + half)
        }
    }
}

impl Figure for HeatmapGrid {
    fn scene(&self) -> Result<Scene, FigureError> {
        self.panels
            .iter()
            .flatten()
            .flatten()
            .try_for_each(Panel::check)?;
        let scale = self.proper_scale();
        let bar = Axis::exact(scale, 6);
        let layout = Layout::new(self, &bar);
        let mut scene = Scene::new(layout.width, layout.height);
        let centre = layout.width / 2.0;
        plot::draw_title(
            &mut scene,
            &layout.title,
            TITLE_TEXT,
            (centre, plan::MARGIN),
        );
        for heading in &layout.headings {
            scene.text(heading.clone());
        }
        for placed in &layout.panels {
            cells::draw(&mut scene, placed, scale);
            draw_axes(&mut scene, placed);
        }
        if let Some(area) = layout.bar {
            draw_bar(&mut scene, area, &bar, self.beyond(scale));
            for (index, line) in layout.bar_label.iter().enumerate() {
                let x = area.right() + plan::bar_labels(&bar);
                let x = x + LABEL_TEXT * (1.0 + font::LEADING * index as f64);
                let at = (x, area.centre().1);
                scene.text(Text::new(line.as_str(), at, LABEL_TEXT).upward());
            }
        }
        Ok(scene)
    }
}

fn draw_axes(scene: &mut Scene, placed: &Placed<'_>) {
    let area = placed.area;
    let rise = font::CAP * TICK_TEXT / 2.0;
    let quiet = Stroke::solid(FRAME, 0.6);
    if let Some(axis) = &placed.row_axis {
        for (row, label) in &axis.ticks {
            let y = area.y + (*row as f64 + 0.5) * placed.cell.1;
            scene.line(vec![(area.x - TICK, y), (area.x, y)], quiet);
            let at = (area.x - TICK - TICK_GAP, y + rise);
            scene.text(Text::new(label.as_str(), at, TICK_TEXT).anchored(Anchor::End));
        }
        let x = area.x - TICK - TICK_GAP - axis.depth - 0.6 * LABEL_TEXT;
        for (index, line) in axis.label.iter().rev().enumerate() {
            let x = x - font::LEADING * LABEL_TEXT * index as f64;
            scene.text(Text::new(line.as_str(), (x, area.centre().1), LABEL_TEXT).upward());
        }
    }
    if let Some(axis) = &placed.col_axis {
        let bottom = area.bottom();
        for (col, label) in &axis.ticks {
            let x = area.x + (*col as f64 + 0.5) * placed.cell.0;
            scene.line(vec![(x, bottom), (x, bottom + TICK)], quiet);
            let below = bottom + TICK + TICK_GAP;
            scene.text(if axis.upward {
                let at = (x + rise, below);
                Text::new(label.as_str(), at, TICK_TEXT)
                    .upward()
                    .anchored(Anchor::End)
            } else {
                Text::new(label.as_str(), (x, below + 2.0 * rise), TICK_TEXT)
            });
        }
        let top = bottom + TICK + TICK_GAP + axis.depth + LABEL_GAP;
        for (index, line) in axis.label.iter().enumerate() {
            let y = top + LABEL_TEXT * (font::CAP + font::LEADING * index as f64);
            scene.text(Text::new(line.as_str(), (area.centre().0, y), LABEL_TEXT));
        }
    }
}

/// The colour bar within its area, with an arrow head at an end that values lie beyond.
fn draw_bar(scene: &mut Scene, whole: Rect, axis: &Axis, (below, above): (bool, bool)) {
    let (head, foot) = [above, below]
        .map(|arrow| if arrow { ARROW } else { 0.0 })
        .into();
    let area = Rect {
        y: whole.y + head,
        height: whole.height - head - foot,
        ..whole
    };
    scene.cells(Cells {
        area,
        cols: 1,
        levels: LEVELS.rev().collect(),
    });
    let quiet = Stroke::solid(FRAME, 0.6);
    scene.frame(area, quiet);
    let ends = [
        (above, area.y, whole.y, LEVELS.end()),
        (below, area.bottom(), whole.bottom(), LEVELS.start()),
    ];
    for (_, base, tip, level) in ends.into_iter().filter(|(shown, ..)| *shown) {
        let corners = vec![(area.x, base), (area.centre().0, tip), (area.right(), base)];
        let colour = Some(colour::level(*level));
        scene.shape(Outline::Closed(corners), colour, Some(quiet), 1.0);
    }
    for tick in &axis.ticks {
        if let Some(y) = plot::height(axis, area, tick.value) {
            scene.line(vec![(area.right(), y), (area.right() + TICK, y)], quiet);
            let at = (
                area.right() + TICK + TICK_GAP,
                y + font::CAP * TICK_TEXT / 2.0,
            );
            scene.text(Text::new(tick.label.as_str(), at, TICK_TEXT).anchored(Anchor::Start));
        }
    }
}
