//! What tells series apart: colour, marker shape and dash; and the legend that names them.

use super::colour::{self, INK, PAPER, Rgb};
use super::font::{self, Face};
use super::scene::{Anchor, Outline, Point, Scene, Stroke, Text};

const TEXT: f64 = 10.5;
const ROW: f64 = 17.0;
const SAMPLE: f64 = 26.0;
/// Between a sample and its label.
const SAMPLE_GAP: f64 = 6.0;
/// Between the entries of a line.
const ENTRY_GAP: f64 = 16.0;
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

/// One entry of a legend; a long label takes several lines.
pub(super) struct Entry {
    lines: Vec<String>,
    face: Face,
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
            lines: font::fold(label, TEXT, face, WIDEST_LABEL),
            face,
            sample,
        }
    }

    fn width(&self) -> f64 {
        let lines = self.lines.iter().map(|l| font::width(l, TEXT, self.face));
        SAMPLE + SAMPLE_GAP + lines.fold(0.0, f64::max)
    }

    fn height(&self) -> f64 {
        ROW + font::LEADING * TEXT * self.lines.len().saturating_sub(1) as f64
    }

    fn draw(&self, scene: &mut Scene, (left, top): Point) {
        let y = top + ROW / 2.0;
        let centre = (left + SAMPLE / 2.0, y);
        match self.sample {
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
            Sample::Published => published(scene, centre),
        }
        for (index, line) in self.lines.iter().enumerate() {
            let y = y + TEXT * (font::CAP / 2.0 + font::LEADING * index as f64);
            let text = Text::new(line.as_str(), (left + SAMPLE + SAMPLE_GAP, y), TEXT);
            let face = self.face;
            scene.text(Text { face, ..text }.anchored(Anchor::Start));
        }
    }
}

/// Width and height of a legend.
pub(super) fn size(entries: &[Entry]) -> (f64, f64) {
    let width = entries.iter().map(Entry::width).fold(0.0, f64::max);
    (width.ceil(), entries.iter().map(Entry::height).sum())
}

/// Draws a legend, one entry below the other from the upper left corner.
pub(super) fn draw(scene: &mut Scene, entries: &[Entry], (left, top): Point) {
    let mut y = top;
    for entry in entries {
        entry.draw(scene, (left, y));
        y += entry.height();
    }
}

/// Draws a legend whose entries stand side by side, in as many lines as `limit` asks for, each
/// centred on `middle`; returns its height.
pub(super) fn draw_level(
    scene: &mut Scene,
    entries: &[Entry],
    (middle, top): Point,
    limit: f64,
) -> f64 {
    let mut lines: Vec<(Vec<&Entry>, f64)> = Vec::new();
    for entry in entries {
        match lines.last_mut() {
            Some((line, width)) if *width + ENTRY_GAP + entry.width() <= limit => {
                line.push(entry);
                *width += ENTRY_GAP + entry.width();
            }
            _ => lines.push((vec![entry], entry.width())),
        }
    }
    let mut y = top;
    for (line, width) in lines {
        let mut x = middle - width / 2.0;
        for entry in &line {
            entry.draw(scene, (x, y));
            x += entry.width() + ENTRY_GAP;
        }
        y += line.iter().map(|entry| entry.height()).fold(0.0, f64::max);
    }
    y - top
}

/// The mark of one trial.
pub(super) fn trial(scene: &mut Scene, centre: Point, colour: Rgb) {
    let outline = Outline::Circle {
        centre,
        radius: 1.5,
    };
    scene.shape(outline, Some(colour), None, 0.4);
}

/// The mark of a published value: a thin black bar on a light one, taller than any marker it crosses.
pub(super) fn published(scene: &mut Scene, (x, y): Point) {
    for (half, width, colour) in [(7.2, 2.8, PAPER), (7.0, 1.6, INK)] {
        let bar = vec![(x, y - half), (x, y + half)];
        scene.line(bar, Stroke::solid(colour, width));
    }
}
