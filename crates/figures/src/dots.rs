//! Draws [`DotPlot`].

use plotters::style::text_anchor::HPos;

use crate::axis::Axis;
use crate::colour::{BAND, FRAME};
use crate::data::{DotPlot, DotRow, Spread};
use crate::drawing::Drawing;
use crate::error::FigureError;
use crate::frame::{self, FOOT, Heading, LABEL_TEXT, MARGIN, PAGE_WIDTH, TICK_TEXT, abscissa};
use crate::look::{Entry, Look, Sample, legend, published, stagger, trial};
use crate::sheet::{Rect, Sheet, draw};
use crate::text::{CAP, Font, LEADING, font};

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

impl Placed<'_> {
    fn spread(&self, panel: usize) -> Option<&Spread> {
        self.row.values.get(panel)?.as_ref()
    }
}

pub(crate) fn drawing(figure: &DotPlot) -> Result<Drawing, FigureError> {
    let panels = figure.panels.len();
    for row in figure.groups.iter().flat_map(|group| &group.rows) {
        let counts = [
            (row.values.len(), "values"),
            (row.published.len(), "published values"),
        ];
        if let Some((found, what)) = counts.into_iter().find(|(found, _)| *found > panels) {
            let whose = format!("row {:?}", row.label);
            let expected = format!("{panels} panels");
            return Err(FigureError::Count {
                whose,
                what,
                found,
                expected,
            });
        }
    }
    let (rows, rules, height) = placed(figure);
    let labels = rows.iter().flat_map(|row| &row.lines).map(String::as_str);
    let stub = (MARGIN + ROW_TEXT.widest(labels) + LABEL_GAP).ceil();
    // Panels of one width, in as few lines as they fit.
    let room = PAGE_WIDTH - stub - MARGIN;
    let most = (((room + GAP) / (NARROWEST + GAP)) as usize).max(1);
    let across = panels.max(1).div_ceil(panels.max(1).div_ceil(most));
    let width = ((room + GAP) / across as f64 - GAP).floor();
    draw(|sheet| {
        let (middle, limit) = (PAGE_WIDTH / 2.0, PAGE_WIDTH - 2.0 * MARGIN);
        let mut y = Heading::new(&figure.title, &figure.subtitle, limit).draw(sheet, middle);
        y += legend(sheet, &entries(figure), (middle, y), limit);
        for (line, titles) in figure.panels.chunks(across).enumerate() {
            let titles: Vec<_> = titles.iter().map(|t| PANEL_TITLE.fold(t, width)).collect();
            let heads = titles.iter().map(|lines| PANEL_TITLE.room(lines.len()));
            let top = y + 8.0 + heads.fold(0.0, f64::max);
            let right = stub + titles.len() as f64 * (width + GAP) - GAP;
            draw_rows(sheet, &rows, (stub, top), right);
            for (place, title) in titles.iter().enumerate() {
                let x = stub + place as f64 * (width + GAP);
                let area = Rect {
                    x,
                    y: top,
                    width,
                    height,
                };
                let above = top - PANEL_TITLE.room(title.len()) + CAP * PANEL_TITLE.size;
                sheet.lines(title, (area.centre().0, above), PANEL_TITLE);
                // Numbers must not reach those of the panel beside, or leave the sheet.
                let inner = GAP / 2.0 - 2.0;
                let left = if place == 0 { stub / 2.0 } else { inner };
                let last = place + 1 == titles.len();
                let right = if last { MARGIN - 3.0 } else { inner };
                draw_panel(sheet, &rows, line * across + place, area, (left, right));
            }
            for rule in &rules {
                sheet.line(&[(MARGIN, top + rule), (right, top + rule)], FRAME, 0.75);
            }
            y = top + height + FOOT + GAP;
        }
        let label = LABEL_TEXT.fold(&figure.x_label, room);
        let at = (stub + room / 2.0, y - 6.0 + LABEL_TEXT.size * CAP);
        sheet.lines(&label, at, LABEL_TEXT);
        (
            PAGE_WIDTH,
            (y - 6.0 + LABEL_TEXT.height(label.len()) + MARGIN).ceil(),
        )
    })
}

/// All rows with their places, the rules between groups, and the height of a panel.
fn placed(figure: &DotPlot) -> (Vec<Placed<'_>>, Vec<f64>, f64) {
    let (mut rows, mut rules, mut top) = (Vec::new(), Vec::new(), 0.0);
    for (group, members) in figure.groups.iter().enumerate() {
        if !members.rows.is_empty() && !rows.is_empty() {
            rules.push(top + GROUP_GAP / 2.0);
            top += GROUP_GAP;
        }
        for row in &members.rows {
            let lines = ROW_TEXT.fold(&row.label, WIDEST_LABEL);
            let more = lines.len().saturating_sub(1) as f64;
            let height = ROW + more * LEADING * ROW_TEXT.size;
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
    (rows, rules, top.max(ROW))
}

fn entries(figure: &DotPlot) -> Vec<Entry> {
    let groups = figure.groups.iter().enumerate();
    let named = groups.filter(|(_, group)| !group.name.is_empty() && !group.rows.is_empty());
    let marker = |(index, group): (usize, &crate::DotRows)| {
        Entry::new(&group.name, Sample::Marker(Look::of(index)))
    };
    let mut entries: Vec<Entry> = named.map(marker).collect();
    let rows = || figure.groups.iter().flat_map(|group| &group.rows);
    if rows().any(|row| {
        row.values
            .iter()
            .flatten()
            .any(|spread| spread.trials.len() > 1)
    }) {
        entries.push(Entry::new("single trials", Sample::Trial));
    }
    if rows().any(|row| row.published.iter().any(Option::is_some)) {
        entries.push(Entry::new("published", Sample::Published));
    }
    entries
}

fn draw_panel(
    sheet: &mut Sheet<'_>,
    rows: &[Placed<'_>],
    panel: usize,
    area: Rect,
    reach: (f64, f64),
) {
    let printed = |row: &Placed<'_>| row.row.published.get(panel).copied().flatten();
    let measured = |spread: &Spread| [&spread.trials[..], &[spread.centre]].concat();
    let mut values: Vec<f64> = rows.iter().filter_map(printed).collect();
    for row in rows {
        values.extend(row.spread(panel).map(measured).unwrap_or_default());
    }
    let axis = |most| Axis::new(&values, false, 0.08, most);
    let axis = frame::fitted(axis, area, reach, 6);
    frame::x_axis(sheet, area, &axis);
    sheet.frame(area, FRAME, 0.75);
    for row in rows {
        let y = area.y + row.top + row.height / 2.0;
        let look = Look::of(row.group);
        let centre = row
            .spread(panel)
            .and_then(|s| abscissa(&axis, area, s.centre));
        let trials = row.spread(panel).map_or(&[][..], |s| &s.trials).iter();
        let trials: Vec<f64> = trials.filter_map(|t| abscissa(&axis, area, *t)).collect();
        let beside = |x: &f64| centre.is_none_or(|at| (x - at).abs() > TOLD_APART);
        if trials.len() > 1 && trials.iter().any(beside) {
            for (index, x) in trials.iter().enumerate() {
                let at = (*x, y + 0.5 * ROW * (stagger(index) - 0.5));
                trial(sheet, at, look.colour);
            }
        }
        if let Some(x) = centre {
            look.marker(sheet, (x, y), 4.2);
        }
        // Last, so that nothing hides it.
        match printed(row).and_then(|value| abscissa(&axis, area, value)) {
            Some(x) => published(sheet, (x, y)),
            None if centre.is_none() => {
                let dash = Font {
                    colour: FRAME,
                    ..TICK_TEXT
                };
                sheet.text("–", (area.centre().0, y + CAP * dash.size / 2.0), dash);
            }
            None => {}
        }
    }
}

/// Bands behind every second row, and the rows' names left of the panels.
fn draw_rows(sheet: &mut Sheet<'_>, rows: &[Placed<'_>], (left, top): (f64, f64), right: f64) {
    for (index, row) in rows.iter().enumerate() {
        let (y, width, height) = (top + row.top, right - MARGIN, row.height);
        if index % 2 == 1 {
            sheet.fill(
                Rect {
                    x: MARGIN,
                    y,
                    width,
                    height,
                },
                BAND,
            );
        }
        let above = (height - ROW_TEXT.height(row.lines.len())) / 2.0;
        let first = y + above + CAP * ROW_TEXT.size;
        sheet.lines(&row.lines, (left - LABEL_GAP, first), ROW_TEXT);
    }
}
