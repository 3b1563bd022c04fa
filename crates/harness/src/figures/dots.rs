//! Numbers of many rows: a row per method, a panel per layer, all trials beside what stands for
//! them.

use super::axis::{Axis, Tick};
use super::by_layer::Spread;
use super::colour::{BAND, FRAME, GRID};
use super::font::{self, Face};
use super::key::{self, Entry, Look, Sample};
use super::plot::{self, LABEL_TEXT, MARGIN, TICK, TICK_TEXT, TITLE_TEXT};
use super::scene::{Anchor, Rect, Scene, Stroke, Text};
use super::{Figure, FigureError, PAGE_WIDTH};

const ROW_TEXT: f64 = 10.0;
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
const PANEL_TITLE: f64 = 11.0;
/// Room below a panel for its ticks.
const FOOT: f64 = TICK + 3.0 + TICK_TEXT;
const MARKER: f64 = 4.2;
/// Trials no further than this from what stands for them are hidden by its marker.
const TOLD_APART: f64 = 1.0;

/// A dot plot. Rows stand below each other in groups, panels side by side; each panel has its own
/// horizontal axis. Labels are broken into lines and never cut.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DotPlot {
    /// Title above the plot; empty for none.
    pub title: String,
    /// Titles of the panels, left to right, for instance "r = 7".
    pub panels: Vec<String>,
    /// What is measured, below the panels; empty for nothing.
    pub x_label: String,
    /// Groups of rows, top to bottom, divided by a rule. Two are told apart at a glance, seven at
    /// most.
    pub groups: Vec<DotRows>,
}

/// Rows that look alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DotRows {
    /// Name in the legend; empty for none.
    pub name: String,
    /// The rows, top to bottom.
    pub rows: Vec<DotRow>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DotRow {
    /// Its name.
    pub label: String,
    /// What was measured in each panel; `None` and what is no number are drawn as a dash.
    pub values: Vec<Option<Spread>>,
    /// What was published for each panel, if anything.
    pub published: Vec<Option<f64>>,
}

/// A row with its place below the top of the panels.
struct Placed<'a> {
    row: &'a DotRow,
    group: usize,
    lines: Vec<String>,
    top: f64,
    height: f64,
}

impl Figure for DotPlot {
    fn scene(&self) -> Result<Scene, FigureError> {
        let (rows, rules, height) = self.rows();
        let labels = rows.iter().flat_map(|row| &row.lines).map(String::as_str);
        let stub = (MARGIN + font::widest(labels, ROW_TEXT) + LABEL_GAP).ceil();
        // Panels of one width, in as few lines as they fit.
        let room = PAGE_WIDTH - stub - MARGIN;
        let count = self.panels.len().max(1);
        let most = (((room + GAP) / (NARROWEST + GAP)) as usize).max(1);
        let lines = count.div_ceil(most);
        let across = count.div_ceil(lines);
        let width = ((room + GAP) / across as f64 - GAP).floor();

        let limit = PAGE_WIDTH - 2.0 * MARGIN;
        let title = font::fold(&self.title, TITLE_TEXT, Face::Bold, limit);
        let mut scene = Scene::new(PAGE_WIDTH, 0.0);
        let middle = PAGE_WIDTH / 2.0;
        plot::draw_title(&mut scene, &title, TITLE_TEXT, (middle, MARGIN));
        let mut y = MARGIN + plot::title_height(&title, TITLE_TEXT);
        y += key::draw_level(&mut scene, &self.legend(), (middle, y), limit);
        for (line, titles) in self.panels.chunks(across).enumerate() {
            let titles: Vec<Vec<String>> = titles
                .iter()
                .map(|title| font::fold(title, PANEL_TITLE, Face::Bold, width))
                .collect();
            let heads = titles.iter().map(|t| plot::title_height(t, PANEL_TITLE));
            let top = y + 8.0 + heads.fold(0.0, f64::max);
            let right = stub + titles.len() as f64 * (width + GAP) - GAP;
            draw_rows(&mut scene, &rows, (stub, top), right);
            for (place, title) in titles.iter().enumerate() {
                let area = Rect {
                    x: stub + place as f64 * (width + GAP),
                    y: top,
                    width,
                    height,
                };
                let above = top - plot::title_height(title, PANEL_TITLE);
                let centre = area.centre().0;
                plot::draw_title(&mut scene, title, PANEL_TITLE, (centre, above));
                // Labels of ticks must not reach those of the panel beside, or leave the sheet.
                let inner = GAP / 2.0 - 2.0;
                let reach = (
                    if place == 0 { stub / 2.0 } else { inner },
                    if place + 1 == titles.len() {
                        MARGIN - 3.0
                    } else {
                        inner
                    },
                );
                self.draw_panel(&mut scene, &rows, line * across + place, area, reach);
            }
            for rule in &rules {
                let rule = vec![(MARGIN, top + rule), (right, top + rule)];
                scene.line(rule, Stroke::solid(FRAME, 0.75));
            }
            y = top + height + FOOT + GAP;
        }
        let limit = PAGE_WIDTH - stub - MARGIN;
        let label = font::fold(&self.x_label, LABEL_TEXT, Face::Regular, limit);
        for (index, line) in label.iter().enumerate() {
            let at = (
                stub + limit / 2.0,
                y + LABEL_TEXT * (font::CAP + font::LEADING * index as f64),
            );
            scene.text(Text::new(line.as_str(), at, LABEL_TEXT));
        }
        scene.height = (y + LABEL_TEXT * font::LEADING * label.len() as f64).ceil() + MARGIN - 4.0;
        Ok(scene)
    }
}

impl DotPlot {
    /// All rows with their places, the rules between groups, and the height of a panel.
    fn rows(&self) -> (Vec<Placed<'_>>, Vec<f64>, f64) {
        let (mut rows, mut rules, mut y) = (Vec::new(), Vec::new(), 0.0);
        for (group, members) in self.groups.iter().enumerate() {
            if !members.rows.is_empty() && !rows.is_empty() {
                rules.push(y + GROUP_GAP / 2.0);
                y += GROUP_GAP;
            }
            for row in &members.rows {
                let lines = font::fold(&row.label, ROW_TEXT, Face::Regular, WIDEST_LABEL);
                let more = lines.len().saturating_sub(1) as f64;
                let height = ROW + more * font::LEADING * ROW_TEXT;
                rows.push(Placed {
                    row,
                    group,
                    lines,
                    top: y,
                    height,
                });
                y += height;
            }
        }
        (rows, rules, y.max(ROW))
    }

    fn legend(&self) -> Vec<Entry> {
        let groups = self.groups.iter().enumerate();
        let named = groups.filter(|(_, group)| !group.name.is_empty() && !group.rows.is_empty());
        let mut entries: Vec<Entry> = named
            .map(|(index, group)| Entry::new(&group.name, false, Sample::Marker(Look::of(index))))
            .collect();
        let rows = || self.groups.iter().flat_map(|group| &group.rows);
        let mut spreads = rows().flat_map(|row| row.values.iter().flatten());
        if spreads.any(|spread| spread.trials.len() > 1) {
            entries.push(Entry::new("single trials", false, Sample::Trial));
        }
        if rows().any(|row| row.published.iter().any(Option::is_some)) {
            entries.push(Entry::new("published", false, Sample::Published));
        }
        entries
    }

    fn draw_panel(
        &self,
        scene: &mut Scene,
        rows: &[Placed<'_>],
        panel: usize,
        area: Rect,
        reach: (f64, f64),
    ) {
        let spread = |row: &Placed<'_>| row.row.values.get(panel).cloned().flatten();
        let published = |row: &Placed<'_>| row.row.published.get(panel).copied().flatten();
        let measured = rows.iter().filter_map(spread);
        let mut values: Vec<f64> = measured
            .flat_map(|s| s.values().collect::<Vec<_>>())
            .collect();
        values.extend(rows.iter().filter_map(published));
        let (axis, ticks) = axis(&values, area, reach);
        for tick in &axis.ticks {
            if let Some(x) = abscissa(&axis, area, tick.value) {
                let line = vec![(x, area.y), (x, area.bottom())];
                scene.line(line, Stroke::solid(GRID, 0.75));
                let label = ticks.contains(tick).then_some(tick.label.as_str());
                plot::x_tick(scene, area, x, label.unwrap_or_default());
            }
        }
        plot::frame(scene, area);
        for row in rows {
            let y = area.y + row.top + row.height / 2.0;
            let look = Look::of(row.group);
            let spread = spread(row);
            let centre = spread
                .as_ref()
                .and_then(|s| abscissa(&axis, area, s.centre));
            let trials = spread.map_or_else(Vec::new, |s| s.trials);
            let trials: Vec<f64> = trials
                .iter()
                .filter_map(|trial| abscissa(&axis, area, *trial))
                .collect();
            let beside = |x: &f64| centre.is_none_or(|at| (x - at).abs() > TOLD_APART);
            if trials.len() > 1 && trials.iter().any(beside) {
                for (index, x) in trials.iter().enumerate() {
                    // Multiples of the golden ratio modulo 1 fill the row evenly, so that equal
                    // values do not hide each other.
                    let place = (index as f64 * 0.618_033_988_749_895 + 0.5).fract() - 0.5;
                    key::trial(scene, (*x, y + 0.5 * ROW * place), look.colour);
                }
            }
            if let Some(x) = centre {
                look.marker(scene, (x, y), MARKER);
            }
            // Last, so that nothing hides it.
            match published(row).and_then(|value| abscissa(&axis, area, value)) {
                Some(x) => key::published(scene, (x, y)),
                None if centre.is_none() => {
                    let at = (area.centre().0, y + font::CAP * TICK_TEXT / 2.0);
                    scene.text(Text::new("–", at, TICK_TEXT).coloured(FRAME));
                }
                None => {}
            }
        }
    }
}

/// Bands behind every second row, and the rows' names left of `corner`.
fn draw_rows(scene: &mut Scene, rows: &[Placed<'_>], (left, top): (f64, f64), right: f64) {
    for row in rows.iter().skip(1).step_by(2) {
        let band = Rect {
            x: MARGIN,
            y: top + row.top,
            width: right - MARGIN,
            height: row.height,
        };
        scene.fill(band, BAND);
    }
    for row in rows {
        let leading = font::LEADING * ROW_TEXT;
        let middle = top + row.top + row.height / 2.0;
        let first = middle - leading * row.lines.len().saturating_sub(1) as f64 / 2.0;
        for (index, line) in row.lines.iter().enumerate() {
            let y = first + leading * index as f64 + font::CAP * ROW_TEXT / 2.0;
            let at = (left - LABEL_GAP, y);
            scene.text(Text::new(line.as_str(), at, ROW_TEXT).anchored(Anchor::End));
        }
    }
}

fn abscissa(axis: &Axis, area: Rect, value: f64) -> Option<f64> {
    Some(area.x + axis.position(value)? * area.width)
}

/// The axis of a panel with as many ticks as have room for their labels, and those that have it:
/// labels go so far beyond the frame, left and right, and no further.
fn axis(values: &[f64], area: Rect, reach: (f64, f64)) -> (Axis, Vec<Tick>) {
    let spans = |axis: &Axis| -> Vec<(Tick, f64, f64)> {
        let ticks = axis.ticks.iter().filter_map(|tick| {
            let x = abscissa(axis, area, tick.value)?;
            let half = font::width(&tick.label, TICK_TEXT, Face::Regular) / 2.0;
            Some((tick.clone(), x - half, x + half))
        });
        ticks
            .filter(|(_, from, to)| *from >= area.x - reach.0 && *to <= area.right() + reach.1)
            .collect()
    };
    let candidates = [5, 4, 3, 2, 1].map(|wanted| {
        let axis = Axis::new(values.iter().copied(), false, 0.08, wanted);
        let spans = spans(&axis);
        let apart = spans.windows(2).all(|pair| pair[0].2 + 8.0 <= pair[1].1);
        let ticks: Vec<Tick> = spans.into_iter().map(|(tick, ..)| tick).collect();
        (apart, axis, ticks)
    });
    let apart = candidates.into_iter().filter(|(apart, ..)| *apart);
    let best = apart.rev().max_by_key(|(_, _, ticks)| ticks.len().min(2));
    best.map_or_else(
        || {
            (
                Axis::new(values.iter().copied(), false, 0.08, 1),
                Vec::new(),
            )
        },
        |(_, axis, ticks)| (axis, ticks),
    )
}
