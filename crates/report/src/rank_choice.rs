//! `[rank-choice]` as a table: what the trials of a method say of every rank.

use serde::Serialize;

use crate::format::{Format, Grid};
use hntf_experiment::metrics::{
    COPHENETIC, CORE_CONSISTENCY, DISPERSION, HELD_OUT_ERROR, STABILITY, STABILITY_OF_BEST,
    TRAINING_ERROR,
};
use hntf_experiment::{Experiment, RankChoice};
use hntf_run::Fits;
use hntf_run::Record;
use hntf_run::measures::near_limit;

/// One method over all its ranks.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RankReport {
    /// The method's id.
    pub method: String,
    /// Its name.
    pub label: String,
    /// The ranks, smallest first.
    pub ranks: Vec<RankRow>,
    /// The smallest rank whose median held-out error is above the smallest by at most the standard error
    /// of the difference over the trials, each of which holds out the same entries at every rank.
    pub predictive: Option<usize>,
    /// The largest rank at which the best trials agree, if there is one above 1.
    pub stable: Option<usize>,
    /// The largest rank at which the best fit's terms stand for themselves.
    pub consistent: Option<usize>,
    /// Whether all trials of a rank are one: the method does not depend on its seed.
    pub seedless: bool,
}

/// One rank.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RankRow {
    /// r.
    pub rank: usize,
    /// Training error of every trial.
    pub errors: Vec<f64>,
    /// Held-out error of every trial with its number; empty if not asked for.
    pub held_out: Vec<(u32, f64)>,
    /// Stability of every trial; empty if there is but one.
    pub stability: Vec<f64>,
    /// Stability of the trials near the smallest training error, among themselves.
    pub stability_of_best: Vec<f64>,
    /// The cophenetic correlation of the consensus over all trials.
    pub cophenetic: Option<f64>,
    /// The dispersion of that consensus.
    pub dispersion: Option<f64>,
    /// That of the trial with the smallest training error at this rank.
    pub core_consistency: Option<f64>,
}

impl RankRow {
    /// The median held-out error.
    pub fn held_out_error(&self) -> Option<f64> {
        let errors: Vec<f64> = self.held_out.iter().map(|(_, e)| *e).collect();
        median(&errors)
    }

    /// The smallest training error.
    pub fn error(&self) -> Option<f64> {
        self.errors.iter().copied().min_by(f64::total_cmp)
    }
}

/// The mean; `None` of nothing.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// One report for every method of `[rank-choice]`.
pub fn rank_choices(experiment: &Experiment, record: &Record) -> Vec<RankReport> {
    let Some(choice) = &experiment.rank_choice else {
        return Vec::new();
    };
    let methods = choice.methods.iter().filter_map(|id| experiment.method(id));
    methods
        .map(|(_, method)| {
            let layers = experiment.ranks_of(method).iter().enumerate().rev();
            let ranks: Vec<RankRow> = layers
                .map(|(layer, rank)| row(record, &method.id, layer, *rank))
                .collect();
            report(choice, &method.id, &method.label, ranks)
        })
        .collect()
}

fn row(record: &Record, method: &str, layer: usize, rank: usize) -> RankRow {
    let values = |metric: &str| -> Vec<f64> {
        let trials = record.trials(method, layer, metric);
        trials.map(|(_, value)| value).collect()
    };
    let errors = record.trials(method, layer, TRAINING_ERROR);
    let best = errors.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(t, _)| t);
    let mut cores = record.trials(method, layer, CORE_CONSISTENCY);
    RankRow {
        rank,
        errors: values(TRAINING_ERROR),
        held_out: record.trials(method, layer, HELD_OUT_ERROR).collect(),
        stability: values(STABILITY),
        stability_of_best: values(STABILITY_OF_BEST),
        cophenetic: values(COPHENETIC).first().copied(),
        dispersion: values(DISPERSION).first().copied(),
        core_consistency: cores.find(|(t, _)| Some(*t) == best).map(|(_, v)| v),
    }
}

fn report(choice: &RankChoice, id: &str, label: &str, ranks: Vec<RankRow>) -> RankReport {
    let largest = |counts: &dyn Fn(&RankRow) -> bool| {
        let counted = ranks.iter().filter(|row| row.rank > 1 && counts(row));
        counted.map(|row| row.rank).max()
    };
    let stable = largest(&|row| mean(&row.stability_of_best).is_some_and(|s| s >= choice.stable));
    let consistent = largest(&|row| row.core_consistency.is_some_and(|c| c >= choice.consistent));
    let predictive = predictive(&ranks);
    let same = |errors: &[f64]| errors.windows(2).all(|w| w[0].to_bits() == w[1].to_bits());
    let several = ranks.iter().any(|row| row.errors.len() > 1);
    RankReport {
        method: id.to_owned(),
        label: label.to_owned(),
        predictive,
        stable,
        consistent,
        seedless: several && ranks.iter().all(|row| same(&row.errors)),
        ranks,
    }
}

/// The middle value, of an even number the mean of the two in the middle; `None` of nothing.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

/// The rule of one standard error (Breiman, Friedman, Olshen & Stone 1984) on paired differences, with
/// medians in place of means: one fit in a poor local minimum must not decide. The median of n normal
/// values has the standard error √(π/2n) σ, and σ is 1.4826 times the median absolute deviation.
fn predictive(ranks: &[RankRow]) -> Option<usize> {
    let known = ranks
        .iter()
        .filter_map(|row| Some((row.held_out_error()?, row)));
    let (_, best) = known.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let not_worse = |row: &&RankRow| {
        let pairs = row.held_out.iter().filter_map(|(trial, error)| {
            let other = best.held_out.iter().find(|(t, _)| t == trial);
            other.map(|(_, least)| error - least)
        });
        let differences: Vec<f64> = pairs.collect();
        let Some(excess) = median(&differences) else {
            return false;
        };
        let deviations: Vec<f64> = differences.iter().map(|d| (d - excess).abs()).collect();
        let sigma = 1.4826 * median(&deviations).unwrap_or(0.0);
        excess <= sigma * (std::f64::consts::FRAC_PI_2 / differences.len() as f64).sqrt()
    };
    ranks.iter().find(not_worse).map(|row| row.rank)
}

/// The tables, each with a sentence below it; nothing without a `[rank-choice]`.
pub(super) fn rank_choice_tables(fits: &Fits<'_>, format: Format) -> String {
    let experiment = fits.prepared.experiment;
    let Some(choice) = &experiment.rank_choice else {
        return String::new();
    };
    let mode = fits.prepared.grouped_mode();
    let plain = format!("mode {}", mode + 1);
    let grouped = match fits.prepared.dataset.mode_names.get(mode) {
        Some(name) if *name != plain => format!("{plain} ({name})"),
        _ => plain,
    };
    let mut out = String::new();
    for report in rank_choices(experiment, &fits.record) {
        let shown: Vec<&Column> = COLUMNS
            .iter()
            .filter(|column| {
                report
                    .ranks
                    .iter()
                    .any(|row| column.value(row, choice) != NONE)
            })
            .collect();
        let mut header = vec![report.label.clone()];
        header.extend(shown.iter().map(|column| column.0.to_owned()));
        let mut table = Grid::new(format, &header);
        for row in &report.ranks {
            let mut line = vec![format!("r = {}", row.rank)];
            line.extend(shown.iter().map(|column| column.value(row, choice)));
            table.row(line);
        }
        out.push_str(&table.finish());
        let bullet = format.bullet();
        for line in reading(&report, choice, &grouped) {
            out.push_str(&format!("{bullet} {line}\n"));
        }
        out.push('\n');
    }
    out
}

/// A column and what it says of a rank. Those that say nothing of any rank are not shown.
struct Column(&'static str, fn(&RankRow, &RankChoice) -> String);

const NONE: &str = "–";

const COLUMNS: [Column; 9] = [
    Column("smallest error", |row, _| number(row.error(), 4)),
    Column("trials near it", near_the_best),
    Column("their stability", |row, _| {
        number(mean(&row.stability_of_best), 3)
    }),
    Column("stability of all", |row, _| number(mean(&row.stability), 3)),
    Column("mean error", |row, _| number(mean(&row.errors), 4)),
    Column("held-out error", |row, _| number(row.held_out_error(), 4)),
    Column("cophenetic", |row, _| number(row.cophenetic, 4)),
    Column("dispersion", |row, _| number(row.dispersion, 3)),
    Column("core consistency", |row, _| percent(row.core_consistency)),
];

impl Column {
    fn value(&self, row: &RankRow, choice: &RankChoice) -> String {
        (self.1)(row, choice)
    }
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| NONE.to_owned(), |v| format!("{v:.digits$}"))
}

fn near_the_best(row: &RankRow, choice: &RankChoice) -> String {
    let Some(error) = row.error() else {
        return NONE.to_owned();
    };
    let limit = near_limit(error, choice.near);
    let near = row.errors.iter().filter(|e| **e <= limit).count();
    format!("{near} of {}", row.errors.len())
}

/// How far below 0 it is says nothing more.
fn percent(value: Option<f64>) -> String {
    match value {
        None => NONE.to_owned(),
        Some(v) if v < 0.0 => "< 0".to_owned(),
        Some(v) => format!("{v:.1}"),
    }
}

fn reading(report: &RankReport, choice: &RankChoice, grouped: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(rank) = report.predictive {
        lines.push(format!(
            "The smallest rank that predicts unseen entries as well as any (within one standard error) is {rank}."
        ));
    }
    if report.seedless {
        lines.push("All trials are one and the same: this method does not depend on its seed, and its stability says nothing. Give it a random start.".to_owned());
    } else {
        lines.push(match report.stable {
            Some(rank) => format!(
                "The largest rank whose best trials agree (stability ≥ {}) is {rank}.",
                choice.stable
            ),
            None => format!(
                "At no rank above 1 do the best trials agree (stability ≥ {}).",
                choice.stable
            ),
        });
    }
    if report
        .ranks
        .iter()
        .any(|row| row.core_consistency.is_some())
    {
        lines.push(match report.consistent {
            Some(rank) => format!(
                "The largest rank whose best fit has a core consistency ≥ {} is {rank}.",
                choice.consistent
            ),
            None => format!(
                "No best fit above rank 1 has a core consistency ≥ {}.",
                choice.consistent
            ),
        });
    }
    lines.push(format!(
        "Near is within {} % of the smallest training error, or 0.001; the consensus (cophenetic, dispersion) is of {grouped}.",
        100.0 * choice.near
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(rank: usize, held_out: &[f64]) -> RankRow {
        RankRow {
            rank,
            errors: Vec::new(),
            held_out: (0..).zip(held_out.iter().copied()).collect(),
            stability: Vec::new(),
            stability_of_best: Vec::new(),
            cophenetic: None,
            dispersion: None,
            core_consistency: None,
        }
    }

    #[test]
    fn a_rank_is_as_good_as_the_best_within_the_error_of_the_paired_difference() {
        // Trials differ much, ranks differ by the same little in every trial.
        let least = [0.30, 0.50, 0.90, 0.40, 0.70];
        let surely = least.map(|e| e + 0.01);
        assert_eq!(predictive(&[row(2, &surely), row(3, &least)]), Some(3));
        // The difference is now here, now there.
        let by_chance = [0.31, 0.49, 0.91, 0.405, 0.65];
        assert_eq!(predictive(&[row(2, &by_chance), row(3, &least)]), Some(2));
        // One trial: nothing is known of the error of the difference.
        assert_eq!(predictive(&[row(2, &[0.3]), row(3, &[0.2])]), Some(3));
    }

    #[test]
    fn one_fit_in_a_poor_minimum_does_not_decide() {
        let poor = [0.30, 0.49, 9.0, 0.40, 0.71];
        let least = [0.30, 0.50, 0.90, 0.39, 0.70];
        assert_eq!(predictive(&[row(2, &poor), row(3, &least)]), Some(2));
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_two_in_the_middle() {
        assert_eq!(median(&[4.0, 1.0, 2.0, 8.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn trials_that_failed_at_one_rank_are_not_compared() {
        // Of the first rank the two hard trials failed: its median is small, its differences are not.
        let easy = row(2, &[0.21, 0.31, 0.41]);
        let all = row(3, &[0.20, 0.30, 0.40, 0.9, 0.9]);
        assert!(easy.held_out_error() < Some(0.4));
        assert_eq!(predictive(&[easy, all]), Some(2));
        assert_eq!(predictive(&[row(2, &[]), row(3, &[])]), None);
    }
}
