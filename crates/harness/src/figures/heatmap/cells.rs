//! The cells of one panel: colours, group boundaries and printed values.

use super::super::axis::minus;
use super::super::colour::{self, FRAME, INK, MISSING_LEVEL, PAPER};
use super::super::font;
use super::super::scene::{Cells, Point, Rect, Scene, Stroke, Text};
use super::Panel;
use super::layout::Placed;

/// Cells of at least this size are drawn one by one, with a gap between them.
const SEPARATE: f64 = 9.0;
const GAP: f64 = 1.0;
/// A panel with more cells than this is one image, whatever their size.
const MANY: usize = 1024;
/// Neither print nor screen shows more pixels across a panel.
const FINEST: usize = 1000;
const SMALLEST_TEXT: f64 = 6.0;
const LARGEST_TEXT: f64 = 9.0;

/// Draws the cells of a panel and what lies on them.
pub(super) fn draw(scene: &mut Scene, placed: &Placed<'_>, scale: (f64, f64)) {
    let panel = placed.panel;
    let separate = placed.cell.0.min(placed.cell.1) >= SEPARATE && panel.values.len() <= MANY;
    if separate {
        for (index, &value) in panel.values.iter().enumerate() {
            let cell = cell(placed, index);
            let inner = Rect {
                x: cell.x + GAP / 2.0,
                y: cell.y + GAP / 2.0,
                width: cell.width - GAP,
                height: cell.height - GAP,
            };
            scene.fill(inner, colour::level(colour::level_of(value, scale)));
        }
    } else {
        scene.cells(image(panel, placed.area, scale));
        scene.frame(placed.area, Stroke::solid(FRAME, 0.6));
    }
    draw_breaks(scene, placed, separate);
    if panel.annotate {
        annotate(scene, placed, scale);
    }
}

fn cell(placed: &Placed<'_>, index: usize) -> Rect {
    let (row, col) = (index / placed.panel.cols, index % placed.panel.cols);
    let (width, height) = placed.cell;
    Rect {
        x: placed.area.x + col as f64 * width,
        y: placed.area.y + row as f64 * height,
        width,
        height,
    }
}

/// The panel as an image; blocks of cells too fine to be seen become their mean.
fn image(panel: &Panel, area: Rect, scale: (f64, f64)) -> Cells {
    let (tall, wide) = (panel.rows.div_ceil(FINEST), panel.cols.div_ceil(FINEST));
    let cols = panel.cols.div_ceil(wide);
    let mut levels = Vec::with_capacity(panel.rows.div_ceil(tall) * cols);
    for rows in panel.values.chunks(tall * panel.cols) {
        for left in (0..panel.cols).step_by(wide) {
            let block = rows
                .chunks(panel.cols)
                .flat_map(|row| &row[left..panel.cols.min(left + wide)]);
            levels.push(mean_level(block, scale));
        }
    }
    Cells { area, cols, levels }
}

fn mean_level<'a>(values: impl Iterator<Item = &'a f64>, scale: (f64, f64)) -> u8 {
    let present: Vec<f64> = values.copied().filter(|value| !value.is_nan()).collect();
    if present.is_empty() {
        return MISSING_LEVEL;
    }
    let sum: f64 = present.iter().sum();
    colour::level_of(sum / present.len() as f64, scale)
}

/// Group boundaries: dark on white, to be seen on any colour, and longer than the gaps between
/// separate cells.
fn draw_breaks(scene: &mut Scene, placed: &Placed<'_>, separate: bool) {
    let (panel, area) = (placed.panel, placed.area);
    let (reach, ground) = if separate { (3.0, 3.0) } else { (0.0, 1.8) };
    let mut rule = |ends: [Point; 2]| {
        scene.line(ends.to_vec(), Stroke::solid(PAPER, ground));
        scene.line(ends.to_vec(), Stroke::solid(INK, 0.8));
    };
    for &row in panel
        .row_breaks
        .iter()
        .filter(|&&row| row > 0 && row < panel.rows)
    {
        let y = area.y + row as f64 * placed.cell.1;
        rule([(area.x - reach, y), (area.right() + reach, y)]);
    }
    for &col in panel
        .col_breaks
        .iter()
        .filter(|&&col| col > 0 && col < panel.cols)
    {
        let x = area.x + col as f64 * placed.cell.0;
        rule([(x, area.y - reach), (x, area.bottom() + reach)]);
    }
}

/// Prints the values in one size at which the longest fits its cell; none if that is too small.
fn annotate(scene: &mut Scene, placed: &Placed<'_>, scale: (f64, f64)) {
    let values = &placed.panel.values;
    let whole = values
        .iter()
        .all(|value| value.fract() == 0.0 && value.abs() < 1e6 || value.is_nan());
    let decimals = if whole { 0 } else { 2 };
    let print = |value: f64| match value.is_nan() {
        true => "–".to_owned(),
        false => minus(&format!("{value:.decimals$}")),
    };
    let (width, height) = (placed.cell.0 - GAP - 1.5, placed.cell.1 - GAP);
    // Rejects what cannot fit before thousands of values are measured.
    if width < SMALLEST_TEXT * 0.6 {
        return;
    }
    let texts: Vec<String> = values.iter().map(|&value| print(value)).collect();
    let widest = font::widest(texts.iter().map(String::as_str), 1.0);
    let size = LARGEST_TEXT.min(width / widest).min(0.8 * height);
    if size < SMALLEST_TEXT {
        return;
    }
    for (index, text) in texts.into_iter().enumerate() {
        let (x, y) = cell(placed, index).centre();
        let ground = colour::level(colour::level_of(values[index], scale));
        let text = Text::new(text, (x, y + font::CAP * size / 2.0), size);
        scene.text(text.coloured(colour::ink_on(ground)));
    }
}
