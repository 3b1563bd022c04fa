//! Draws [`Curves`].

use crate::axis::{Axis, shows};
use crate::colour::FRAME;
use crate::data::Curves;
use crate::drawing::{Drawing, Rect};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::frame::{self, FOOT, MARGIN, PAGE, abscissa, ordinate};
use crate::look::{Entry, Look, Sample, stagger};
use crate::sheet::{Point, Sheet, draw};

const HEIGHT: f64 = 320.0;
/// Stretches of the horizontal axis in which a curve keeps its lowest and highest point: at most
/// 800 points a curve, and no spike is lost.
const STRETCHES: f64 = 400.0;
/// Markers along a curve, to tell curves apart without colour.
const MARKERS: usize = 5;

impl Figure for Curves {
    fn draw(&self) -> Result<Drawing, FigureError> {
        // A point counts only if both its coordinates can be shown.
        let shown = |&&(x, y): &&Point| shows(x, self.log_x) && shows(y, self.log_y);
        let points = self.curves.iter().flat_map(|curve| &curve.points);
        let (xs, ys): (Vec<f64>, Vec<f64>) = points.filter(shown).copied().unzip();
        let entry = |(index, label)| Entry::new(label, Sample::Curve(Look::of(index)));
        let labels = self.curves.iter().map(|curve| curve.label.as_str());
        let entries: Vec<Entry> = labels.enumerate().map(entry).collect();
        let y_axis = Axis::new(&ys, self.log_y, 0.05, 7);
        let left = frame::y_room(&y_axis);
        draw(|sheet| {
            let top = frame::head(sheet, [&self.title, &self.subtitle], &entries) + 4.0;
            let area = Rect::new(left, top, PAGE - left - MARGIN, HEIGHT);
            let x_axis = |most| Axis::new(&xs, self.log_x, 0.02, most);
            let x_axis = frame::fitted(x_axis, area, (left, MARGIN - 3.0), 9);
            frame::y_axis(sheet, area, &y_axis, &self.y_label);
            frame::x_axis(sheet, area, &x_axis);
            for (index, curve) in self.curves.iter().enumerate() {
                let x = |x| abscissa(&x_axis, area, x);
                let place = |point: &Point| x(point.0).zip(ordinate(&y_axis, area, point.1));
                let runs = curve.points.split(|point| place(point).is_none());
                let runs = runs.map(|run| run.iter().filter_map(place).collect::<Vec<_>>());
                let runs: Vec<_> = runs.map(|run| thin(&run, area)).collect();
                draw_curve(sheet, &runs, index);
            }
            sheet.frame(area, (FRAME, 0.75));
            let below = (left, area.bottom() + FOOT + 4.0);
            (PAGE, frame::foot(sheet, &self.x_label, below))
        })
    }
}

/// Keeps the lowest and the highest of consecutive points within one stretch of the axis.
fn thin(points: &[Point], area: Rect) -> Vec<Point> {
    let stretch = |point: &Point| ((point.0 - area.x) / area.width * STRETCHES).floor();
    let mut kept = Vec::new();
    for chunk in points.chunk_by(|a, b| stretch(a) == stretch(b)) {
        let by_height = |a: &usize, b: &usize| chunk[*a].1.total_cmp(&chunk[*b].1);
        let ends = [
            (0..chunk.len()).min_by(by_height),
            (0..chunk.len()).max_by(by_height),
        ];
        let mut ends = ends.map(Option::unwrap_or_default);
        ends.sort_unstable();
        kept.push(chunk[ends[0]]);
        kept.extend((ends[0] < ends[1]).then(|| chunk[ends[1]]));
    }
    kept
}

fn draw_curve(sheet: &mut Sheet<'_>, runs: &[Vec<Point>], index: usize) {
    let look = Look::of(index);
    for run in runs.iter().filter(|run| run.len() > 1) {
        sheet.dashed(run, (look.colour, 1.5), look.dash);
    }
    let points: Vec<Point> = runs.concat();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return;
    };
    // Evenly spaced along the axis, and staggered between curves that lie on each other.
    for marker in 0..MARKERS {
        let part = (marker as f64 + 0.5 + 0.7 * stagger(index)) / MARKERS as f64;
        let wanted = first.0 + part * (last.0 - first.0);
        let far = |point: &&Point| (point.0 - wanted).abs();
        let nearest = points.iter().min_by(|a, b| far(a).total_cmp(&far(b)));
        look.marker(sheet, *nearest.unwrap_or(first), 3.2);
    }
}
