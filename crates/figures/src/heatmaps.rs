//! Draws [`HeatmapGrid`].

use plotters::style::text_anchor::HPos;

use crate::axis::Axis;
use crate::cells;
use crate::colour::{FRAME, LEVELS};
use crate::data::{HeatmapGrid, Panel};
use crate::drawing::Drawing;
use crate::error::FigureError;
use crate::frame::{Heading, MARGIN, ordinate};
use crate::plan::{GAP, LABEL_TEXT, Plan, TICK, TICK_TEXT, Ticks, label};
use crate::sheet::{Rect, Sheet, draw};
use crate::text::{CAP, Font, LEADING, font};

const PANEL_TEXT: Font = font(10.0);
const HEADING_TEXT: Font = font(11.0).bold();
const BAR_WIDTH: f64 = 11.0;
const BAR_HEIGHTS: (f64, f64) = (90.0, 240.0);
const BAR_GAP: f64 = 18.0;
/// Lines of the bar's label may be longer than a short bar.
const BAR_LABEL: f64 = 160.0;
/// Height of the arrow head at an end of the colour bar.
const ARROW: f64 = 9.0;
/// Words above or below may widen a narrow column of panels this far, and then take several lines.
const WIDEST_WORD: f64 = 110.0;
/// A title widens a narrow figure this far, and then takes several lines.
const NARROW_TITLE: f64 = 360.0;
/// Length of the mark of a tick.
const MARK: f64 = 3.0;
/// Between the names of columns and what they are.
const LABEL_GAP: f64 = 8.0;

/// The stretch of the sheet that a column of panels takes, without axes.
struct Track {
    start: f64,
    length: f64,
    /// What the rows of its panels are, in lines.
    label: Vec<String>,
}

impl Track {
    fn middle(&self) -> f64 {
        self.start + self.length / 2.0
    }

    /// Lines of text above or below the column.
    fn fold(&self, text: &str, font: Font) -> Vec<String> {
        font.fold(text, self.length + GAP / 2.0)
    }
}

pub(crate) fn drawing(grid: &HeatmapGrid) -> Result<Drawing, FigureError> {
    grid.panels.iter().flatten().flatten().try_for_each(check)?;
    let plan = Plan::new(grid);
    let scale = proper(grid.scale);
    let bar = Axis::exact(scale, false, 7);
    let titles = (0..plan.rows).map(|r| HEADING_TEXT.fold(label(&grid.row_titles, r), WIDEST_WORD));
    let titles: Vec<Vec<String>> = titles.collect();
    let stub = HEADING_TEXT.room(titles.iter().map(Vec::len).max().unwrap_or(0));
    let panels_height: f64 = (0..plan.rows).map(|row| plan.height(row) + GAP).sum();
    let bar_height = (panels_height - GAP).clamp(BAR_HEIGHTS.0, BAR_HEIGHTS.1);
    let bar_label = LABEL_TEXT.fold(&grid.scale_label, bar_height.max(BAR_LABEL));
    let numbers = TICK_TEXT.widest(bar.ticks.iter().map(|tick| tick.1.as_str()));
    let bar_room = BAR_GAP + BAR_WIDTH + TICK + numbers + 4.0 + LABEL_TEXT.room(bar_label.len());

    let mut tracks = tracks(&plan, MARGIN + stub);
    let right = tracks
        .last()
        .map_or(MARGIN, |track| track.start + track.length);
    let content = right + if tracks.is_empty() { 0.0 } else { bar_room } - MARGIN;
    let heading = Heading::new(&grid.title, &grid.subtitle, content.max(NARROW_TITLE));
    // A figure narrower than its title stands in the middle below it.
    let wide = content.max(heading.width());
    let shift = ((wide - content) / 2.0).floor();
    tracks.iter_mut().for_each(|track| track.start += shift);
    let width = (wide + 2.0 * MARGIN).ceil();
    draw(|sheet| {
        let top = heading.draw(sheet, width / 2.0);
        let heads = tracks.iter().enumerate();
        let heads = heads.map(|(col, t)| t.fold(label(&grid.column_titles, col), HEADING_TEXT));
        let heads: Vec<Vec<String>> = heads.collect();
        let room = heads
            .iter()
            .map(|lines| HEADING_TEXT.room(lines.len()))
            .fold(0.0, f64::max);
        for (track, lines) in tracks.iter().zip(&heads) {
            above(sheet, lines, (track.middle(), top + room), HEADING_TEXT);
        }
        let (mut y, mut ends) = (top + room, None);
        for (row, title) in titles.iter().enumerate() {
            let start = y;
            let (first, last, bottom) = draw_row(sheet, &plan, row, &tracks, (start, scale));
            let left = MARGIN + shift + CAP * HEADING_TEXT.size;
            let long = HEADING_TEXT.widest(title.iter().map(String::as_str));
            let middle = first + (last - first).max(long) / 2.0;
            sheet.lines(title, (left, middle), HEADING_TEXT.upward());
            ends = Some((ends.map_or(first, |(top, _)| top), last));
            y = bottom.max(middle + long / 2.0) + GAP;
        }
        let mut bottom = y - GAP;
        if let Some((first, last)) = ends.filter(|_| !tracks.is_empty()) {
            let span = LABEL_TEXT
                .widest(bar_label.iter().map(String::as_str))
                .max(bar_height);
            let middle = ((first + last) / 2.0).max(top + span / 2.0).round();
            let (x, y) = (right + shift + BAR_GAP, middle - bar_height / 2.0);
            let area = Rect {
                x,
                y,
                width: BAR_WIDTH,
                height: bar_height,
            };
            draw_bar(sheet, area, &bar, beyond(grid, scale));
            let x = area.right() + TICK + numbers + 4.0 + LABEL_TEXT.size;
            sheet.lines(&bar_label, (x, middle), LABEL_TEXT.upward());
            bottom = bottom.max(middle + span / 2.0);
        }
        (width, (bottom + MARGIN).ceil())
    })
}

fn check(panel: &Panel) -> Result<(), FigureError> {
    let (title, rows, cols) = (panel.title.clone(), panel.rows, panel.cols);
    if rows.checked_mul(cols) != Some(panel.values.len()) {
        let found = panel.values.len();
        return Err(FigureError::Shape {
            title,
            rows,
            cols,
            found,
        });
    }
    let sides = [
        (&panel.row_labels, rows, "rows"),
        (&panel.col_labels, cols, "columns"),
    ];
    for (labels, count, side) in sides {
        if !labels.is_empty() && labels.len() != count {
            let (whose, expected) = (format!("panel {title:?}"), format!("{count} {side}"));
            let (found, what) = (labels.len(), "labels");
            return Err(FigureError::Count {
                whose,
                what,
                found,
                expected,
            });
        }
    }
    Ok(())
}

/// A colour scale with distinct, finite ends.
fn proper((low, high): (f64, f64)) -> (f64, f64) {
    if !(high - low).is_finite() {
        return (0.0, 1.0);
    }
    let (low, high) = (low.min(high), low.max(high));
    if high - low > 1e-9 * low.abs().max(high.abs()) {
        return (low, high);
    }
    let half = (0.1 * high.abs()).max(0.5);
    (low - half, high + half)
}

/// Whether values lie below the lower end of a colour scale, and above the upper one.
fn beyond(grid: &HeatmapGrid, (low, high): (f64, f64)) -> (bool, bool) {
    // Rounding alone is no excess.
    let slack = 1e-9 * (high - low);
    let values = || {
        grid.panels
            .iter()
            .flatten()
            .flatten()
            .flat_map(|panel| &panel.values)
    };
    (
        values().any(|v| *v < low - slack),
        values().any(|v| *v > high + slack),
    )
}

/// The columns of panels from `x` on, wide enough for the words around them.
fn tracks(plan: &Plan<'_>, mut x: f64) -> Vec<Track> {
    let gutter = |col: usize| {
        let depth = plan.depth(col);
        let heights = plan.column(col).map(|panel| plan.side(panel.rows));
        let lowest = heights.fold(f64::MAX, f64::min);
        let label = if depth > 0.0 {
            label(&plan.grid.y_labels, col)
        } else {
            ""
        };
        let label = LABEL_TEXT.fold(label, lowest + GAP - 4.0);
        let lines = LABEL_TEXT.size * (0.4 + LEADING * label.len() as f64);
        (
            (depth + if label.is_empty() { 0.0 } else { lines }).ceil(),
            label,
        )
    };
    let gutters: Vec<_> = (0..plan.cols).map(gutter).collect();
    // Columns stand at even distances, however long the names.
    let widest = gutters
        .iter()
        .skip(1)
        .map(|gutter| gutter.0)
        .fold(0.0, f64::max);
    let track = |(col, (room, label_lines)): (usize, (f64, Vec<String>))| {
        let titles = plan.column(col).map(|panel| PANEL_TEXT.width(&panel.title));
        let words = titles
            .fold(LABEL_TEXT.width(label(&plan.grid.x_labels, col)), f64::max)
            .max(HEADING_TEXT.width(label(&plan.grid.column_titles, col)));
        let start = (x + if col > 0 { widest } else { room }).round();
        let length = plan.width(col).max(words.min(WIDEST_WORD)).ceil();
        x = start + length + GAP;
        Track {
            start,
            length,
            label: label_lines,
        }
    };
    gutters.into_iter().enumerate().map(track).collect()
}

/// Draws a row of panels with their axes; returns where the panels begin and end, and where the
/// axes below them end.
fn draw_row(
    sheet: &mut Sheet<'_>,
    plan: &Plan<'_>,
    row: usize,
    tracks: &[Track],
    (top, scale): (f64, (f64, f64)),
) -> (f64, f64, f64) {
    let places = tracks.iter().enumerate();
    let panels = places.filter_map(|(col, track)| Some((col, track, plan.panel(row, col)?)));
    let panels: Vec<_> = panels.collect();
    let titles = panels
        .iter()
        .map(|(_, track, panel)| track.fold(&panel.title, PANEL_TEXT));
    let titles: Vec<Vec<String>> = titles.collect();
    let room = titles
        .iter()
        .map(|lines| PANEL_TEXT.room(lines.len()))
        .fold(0.0, f64::max);
    let top = (top + room).round();
    // What the columns are stands at one height below panels side by side.
    let axes: Vec<_> = panels
        .iter()
        .map(|(col, ..)| plan.col_axis(row, *col))
        .collect();
    let depth = axes
        .iter()
        .flatten()
        .map(|axis| axis.depth)
        .fold(0.0, f64::max);
    let mut bottom = top + plan.height(row);
    for (((col, track, panel), title), axis) in panels.iter().zip(&titles).zip(&axes) {
        let (width, height) = (plan.side(panel.cols), plan.side(panel.rows));
        let x = (track.middle() - width / 2.0).round();
        let area = Rect {
            x,
            y: top,
            width,
            height,
        };
        above(sheet, title, (track.middle(), top), PANEL_TEXT);
        cells::draw(sheet, panel, area, scale);
        if plan.has_row_axis(*col) {
            draw_rows(sheet, area, panel.rows, &plan.row_axis(panel), &track.label);
        }
        if let Some(axis) = axis {
            let label = track.fold(label(&plan.grid.x_labels, *col), LABEL_TEXT);
            draw_cols(sheet, area, panel.cols, axis);
            let below = area.bottom() + TICK + depth;
            let first = below + LABEL_GAP + CAP * LABEL_TEXT.size;
            sheet.lines(&label, (area.centre().0, first), LABEL_TEXT);
            let label = first + LABEL_TEXT.height(label.len()) - CAP * LABEL_TEXT.size * 0.7;
            bottom = bottom.max(if label > first { label } else { below });
        }
    }
    (top, top + plan.height(row), bottom)
}

/// Lines of a title, the last one above a point.
fn above(sheet: &mut Sheet<'_>, lines: &[String], (x, y): (f64, f64), font: Font) {
    let first = y - font.room(lines.len()) + CAP * font.size;
    sheet.lines(lines, (x, first), font);
}

fn draw_rows(sheet: &mut Sheet<'_>, area: Rect, count: usize, axis: &Ticks, label: &[String]) {
    let left = area.x - TICK;
    for (row, name) in &axis.names {
        let y = area.y + (*row as f64 + 0.5) * area.height / count as f64;
        sheet.line(&[(area.x - MARK, y), (area.x, y)], FRAME, 0.6);
        let at = (left, y + CAP * TICK_TEXT.size / 2.0);
        sheet.text(name, at, TICK_TEXT.anchor(HPos::Right));
    }
    let more = label.len().saturating_sub(1) as f64 * LEADING * LABEL_TEXT.size;
    let x = left - axis.depth - 0.6 * LABEL_TEXT.size - more;
    sheet.lines(label, (x, area.centre().1), LABEL_TEXT.upward());
}

fn draw_cols(sheet: &mut Sheet<'_>, area: Rect, count: usize, axis: &Ticks) {
    let (bottom, rise) = (area.bottom(), CAP * TICK_TEXT.size);
    for (col, name) in &axis.names {
        let x = area.x + (*col as f64 + 0.5) * area.width / count as f64;
        sheet.line(&[(x, bottom), (x, bottom + MARK)], FRAME, 0.6);
        if axis.upward {
            let font = TICK_TEXT.upward().anchor(HPos::Right);
            sheet.text(name, (x + rise / 2.0, bottom + TICK), font);
        } else {
            sheet.text(name, (x, bottom + TICK + rise), TICK_TEXT);
        }
    }
}

/// The colour bar within its area, with an arrow head at an end that values lie beyond.
fn draw_bar(sheet: &mut Sheet<'_>, whole: Rect, axis: &Axis, (below, above): (bool, bool)) {
    let [head, foot] = [above, below].map(|arrow| if arrow { ARROW } else { 0.0 });
    let height = whole.height - head - foot;
    let area = Rect {
        y: whole.y + head,
        height,
        ..whole
    };
    sheet.image(area, 1, (1..=255).rev().collect());
    sheet.frame(area, FRAME, 0.6);
    let ends = [
        (above, area.y, whole.y, 255),
        (below, area.bottom(), whole.bottom(), 1),
    ];
    for (_, base, tip, end) in ends.into_iter().filter(|(shown, ..)| *shown) {
        let corners = [(area.x, base), (area.centre().0, tip), (area.right(), base)];
        sheet.polygon(&corners, LEVELS[end], (FRAME, 0.6));
    }
    for (value, label) in &axis.ticks {
        if let Some(y) = ordinate(axis, area, *value) {
            sheet.line(&[(area.right(), y), (area.right() + MARK, y)], FRAME, 0.6);
            let at = (area.right() + TICK, y + CAP * TICK_TEXT.size / 2.0);
            sheet.text(label, at, TICK_TEXT.anchor(HPos::Left));
        }
    }
}
