//! Several plots over the same layers, one above the other.

use super::axis::Axis;
use super::colour::FRAME;
use super::font::{self, Face};
use super::layers::ErrorByLayer;
use super::plot::{self, Plot};
use super::scene::{Rect, Scene, Stroke};
use super::{Figure, FigureError, PAGE_WIDTH};

/// Height of a panel's frame, in px.
const HEIGHT: f64 = 118.0;
/// Between the frames of two panels.
const GAP: f64 = 14.0;

/// Plots that share their horizontal axis. The layers' names stand below the last one, the legend
/// beside the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerPanels {
    /// Title above the plots; empty for none.
    pub title: String,
    /// Top to bottom, all of the same layers and series. Their own titles are not drawn.
    pub panels: Vec<LayerPanel>,
}

/// One of the plots.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerPanel {
    /// What is drawn.
    pub plot: ErrorByLayer,
    /// A value marked by a dashed line.
    pub threshold: Option<f64>,
    /// Values that the axis is to reach, so that small differences look small.
    pub reach: Vec<f64>,
}

impl Figure for LayerPanels {
    fn scene(&self) -> Result<Scene, FigureError> {
        let axes: Vec<Axis> = self.panels.iter().map(LayerPanel::axis).collect();
        let legend = self
            .panels
            .first()
            .map_or_else(Vec::new, |p| p.plot.legend());
        let frames: Vec<Plot<'_>> = (self.panels.iter().zip(&axes).enumerate())
            .map(|(index, (panel, y))| Plot {
                title: "",
                x_label: if index + 1 == self.panels.len() {
                    &panel.plot.x_label
                } else {
                    ""
                },
                y_label: &panel.plot.y_label,
                y,
                legend: if index == 0 { &legend } else { &[] },
            })
            .collect();
        // One frame above the other, as wide as the widest ticks and the legend leave.
        let insets = frames.iter().map(Plot::insets);
        let (left, right) = insets.fold((0.0_f64, 0.0_f64), |(l, r), (a, b)| (l.max(a), r.max(b)));
        let width = (PAGE_WIDTH - left - right).floor();
        let room = PAGE_WIDTH - 2.0 * plot::MARGIN;
        let title = font::wrap(&self.title, plot::TITLE_TEXT, Face::Bold, room);
        let mut y = plot::MARGIN + plot::title_height(&title, plot::TITLE_TEXT);
        let mut scene = Scene::new(PAGE_WIDTH, 0.0);
        let middle = left + width / 2.0;
        plot::draw_title(&mut scene, &title, plot::TITLE_TEXT, (middle, plot::MARGIN));
        for (index, (panel, frame)) in self.panels.iter().zip(&frames).enumerate() {
            let height = if index == 0 {
                HEIGHT.max(frame.legend_height())
            } else {
                HEIGHT
            };
            let area = Rect {
                x: left,
                y,
                width,
                height,
            };
            frame.around(&mut scene, area);
            if let Some(at) = panel
                .threshold
                .and_then(|t| plot::height(&axes[index], area, t))
            {
                let dashed = Stroke {
                    dash: Some((5.0, 3.0)),
                    ..Stroke::solid(FRAME, 1.0)
                };
                scene.line(vec![(area.x, at), (area.right(), at)], dashed);
            }
            let named = index + 1 == self.panels.len();
            panel.plot.draw_data(&mut scene, area, &axes[index], named);
            y = area.bottom() + GAP;
        }
        scene.height = y - GAP + plot::FOOT + plot::MARGIN;
        Ok(scene)
    }
}

impl LayerPanel {
    fn axis(&self) -> Axis {
        let values = self.plot.all_values().chain(self.threshold);
        let values = values.chain(self.reach.iter().copied());
        Axis::new(values, false, 0.1, 4)
    }
}
