//! Where everything in a grid of panels goes.

use super::plan::{self, BAR_GAP, BAR_WIDTH, GAP, MARGIN, Plan, WIDEST_WORD};
use super::ticks::{self, Ticks};
use super::{
    Axis, Face, HEADING_TEXT, HeatmapGrid, LABEL_GAP, LABEL_TEXT, PANEL_TEXT, Panel, Rect, TICK,
    TICK_GAP, TITLE_TEXT, Text, font, plot,
};

const BAR_HEIGHT: f64 = 240.0;
/// A title widens a narrow figure this far, and then takes several lines.
const NARROW_TITLE: f64 = 360.0;

/// A panel with its place on the sheet.
pub(super) struct Placed<'a> {
    pub(super) panel: &'a Panel,
    pub(super) area: Rect,
    /// Width and height of a cell.
    pub(super) cell: (f64, f64),
    pub(super) row_axis: Option<Ticks>,
    pub(super) col_axis: Option<Ticks>,
}

pub(super) struct Layout<'a> {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) title: Vec<String>,
    pub(super) headings: Vec<Text>,
    pub(super) panels: Vec<Placed<'a>>,
    pub(super) bar: Option<Rect>,
    /// What the colours mean, in lines.
    pub(super) bar_label: Vec<String>,
}

/// The stretch of the sheet that a row or column of panels takes, without axes and titles.
#[derive(Clone, Copy)]
struct Track {
    start: f64,
    length: f64,
}

impl Track {
    fn middle(&self) -> f64 {
        self.start + self.length / 2.0
    }
}

impl<'a> Layout<'a> {
    pub(super) fn new(grid: &'a HeatmapGrid, bar: &Axis) -> Self {
        let plan = Plan::new(grid, bar);
        let columns = plan.columns();
        let (heads, head_room) = plan.column_titles(&columns);
        let title_limit = (plan.right(&columns) + plan.bar_room - MARGIN).max(NARROW_TITLE);
        let title = grid.title.as_deref().unwrap_or_default();
        let title = font::wrap(title, TITLE_TEXT, Face::Bold, title_limit);
        let head_top = MARGIN + plot::title_height(&title, TITLE_TEXT);
        let (tracks, bottom) = plan.rows(&columns, head_top + head_room);

        let mut headings = Vec::new();
        for (track, lines) in columns.iter().zip(&heads) {
            headings.extend(level(lines, (track.middle(), head_top + head_room)));
        }
        for (track, lines) in tracks.iter().zip(&plan.row_titles) {
            headings.extend(upright(lines, (MARGIN, track.middle())));
        }
        let mut panels = Vec::new();
        for (row, track) in tracks.iter().enumerate() {
            for (col, column) in columns.iter().enumerate() {
                let placed = plan.place(row, col, *column, track.start);
                if let Some(placed) = placed {
                    headings.extend(panel_title(&placed, *column));
                    panels.push(placed);
                }
            }
        }
        let right = plan.right(&columns);
        let bar = panels
            .first()
            .map(|_| bar_area(&tracks, right + BAR_GAP, head_top));
        let title_width = title
            .iter()
            .map(|line| font::width(line, TITLE_TEXT, Face::Bold));
        // Lines of the label may be longer than the bar, as far as the sheet has room.
        let bar_label = bar.map_or_else(Vec::new, |bar| {
            let room = (bar.y - head_top).min(bottom - bar.bottom()).max(0.0);
            let limit = bar.height + 2.0 * room;
            font::fold(&grid.scale_label, LABEL_TEXT, Face::Regular, limit)
        });
        let more = bar_label.len().saturating_sub(1) as f64 * font::LEADING * LABEL_TEXT;
        let content = bar.map_or(right, |_| right + plan.bar_room + more);
        let wide = title_width.fold(content - MARGIN, f64::max);
        // A figure narrower than its title stands in the middle below it.
        let shift = ((wide - (content - MARGIN)) / 2.0).floor();
        headings
            .iter_mut()
            .for_each(|heading| heading.at.0 += shift);
        panels.iter_mut().for_each(|panel| panel.area.x += shift);
        let bar = bar.map(|bar| Rect {
            x: bar.x + shift,
            ..bar
        });
        Layout {
            width: (wide + 2.0 * MARGIN).ceil(),
            height: (bar.map_or(bottom, |bar| bottom.max(bar.bottom() + 6.0)) + MARGIN).ceil(),
            title,
            headings,
            panels,
            bar,
            bar_label,
        }
    }
}

/// The colour bar: beside the middle of the panels, not above `top`.
fn bar_area(rows: &[Track], x: f64, top: f64) -> Rect {
    let first = rows.first().map_or(top, |track| track.start);
    let last = rows.last().map_or(top, |track| track.start + track.length);
    let height = (last - first).clamp(90.0, BAR_HEIGHT);
    Rect {
        x,
        y: ((first + last - height) / 2.0).max(top).round(),
        width: BAR_WIDTH,
        height,
    }
}

impl<'a> Plan<'a> {
    /// The columns of panels, wide enough for the words above them.
    fn columns(&self) -> Vec<Track> {
        let mut x = MARGIN + self.stub;
        (0..self.cols)
            .map(|col| {
                let panels = (0..self.rows).filter_map(|row| self.grid.panel(row, col));
                let titles = panels.flat_map(|panel| panel.title.split_whitespace());
                let heading = Plan::label(&self.grid.column_titles, col).split_whitespace();
                let label = Plan::label(&self.grid.x_labels, col).split_whitespace();
                let words = font::widest(titles.chain(label), PANEL_TEXT.max(LABEL_TEXT)).max(
                    heading
                        .map(|word| font::width(word, HEADING_TEXT, Face::Bold))
                        .fold(0.0, f64::max),
                );
                let sizes = (0..self.rows).filter_map(|row| self.size(row, col));
                let panel = sizes.map(|size| size.0).fold(0.0, f64::max);
                let track = Track {
                    start: (x + self.gutters[col]).round(),
                    length: panel.max(words.min(WIDEST_WORD)).ceil(),
                };
                x = track.start + track.length + GAP;
                track
            })
            .collect()
    }

    fn right(&self, columns: &[Track]) -> f64 {
        columns
            .last()
            .map_or(MARGIN, |track| track.start + track.length)
    }

    fn column_titles(&self, columns: &[Track]) -> (Vec<Vec<String>>, f64) {
        let titles: Vec<_> = columns
            .iter()
            .enumerate()
            .map(|(col, track)| {
                let title = Plan::label(&self.grid.column_titles, col);
                font::wrap(title, HEADING_TEXT, Face::Bold, track.length + GAP / 2.0)
            })
            .collect();
        let room = titles
            .iter()
            .map(|lines| plot::title_height(lines, HEADING_TEXT))
            .fold(0.0, f64::max);
        (titles, room)
    }

    /// The rows of panels from `top` down, and where the last one's axes end.
    fn rows(&self, columns: &[Track], top: f64) -> (Vec<Track>, f64) {
        let mut y = top;
        let mut bottom = top;
        let mut tracks = Vec::new();
        for row in 0..self.rows {
            let placed = columns.iter().enumerate();
            let placed = placed.filter_map(|(col, column)| self.place(row, col, *column, 0.0));
            let titles = columns.iter().enumerate().filter_map(|(col, track)| {
                let lines = title_lines(self.grid.panel(row, col)?, *track);
                Some(plot::title_height(&lines, PANEL_TEXT))
            });
            let title = titles.fold(0.0, f64::max);
            let words = self.row_titles[row].iter();
            let heading = words.map(|line| font::width(line, HEADING_TEXT, Face::Bold));
            let start = (y + title).round();
            let sizes = (0..self.cols).filter_map(|col| self.size(row, col));
            let length = sizes.map(|size| size.1).chain(heading).fold(0.0, f64::max);
            let foot = placed.map(|it| it.area.height + foot(&it));
            bottom = foot.fold(start + length, |bottom, foot| bottom.max(start + foot));
            tracks.push(Track { start, length });
            y = bottom + GAP;
        }
        (tracks, bottom)
    }

    /// Room the names of the columns take below a row of panels.
    fn col_depth(&self, row: usize) -> f64 {
        let own = (0..self.cols).filter(|&col| self.own_col_axis(row, col));
        let depths = own.filter_map(|col| {
            let (panel, (width, _)) = (self.grid.panel(row, col)?, self.size(row, col)?);
            let cell = width / panel.cols as f64;
            Some(ticks::cols(panel.cols, &panel.col_labels, cell, Vec::new()).depth)
        });
        depths.fold(0.0, f64::max)
    }

    /// Puts a panel's upper edge at `top`, centred in its column.
    fn place(&self, row: usize, col: usize, column: Track, top: f64) -> Option<Placed<'a>> {
        let panel = self.grid.panel(row, col)?;
        let (width, height) = self.size(row, col)?;
        let cell = (width / panel.cols as f64, height / panel.rows as f64);
        let row_axis = self.own_row_axis(col).then(|| {
            let label = Plan::label(&self.grid.y_labels, col);
            let lines = plan::row_name(panel, label, height);
            ticks::rows(panel.rows, &panel.row_labels, cell.1, lines)
        });
        let col_axis = self.own_col_axis(row, col).then(|| {
            let label = Plan::label(&self.grid.x_labels, col);
            let lines = font::wrap(label, LABEL_TEXT, Face::Regular, column.length + GAP / 2.0);
            let axis = ticks::cols(panel.cols, &panel.col_labels, cell.0, lines);
            // What the columns are stands at one height below panels side by side.
            let depth = self.col_depth(row).max(axis.depth);
            Ticks { depth, ..axis }
        });
        let x = (column.middle() - width / 2.0).round();
        Some(Placed {
            panel,
            area: Rect {
                x,
                y: top,
                width,
                height,
            },
            cell,
            row_axis,
            col_axis,
        })
    }
}

/// Room below a panel for the axis of its columns.
fn foot(placed: &Placed<'_>) -> f64 {
    placed.col_axis.as_ref().map_or(0.0, |axis| {
        let label = match axis.label.len() {
            0 => 0.0,
            lines => LABEL_GAP + LABEL_TEXT * (0.2 + font::LEADING * lines as f64),
        };
        TICK + TICK_GAP + axis.depth + label
    })
}

fn title_lines(panel: &Panel, track: Track) -> Vec<String> {
    font::wrap(
        &panel.title,
        PANEL_TEXT,
        Face::Regular,
        track.length + GAP / 2.0,
    )
}

fn panel_title(placed: &Placed<'_>, track: Track) -> Vec<Text> {
    let lines = title_lines(placed.panel, track);
    let room = plot::title_height(&lines, PANEL_TEXT);
    let top = placed.area.y - room;
    let lines = lines.into_iter().enumerate().map(|(index, line)| {
        let y = top + PANEL_TEXT * (font::CAP + font::LEADING * index as f64);
        Text::new(line, (track.middle(), y), PANEL_TEXT)
    });
    lines.collect()
}

/// Lines of a heading centred on `x`, the last one above `bottom`.
fn level(lines: &[String], (x, bottom): (f64, f64)) -> Vec<Text> {
    let top = bottom - plot::title_height(lines, HEADING_TEXT);
    let lines = lines.iter().enumerate().map(|(index, line)| {
        let y = top + HEADING_TEXT * (font::CAP + font::LEADING * index as f64);
        Text::new(line.as_str(), (x, y), HEADING_TEXT).bold()
    });
    lines.collect()
}

/// Lines of a heading that runs upwards, centred on `y`, the first one at `left`.
fn upright(lines: &[String], (left, y): (f64, f64)) -> Vec<Text> {
    let lines = lines.iter().enumerate().map(|(index, line)| {
        let x = left + HEADING_TEXT * (0.85 + font::LEADING * index as f64);
        Text::new(line.as_str(), (x, y), HEADING_TEXT)
            .bold()
            .upward()
    });
    lines.collect()
}
