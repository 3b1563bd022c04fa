//! Axes: from data to a position between 0 and 1, with round numbers as ticks.

use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;

/// Values beyond this are left out: differences of larger ones overflow.
const LARGEST: f64 = 1e300;

#[derive(Clone)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Values with their labels.
    pub(crate) ticks: Vec<(f64, String)>,
}

/// Whether an axis can show a value: neither NaN nor infinity, and above zero on a logarithmic one.
pub(crate) fn shows(value: f64, log: bool) -> bool {
    value.abs() <= LARGEST && (!log || value > 0.0)
}

impl Axis {
    /// An axis that shows all values with a margin of `margin` of their range on either side, and
    /// at most `most` ticks (more within a decade). Values that cannot be shown are ignored.
    pub(crate) fn new(values: &[f64], log: bool, margin: f64, most: usize) -> Self {
        let shown = values.iter().filter(|value| shows(**value, log));
        // On a logarithmic axis the margin is one of decades.
        let shown = || {
            shown
                .clone()
                .map(|value| if log { value.log10() } else { *value })
        };
        let (low, high) = (shown().reduce(f64::min), shown().reduce(f64::max));
        let (low, high) = low
            .zip(high)
            .unwrap_or(if log { (-1.0, 1.0) } else { (0.0, 1.0) });
        let size = low.abs().max(high.abs());
        // All the same, but for rounding.
        if high - low <= 1e-9 * size {
            let pad = if log || size == 0.0 { 0.5 } else { 0.1 * size };
            let low = if log || size > 0.0 { low - pad } else { low };
            return Self::exact((low, high + pad), log, most);
        }
        let pad = margin * (high - low);
        // Zero is a floor that nonnegative data should not seem to go below.
        let floored = !log && low >= 0.0 && low < pad;
        Self::exact(
            (if floored { 0.0 } else { low - pad }, high + pad),
            log,
            most,
        )
    }

    /// An axis over exactly one range, of decimal logarithms if `log`.
    pub(crate) fn exact((low, high): (f64, f64), log: bool, most: usize) -> Self {
        let (first, last) = (low.ceil() as i32, high.floor() as i32);
        let ticks = if log && last > first {
            let stride = (last - first) as usize / most.max(1) + 1;
            let decades = (first..=last).step_by(stride);
            decades
                .map(|e| (10f64.powi(e), format!("10{}", superscript(e))))
                .collect()
        } else if log {
            // Within a decade round multiples of a power of ten, or else round numbers.
            let few = (first - 1..=last).flat_map(|e| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(e)));
            let few: Vec<f64> = few.filter(|v| (low..=high).contains(&v.log10())).collect();
            match few.len() {
                0 | 1 => labelled(&round((10f64.powf(low), 10f64.powf(high)), most)),
                _ => few.iter().flat_map(|value| labelled(&[*value])).collect(),
            }
        } else {
            labelled(&round((low, high), most))
        };
        Self {
            low,
            high,
            log,
            ticks,
        }
    }

    /// 0 at the lower end, 1 at the upper end; `None` for what the axis cannot show.
    pub(crate) fn position(&self, value: f64) -> Option<f64> {
        let at = if self.log { value.log10() } else { value };
        shows(value, self.log).then(|| (at - self.low) / (self.high - self.low))
    }

    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.ticks.iter().map(|(_, label)| label.as_str())
    }
}

/// Round numbers within a range, which plotters finds for ranges near 1.
fn round((low, high): (f64, f64), most: usize) -> Vec<f64> {
    let unit = 10f64.powf((high - low).log10().floor());
    if !unit.is_normal() || !(high / unit).is_finite() {
        return Vec::new();
    }
    let range = RangedCoordf64::from(low / unit - 1e-9..high / unit + 1e-9);
    let points = range.key_points(most).into_iter();
    // Steps are hundredths of the unit or more.
    points
        .map(|point| (point * 100.0).round() / 100.0 * unit)
        .collect()
}

/// Labels with as many decimals as all of the values need.
fn labelled(values: &[f64]) -> Vec<(f64, String)> {
    let size = values
        .iter()
        .fold(0.0, |size: f64, value| size.max(value.abs()));
    let power = (size.max(f64::MIN_POSITIVE).log10() + 1e-9).floor() as i32;
    // Very large and very small numbers are written with the power of ten of the largest.
    let plain = (-4..=5).contains(&power) || size == 0.0;
    let unit = if plain { 1.0 } else { 10f64.powi(power) };
    let exact = |decimals: &usize| {
        let scale = 10f64.powi(*decimals as i32);
        let miss = |v: &f64| ((v / unit * scale).round() / scale - v / unit).abs();
        values.iter().all(|value| miss(value) <= 1e-9 * size / unit)
    };
    let decimals = (0..9).find(exact).unwrap_or(9);
    let label = |value: f64| {
        // Zero has no sign.
        let number = minus(&format!("{:.decimals$}", value / unit + 0.0));
        match plain {
            true => number,
            false if value == 0.0 => "0".to_owned(),
            false => format!("{number}×10{}", superscript(power)),
        }
    };
    values.iter().map(|value| (*value, label(*value))).collect()
}

/// A typographic minus, as wide as a digit.
pub(crate) fn minus(number: &str) -> String {
    number.replace('-', "−")
}

fn superscript(exponent: i32) -> String {
    let raise = |c: char| match c.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    exponent.to_string().chars().map(raise).collect()
}
