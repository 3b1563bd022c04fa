//! What plots share: title, legend, frame and axes.

use plotters::style::text_anchor::HPos;

use crate::axis::Axis;
use crate::colour::{FRAME, GRID};
use crate::drawing::Rect;
use crate::look::{Entry, legend};
use crate::sheet::{Point, Sheet};
use crate::text::{Font, font};

/// Widest a figure gets when its content leaves the choice: the text width of a page, in px.
pub(crate) const PAGE: f64 = 672.0;
pub(crate) const MARGIN: f64 = 12.0;
pub(crate) const TICK_TEXT: Font = font(9.5);
pub(crate) const LABEL_TEXT: Font = font(11.0);
const TITLE_TEXT: Font = font(13.0).bold();
/// Length of the mark of a tick.
const MARK: f64 = 4.0;
/// Room between a frame and the numbers at its ticks.
const TICK: f64 = MARK + 3.0;
/// Room below a frame for ticks and their labels.
pub(crate) const FOOT: f64 = TICK + 9.5;

/// Title and subtitle, in lines that fit a width.
pub(crate) struct Heading {
    title: Vec<String>,
    subtitle: Vec<String>,
    pub(crate) width: f64,
}

impl Heading {
    pub(crate) fn new(title: &str, subtitle: &str, limit: f64) -> Self {
        let (title, subtitle) = (
            TITLE_TEXT.fold(title, limit),
            LABEL_TEXT.fold(subtitle, limit),
        );
        let width = TITLE_TEXT.widest(&title).max(LABEL_TEXT.widest(&subtitle));
        Self {
            title,
            subtitle,
            width,
        }
    }

    /// Draws it at the top of a sheet; returns where it ends.
    pub(crate) fn draw(&self, sheet: &mut Sheet<'_>, middle: f64) -> f64 {
        let below = MARGIN + TITLE_TEXT.room(&self.title);
        sheet.lines(&self.title, (middle, MARGIN + TITLE_TEXT.cap()), TITLE_TEXT);
        sheet.lines(
            &self.subtitle,
            (middle, below + LABEL_TEXT.cap()),
            LABEL_TEXT,
        );
        below + LABEL_TEXT.room(&self.subtitle)
    }
}

/// Draws title, subtitle and legend of a plot across the page; returns where they end.
pub(crate) fn head(sheet: &mut Sheet<'_>, titles: [&str; 2], entries: &[Entry]) -> f64 {
    let limit = PAGE - 2.0 * MARGIN;
    let y = Heading::new(titles[0], titles[1], limit).draw(sheet, PAGE / 2.0);
    legend(sheet, entries, (PAGE / 2.0, y), limit)
}

/// Draws the label of a horizontal axis from `top` on, centred below an area; returns where the
/// figure ends.
pub(crate) fn foot(sheet: &mut Sheet<'_>, label: &str, (left, top): Point) -> f64 {
    let width = PAGE - MARGIN - left;
    let lines = LABEL_TEXT.fold(label, width);
    sheet.lines(
        &lines,
        (left + width / 2.0, top + LABEL_TEXT.cap()),
        LABEL_TEXT,
    );
    (top + LABEL_TEXT.room(&lines) + MARGIN - 6.0).ceil()
}

/// The ordinate of a value in a plot's area.
pub(crate) fn ordinate(axis: &Axis, area: Rect, value: f64) -> Option<f64> {
    Some(area.bottom() - axis.position(value)? * area.height)
}

/// The abscissa of a value in a plot's area.
pub(crate) fn abscissa(axis: &Axis, area: Rect, value: f64) -> Option<f64> {
    Some(area.x + axis.position(value)? * area.width)
}

/// An axis below an area with as many ticks as have room for their labels, which go so far beyond
/// the frame, left and right, and no further. A tick whose label has no room is none.
pub(crate) fn fitted(
    axis: impl Fn(usize) -> Axis,
    area: Rect,
    (left, right): Point,
    most: usize,
) -> Axis {
    let fit = |wanted: usize| {
        let mut axis = axis(wanted);
        let (mut end, mut apart) = (f64::NEG_INFINITY, true);
        let ticks = std::mem::take(&mut axis.ticks).into_iter();
        let fits = |(value, label): &(f64, String)| {
            let half = TICK_TEXT.width(label) / 2.0;
            let x = abscissa(&axis, area, *value).unwrap_or(f64::NAN);
            let inside = x - half >= area.x - left && x + half <= area.right() + right;
            if inside {
                apart &= end + 8.0 <= x - half;
                end = x + half;
            }
            inside
        };
        let ticks: Vec<_> = ticks.filter(fits).collect();
        axis.ticks = if apart { ticks } else { Vec::new() };
        axis
    };
    let axes: Vec<Axis> = (1..=most).map(fit).collect();
    // Two ticks make a scale; more are welcome.
    let scale = axes.iter().rposition(|axis| axis.ticks.len() > 1);
    let one = axes.iter().rposition(|axis| !axis.ticks.is_empty());
    axes[scale.or(one).unwrap_or(0)].clone()
}

/// Grid lines, ticks and numbers of an axis below an area.
pub(crate) fn x_axis(sheet: &mut Sheet<'_>, area: Rect, axis: &Axis) {
    for (value, label) in &axis.ticks {
        if let Some(x) = abscissa(axis, area, *value) {
            sheet.line(&[(x, area.y), (x, area.bottom())], (GRID, 0.75));
            x_tick(sheet, area, x, label);
        }
    }
}

/// A tick below an area, with its label.
pub(crate) fn x_tick(sheet: &mut Sheet<'_>, area: Rect, x: f64, label: &str) {
    let bottom = area.bottom();
    sheet.line(&[(x, bottom), (x, bottom + MARK)], (FRAME, 0.75));
    sheet.text(label, (x, bottom + TICK + TICK_TEXT.cap()), TICK_TEXT);
}

/// Room left of a frame for the numbers and the label of its axis.
pub(crate) fn y_room(axis: &Axis) -> f64 {
    (MARGIN + LABEL_TEXT.size + 10.0 + TICK_TEXT.widest(axis.labels()) + TICK).ceil()
}

/// Grid lines, ticks, numbers and label of an axis left of an area.
pub(crate) fn y_axis(sheet: &mut Sheet<'_>, area: Rect, axis: &Axis, label: &str) {
    for (value, label) in &axis.ticks {
        if let Some(y) = ordinate(axis, area, *value) {
            sheet.line(&[(area.x, y), (area.right(), y)], (GRID, 0.75));
            sheet.line(&[(area.x - MARK, y), (area.x, y)], (FRAME, 0.75));
            let at = (area.x - TICK, y + TICK_TEXT.cap() / 2.0);
            sheet.text(label, at, TICK_TEXT.anchor(HPos::Right));
        }
    }
    let label = LABEL_TEXT.shorten(label, area.height);
    let at = (MARGIN + LABEL_TEXT.size * 0.8, area.centre().1);
    sheet.text(&label, at, LABEL_TEXT.upward());
}
