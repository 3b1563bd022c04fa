//! Draws [`HeatmapGrid`].

use plotters::style::text_anchor::HPos;

use crate::axis::Axis;
use crate::cells;
use crate::colour::{FRAME, LEVELS};
use crate::data::{HeatmapGrid, Panel};
use crate::drawing::{Drawing, Rect};
use crate::error::{self, FigureError};
use crate::figure::Figure;
use crate::frame::{Heading, MARGIN, ordinate};
use crate::plan::{GAP, LABEL_TEXT, Plan, TICK, TICK_TEXT, Ticks, label};
use crate::sheet::{Pen, Point, Sheet, draw};
use crate::text::{Font, font, largest};

const PANEL_TEXT: Font = font(10.0);
const HEADING_TEXT: Font = font(11.0).bold();
const BAR_WIDTH: f64 = 11.0;
const BAR_HEIGHTS: (f64, f64) = (90.0, 240.0);
const BAR_GAP: f64 = 18.0;
/// Lines of the bar's label may be longer than the bar.
const BAR_LABELS: (f64, f64) = (160.0, 300.0);
/// Height of the arrow head at an end of the colour bar.
const ARROW: f64 = 9.0;
/// Words above or below may widen a narrow column of panels this far, and then take several lines.
const WIDEST_WORDS: f64 = 110.0;
/// A title widens a narrow figure this far, and then takes several lines.
const NARROW_TITLE: f64 = 360.0;
/// Length of the mark of a tick.
const MARK: f64 = 3.0;
/// Between the names of columns and what they are.
const LABEL_GAP: f64 = 8.0;
const QUIET: Pen = (FRAME, 0.6);

/// The stretch of the sheet that a column of panels takes, without axes.
struct Track {
    start: f64,
    length: f64,
    /// What the rows of its panels are, in lines.
    label: Vec<String>,
}

impl Track {
    fn end(&self) -> f64 {
        self.start + self.length
    }

    fn middle(&self) -> f64 {
        self.start + self.length / 2.0
    }

    /// Lines of text above or below the column.
    fn fold(&self, text: &str, font: Font) -> Vec<String> {
        font.fold(text, self.length + GAP / 2.0)
    }
}

impl Figure for HeatmapGrid {
    fn draw(&self) -> Result<Drawing, FigureError> {
        self.panels.iter().flatten().flatten().try_for_each(check)?;
        let plan = Plan::new(self);
        let scale = self.proper_scale();
        let bar = Axis::exact(scale, false, 7);
        let fold = |row| HEADING_TEXT.fold(label(&self.row_titles, row), WIDEST_WORDS);
        let titles: Vec<Vec<String>> = (0..plan.rows).map(fold).collect();
        let stub = largest(&titles, |title| HEADING_TEXT.room(title));
        let heights: f64 = (0..plan.rows).map(|row| plan.height(row) + GAP).sum();
        let bar_height = (heights - GAP).clamp(BAR_HEIGHTS.0, BAR_HEIGHTS.1);
        let bar_label =
            LABEL_TEXT.fold(&self.scale_label, heights.clamp(BAR_LABELS.0, BAR_LABELS.1));
        let numbers = BAR_WIDTH + TICK + TICK_TEXT.widest(bar.labels()) + 4.0;

        let mut tracks = tracks(&plan, MARGIN + stub);
        let right = tracks.last().map_or(MARGIN, Track::end);
        let content = right - MARGIN + BAR_GAP + numbers + LABEL_TEXT.room(&bar_label);
        let heading = Heading::new(&self.title, &self.subtitle, content.max(NARROW_TITLE));
        // A figure narrower than its title stands in the middle below it.
        let wide = content.max(heading.width);
        let shift = ((wide - content) / 2.0).floor();
        tracks.iter_mut().for_each(|track| track.start += shift);
        let width = (wide + 2.0 * MARGIN).ceil();
        draw(|sheet| {
            let top = heading.draw(sheet, width / 2.0);
            let head = |(col, track): (usize, &Track)| {
                track.fold(label(&self.column_titles, col), HEADING_TEXT)
            };
            let heads: Vec<Vec<String>> = tracks.iter().enumerate().map(head).collect();
            let room = largest(&heads, |lines| HEADING_TEXT.room(lines));
            for (track, lines) in tracks.iter().zip(&heads) {
                above(sheet, lines, (track.middle(), top + room), HEADING_TEXT);
            }
            let (mut bottom, mut ends) = (top + room - GAP, None);
            for (row, title) in titles.iter().enumerate() {
                let (first, below) = draw_row(sheet, &plan, (row, bottom + GAP), &tracks, scale);
                let long = HEADING_TEXT.widest(title);
                let middle = first + plan.height(row).max(long) / 2.0;
                let at = (MARGIN + shift + HEADING_TEXT.cap(), middle);
                sheet.lines(title, at, HEADING_TEXT.upward());
                bottom = below.max(middle + long / 2.0);
                ends = Some((ends.map_or(first, |(top, _)| top), first + plan.height(row)));
            }
            if let Some((first, last)) = ends.filter(|(first, last)| first < last) {
                let span = LABEL_TEXT.widest(&bar_label).max(bar_height);
                let middle = ((first + last) / 2.0).max(top + span / 2.0).round();
                let x = right + shift + BAR_GAP;
                let area = Rect::new(x, middle - bar_height / 2.0, BAR_WIDTH, bar_height);
                draw_bar(sheet, area, &bar, self.beyond(scale));
                let at = (x + numbers + LABEL_TEXT.size, middle);
                sheet.lines(&bar_label, at, LABEL_TEXT.upward());
                bottom = bottom.max(middle + span / 2.0);
            }
            (width, (bottom + MARGIN).ceil())
        })
    }
}

impl HeatmapGrid {
    /// The colour scale with distinct, finite ends.
    fn proper_scale(&self) -> Point {
        let (low, high) = self.scale;
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

    /// Whether values lie above the upper end of a colour scale, and below the lower one.
    fn beyond(&self, (low, high): Point) -> [bool; 2] {
        // Rounding alone is no excess.
        let slack = 1e-9 * (high - low);
        let panels = || self.panels.iter().flatten().flatten();
        let any = |out: &dyn Fn(f64) -> bool| panels().any(|p| p.values.iter().any(|v| out(*v)));
        [any(&|v| v > high + slack), any(&|v| v < low - slack)]
    }
}

fn check(panel: &Panel) -> Result<(), FigureError> {
    let (title, rows, cols) = (&panel.title, panel.rows, panel.cols);
    let (names, more) = (&panel.row_labels, &panel.col_labels);
    for (labels, count, side) in [(names, rows, "rows"), (more, cols, "columns")] {
        let well = labels.is_empty() || labels.len() == count;
        error::check(well, title, (labels.len(), "labels"), (count, side))?;
    }
    let found = panel.values.len();
    let message = format!(
        "panel {title:?}: {found} values do not fill {rows} rows × {cols} columns; pass one value \
         per cell, row by row"
    );
    let fits = rows.checked_mul(cols) == Some(found);
    fits.then_some(()).ok_or(FigureError::Shape(message))
}

/// The columns of panels from `x` on, wide enough for the words around them.
fn tracks(plan: &Plan<'_>, mut x: f64) -> Vec<Track> {
    let gutter = |col: usize| {
        let heights = plan.column(col).map(|panel| plan.side(panel.rows));
        let limit = heights.fold(f64::MAX, f64::min) + GAP - 4.0;
        let label = label(&plan.grid.y_labels, col);
        let label = if plan.has_row_axis(col) { label } else { "" };
        let label = LABEL_TEXT.fold(label, limit);
        ((plan.depths[col] + LABEL_TEXT.room(&label)).ceil(), label)
    };
    let gutters: Vec<(f64, Vec<String>)> = (0..plan.cols).map(gutter).collect();
    // Columns stand at even distances, however long the names.
    let even = largest(gutters.iter().skip(1), |(room, _)| *room);
    let track = |(col, (room, lines)): (usize, (f64, Vec<String>))| {
        let words = largest(plan.column(col), |panel| PANEL_TEXT.width(&panel.title))
            .max(LABEL_TEXT.width(label(&plan.grid.x_labels, col)))
            .max(HEADING_TEXT.width(label(&plan.grid.column_titles, col)));
        let start = (x + if col > 0 { even } else { room }).round();
        let length = plan.width(col).max(words.min(WIDEST_WORDS)).ceil();
        x = start + length + GAP;
        let label = lines;
        Track {
            start,
            length,
            label,
        }
    };
    gutters.into_iter().enumerate().map(track).collect()
}

/// Draws a row of panels with their axes; returns where the panels begin, and where the axes below
/// them end.
fn draw_row(
    sheet: &mut Sheet<'_>,
    plan: &Plan<'_>,
    (row, top): (usize, f64),
    tracks: &[Track],
    scale: Point,
) -> Point {
    let places = tracks.iter().enumerate();
    let panels = places.filter_map(|(col, track)| Some((col, track, plan.panel(row, col)?)));
    let panels: Vec<(usize, &Track, &Panel)> = panels.collect();
    let title = |track: &Track, panel: &Panel| track.fold(&panel.title, PANEL_TEXT);
    let room = largest(&panels, |(_, track, panel)| {
        PANEL_TEXT.room(&title(track, panel))
    });
    let top = (top + room).round();
    // What the columns are stands at one height below panels side by side.
    let depth = largest(&panels, |p| {
        plan.col_axis(row, p.0).map_or(0.0, |axis| axis.depth)
    });
    let mut end = top + plan.height(row);
    for (col, track, panel) in panels {
        let (width, height) = (plan.side(panel.cols), plan.side(panel.rows));
        let area = Rect::new((track.middle() - width / 2.0).round(), top, width, height);
        above(
            sheet,
            &title(track, panel),
            (track.middle(), top),
            PANEL_TEXT,
        );
        cells::draw(sheet, panel, area, scale);
        if plan.has_row_axis(col) {
            draw_rows(sheet, area, panel.rows, &plan.row_axis(panel), &track.label);
        }
        if let Some(axis) = plan.col_axis(row, col) {
            draw_cols(sheet, area, panel.cols, &axis);
            let label = track.fold(label(&plan.grid.x_labels, col), LABEL_TEXT);
            let gap = if label.is_empty() { 0.0 } else { LABEL_GAP };
            let below = area.bottom() + TICK + depth + gap;
            let at = (area.centre().0, below + LABEL_TEXT.cap());
            sheet.lines(&label, at, LABEL_TEXT);
            end = end.max(below + LABEL_TEXT.leading(label.len()));
        }
    }
    (top, end)
}

/// Lines of a title, the last one above a point.
fn above(sheet: &mut Sheet<'_>, lines: &[String], (x, y): Point, font: Font) {
    sheet.lines(lines, (x, y - font.room(lines) + font.cap()), font);
}

fn draw_rows(sheet: &mut Sheet<'_>, area: Rect, count: usize, axis: &Ticks, label: &[String]) {
    let left = area.x - TICK;
    for (row, name) in &axis.names {
        let y = area.y + (*row as f64 + 0.5) * area.height / count as f64;
        sheet.line(&[(area.x - MARK, y), (area.x, y)], QUIET);
        let at = (left, y + TICK_TEXT.cap() / 2.0);
        sheet.text(name, at, TICK_TEXT.anchor(HPos::Right));
    }
    let more = LABEL_TEXT.leading(label.len().saturating_sub(1));
    let x = left - axis.depth - 0.6 * LABEL_TEXT.size - more;
    sheet.lines(label, (x, area.centre().1), LABEL_TEXT.upward());
}

fn draw_cols(sheet: &mut Sheet<'_>, area: Rect, count: usize, axis: &Ticks) {
    let (bottom, rise) = (area.bottom(), TICK_TEXT.cap());
    for (col, name) in &axis.names {
        let x = area.x + (*col as f64 + 0.5) * area.width / count as f64;
        sheet.line(&[(x, bottom), (x, bottom + MARK)], QUIET);
        if axis.upward {
            let font = TICK_TEXT.upward().anchor(HPos::Right);
            sheet.text(name, (x + rise / 2.0, bottom + TICK), font);
        } else {
            sheet.text(name, (x, bottom + TICK + rise), TICK_TEXT);
        }
    }
}

/// The colour bar within its area, with an arrow head at an end that values lie beyond.
fn draw_bar(sheet: &mut Sheet<'_>, whole: Rect, axis: &Axis, [above, below]: [bool; 2]) {
    let [head, foot] = [above, below].map(|arrow| if arrow { ARROW } else { 0.0 });
    let height = whole.height - head - foot;
    let area = Rect::new(whole.x, whole.y + head, whole.width, height);
    let levels: Vec<u8> = (1..=255).rev().collect();
    sheet.image(area, 1, &levels);
    sheet.frame(area, QUIET);
    let top = above.then_some((area.y, whole.y, 255));
    let foot = below.then_some((area.bottom(), whole.bottom(), 1));
    for (base, tip, level) in top.into_iter().chain(foot) {
        let corners = [(area.x, base), (area.centre().0, tip), (area.right(), base)];
        sheet.polygon(&corners, LEVELS[level], QUIET);
    }
    for (value, label) in &axis.ticks {
        let y = ordinate(axis, area, *value).unwrap_or(area.y);
        sheet.line(&[(area.right(), y), (area.right() + MARK, y)], QUIET);
        let at = (area.right() + TICK, y + TICK_TEXT.cap() / 2.0);
        sheet.text(label, at, TICK_TEXT.anchor(HPos::Left));
    }
}
