//! Curves over a common axis, for instance error by iteration.

use super::axis::{self, Axis};
use super::colour::GRID;
use super::key::{Entry, Look, Sample};
use super::plot::{self, Plot};
use super::scene::{Point, Rect, Scene, Stroke};
use super::{Figure, FigureError};

/// Stretches of the horizontal axis in which a curve keeps its lowest and highest point: at most
/// 500 points a curve, and no spike is lost.
const STRETCHES: f64 = 250.0;
/// Markers along a curve, to tell curves apart without colour.
const MARKERS: usize = 5;

/// Several curves in one plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// Title above the plot; empty for none.
    pub title: String,
    /// Label of the horizontal axis.
    pub x_label: String,
    /// Label of the vertical axis.
    pub y_label: String,
    /// Logarithmic horizontal axis; points at zero or below are left out.
    pub log_x: bool,
    /// Logarithmic vertical axis; points at zero or below are left out.
    pub log_y: bool,
    /// The curves, in the order of the legend.
    pub curves: Vec<Curve>,
}

/// One curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Name in the legend.
    pub label: String,
    /// (x, y) in drawing order. A point that cannot be shown (NaN, infinite) breaks the line.
    pub points: Vec<(f64, f64)>,
}

impl Figure for Curves {
    fn scene(&self) -> Result<Scene, FigureError> {
        // A point counts only if both its coordinates can be shown.
        let all = self.curves.iter().flat_map(|curve| &curve.points);
        let shown: Vec<Point> = all
            .copied()
            .filter(|&(x, y)| axis::shows(x, self.log_x) && axis::shows(y, self.log_y))
            .collect();
        let x = Axis::new(shown.iter().map(|point| point.0), self.log_x, 0.02, 8);
        let y = Axis::new(shown.iter().map(|point| point.1), self.log_y, 0.05, 7);
        let legend =
            self.curves.iter().enumerate().map(|(index, curve)| {
                Entry::new(&curve.label, false, Sample::Curve(Look::of(index)))
            });
        let legend: Vec<Entry> = legend.collect();
        let (mut scene, area) = Plot {
            title: &self.title,
            x_label: &self.x_label,
            y_label: &self.y_label,
            y: &y,
            legend: &legend,
        }
        .draw();
        draw_x_axis(&mut scene, area, &x);
        for (index, curve) in self.curves.iter().enumerate() {
            let runs = runs(&curve.points, area, &x, &y);
            draw_curve(&mut scene, &runs, Look::of(index), index);
        }
        plot::frame(&mut scene, area);
        Ok(scene)
    }
}

fn draw_x_axis(scene: &mut Scene, area: Rect, x: &Axis) {
    for tick in &x.ticks {
        if let Some(position) = x.position(tick.value) {
            let at = area.x + position * area.width;
            scene.line(
                vec![(at, area.y), (at, area.bottom())],
                Stroke::solid(GRID, 0.75),
            );
            plot::x_tick(scene, area, at, &tick.label);
        }
    }
}

/// The unbroken runs of a curve on the sheet, thinned.
fn runs(points: &[Point], area: Rect, x: &Axis, y: &Axis) -> Vec<Vec<Point>> {
    points
        .split(|&(a, b)| x.position(a).is_none() || y.position(b).is_none())
        .map(|run| {
            let on_sheet = run.iter().filter_map(|&(a, b)| {
                let left = area.x + x.position(a)? * area.width;
                Some((left, plot::height(y, area, b)?))
            });
            thin(&on_sheet.collect::<Vec<_>>(), area)
        })
        .filter(|run| !run.is_empty())
        .collect()
}

/// Keeps the lowest and the highest of consecutive points within one stretch of the axis.
fn thin(points: &[Point], area: Rect) -> Vec<Point> {
    let stretch = |point: &Point| ((point.0 - area.x) / area.width * STRETCHES).floor();
    points
        .chunk_by(|a, b| stretch(a) == stretch(b))
        .flat_map(|chunk| {
            let by_height = |&a: &usize, &b: &usize| chunk[a].1.total_cmp(&chunk[b].1);
            let highest = (0..chunk.len()).min_by(by_height).unwrap_or(0);
            let lowest = (0..chunk.len()).max_by(by_height).unwrap_or(0);
            let (first, second) = (highest.min(lowest), highest.max(lowest));
            let count = if first == second { 1 } else { 2 };
            [chunk[first], chunk[second]].into_iter().take(count)
        })
        .collect()
}

fn draw_curve(scene: &mut Scene, runs: &[Vec<Point>], look: Look, index: usize) {
    for run in runs {
        scene.line(run.clone(), look.stroke(1.5));
    }
    let points: Vec<Point> = runs.iter().flatten().copied().collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return;
    };
    // Evenly spaced along the axis, and staggered between curves that lie on each other.
    let phase = (index as f64 * 0.618_033_988_749_895).fract();
    for marker in 0..MARKERS {
        let part = (marker as f64 + 0.15 + 0.7 * phase) / MARKERS as f64;
        let wanted = first.0 + part * (last.0 - first.0);
        let nearest = points
            .iter()
            .min_by(|a, b| (a.0 - wanted).abs().total_cmp(&(b.0 - wanted).abs()));
        if let Some(&at) = nearest {
            look.marker(scene, at, 3.2);
        }
    }
}
