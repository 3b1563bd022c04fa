//! Colours: the sequential map of heat maps, and the palette that tells series apart.

use std::sync::LazyLock;

use plotters::style::RGBColor;

pub(crate) const PAPER: RGBColor = RGBColor(255, 255, 255);
pub(crate) const INK: RGBColor = RGBColor(34, 34, 34);
/// Frames and tick marks: present, but quieter than data.
pub(crate) const FRAME: RGBColor = RGBColor(90, 90, 90);
pub(crate) const GRID: RGBColor = RGBColor(226, 226, 226);
/// Every second row of a list.
pub(crate) const BAND: RGBColor = RGBColor(244, 244, 244);
/// Okabe and Ito's colours without yellow, which vanishes on paper: told apart by readers with
/// any common colour deficiency.
pub(crate) const SERIES: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

/// The colours of the levels 1 to 255, viridis, and of 0, a cell without a value.
pub(crate) static LEVELS: LazyLock<[RGBColor; 256]> = LazyLock::new(|| {
    let viridis = |step| colorous::VIRIDIS.eval_rational(step, 255);
    std::array::from_fn(|level| match level.checked_sub(1).map(viridis) {
        Some(colour) => RGBColor(colour.r, colour.g, colour.b),
        None => RGBColor(190, 190, 190),
    })
});

/// The level of a value on a scale; values beyond its ends take the end's level.
pub(crate) fn level_of(value: f64, (low, high): (f64, f64)) -> u8 {
    // In range: at most 255, and 0 only for what is no number.
    let part = ((value - low) / (high - low)).clamp(0.0, 1.0);
    if part.is_nan() {
        0
    } else {
        1 + (part * 254.0).round() as u8
    }
}

/// The colour of a value on a scale.
pub(crate) fn colour_of(value: f64, scale: (f64, f64)) -> RGBColor {
    LEVELS[usize::from(level_of(value, scale))]
}

/// Ink that can be read on a background: dark on light, light on dark.
pub(crate) fn ink_on(RGBColor(r, g, b): RGBColor) -> RGBColor {
    let luminance = 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b);
    if luminance > 135.0 { INK } else { PAPER }
}

/// A colour thinned on paper. Opacity would do, but an SVG with two of them becomes a PDF whose
/// bytes vary (svg2pdf 0.13 lists graphics states in the order of a hash map).
pub(crate) fn pale(RGBColor(r, g, b): RGBColor) -> RGBColor {
    let mix = |part: u8| (255.0 - 0.45 * (255.0 - f64::from(part))).round() as u8;
    RGBColor(mix(r), mix(g), mix(b))
}
