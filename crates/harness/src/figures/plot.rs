//! What line and dot plots share: title, frame, vertical axis, and a legend beside the plot.

use super::PAGE_WIDTH;
use super::axis::Axis;
use super::colour::{FRAME, GRID};
use super::font::{self, Face};
use super::key::{self, Entry};
use super::scene::{Anchor, Rect, Scene, Stroke, Text};

pub(super) const TICK_TEXT: f64 = 9.5;
pub(super) const LABEL_TEXT: f64 = 11.0;
pub(super) const TITLE_TEXT: f64 = 13.0;
pub(super) const TICK: f64 = 4.0;
pub(super) const MARGIN: f64 = 12.0;
const HEIGHT: f64 = 300.0;
/// Room below the frame for tick labels and the label of the axis.
pub(super) const FOOT: f64 = 36.0;

/// A plot whose data are still to be drawn.
pub(super) struct Plot<'a> {
    pub(super) title: &'a str,
    pub(super) x_label: &'a str,
    pub(super) y_label: &'a str,
    pub(super) y: &'a Axis,
    pub(super) legend: &'a [Entry],
}

impl Plot<'_> {
    /// Draws everything around the data; returns the sheet and the area inside the frame.
    pub(super) fn draw(&self) -> (Scene, Rect) {
        let (left, right) = self.insets();
        let title = font::wrap(
            self.title,
            TITLE_TEXT,
            Face::Bold,
            PAGE_WIDTH - 2.0 * MARGIN,
        );
        let top = MARGIN + title_height(&title, TITLE_TEXT);
        let area = Rect {
            x: left,
            y: top,
            width: (PAGE_WIDTH - left - right).floor(),
            height: HEIGHT.max(self.legend_height()),
        };
        let mut scene = Scene::new(PAGE_WIDTH, area.bottom() + FOOT + MARGIN);
        draw_title(&mut scene, &title, TITLE_TEXT, (area.centre().0, MARGIN));
        self.around(&mut scene, area);
        (scene, area)
    }

    /// What the ticks and the label need left of the frame, and the legend right of it.
    pub(super) fn insets(&self) -> (f64, f64) {
        let ticks = font::widest(
            self.y.ticks.iter().map(|tick| tick.label.as_str()),
            TICK_TEXT,
        );
        let left = (MARGIN + LABEL_TEXT + 10.0 + ticks + TICK + 3.0).ceil();
        let right = if self.legend.is_empty() {
            0.0
        } else {
            key::size(self.legend).0 + 14.0
        } + MARGIN;
        (left, right)
    }

    pub(super) fn legend_height(&self) -> f64 {
        key::size(self.legend).1
    }

    /// Draws the vertical axis, the label of the other one, and the legend around a frame.
    pub(super) fn around(&self, scene: &mut Scene, area: Rect) {
        self.y_axis(scene, area);
        let at = (area.centre().0, area.bottom() + FOOT);
        let label = font::shorten(self.x_label, LABEL_TEXT, Face::Regular, PAGE_WIDTH - area.x);
        scene.text(Text::new(label, at, LABEL_TEXT));
        key::draw(scene, self.legend, (area.right() + 14.0, area.y));
    }

    fn y_axis(&self, scene: &mut Scene, area: Rect) {
        for tick in &self.y.ticks {
            let Some(y) = height(self.y, area, tick.value) else {
                continue;
            };
            scene.line(
                vec![(area.x, y), (area.right(), y)],
                Stroke::solid(GRID, 0.75),
            );
            scene.line(
                vec![(area.x - TICK, y), (area.x, y)],
                Stroke::solid(FRAME, 0.75),
            );
            let at = (area.x - TICK - 3.0, y + font::CAP * TICK_TEXT / 2.0);
            scene.text(Text::new(tick.label.as_str(), at, TICK_TEXT).anchored(Anchor::End));
        }
        let at = (MARGIN + LABEL_TEXT * 0.8, area.centre().1);
        let label = font::shorten(self.y_label, LABEL_TEXT, Face::Regular, area.height);
        scene.text(Text::new(label, at, LABEL_TEXT).upward());
    }
}

/// The ordinate of a value in a plot's area.
pub(super) fn height(axis: &Axis, area: Rect, value: f64) -> Option<f64> {
    Some(area.bottom() - axis.position(value)? * area.height)
}

/// A tick below the frame, with its label.
pub(super) fn x_tick(scene: &mut Scene, area: Rect, x: f64, label: &str) {
    let bottom = area.bottom();
    scene.line(
        vec![(x, bottom), (x, bottom + TICK)],
        Stroke::solid(FRAME, 0.75),
    );
    let at = (x, bottom + TICK + 3.0 + font::CAP * TICK_TEXT);
    scene.text(Text::new(label, at, TICK_TEXT));
}

/// The frame, drawn last so that data at its edge do not cover it.
pub(super) fn frame(scene: &mut Scene, area: Rect) {
    scene.frame(area, Stroke::solid(FRAME, 0.75));
}

/// Height of a title of some lines with the gap below it; nothing without a title.
pub(super) fn title_height(lines: &[String], size: f64) -> f64 {
    if lines.is_empty() {
        return 0.0;
    }
    (lines.len() as f64 * size * font::LEADING + 0.5 * size).ceil()
}

/// Draws the lines of a title in bold, centred on `x`, below `top`.
pub(super) fn draw_title(scene: &mut Scene, lines: &[String], size: f64, (x, top): (f64, f64)) {
    for (index, line) in lines.iter().enumerate() {
        let baseline = top + size * (font::CAP + font::LEADING * index as f64);
        scene.text(Text::new(line.as_str(), (x, baseline), size).bold());
    }
}
