//! Published cell → value → tolerance → verdict.

use serde::Serialize;

use crate::rows::rows;
use hntf_experiment::Experiment;
use hntf_run::Record;

/// A published number and ours.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// The row's id.
    pub row: String,
    /// The layer.
    pub layer: usize,
    /// Its rank.
    pub rank: usize,
    /// What is compared.
    pub metric: String,
    /// Our number.
    pub value: f64,
    /// The published one.
    pub published: f64,
    /// Digits after the point it was printed with.
    pub digits: u8,
    /// Ours minus the published one.
    pub difference: f64,
    /// The difference that counts as agreement where digits cannot be asked for.
    pub tolerance: Option<f64>,
    /// How far the nearest published number of another row is, of the same metric and rank: a
    /// tolerance as wide does not tell the two apart.
    pub nearest_other: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

impl Comparison {
    /// Whether it agrees only by a tolerance that another row's published number would have met too.
    pub fn is_blurred(&self) -> bool {
        let wide = |tolerance| {
            self.nearest_other
                .is_some_and(|distance| distance <= tolerance)
        };
        self.verdict == Verdict::WithinTolerance && self.tolerance.is_some_and(wide)
    }
}

/// Whether a published number was found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// To the printed digits.
    Reproduced,
    /// Not to the digits, but within the tolerance the experiment gives and explains.
    WithinTolerance,
    /// Neither.
    Differs,
}

impl Verdict {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::WithinTolerance => "within tolerance",
            Self::Differs => "DIFFERS",
        }
    }

    /// As a mark behind a number.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Reproduced => "=",
            Self::WithinTolerance => "≈",
            Self::Differs => "≠",
        }
    }
}

fn judge(value: f64, published: f64, digits: u8, tolerance: Option<f64>) -> Verdict {
    let digits = usize::from(digits);
    // As print does it, so that "rounds to the published digits" means what a reader would see.
    if format!("{value:.digits$}") == format!("{published:.digits$}") {
        Verdict::Reproduced
    } else if tolerance.is_some_and(|t| (value - published).abs() <= t) {
        Verdict::WithinTolerance
    } else {
        Verdict::Differs
    }
}

/// Every published number of the experiment beside ours.
pub fn comparisons(experiment: &Experiment, record: &Record) -> Vec<Comparison> {
    let mut found = Vec::new();
    let all = rows(experiment, record);
    for row in &all {
        for metric in row.published.values.keys() {
            for (layer, rank) in experiment.ranks.iter().enumerate() {
                let Some(published) = row.published_at(metric, layer) else {
                    continue;
                };
                let Some(summary) = row.summary(record, layer, metric) else {
                    continue;
                };
                let others = all.iter().filter(|other| other.id != row.id);
                let others = others.filter_map(|other| other.published_at(metric, layer));
                let distances = others.map(|other| (other - published).abs());
                let (digits, tolerance) = (row.digits(metric), row.published.tolerance);
                found.push(Comparison {
                    row: row.id.to_owned(),
                    layer,
                    rank: *rank,
                    metric: metric.clone(),
                    value: summary.value,
                    published,
                    digits,
                    difference: summary.value - published,
                    tolerance,
                    nearest_other: distances.min_by(f64::total_cmp),
                    verdict: judge(summary.value, published, digits, tolerance),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_asks_for_the_printed_digits_first() {
        assert_eq!(judge(0.5484, 0.548, 3, None), Verdict::Reproduced);
        assert_eq!(judge(0.5486, 0.548, 3, None), Verdict::Differs);
        assert_eq!(
            judge(0.5486, 0.548, 3, Some(0.001)),
            Verdict::WithinTolerance
        );
        assert_eq!(judge(0.5496, 0.548, 3, Some(0.001)), Verdict::Differs);
        assert_eq!(judge(30.806, 30.81, 2, None), Verdict::Reproduced);
        assert_eq!(judge(f64::NAN, 0.548, 3, Some(1.0)), Verdict::Differs);
    }
}
