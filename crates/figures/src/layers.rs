//! Draws [`LayerPanels`].

use crate::axis::Axis;
use crate::colour::FRAME;
use crate::data::{LayerPanel, LayerPanels, Spread};
use crate::drawing::{Drawing, Rect};
use crate::error::{FigureError, check};
use crate::figure::Figure;
use crate::frame::{self, FOOT, MARGIN, PAGE, TICK_TEXT, ordinate};
use crate::look::{Entry, Look, Sample, stagger, trial};
use crate::sheet::{Sheet, draw};

/// Height of a panel's frame, in px.
const HEIGHT: f64 = 118.0;
/// Between the frames of two panels.
const GAP: f64 = 14.0;
/// Few methods stay side by side instead of spreading over the whole place, in px.
const WIDEST_SLOT: f64 = 28.0;

impl Figure for LayerPanels {
    fn draw(&self) -> Result<Drawing, FigureError> {
        let places = self.layers.len();
        for series in self.panels.iter().flat_map(|panel| &panel.series) {
            let (found, label) = (series.values.len(), &series.label);
            check(
                found <= places,
                label,
                (found, "values"),
                (places, "places"),
            )?;
        }
        let first = self.panels.first().map_or(&[][..], |panel| &panel.series);
        let marker = |(index, label)| Entry::new(label, Sample::Marker(Look::of(index)));
        let labels = first.iter().map(|series| series.label.as_str());
        let mut entries: Vec<Entry> = labels.enumerate().map(marker).collect();
        let all = self.panels.iter().flat_map(|panel| &panel.series);
        entries.extend(Entry::trials(all.flat_map(|series| &series.values)));
        let axes: Vec<Axis> = self.panels.iter().map(axis).collect();
        // One frame above the other, as wide as the widest numbers leave.
        let left = axes.iter().map(frame::y_room).fold(MARGIN, f64::max);
        draw(|sheet| {
            let mut y = frame::head(sheet, [&self.title, &self.subtitle], &entries) + 4.0;
            for (index, (panel, axis)) in self.panels.iter().zip(&axes).enumerate() {
                let area = Rect::new(left, y, PAGE - left - MARGIN, HEIGHT);
                frame::y_axis(sheet, area, axis, &panel.y_label);
                self.draw_places(sheet, area, index);
                if let Some(at) = panel.threshold.and_then(|t| ordinate(axis, area, t)) {
                    let ends = [(area.x, at), (area.right(), at)];
                    sheet.dashed(&ends, (FRAME, 1.0), Some((5.0, 3.0)));
                }
                for index in 0..panel.series.len() {
                    self.draw_series(sheet, area, axis, panel, index);
                }
                sheet.frame(area, (FRAME, 0.75));
                y = area.bottom() + GAP;
            }
            let below = (left, y - GAP + FOOT + 4.0);
            (PAGE, frame::foot(sheet, &self.x_label, below))
        })
    }
}

fn axis(panel: &LayerPanel) -> Axis {
    let spreads = panel
        .series
        .iter()
        .flat_map(|series| series.values.iter().flatten());
    let mut values = [&panel.reach[..], panel.threshold.as_slice()].concat();
    values.extend(spreads.flat_map(|spread| spread.trials.iter().chain([&spread.centre])));
    Axis::new(&values, false, 0.1, 5)
}

impl LayerPanels {
    /// Width of a place.
    fn place(&self, area: Rect) -> f64 {
        area.width / self.layers.len().max(1) as f64
    }

    /// Ticks at the places, with their names below the last panel, and faint lines between them
    /// where several methods stand side by side.
    fn draw_places(&self, sheet: &mut Sheet<'_>, area: Rect, panel: usize) {
        let place = self.place(area);
        for (index, layer) in self.layers.iter().enumerate() {
            let left = area.x + place * index as f64;
            let named = panel + 1 == self.panels.len();
            let name = if named { layer } else { "" };
            let name = TICK_TEXT.shorten(name, place - 4.0);
            frame::x_tick(sheet, area, left + place / 2.0, &name);
            if index > 0 && self.panels[panel].series.len() > 1 {
                let ends = [(left, area.y), (left, area.bottom())];
                sheet.dashed(&ends, (FRAME, 0.6), Some((2.0, 3.0)));
            }
        }
    }

    fn draw_series(
        &self,
        sheet: &mut Sheet<'_>,
        area: Rect,
        axis: &Axis,
        panel: &LayerPanel,
        index: usize,
    ) {
        let (look, methods) = (Look::of(index), panel.series.len() as f64);
        let slot = (0.86 * self.place(area) / methods).min(WIDEST_SLOT);
        let aside = (index as f64 - (methods - 1.0) / 2.0) * slot;
        let x = |place: usize| area.x + self.place(area) * (place as f64 + 0.5) + aside;
        let y = |value: f64| ordinate(axis, area, value);
        let spreads = panel.series[index].values.iter().enumerate();
        let spreads = spreads.filter_map(|(place, spread)| Some((x(place), spread.as_ref()?)));
        let spreads: Vec<(f64, &Spread)> = spreads.collect();
        let centres = spreads
            .iter()
            .filter_map(|(x, spread)| Some((*x, y(spread.centre)?)));
        let centres: Vec<_> = centres.collect();
        sheet.line(&centres, (look.colour, 1.5));
        for (x, spread) in spreads.iter().filter(|(_, spread)| spread.trials.len() > 1) {
            for (index, y) in spread.trials.iter().map(|trial| y(*trial)).enumerate() {
                let x = x + 2.0 * stagger(index) * (0.38 * slot).min(7.0);
                y.into_iter()
                    .for_each(|y| trial(sheet, (x, y), look.colour));
            }
        }
        for centre in centres {
            look.marker(sheet, centre, (0.5 * slot).clamp(2.2, 5.0));
        }
    }
}
