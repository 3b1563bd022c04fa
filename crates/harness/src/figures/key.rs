//! What tells series apart: colour, marker shape and dash; and the legend that names them.

use super::colour::{self, INK, PAPER, Rgb};
use super::font::{self, Face};
use super::scene::{Anchor, Outline, Point, Scene, Stroke, Text};

const TEXT: f64 = 10.5;
const ROW: f64 = 17.0;
const SAMPLE: f64 = 26.0;
const WIDEST_LABEL: f64 = 200.0;

/// How one series looks. Colours repeat after 7 series and markers after 12, so the pair after 84.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) colour: Rgb,
    marker: usize,
    pub(super) dash: Option<(f64, f64)>,
}

impl Look {
    pub(super) fn of(series: usize) -> Self {
        Self {
            colour: colour::series(series),
            marker: series % 12,
            dash: [None, Some((6.0, 2.5)), Some((1.5, 2.0))][series / 7 % 3],
        }
    }

    pub(super) fn stroke(&self, width: f64) -> Stroke {
        Stroke {
            colour: self.colour,
            width,
            dash: self.dash,
        }
    }

    /// Draws the marker: six shapes filled, then the same six hollow, all of about equal area.
    pub(super) fn marker(&self, scene: &mut Scene, centre: Point, radius: f64) {
        let hollow = self.marker >= 6;
        let outline = match self.marker % 6 {
            0 => Outline::Circle { centre, radius },
            1 => star(centre, radius * 1.25, 4, 0.125, 1.0),
            2 => star(centre, radius * 1.4, 3, 0.25, 1.0),
            3 => star(centre, radius * 1.3, 4, 0.0, 1.0),
            4 => star(centre, radius * 1.4, 3, 0.75, 1.0),
            _ => star(centre, radius * 1.45, 5, 0.25, 0.45),
        };
        let (fill, edge, width) = if hollow {
            (PAPER, self.colour, 0.38 * radius)
        } else {
            (self.colour, PAPER, 0.5)
        };
        scene.shape(outline, Some(fill), Some(Stroke::solid(edge, width)), 1.0);
    }
}

/// A regular polygon with its first corner at `turn` of a full turn (0.25 is up), or a star when
/// the corners in between lie at `inner` times the radius.
fn star(centre: Point, radius: f64, corners: usize, turn: f64, inner: f64) -> Outline {
    let steps = if inner < 1.0 { 2 * corners } else { corners };
    let points = (0..steps).map(|step| {
        let angle = (turn + step as f64 / steps as f64) * std::f64::consts::TAU;
        let reach = if inner < 1.0 && step % 2 == 1 {
            inner
        } else {
            1.0
        };
        let reach = reach * radius;
        (
            centre.0 + reach * angle.cos(),
            centre.1 - reach * angle.sin(),
        )
    });
    Outline::Closed(points.collect())
}

/// One line of a legend.
pub(super) struct Entry {
    label: String,
    bold: bool,
    sample: Sample,
}

pub(super) enum Sample {
    Marker(Look),
    Curve(Look),
    Trial,
    Published,
}

impl Entry {
    pub(super) fn new(label: &str, bold: bool, sample: Sample) -> Self {
        let face = if bold { Face::Bold } else { Face::Regular };
        Self {
            label: font::shorten(label, TEXT, face, WIDEST_LABEL),
            bold,
            sample,
        }
    }

    fn width(&self) -> f64 {
        let face = if self.bold { Face::Bold } else { Face::Regular };
        SAMPLE + 6.0 + font::width(&self.label, TEXT, face)
    }
}

/// Width and height of a legend.
pub(super) fn size(entries: &[Entry]) -> (f64, f64) {
    let width = entries.iter().map(Entry::width).fold(0.0, f64::max);
    (width.ceil(), ROW * entries.len() as f64)
}

/// Draws a legend, one entry below the other from the upper left corner.
pub(super) fn draw(scene: &mut Scene, entries: &[Entry], (left, top): Point) {
    for (row, entry) in entries.iter().enumerate() {
        let y = top + ROW * (row as f64 + 0.5);
        let centre = (left + SAMPLE / 2.0, y);
        match entry.sample {
            Sample::Marker(look) => look.marker(scene, centre, 4.0),
            Sample::Curve(look) => {
                scene.line(vec![(left, y), (left + SAMPLE, y)], look.stroke(1.5));
                look.marker(scene, centre, 3.2);
            }
            Sample::Trial => {
                for (dx, dy) in [(-5.0, 1.0), (0.0, -2.0), (5.0, 2.0)] {
                    trial(scene, (centre.0 + dx, centre.1 + dy), INK);
                }
            }
            Sample::Published => published(scene, centre, 7.0),
        }
        let at = (left + SAMPLE + 6.0, y + font::CAP * TEXT / 2.0);
        let text = Text::new(entry.label.as_str(), at, TEXT).anchored(Anchor::Start);
        scene.text(if entry.bold { text.bold() } else { text });
    }
}

/// The mark of one trial.
pub(super) fn trial(scene: &mut Scene, centre: Point, colour: Rgb) {
    let outline = Outline::Circle {
        centre,
        radius: 1.5,
    };
    scene.shape(outline, Some(colour), None, 0.4);
}

/// The mark of a published value: a thin black bar, wider than any marker it may cross.
pub(super) fn published(scene: &mut Scene, (x, y): Point, half: f64) {
    scene.line(vec![(x - half, y), (x + half, y)], Stroke::solid(INK, 1.6));
}
