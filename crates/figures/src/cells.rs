//! The cells of one heat map: colours, group boundaries and printed values.

use crate::axis::minus;
use crate::colour::{FRAME, INK, PAPER, colour_of, ink_on, level_of};
use crate::data::Panel;
use crate::sheet::{Point, Rect, Sheet};
use crate::text::{CAP, Font, font};

/// Cells of at least this size are drawn one by one, with a gap between them.
const SEPARATE: f64 = 9.0;
/// Two dots of the PNG.
const GAP: f64 = 2.0 / 3.0;
/// A panel with more cells than this is one image, whatever their size.
const MANY: usize = 1024;
/// Neither print nor screen shows more pixels across a panel.
const FINEST: usize = 1000;
const TEXT_SIZES: (f64, f64) = (6.0, 9.0);

/// Draws the cells of a panel and what lies on them.
pub(crate) fn draw(sheet: &mut Sheet<'_>, panel: &Panel, area: Rect, scale: (f64, f64)) {
    let (width, height) = (
        area.width / panel.cols as f64,
        area.height / panel.rows as f64,
    );
    let cell = |index: usize| Rect {
        x: area.x + (index % panel.cols) as f64 * width + GAP / 2.0,
        y: area.y + (index / panel.cols) as f64 * height + GAP / 2.0,
        width: width - GAP,
        height: height - GAP,
    };
    let separate = width.min(height) >= SEPARATE && panel.values.len() <= MANY;
    if separate {
        for (index, value) in panel.values.iter().enumerate() {
            sheet.fill(cell(index), colour_of(*value, scale));
        }
    } else {
        let (cols, levels) = image(panel, scale);
        sheet.image(area, cols, levels);
        sheet.frame(area, FRAME, 0.6);
    }
    draw_breaks(sheet, panel, area, separate);
    if panel.annotate {
        annotate(sheet, panel, cell, scale);
    }
}

/// The panel as an image; blocks of cells too fine to be seen become their mean.
fn image(panel: &Panel, scale: (f64, f64)) -> (usize, Vec<u8>) {
    let (tall, wide) = (panel.rows.div_ceil(FINEST), panel.cols.div_ceil(FINEST));
    let mut levels = Vec::new();
    for rows in panel.values.chunks(tall * panel.cols) {
        for left in (0..panel.cols).step_by(wide) {
            let right = panel.cols.min(left + wide);
            let block = rows.chunks(panel.cols).flat_map(|row| &row[left..right]);
            let present: Vec<f64> = block.copied().filter(|value| !value.is_nan()).collect();
            // Of no values NaN, which is grey.
            let mean = present.iter().sum::<f64>() / present.len() as f64;
            levels.push(level_of(mean, scale));
        }
    }
    (panel.cols.div_ceil(wide), levels)
}

/// Group boundaries: dark on white, to be seen on any colour, and longer than the gaps between
/// separate cells.
fn draw_breaks(sheet: &mut Sheet<'_>, panel: &Panel, area: Rect, separate: bool) {
    let (reach, ground) = if separate { (3.0, 3.0) } else { (0.0, 1.8) };
    let mut rule = |ends: [Point; 2]| {
        sheet.line(&ends, PAPER, ground);
        sheet.line(&ends, INK, 0.8);
    };
    let within = |count: usize| move |at: &&usize| **at > 0 && **at < count;
    for row in panel.row_breaks.iter().filter(within(panel.rows)) {
        let y = area.y + *row as f64 * area.height / panel.rows as f64;
        rule([(area.x - reach, y), (area.right() + reach, y)]);
    }
    for col in panel.col_breaks.iter().filter(within(panel.cols)) {
        let x = area.x + *col as f64 * area.width / panel.cols as f64;
        rule([(x, area.y - reach), (x, area.bottom() + reach)]);
    }
}

/// Prints the values in one size at which the longest fits its cell; none if that is too small.
fn annotate(sheet: &mut Sheet<'_>, panel: &Panel, cell: impl Fn(usize) -> Rect, scale: (f64, f64)) {
    let whole = |value: &f64| value.fract() == 0.0 && value.abs() < 1e6 || value.is_nan();
    let decimals = if panel.values.iter().all(whole) { 0 } else { 2 };
    let print = |value: &f64| match value.is_nan() {
        true => "–".to_owned(),
        false => minus(&format!("{value:.decimals$}")),
    };
    let (width, height) = (cell(0).width - 1.5, cell(0).height);
    // Rejects what cannot fit before thousands of values are measured.
    if width < TEXT_SIZES.0 * 0.6 {
        return;
    }
    let texts: Vec<String> = panel.values.iter().map(print).collect();
    let widest = font(1.0).widest(texts.iter().map(String::as_str));
    let size = TEXT_SIZES.1.min(width / widest).min(0.8 * height);
    if size < TEXT_SIZES.0 {
        return;
    }
    for (index, text) in texts.iter().enumerate() {
        let (x, y) = cell(index).centre();
        let colour = ink_on(colour_of(panel.values[index], scale));
        sheet.text(
            text,
            (x, y + CAP * size / 2.0),
            Font {
                colour,
                ..font(size)
            },
        );
    }
}
