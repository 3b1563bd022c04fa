//! What tells series apart: colour, marker shape and dash; and the legend that names them.

use std::f64::consts::TAU;

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use crate::colour::{INK, PAPER, SERIES, pale};
use crate::data::Spread;
use crate::sheet::{Point, Sheet};
use crate::text::{Font, font};

const TEXT: Font = font(10.5).anchor(HPos::Left);
const ROW: f64 = 17.0;
const SAMPLE: f64 = 26.0;
/// Between a sample and its label.
const SAMPLE_GAP: f64 = 6.0;
/// Between the entries of a line.
const ENTRY_GAP: f64 = 16.0;
const WIDEST_LABEL: f64 = 200.0;

/// How one series looks. Colours repeat after 7 series and markers after 12, so the pair after 84.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) colour: RGBColor,
    marker: usize,
    pub(crate) dash: Option<Point>,
}

impl Look {
    pub(crate) fn of(series: usize) -> Self {
        Self {
            colour: SERIES[series % SERIES.len()],
            marker: series % 12,
            dash: [None, Some((6.0, 2.5)), Some((1.5, 2.0))][series / SERIES.len() % 3],
        }
    }

    /// Draws the marker: six shapes filled, then the same six hollow, all of about equal area.
    pub(crate) fn marker(self, sheet: &mut Sheet<'_>, (x, y): Point, radius: f64) {
        let (fill, edge) = match self.marker {
            0..6 => (self.colour, (PAPER, 0.5)),
            _ => (PAPER, (self.colour, 0.38 * radius)),
        };
        // Radius, corners, turn of the first (a quarter is up), radius of every second corner.
        let (size, corners, turn, second) = match self.marker % 6 {
            0 => return sheet.circle((x, y), radius, fill, Some(edge)),
            1 => (1.25, 4, 0.125, 1.0),
            2 => (1.4, 3, 0.25, 1.0),
            3 => (1.3, 4, 0.0, 1.0),
            4 => (1.4, 3, 0.75, 1.0),
            _ => (1.45, 10, 0.25, 0.45),
        };
        let corner = |step: usize| {
            let angle = (turn + step as f64 / corners as f64) * TAU;
            let reach = radius * size * [1.0, second][step % 2];
            (x + reach * angle.cos(), y - reach * angle.sin())
        };
        let outline: Vec<Point> = (0..corners).map(corner).collect();
        sheet.polygon(&outline, fill, edge);
    }
}

/// The mark of one trial.
pub(crate) fn trial(sheet: &mut Sheet<'_>, centre: Point, colour: RGBColor) {
    sheet.circle(centre, 1.5, pale(colour), None);
}

/// A place from -1/2 to 1/2 for one of any number of trials: multiples of the golden ratio modulo 1
/// fill a stretch evenly, so that equal values do not hide each other.
pub(crate) fn stagger(index: usize) -> f64 {
    (index as f64 * 0.618_033_988_749_895 + 0.5).fract() - 0.5
}

/// The mark of a published value: a thin black bar on a light one, taller than any marker.
pub(crate) fn published(sheet: &mut Sheet<'_>, (x, y): Point) {
    for (half, pen) in [(7.2, (PAPER, 2.8)), (7.0, (INK, 1.6))] {
        sheet.line(&[(x, y - half), (x, y + half)], pen);
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Sample {
    Marker(Look),
    Curve(Look),
    Trial,
    Published,
}

/// One entry of a legend; a long label takes several lines.
pub(crate) struct Entry {
    lines: Vec<String>,
    sample: Sample,
    width: f64,
}

impl Entry {
    pub(crate) fn new(label: &str, sample: Sample) -> Self {
        let lines = TEXT.fold(label, WIDEST_LABEL);
        let width = SAMPLE + SAMPLE_GAP + TEXT.widest(&lines);
        Self {
            lines,
            sample,
            width,
        }
    }

    /// For the trials of such numbers, if any are drawn.
    pub(crate) fn trials<'a>(
        mut spreads: impl Iterator<Item = &'a Option<Spread>>,
    ) -> Option<Self> {
        let any = spreads.any(|spread| spread.as_ref().is_some_and(|s| s.trials.len() > 1));
        any.then(|| Self::new("single trials", Sample::Trial))
    }

    fn draw(&self, sheet: &mut Sheet<'_>, (left, y): Point) {
        let middle = left + SAMPLE / 2.0;
        match self.sample {
            Sample::Marker(look) => look.marker(sheet, (middle, y), 4.0),
            Sample::Curve(look) => {
                let ends = [(left, y), (left + SAMPLE, y)];
                sheet.dashed(&ends, (look.colour, 1.5), look.dash);
                look.marker(sheet, (middle, y), 3.2);
            }
            Sample::Trial => {
                for (dx, dy) in [(-5.0, 1.0), (0.0, -2.0), (5.0, 2.0)] {
                    trial(sheet, (middle + dx, y + dy), INK);
                }
            }
            Sample::Published => published(sheet, (middle, y)),
        }
        let at = (left + SAMPLE + SAMPLE_GAP, y + TEXT.cap() / 2.0);
        sheet.lines(&self.lines, at, TEXT);
    }
}

/// Draws a legend whose entries stand side by side, in as many lines as `limit` asks for, each
/// centred on `middle`; returns where it ends.
pub(crate) fn legend(
    sheet: &mut Sheet<'_>,
    entries: &[Entry],
    (middle, top): Point,
    limit: f64,
) -> f64 {
    let (mut rest, mut y) = (entries, top);
    while !rest.is_empty() {
        let widths = rest.iter().scan(-ENTRY_GAP, |sum, entry| {
            *sum += ENTRY_GAP + entry.width;
            Some(*sum)
        });
        let widths: Vec<f64> = widths.take_while(|width| *width <= limit).collect();
        let (line, next) = rest.split_at(widths.len().max(1));
        let mut x = middle - widths.last().unwrap_or(&limit) / 2.0;
        for entry in line {
            entry.draw(sheet, (x, y + ROW / 2.0));
            x += entry.width + ENTRY_GAP;
        }
        let most = line.iter().map(|entry| entry.lines.len()).max();
        y += ROW + TEXT.leading(most.unwrap_or(1).saturating_sub(1));
        rest = next;
    }
    y
}
