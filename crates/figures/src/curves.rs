//! Draws [`Curves`].

use crate::axis::{Axis, shows};
use crate::colour::FRAME;
use crate::data::Curves;
use crate::drawing::Drawing;
use crate::error::FigureError;
use crate::frame::{self, FOOT, Heading, LABEL_TEXT, MARGIN, PAGE_WIDTH};
use crate::look::{Entry, Look, Sample, legend, stagger};
use crate::sheet::{Point, Rect, Sheet, draw};
use crate::text::CAP;

const HEIGHT: f64 = 320.0;
/// Stretches of the horizontal axis in which a curve keeps its lowest and highest point: at most
/// 800 points a curve, and no spike is lost.
const STRETCHES: f64 = 400.0;
/// Markers along a curve, to tell curves apart without colour.
const MARKERS: usize = 5;

pub(crate) fn drawing(figure: &Curves) -> Result<Drawing, FigureError> {
    // A point counts only if both its coordinates can be shown.
    let shown = |&&(x, y): &&Point| shows(x, figure.log_x) && shows(y, figure.log_y);
    let points = || figure.curves.iter().flat_map(|c| &c.points).filter(shown);
    let abscissas: Vec<f64> = points().map(|p| p.0).collect();
    let ordinates: Vec<f64> = points().map(|p| p.1).collect();
    let curves = figure.curves.iter().enumerate();
    let entries = curves.map(|(i, curve)| Entry::new(&curve.label, Sample::Curve(Look::of(i))));
    let entries: Vec<Entry> = entries.collect();
    draw(|sheet| {
        let (middle, limit) = (PAGE_WIDTH / 2.0, PAGE_WIDTH - 2.0 * MARGIN);
        let heading = Heading::new(&figure.title, &figure.subtitle, limit);
        let mut top = heading.draw(sheet, middle);
        top += legend(sheet, &entries, (middle, top), limit) + 4.0;
        let y = Axis::new(&ordinates, figure.log_y, 0.05, 7);
        let left = frame::y_room(&y);
        let area = Rect {
            x: left,
            y: top,
            width: PAGE_WIDTH - left - MARGIN,
            height: HEIGHT,
        };
        let axis = |most| Axis::new(&abscissas, figure.log_x, 0.02, most);
        let x = frame::fitted(axis, area, (left, MARGIN - 3.0), 9);
        frame::y_axis(sheet, area, &y, &figure.y_label);
        frame::x_axis(sheet, area, &x);
        let label = LABEL_TEXT.fold(&figure.x_label, area.width);
        let at = (
            area.centre().0,
            area.bottom() + FOOT + 4.0 + CAP * LABEL_TEXT.size,
        );
        sheet.lines(&label, at, LABEL_TEXT);
        for (index, curve) in figure.curves.iter().enumerate() {
            let place = |&(a, b): &Point| {
                let (left, top) = (frame::abscissa(&x, area, a)?, frame::ordinate(&y, area, b)?);
                Some((left, top))
            };
            let runs = curve.points.split(|point| place(point).is_none());
            let runs =
                runs.map(|run| thin(&run.iter().filter_map(place).collect::<Vec<_>>(), area));
            draw_curve(sheet, &runs.collect::<Vec<_>>(), index);
        }
        sheet.frame(area, FRAME, 0.75);
        let foot = FOOT + 4.0 + LABEL_TEXT.room(label.len());
        (PAGE_WIDTH, (area.bottom() + foot + MARGIN - 4.0).ceil())
    })
}

/// Keeps the lowest and the highest of consecutive points within one stretch of the axis.
fn thin(points: &[Point], area: Rect) -> Vec<Point> {
    let stretch = |point: &Point| ((point.0 - area.x) / area.width * STRETCHES).floor();
    let ends = points
        .chunk_by(|a, b| stretch(a) == stretch(b))
        .flat_map(|chunk| {
            let by_height = |a: &usize, b: &usize| chunk[*a].1.total_cmp(&chunk[*b].1);
            let highest = (0..chunk.len()).min_by(by_height).unwrap_or(0);
            let lowest = (0..chunk.len()).max_by(by_height).unwrap_or(0);
            let (first, second) = (highest.min(lowest), highest.max(lowest));
            [chunk[first], chunk[second]]
                .into_iter()
                .take(if first == second { 1 } else { 2 })
        });
    ends.collect()
}

fn draw_curve(sheet: &mut Sheet<'_>, runs: &[Vec<Point>], index: usize) {
    let look = Look::of(index);
    for run in runs.iter().filter(|run| run.len() > 1) {
        sheet.dashed(run, look.colour, 1.5, look.dash);
    }
    let points: Vec<Point> = runs.iter().flatten().copied().collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return;
    };
    // Evenly spaced along the axis, and staggered between curves that lie on each other.
    for marker in 0..MARKERS {
        let part = (marker as f64 + 0.15 + 0.7 * stagger(index)) / MARKERS as f64;
        let wanted = first.0 + part * (last.0 - first.0);
        let far = |point: &Point| (point.0 - wanted).abs();
        let nearest = points.iter().min_by(|a, b| far(a).total_cmp(&far(b)));
        nearest
            .into_iter()
            .for_each(|at| look.marker(sheet, *at, 3.2));
    }
}
