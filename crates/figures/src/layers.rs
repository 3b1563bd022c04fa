//! Draws [`LayerPanels`].

use crate::axis::Axis;
use crate::colour::FRAME;
use crate::data::{LayerPanel, LayerPanels, Spread};
use crate::drawing::Drawing;
use crate::error::FigureError;
use crate::frame::{self, FOOT, Heading, LABEL_TEXT, MARGIN, PAGE_WIDTH, TICK_TEXT, ordinate};
use crate::look::{Entry, Look, Sample, legend, stagger, trial};
use crate::sheet::{Rect, Sheet, draw};
use crate::text::CAP;

/// Height of a panel's frame, in px.
const HEIGHT: f64 = 118.0;
/// Between the frames of two panels.
const GAP: f64 = 14.0;
/// Few methods stay side by side instead of spreading over the whole place, in px.
const WIDEST_SLOT: f64 = 28.0;

pub(crate) fn drawing(figure: &LayerPanels) -> Result<Drawing, FigureError> {
    let layers = figure.layers.len();
    let series = || figure.panels.iter().flat_map(|panel| &panel.series);
    if let Some(series) = series().find(|series| series.values.len() > layers) {
        let (whose, what) = (format!("series {:?}", series.label), "values");
        let (found, expected) = (series.values.len(), format!("{layers} places"));
        return Err(FigureError::Count {
            whose,
            what,
            found,
            expected,
        });
    }
    let first = figure.panels.first().map_or(&[][..], |panel| &panel.series);
    let marker =
        |(i, s): (usize, &crate::Series)| Entry::new(&s.label, Sample::Marker(Look::of(i)));
    let mut entries: Vec<Entry> = first.iter().enumerate().map(marker).collect();
    let mut spreads = series().flat_map(|series| series.values.iter().flatten());
    if spreads.any(|spread| spread.trials.len() > 1) {
        entries.push(Entry::new("single trials", Sample::Trial));
    }
    let axes: Vec<Axis> = figure.panels.iter().map(axis).collect();
    // One frame above the other, as wide as the widest numbers leave.
    let x = axes.iter().map(frame::y_room).fold(MARGIN, f64::max);
    let (width, height) = (PAGE_WIDTH - x - MARGIN, HEIGHT);
    draw(|sheet| {
        let (middle, limit) = (PAGE_WIDTH / 2.0, PAGE_WIDTH - 2.0 * MARGIN);
        let mut y = Heading::new(&figure.title, &figure.subtitle, limit).draw(sheet, middle);
        y += legend(sheet, &entries, (middle, y), limit) + 4.0;
        for (index, (panel, axis)) in figure.panels.iter().zip(&axes).enumerate() {
            let area = Rect {
                x,
                y,
                width,
                height,
            };
            let last = index + 1 == figure.panels.len();
            frame::y_axis(sheet, area, axis, &panel.y_label);
            draw_places(sheet, area, &figure.layers, (last, panel.series.len() > 1));
            if let Some(at) = panel.threshold.and_then(|t| ordinate(axis, area, t)) {
                let ends = [(area.x, at), (area.right(), at)];
                sheet.dashed(&ends, FRAME, 1.0, Some((5.0, 3.0)));
            }
            for index in 0..panel.series.len() {
                draw_series(sheet, area, axis, panel, (index, layers));
            }
            sheet.frame(area, FRAME, 0.75);
            y = area.bottom() + GAP;
        }
        y += FOOT + 4.0 - GAP;
        let label = LABEL_TEXT.fold(&figure.x_label, width);
        sheet.lines(
            &label,
            (x + width / 2.0, y + CAP * LABEL_TEXT.size),
            LABEL_TEXT,
        );
        (
            PAGE_WIDTH,
            (y + LABEL_TEXT.height(label.len()) + MARGIN).ceil(),
        )
    })
}

fn axis(panel: &LayerPanel) -> Axis {
    let spreads = panel
        .series
        .iter()
        .flat_map(|series| series.values.iter().flatten());
    let values = spreads.flat_map(|s: &Spread| s.trials.iter().copied().chain([s.centre]));
    let marked = panel.reach.iter().copied().chain(panel.threshold);
    let values: Vec<f64> = values.chain(marked).collect();
    Axis::new(&values, false, 0.1, 5)
}

/// Ticks at the places, with their names if they are to stand there, and faint lines between them
/// where several methods stand side by side.
fn draw_places(
    sheet: &mut Sheet<'_>,
    area: Rect,
    layers: &[String],
    (named, divided): (bool, bool),
) {
    let group = area.width / layers.len().max(1) as f64;
    for (index, layer) in layers.iter().enumerate() {
        let left = area.x + group * index as f64;
        let name = TICK_TEXT.shorten(if named { layer } else { "" }, group - 4.0);
        frame::x_tick(sheet, area, left + group / 2.0, &name);
        if index > 0 && divided {
            let ends = [(left, area.y), (left, area.bottom())];
            sheet.dashed(&ends, FRAME, 0.6, Some((2.0, 3.0)));
        }
    }
}

fn draw_series(
    sheet: &mut Sheet<'_>,
    area: Rect,
    axis: &Axis,
    panel: &LayerPanel,
    (index, places): (usize, usize),
) {
    let look = Look::of(index);
    let (values, methods) = (&panel.series[index].values, panel.series.len() as f64);
    let group = area.width / places.max(1) as f64;
    let slot = (0.86 * group / methods).min(WIDEST_SLOT);
    let offset = (index as f64 - (methods - 1.0) / 2.0) * slot;
    let spreads = values.iter().enumerate().filter_map(|(place, spread)| {
        let x = area.x + group * (place as f64 + 0.5) + offset;
        Some((x, spread.as_ref()?))
    });
    let spreads: Vec<_> = spreads.collect();
    let centre = |(x, spread): &(f64, &Spread)| Some((*x, ordinate(axis, area, spread.centre)?));
    let centres: Vec<_> = spreads.iter().filter_map(centre).collect();
    if centres.len() > 1 {
        sheet.line(&centres, look.colour, 1.5);
    }
    for (x, spread) in spreads.iter().filter(|(_, spread)| spread.trials.len() > 1) {
        for (index, value) in spread.trials.iter().enumerate() {
            let aside = (2.0 * stagger(index) - 1.0) * (0.38 * slot).min(7.0);
            if let Some(y) = ordinate(axis, area, *value) {
                trial(sheet, (x + aside, y), look.colour);
            }
        }
    }
    for centre in centres {
        look.marker(sheet, centre, (0.5 * slot).clamp(2.2, 5.0));
    }
}
