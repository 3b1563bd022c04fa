//! Axes: from data to a position between 0 and 1, with round numbers as ticks.

/// Values beyond this are left out: differences of larger ones overflow.
const LARGEST: f64 = 1e300;

#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    pub(super) ticks: Vec<Tick>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

impl Axis {
    /// An axis that shows all values with a margin of `margin` of their range on either side,
    /// and about `wanted` ticks. Values that cannot be shown (see [`Axis::position`]) are ignored.
    pub(super) fn new(
        values: impl IntoIterator<Item = f64>,
        log: bool,
        margin: f64,
        wanted: usize,
    ) -> Self {
        let (low, high) = extent(values, log);
        // On a logarithmic axis the margin is one of decades.
        let (low, high) = if log {
            (low.log10(), high.log10())
        } else {
            (low, high)
        };
        let (low, high) = if high > low {
            let pad = margin * (high - low);
            // Zero is a floor that nonnegative data should not seem to go below.
            let floor = if !log && low >= 0.0 {
                0.0
            } else {
                f64::NEG_INFINITY
            };
            ((low - pad).max(floor), high + pad)
        } else {
            let pad = if log {
                0.5
            } else {
                (high.abs() * 0.1).max(1e-12)
            };
            if high == 0.0 && !log {
                (0.0, 1.0)
            } else {
                (low - pad, high + pad)
            }
        };
        let ticks = if log {
            log_ticks(low, high, wanted)
        } else {
            linear_ticks(low, high, wanted)
        };
        Self {
            low,
            high,
            log,
            ticks,
        }
    }

    /// An axis over exactly one range, for instance a colour scale.
    pub(super) fn exact((low, high): (f64, f64), wanted: usize) -> Self {
        Self {
            low,
            high,
            log: false,
            ticks: linear_ticks(low, high, wanted),
        }
    }

    /// 0 at the lower end, 1 at the upper end; `None` for what the axis cannot show: NaN,
    /// infinity, and zero or less on a logarithmic axis.
    pub(super) fn position(&self, value: f64) -> Option<f64> {
        shows(value, self.log).then(|| {
            let value = if self.log { value.log10() } else { value };
            (value - self.low) / (self.high - self.low)
        })
    }
}

/// Whether an axis can show a value.
pub(super) fn shows(value: f64, log: bool) -> bool {
    value.abs() <= LARGEST && (!log || value > 0.0)
}

fn extent(values: impl IntoIterator<Item = f64>, log: bool) -> (f64, f64) {
    values
        .into_iter()
        .filter(|&value| shows(value, log))
        .map(|value| (value, value))
        .reduce(|(low, high), (value, _)| (low.min(value), high.max(value)))
        .unwrap_or(if log { (0.1, 10.0) } else { (0.0, 1.0) })
}

fn linear_ticks(low: f64, high: f64, wanted: usize) -> Vec<Tick> {
    let step = round_step((high - low) / wanted.max(1) as f64);
    // A range of a few units in the last place has no room for round numbers.
    if !step.is_normal() || (high - low) / step > 100.0 || low + step == low {
        return Vec::new();
    }
    // In f64 the ends of the range may miss a multiple of the step by rounding.
    let slack = 1e-9 * step;
    let first = ((low - slack) / step).ceil();
    let last = ((high + slack) / step).floor();
    (0..=(last - first).max(0.0) as usize)
        .map(|index| (first + index as f64) * step)
        .filter(|&value| value >= low - slack && value <= high + slack)
        .map(|value| Tick {
            value,
            label: label(value, step),
        })
        .collect()
}

/// The least of 1, 2, 5 times a power of ten that is no smaller.
fn round_step(step: f64) -> f64 {
    let decade = 10f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|multiple| multiple * decade)
        .find(|&candidate| candidate >= step * (1.0 - 1e-9))
        .unwrap_or(10.0 * decade)
}

/// `low` and `high` are decimal logarithms.
fn log_ticks(low: f64, high: f64, wanted: usize) -> Vec<Tick> {
    let (first, last) = (low.ceil() as i32, high.floor() as i32);
    let decades = usize::try_from(last - first + 1).unwrap_or(0);
    if decades >= 2 {
        let stride = decades.div_ceil(wanted.max(1));
        return (first..=last)
            .step_by(stride)
            .map(|exponent| Tick {
                value: 10f64.powi(exponent),
                label: format!("10{}", superscript(exponent)),
            })
            .collect();
    }
    let between: Vec<Tick> = (low.floor() as i32..=last.max(first))
        .flat_map(|exponent| [1.0, 2.0, 5.0].map(|multiple| (multiple, 10f64.powi(exponent))))
        .filter(|(multiple, decade)| (low..=high).contains(&(multiple * decade).log10()))
        .map(|(multiple, decade)| Tick {
            value: multiple * decade,
            label: label(multiple * decade, decade),
        })
        .collect();
    if between.len() >= 2 {
        between
    } else {
        linear_ticks(10f64.powf(low), 10f64.powf(high), wanted)
    }
}

/// A number that is a multiple of `step`, with as many decimals as the step has.
fn label(value: f64, step: f64) -> String {
    let exponent = |value: f64| (value.abs().log10() + 1e-9).floor() as i32;
    let value = if value.abs() < step / 2.0 { 0.0 } else { value };
    if value != 0.0 && (exponent(step) < -4 || exponent(value) > 5) {
        let power = exponent(value);
        let digits = usize::try_from(power - exponent(step)).unwrap_or(0);
        let mantissa = value / 10f64.powi(power);
        return minus(&format!("{mantissa:.digits$}×10{}", superscript(power)));
    }
    let decimals = usize::try_from(-exponent(step)).unwrap_or(0).min(5);
    minus(&format!("{value:.decimals$}"))
}

/// A typographic minus, as wide as a digit.
pub(super) fn minus(number: &str) -> String {
    number.replace('-', "−")
}

fn superscript(exponent: i32) -> String {
    exponent
        .to_string()
        .chars()
        .map(|character| match character {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            '9' => '⁹',
            _ => '⁰',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers_within_the_range() {
        let axis = Axis::exact((0.0, 3.5), 7);
        assert_eq!(
            labels(&axis),
            ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "3.5"]
        );
        assert_eq!(
            labels(&Axis::exact((-20.0, 20.0), 4)),
            ["−20", "−10", "0", "10", "20"]
        );
        assert_eq!(labels(&Axis::exact((0.0, 2e7), 2)), ["0", "1×10⁷", "2×10⁷"]);
    }

    #[test]
    fn a_logarithmic_axis_names_decades_or_the_steps_within_one() {
        let axis = Axis::new([1e-6, 1.0], true, 0.0, 8);
        assert_eq!(labels(&axis)[0], "10⁻⁶");
        assert_eq!(axis.position(1e-3), Some(0.5));
        assert_eq!(axis.position(0.0), None);
        let axis = Axis::new([1.0, 6.0], true, 0.0, 5);
        assert_eq!(labels(&axis), ["1", "2", "5"]);
    }

    #[test]
    fn every_range_has_positions_and_few_ticks() {
        let tiny = f64::MIN_POSITIVE;
        for values in [
            vec![],
            vec![0.0],
            vec![3.0; 4],
            vec![f64::NAN, f64::INFINITY],
            vec![-LARGEST, LARGEST],
            vec![1.0, 1.0 + f64::EPSILON],
            vec![tiny, 2.0 * tiny],
            vec![tiny, LARGEST],
            vec![-1.0, -1.0],
        ] {
            for log in [false, true] {
                let axis = Axis::new(values.iter().copied(), log, 0.05, 6);
                assert!(axis.ticks.len() < 30, "{values:?}: {:?}", axis.ticks);
                for position in values.iter().filter_map(|&value| axis.position(value)) {
                    assert!(
                        (-1e-9..=1.0 + 1e-9).contains(&position),
                        "{values:?} {log}: {position}"
                    );
                }
            }
        }
    }
}
