//! Which rows or columns of a panel are named, and how.

use super::super::font;
use super::{TICK_TEXT, font::Face};

/// Longest row or column name shown whole, in px.
const WIDEST: f64 = 150.0;

/// The labels along one side of a panel.
#[derive(Clone, Debug, Default)]
pub(super) struct Ticks {
    /// Row or column (counted from 0) and its name.
    pub(super) ticks: Vec<(usize, String)>,
    /// Names run upwards, because side by side they would overlap.
    pub(super) upward: bool,
    /// Room the names take across the axis.
    pub(super) depth: f64,
    /// What the rows or columns are, in lines.
    pub(super) label: Vec<String>,
}

/// Names rows that are `cell` px high.
pub(super) fn rows(count: usize, names: &[String], cell: f64, label: Vec<String>) -> Ticks {
    let need = 1.25 * TICK_TEXT;
    let ticks = if names.is_empty() {
        numbers(count, need, cell)
    } else {
        every(count, names, need, cell)
    };
    Ticks {
        depth: widest(&ticks),
        ticks,
        upward: false,
        label,
    }
}

/// Names columns that are `cell` px wide: side by side if all fit, else upwards.
pub(super) fn cols(count: usize, names: &[String], cell: f64, label: Vec<String>) -> Ticks {
    let flat = if names.is_empty() {
        let need = font::width(&count.to_string(), TICK_TEXT, Face::Regular) + 5.0;
        numbers(count, need, cell)
    } else {
        every(count, names, 0.0, cell)
    };
    let fits = names.is_empty() || widest(&flat) + 4.0 <= cell;
    let ticks = if fits {
        flat
    } else {
        every(count, names, 1.25 * TICK_TEXT, cell)
    };
    Ticks {
        depth: if fits {
            font::CAP * TICK_TEXT
        } else {
            widest(&ticks)
        },
        ticks,
        upward: !fits,
        label,
    }
}

/// Width the names of rows take, whatever the size of a cell.
pub(super) fn row_depth(count: usize, names: &[String]) -> f64 {
    rows(count, names, f64::MAX, Vec::new()).depth
}

fn widest(ticks: &[(usize, String)]) -> f64 {
    font::widest(ticks.iter().map(|(_, name)| name.as_str()), TICK_TEXT)
}

/// Every name, or every second, third, … so that names are at least `need` px apart.
fn every(count: usize, names: &[String], need: f64, cell: f64) -> Vec<(usize, String)> {
    let names = names.iter().take(count).enumerate();
    names
        .step_by(steps(need, cell))
        .map(|(index, name)| (index, font::shorten(name, TICK_TEXT, Face::Regular, WIDEST)))
        .collect()
}

/// The numbers from 1, or the multiples of 2, 5, 10, 20, … that are at least `need` px apart.
fn numbers(count: usize, need: f64, cell: f64) -> Vec<(usize, String)> {
    // Long axes read better with round numbers even where there is room for more.
    let least = steps(need, cell).max(count / 8);
    let step = (0..9)
        .flat_map(|power| [1, 2, 5].map(|multiple| multiple * 10usize.pow(power)))
        .find(|&step| step >= least)
        .unwrap_or(usize::MAX);
    (step..=count)
        .step_by(step)
        .map(|number| (number - 1, number.to_string()))
        .collect()
}

fn steps(need: f64, cell: f64) -> usize {
    // Saturates for cells of no size, which leaves one tick.
    ((need / cell).ceil() as usize).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ticks: &Ticks) -> Vec<&str> {
        ticks.ticks.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn long_axes_show_round_numbers_and_short_ones_all() {
        assert_eq!(
            shown(&rows(40, &[], 4.0, vec![])),
            ["5", "10", "15", "20", "25", "30", "35", "40"]
        );
        assert_eq!(shown(&cols(4, &[], 30.0, vec![])), ["1", "2", "3", "4"]);
        assert_eq!(shown(&rows(0, &[], 4.0, vec![])), [""; 0]);
        assert_eq!(shown(&rows(3, &[], 0.0, vec![])), [""; 0]);
    }

    #[test]
    fn names_that_do_not_fit_side_by_side_run_upwards() {
        let names = ["one", "a rather long name"].map(str::to_owned);
        assert!(!cols(2, &names, 200.0, vec![]).upward);
        assert!(cols(2, &names, 30.0, vec![]).upward);
    }
}
