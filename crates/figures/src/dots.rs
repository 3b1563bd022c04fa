//! Draws [`DotPlot`].

use plotters::style::text_anchor::HPos;

use crate::axis::Axis;
use crate::colour::{BAND, FRAME};
use crate::data::{DotPlot, DotRow, Spread};
use crate::drawing::{Drawing, Rect};
use crate::error::{FigureError, check};
use crate::figure::Figure;
use crate::frame::{self, FOOT, MARGIN, PAGE, TICK_TEXT, abscissa};
use crate::look::{Entry, Look, Sample, published, stagger, trial};
use crate::sheet::{Point, Sheet, draw};
use crate::text::{Font, font};

const ROW_TEXT: Font = font(10.0).anchor(HPos::Right);
const PANEL_TITLE: Font = font(11.0).bold();
/// Height of a row whose label takes one line.
const ROW: f64 = 18.0;
/// Between two groups of rows, in whose middle a rule is drawn.
const GROUP_GAP: f64 = 8.0;
/// Longest line of a row's label.
const WIDEST_LABEL: f64 = 190.0;
const LABEL_GAP: f64 = 8.0;
/// Between the frames of two panels, and between two lines of panels.
const GAP: f64 = 18.0;
/// Narrowest panel; where more panels are to stand side by side, they take several lines.
const NARROWEST: f64 = 96.0;
/// Trials no further than this from what stands for them are hidden by its marker.
const TOLD_APART: f64 = 1.0;

/// A row with its place below the top of the panels.
struct Placed<'a> {
    row: &'a DotRow,
    group: usize,
    lines: Vec<String>,
    top: f64,
    height: f64,
}

impl Figure for DotPlot {
    fn draw(&self) -> Result<Drawing, FigureError> {
        let panels = self.panels.len();
        for row in self.groups.iter().flat_map(|group| &group.rows) {
            let counts = [
                (row.values.len(), "values"),
                (row.published.len(), "published"),
            ];
            for count in counts {
                check(count.0 <= panels, &row.label, count, (panels, "panels"))?;
            }
        }
        let (rows, rules) = self.placed();
        let height = rows.last().map_or(ROW, |row| row.top + row.height);
        let widest = ROW_TEXT.widest(rows.iter().flat_map(|row| &row.lines));
        let stub = (MARGIN + widest + LABEL_GAP).ceil();
        // Panels of one width, in as few lines as they fit.
        let room = PAGE - stub - MARGIN;
        let most = (((room + GAP) / (NARROWEST + GAP)) as usize).max(1);
        let count = self.panels.len().max(1);
        let across = count.div_ceil(count.div_ceil(most));
        let width = ((room + GAP) / across as f64 - GAP).floor();
        draw(|sheet| {
            let mut y = frame::head(sheet, [&self.title, &self.subtitle], &self.entries());
            for (line, titles) in self.panels.chunks(across).enumerate() {
                let titles = titles.iter().map(|title| PANEL_TITLE.fold(title, width));
                let titles: Vec<Vec<String>> = titles.collect();
                let heads = titles.iter().map(|lines| PANEL_TITLE.room(lines));
                let top = y + 8.0 + heads.fold(0.0, f64::max);
                let right = stub + titles.len() as f64 * (width + GAP) - GAP;
                draw_names(sheet, &rows, (stub, top), right);
                for (place, title) in titles.iter().enumerate() {
                    let area = Rect::new(stub + place as f64 * (width + GAP), top, width, height);
                    let above = top - PANEL_TITLE.room(title) + PANEL_TITLE.cap();
                    sheet.lines(title, (area.centre().0, above), PANEL_TITLE);
                    // Numbers must not reach those of the panel beside, or leave the sheet.
                    let left = if place == 0 {
                        stub / 2.0
                    } else {
                        GAP / 2.0 - 2.0
                    };
                    let reach = (left, GAP / 2.0 - 2.0);
                    draw_panel(sheet, &rows, line * across + place, area, reach);
                }
                for rule in &rules {
                    sheet.line(&[(MARGIN, top + rule), (right, top + rule)], (FRAME, 0.75));
                }
                y = top + height + FOOT + GAP;
            }
            (PAGE, frame::foot(sheet, &self.x_label, (stub, y - 6.0)))
        })
    }
}

impl DotPlot {
    /// All rows with their places, and the rules between groups.
    fn placed(&self) -> (Vec<Placed<'_>>, Vec<f64>) {
        let (mut rows, mut rules, mut top): (Vec<Placed<'_>>, _, _) = (Vec::new(), Vec::new(), 0.0);
        for (group, members) in self.groups.iter().enumerate() {
            if !members.rows.is_empty() && !rows.is_empty() {
                rules.push(top + GROUP_GAP / 2.0);
                top += GROUP_GAP;
            }
            for row in &members.rows {
                let lines = ROW_TEXT.fold(&row.label, WIDEST_LABEL);
                let height = ROW + ROW_TEXT.leading(lines.len().saturating_sub(1));
                rows.push(Placed {
                    row,
                    group,
                    lines,
                    top,
                    height,
                });
                top += height;
            }
        }
        (rows, rules)
    }

    fn entries(&self) -> Vec<Entry> {
        let groups = self.groups.iter().enumerate();
        let named = groups.filter(|(_, group)| !group.name.is_empty() && !group.rows.is_empty());
        let marker = |index| Sample::Marker(Look::of(index));
        let named = named.map(|(index, group)| Entry::new(&group.name, marker(index)));
        let rows = || self.groups.iter().flat_map(|group| &group.rows);
        let mut published = rows().flat_map(|row| &row.published);
        let published = published.any(Option::is_some);
        named
            .chain(Entry::trials(rows().flat_map(|row| &row.values)))
            .chain(published.then(|| Entry::new("published", Sample::Published)))
            .collect()
    }
}

impl Placed<'_> {
    fn spread(&self, panel: usize) -> Option<&Spread> {
        self.row.values.get(panel)?.as_ref()
    }

    fn published(&self, panel: usize) -> Option<f64> {
        *self.row.published.get(panel)?
    }
}

fn draw_panel(sheet: &mut Sheet<'_>, rows: &[Placed<'_>], panel: usize, area: Rect, reach: Point) {
    let mut values: Vec<f64> = rows.iter().filter_map(|row| row.published(panel)).collect();
    for spread in rows.iter().filter_map(|row| row.spread(panel)) {
        values.extend(spread.trials.iter().chain([&spread.centre]));
    }
    let axis = |most| Axis::new(&values, false, 0.08, most);
    let axis = frame::fitted(axis, area, reach, 6);
    frame::x_axis(sheet, area, &axis);
    sheet.frame(area, (FRAME, 0.75));
    let x = |value: f64| abscissa(&axis, area, value);
    for row in rows {
        let (y, look) = (area.y + row.top + row.height / 2.0, Look::of(row.group));
        let centre = row.spread(panel).and_then(|spread| x(spread.centre));
        let trials = row.spread(panel).map_or(&[][..], |spread| &spread.trials);
        let trials: Vec<f64> = trials.iter().filter_map(|trial| x(*trial)).collect();
        let beside = |x: &f64| centre.is_none_or(|at| (x - at).abs() > TOLD_APART);
        if trials.len() > 1 && trials.iter().any(beside) {
            for (index, x) in trials.iter().enumerate() {
                trial(sheet, (*x, y + 0.5 * ROW * stagger(index)), look.colour);
            }
        }
        if let Some(x) = centre {
            look.marker(sheet, (x, y), 4.2);
        }
        // Last, so that nothing hides it.
        if let Some(x) = row.published(panel).and_then(x) {
            published(sheet, (x, y));
        } else if centre.is_none() {
            let at = (area.centre().0, y + TICK_TEXT.cap() / 2.0);
            sheet.text("–", at, TICK_TEXT.colour(FRAME));
        }
    }
}

/// Bands behind every second row, and the rows' names left of the panels.
fn draw_names(sheet: &mut Sheet<'_>, rows: &[Placed<'_>], (left, top): Point, right: f64) {
    for (index, row) in rows.iter().enumerate() {
        if index % 2 == 1 {
            let band = Rect::new(MARGIN, top + row.top, right - MARGIN, row.height);
            sheet.fill(band, BAND);
        }
        let first = top + row.top + (ROW + ROW_TEXT.cap()) / 2.0;
        sheet.lines(&row.lines, (left - LABEL_GAP, first), ROW_TEXT);
    }
}
