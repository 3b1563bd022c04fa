//! The cells of one heat map: colours and printed values.

use crate::axis::minus;
use crate::colour::{FRAME, colour_of, ink_on, level_of};
use crate::data::Panel;
use crate::drawing::Rect;
use crate::sheet::{Point, Sheet};
use crate::text::font;

/// Cells of at least this size are drawn one by one, with a gap of two dots of the PNG between them.
const SEPARATE: f64 = 9.0;
const GAP: f64 = 2.0 / 3.0;
/// A panel with more cells than this is one image, whatever their size.
const MANY: usize = 1024;
/// Neither print nor screen shows more pixels across a panel.
const FINEST: usize = 1000;
const SMALLEST_TEXT: f64 = 6.0;
const LARGEST_TEXT: f64 = 9.0;

/// Draws the cells of a panel and what lies on them.
pub(crate) fn draw(sheet: &mut Sheet<'_>, panel: &Panel, area: Rect, scale: Point) {
    let (width, height) = (
        area.width / panel.cols as f64,
        area.height / panel.rows as f64,
    );
    let cell = |index: usize| {
        let (row, col) = (index / panel.cols, index % panel.cols);
        let (x, y) = (area.x + col as f64 * width, area.y + row as f64 * height);
        Rect::new(x + GAP / 2.0, y + GAP / 2.0, width - GAP, height - GAP)
    };
    if width.min(height) >= SEPARATE && panel.values.len() <= MANY {
        for (index, value) in panel.values.iter().enumerate() {
            sheet.fill(cell(index), colour_of(*value, scale));
        }
    } else {
        draw_image(sheet, panel, area, scale);
    }
    if panel.annotate {
        annotate(sheet, panel, cell, scale);
    }
}

/// The panel as an image; blocks of cells too fine to be seen become their mean.
fn draw_image(sheet: &mut Sheet<'_>, panel: &Panel, area: Rect, scale: Point) {
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
    sheet.image(area, panel.cols.div_ceil(wide), &levels);
    sheet.frame(area, (FRAME, 0.6));
}

/// Prints the values in one size at which the longest fits its cell; none if that is too small.
fn annotate(sheet: &mut Sheet<'_>, panel: &Panel, cell: impl Fn(usize) -> Rect, scale: Point) {
    let (width, height) = (cell(0).width - 1.5, cell(0).height);
    // Rejects what cannot fit before thousands of values are measured.
    if width < SMALLEST_TEXT * 0.6 {
        return;
    }
    let whole = |value: &f64| value.fract() == 0.0 && value.abs() < 1e6 || value.is_nan();
    let decimals = if panel.values.iter().all(whole) { 0 } else { 2 };
    let print = |value: &f64| match value.is_nan() {
        true => "–".to_owned(),
        false => minus(&format!("{value:.decimals$}")),
    };
    let texts: Vec<String> = panel.values.iter().map(print).collect();
    let size = LARGEST_TEXT
        .min(width / font(1.0).widest(&texts))
        .min(0.8 * height);
    if size < SMALLEST_TEXT {
        return;
    }
    for (index, text) in texts.iter().enumerate() {
        let (x, y) = cell(index).centre();
        let ink = ink_on(colour_of(panel.values[index], scale));
        let at = (x, y + font(size).cap() / 2.0);
        sheet.text(text, at, font(size).colour(ink));
    }
}
