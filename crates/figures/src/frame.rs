//! What plots share: title, frame and axes.

use plotters::style::text_anchor::HPos;

use crate::axis::Axis;
use crate::colour::{FRAME, GRID};
use crate::sheet::{Point, Rect, Sheet};
use crate::text::{CAP, Font, font};

/// Widest a figure gets when its content leaves the choice: the text width of a page, in px.
pub(crate) const PAGE_WIDTH: f64 = 672.0;
pub(crate) const MARGIN: f64 = 12.0;
pub(crate) const TICK: f64 = 4.0;
pub(crate) const TICK_TEXT: Font = font(9.5);
pub(crate) const LABEL_TEXT: Font = font(11.0);
const TITLE_TEXT: Font = font(13.0).bold();
const SUBTITLE_TEXT: Font = font(11.0);
/// Room below a frame for ticks and their labels.
pub(crate) const FOOT: f64 = TICK + 3.0 + 9.5;

/// Title and subtitle in lines that fit a width.
pub(crate) struct Heading(Vec<String>, Vec<String>);

impl Heading {
    pub(crate) fn new(title: &str, subtitle: &str, limit: f64) -> Self {
        Self(
            TITLE_TEXT.fold(title, limit),
            SUBTITLE_TEXT.fold(subtitle, limit),
        )
    }

    pub(crate) fn width(&self) -> f64 {
        let widest = |font: Font, lines: &[String]| font.widest(lines.iter().map(String::as_str));
        widest(TITLE_TEXT, &self.0).max(widest(SUBTITLE_TEXT, &self.1))
    }

    pub(crate) fn height(&self) -> f64 {
        TITLE_TEXT.room(self.0.len()) + SUBTITLE_TEXT.room(self.1.len())
    }

    /// Draws it at the top of a sheet; returns where it ends.
    pub(crate) fn draw(&self, sheet: &mut Sheet<'_>, middle: f64) -> f64 {
        let below = MARGIN + TITLE_TEXT.room(self.0.len());
        sheet.lines(
            &self.0,
            (middle, MARGIN + CAP * TITLE_TEXT.size),
            TITLE_TEXT,
        );
        sheet.lines(
            &self.1,
            (middle, below + CAP * SUBTITLE_TEXT.size),
            SUBTITLE_TEXT,
        );
        MARGIN + self.height()
    }
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
    let mut best: Option<Axis> = None;
    for wanted in (1..=most).rev() {
        let mut axis = axis(wanted);
        let span = |(value, label): &(f64, String)| {
            let x = area.x + axis.position(*value)? * area.width;
            let half = TICK_TEXT.width(label) / 2.0;
            let inside = x - half >= area.x - left && x + half <= area.right() + right;
            inside.then_some((x - half, x + half))
        };
        let spans: Vec<_> = axis.ticks.iter().map(span).collect();
        let shown: Vec<_> = spans.iter().flatten().collect();
        let apart = shown.windows(2).all(|pair| pair[0].1 + 8.0 <= pair[1].0);
        let mut kept = spans.iter().map(Option::is_some);
        axis.ticks.retain(|_| apart && kept.next().unwrap_or(false));
        // Two ticks make a scale; more are welcome, and come first.
        let enough = axis.ticks.len() >= 2;
        if enough
            || best
                .as_ref()
                .is_none_or(|b| b.ticks.len() < axis.ticks.len())
        {
            best = Some(axis);
        }
        if enough {
            break;
        }
    }
    best.unwrap_or_else(|| axis(1))
}

/// Grid lines, ticks and numbers of an axis below an area.
pub(crate) fn x_axis(sheet: &mut Sheet<'_>, area: Rect, axis: &Axis) {
    for (value, label) in &axis.ticks {
        if let Some(x) = abscissa(axis, area, *value) {
            sheet.line(&[(x, area.y), (x, area.bottom())], GRID, 0.75);
            x_tick(sheet, area, x, label);
        }
    }
}

/// A tick below an area, with its label.
pub(crate) fn x_tick(sheet: &mut Sheet<'_>, area: Rect, x: f64, label: &str) {
    let bottom = area.bottom();
    sheet.line(&[(x, bottom), (x, bottom + TICK)], FRAME, 0.75);
    let at = (x, bottom + TICK + 3.0 + CAP * TICK_TEXT.size);
    sheet.text(label, at, TICK_TEXT);
}

/// Room left of a frame for the numbers and the label of its axis.
pub(crate) fn y_room(axis: &Axis) -> f64 {
    let numbers = TICK_TEXT.widest(axis.ticks.iter().map(|tick| tick.1.as_str()));
    (MARGIN + LABEL_TEXT.size + 10.0 + numbers + TICK + 3.0).ceil()
}

/// Grid lines, ticks, numbers and label of an axis left of an area.
pub(crate) fn y_axis(sheet: &mut Sheet<'_>, area: Rect, axis: &Axis, label: &str) {
    for (value, label) in &axis.ticks {
        if let Some(y) = ordinate(axis, area, *value) {
            sheet.line(&[(area.x, y), (area.right(), y)], GRID, 0.75);
            sheet.line(&[(area.x - TICK, y), (area.x, y)], FRAME, 0.75);
            let at = (area.x - TICK - 3.0, y + CAP * TICK_TEXT.size / 2.0);
            sheet.text(label, at, TICK_TEXT.anchor(HPos::Right));
        }
    }
    let label = LABEL_TEXT.shorten(label, area.height);
    let at = (MARGIN + LABEL_TEXT.size * 0.8, area.centre().1);
    sheet.text(&label, at, LABEL_TEXT.upward());
}
