//! Colours: the sequential map of heat maps, and the palette that tells series apart.

use std::ops::RangeInclusive;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

pub(super) const PAPER: Rgb = Rgb(255, 255, 255);
pub(super) const INK: Rgb = Rgb(34, 34, 34);
/// Frames and tick marks: present, but quieter than data.
pub(super) const FRAME: Rgb = Rgb(90, 90, 90);
/// Grid lines.
pub(super) const GRID: Rgb = Rgb(226, 226, 226);
/// Every second row of a list.
pub(super) const BAND: Rgb = Rgb(244, 244, 244);
/// Cells without a value.
const MISSING: Rgb = Rgb(190, 190, 190);

/// The level of a cell without a value.
pub(super) const MISSING_LEVEL: u8 = 0;
/// The levels from the lower to the upper end of a scale.
pub(super) const LEVELS: RangeInclusive<u8> = 1..=255;

/// The colour of a level: viridis, or grey for [`MISSING_LEVEL`].
pub(super) fn level(level: u8) -> Rgb {
    match level.checked_sub(*LEVELS.start()) {
        None => MISSING,
        Some(step) => {
            let colour = colorous::VIRIDIS.eval_rational(
                usize::from(step),
                usize::from(LEVELS.end() - LEVELS.start()) + 1,
            );
            Rgb(colour.r, colour.g, colour.b)
        }
    }
}

/// The level of a value on a scale; values beyond its ends take the end's level.
pub(super) fn level_of(value: f64, (low, high): (f64, f64)) -> u8 {
    if value.is_nan() {
        return MISSING_LEVEL;
    }
    let span = f64::from(LEVELS.end() - LEVELS.start());
    let step = ((value - low) / (high - low)).clamp(0.0, 1.0) * span;
    // In range: step lies in 0..=254.
    LEVELS.start() + step.round() as u8
}

/// Ink that can be read on a background: dark on light, light on dark.
pub(super) fn ink_on(Rgb(r, g, b): Rgb) -> Rgb {
    let luminance = 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b);
    if luminance > 135.0 { INK } else { PAPER }
}

/// Okabe and Ito's colours without yellow, which vanishes on paper: told apart by readers with
/// any common colour deficiency. Repeats after seven; markers and dashes then differ.
pub(super) fn series(index: usize) -> Rgb {
    const PALETTE: [Rgb; 7] = [
        Rgb(0, 114, 178),
        Rgb(213, 94, 0),
        Rgb(0, 158, 115),
        Rgb(204, 121, 167),
        Rgb(230, 159, 0),
        Rgb(86, 180, 233),
        Rgb(0, 0, 0),
    ];
    PALETTE[index % PALETTE.len()]
}
