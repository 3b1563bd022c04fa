//! Error by layer: methods side by side in each layer, with every trial and published values.

use super::axis::Axis;
use super::colour::FRAME;
use super::font::{self, Face};
use super::key::{self, Entry, Look, Sample};
use super::plot::{self, Plot, TICK_TEXT};
use super::scene::{Outline, Rect, Scene, Stroke};
use super::{Figure, FigureError};

/// Few methods stay side by side instead of spreading over the whole layer, in px.
const WIDEST_SLOT: f64 = 28.0;

/// Errors of several methods at the layers of a hierarchy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorByLayer {
    /// Title above the plot; empty for none.
    pub title: String,
    /// Names of the layers, first layer first, for instance "r = 7".
    pub layers: Vec<String>,
    /// Label of the layer axis; empty for none.
    pub x_label: String,
    /// Label of the error axis.
    pub y_label: String,
    /// The methods, in the order of the legend. Up to twelve are easily told apart.
    pub series: Vec<Series>,
}

/// One method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub label: String,
    /// Drawn larger, and named in bold.
    pub emphasised: bool,
    /// What was measured at each layer; `None` where the method has no such layer.
    pub values: Vec<Option<Spread>>,
    /// What was published for each layer, if anything.
    pub published: Vec<Option<f64>>,
}

/// The trials at one layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// Mean over the trials.
    pub mean: f64,
    /// Each trial; may be empty, and one alone is not drawn beside its mean.
    pub trials: Vec<f64>,
}

impl Figure for ErrorByLayer {
    fn scene(&self) -> Result<Scene, FigureError> {
        let y = Axis::new(self.all_values(), false, 0.06, 7);
        let legend = self.legend();
        let (mut scene, area) = Plot {
            title: &self.title,
            x_label: &self.x_label,
            y_label: &self.y_label,
            y: &y,
            legend: &legend,
        }
        .draw();
        self.draw_data(&mut scene, area, &y, true);
        Ok(scene)
    }
}

impl ErrorByLayer {
    /// Draws everything inside the frame, the frame, and the layers' names below it if they are to
    /// stand there.
    pub(super) fn draw_data(&self, scene: &mut Scene, area: Rect, y: &Axis, named: bool) {
        self.draw_groups(scene, area, named);
        for emphasised in [false, true] {
            for (index, series) in self.series.iter().enumerate() {
                if series.emphasised == emphasised {
                    self.draw_series(scene, area, y, index);
                }
            }
        }
        plot::frame(scene, area);
    }

    pub(super) fn all_values(&self) -> impl Iterator<Item = f64> + '_ {
        self.series.iter().flat_map(|series| {
            let measured = series.values.iter().flatten();
            measured
                .flat_map(|spread| spread.trials.iter().copied().chain([spread.mean]))
                .chain(series.published.iter().copied().flatten())
        })
    }

    pub(super) fn legend(&self) -> Vec<Entry> {
        let methods = self.series.iter().enumerate().map(|(index, series)| {
            let sample = Sample::Marker(Look::of(index));
            Entry::new(&series.label, series.emphasised, sample)
        });
        let mut entries: Vec<Entry> = methods.collect();
        let mut spreads = self
            .series
            .iter()
            .flat_map(|series| series.values.iter().flatten());
        if spreads.any(|spread| spread.trials.len() > 1) {
            entries.push(Entry::new("single trials", false, Sample::Trial));
        }
        let mut published = self.series.iter().flat_map(|series| &series.published);
        if published.any(Option::is_some) {
            entries.push(Entry::new("published", false, Sample::Published));
        }
        entries
    }

    /// Names the layers and divides them by faint lines.
    fn draw_groups(&self, scene: &mut Scene, area: Rect, named: bool) {
        let group = self.group_width(area);
        for (index, layer) in self.layers.iter().enumerate() {
            let left = area.x + group * index as f64;
            let name = font::shorten(layer, TICK_TEXT, Face::Regular, group - 4.0);
            let name = if named { name.as_str() } else { "" };
            plot::x_tick(scene, area, left + group / 2.0, name);
            // One series leaves no doubt which layer a mark belongs to.
            if index > 0 && self.series.len() > 1 {
                let divider = Stroke {
                    dash: Some((2.0, 3.0)),
                    ..Stroke::solid(FRAME, 0.6)
                };
                scene.line(vec![(left, area.y), (left, area.bottom())], divider);
            }
        }
    }

    fn group_width(&self, area: Rect) -> f64 {
        area.width / self.layers.len().max(1) as f64
    }

    fn draw_series(&self, scene: &mut Scene, area: Rect, y: &Axis, index: usize) {
        let series = &self.series[index];
        let look = Look::of(index);
        let group = self.group_width(area);
        let slot = (0.86 * group / self.series.len() as f64).min(WIDEST_SLOT);
        let offset = (index as f64 - (self.series.len() as f64 - 1.0) / 2.0) * slot;
        let abscissa = |layer: usize| area.x + group * (layer as f64 + 0.5) + offset;
        let layers = || (0..self.layers.len()).map(|layer| (layer, abscissa(layer)));
        let spread = |layer: usize| series.values.get(layer).and_then(Option::as_ref);

        let means: Vec<_> = layers()
            .filter_map(|(layer, x)| Some((x, plot::height(y, area, spread(layer)?.mean)?)))
            .collect();
        let (radius, width, opacity) = if series.emphasised {
            ((0.5 * slot).clamp(2.2, 5.0), 1.5, 0.9)
        } else {
            ((0.4 * slot).clamp(2.0, 4.0), 0.8, 0.35)
        };
        if means.len() > 1 {
            let stroke = Stroke::solid(look.colour, width);
            scene.shape(Outline::Open(means.clone()), None, Some(stroke), opacity);
        }
        for (layer, x) in layers() {
            let trials = spread(layer).map_or(&[][..], |spread| &spread.trials);
            draw_trials(
                scene,
                trials,
                look,
                |value| plot::height(y, area, value),
                (x, slot),
            );
        }
        for mean in means {
            look.marker(scene, mean, radius);
        }
        for (layer, x) in layers() {
            let published = series.published.get(layer).copied().flatten();
            if let Some(at) = published.and_then(|value| plot::height(y, area, value)) {
                key::published(scene, (x, at), (0.44 * slot).clamp(2.5, 7.0));
            }
        }
    }
}

/// Draws the trials around `x`, spread sideways so that equal values do not hide each other.
fn draw_trials(
    scene: &mut Scene,
    trials: &[f64],
    look: Look,
    height: impl Fn(f64) -> Option<f64>,
    (x, slot): (f64, f64),
) {
    if trials.len() < 2 {
        return;
    }
    let reach = (0.38 * slot).min(7.0);
    for (index, &value) in trials.iter().enumerate() {
        // Multiples of the golden ratio modulo 1 fill the slot evenly for any number of trials.
        let place = (index as f64 * 0.618_033_988_749_895 + 0.5).fract();
        if let Some(y) = height(value) {
            key::trial(scene, (x + (2.0 * place - 1.0) * reach, y), look.colour);
        }
    }
}
