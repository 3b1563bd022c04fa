//! Claims of the literature, held to the run's values.

use serde::Serialize;

use crate::format::{Format, Grid};
use crate::rows::rows;
use hntf_experiment::Experiment;
use hntf_run::Fits;
use hntf_run::Record;

/// A claim and what the run says of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClaimReport {
    /// The claim in words.
    pub text: String,
    /// The rows, the one with the smallest value first.
    pub order: Vec<String>,
    /// What is compared.
    pub metric: String,
    /// By how much a value may exceed the next one.
    pub tolerance: f64,
    /// Every layer it speaks of.
    pub layers: Vec<ClaimAtLayer>,
}

/// A claim at one layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClaimAtLayer {
    /// The layer.
    pub layer: usize,
    /// Its rank.
    pub rank: usize,
    /// The values of the rows in the claim's order; none where nothing was measured.
    pub values: Vec<Option<f64>>,
    /// What follows.
    pub verdict: ClaimVerdict,
}

/// Whether a claim is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimVerdict {
    /// Every value is at most the next one plus the tolerance.
    Holds,
    /// Some value is not.
    Fails,
    /// A row has no value.
    NotMeasured,
}

impl ClaimVerdict {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "HOLDS",
            Self::Fails => "FAILS",
            Self::NotMeasured => "not measured",
        }
    }
}

impl ClaimReport {
    /// Whether it is confirmed at all layers.
    pub fn holds(&self) -> bool {
        let holds = |at: &ClaimAtLayer| at.verdict == ClaimVerdict::Holds;
        self.layers.iter().all(holds)
    }

    /// How two neighbours in the order stand to each other: ≤, ≲ (by the tolerance alone), or >.
    pub(super) fn sign(&self, value: f64, next: f64) -> &'static str {
        if value <= next {
            "≤"
        } else if value <= next + self.tolerance {
            "≲"
        } else {
            ">"
        }
    }
}

/// Every claim of the experiment.
pub fn claims(experiment: &Experiment, record: &Record) -> Vec<ClaimReport> {
    let rows = rows(experiment, record);
    let value = |id: &String, layer: usize, metric: &str| {
        let row = rows.iter().find(|r| r.id == id)?;
        Some(row.summary(record, layer, metric)?.value)
    };
    let report = |claim: &hntf_experiment::Claim| {
        let at = |layer: &usize| {
            let values = claim.order.iter();
            let values: Vec<Option<f64>> =
                values.map(|id| value(id, *layer, &claim.metric)).collect();
            ClaimAtLayer {
                layer: *layer,
                rank: experiment.ranks[*layer],
                verdict: judge(&values, claim.tolerance),
                values,
            }
        };
        ClaimReport {
            text: claim.text.clone(),
            order: claim.order.clone(),
            metric: claim.metric.clone(),
            tolerance: claim.tolerance,
            layers: claim.layers.iter().map(at).collect(),
        }
    };
    experiment.claims.iter().map(report).collect()
}

fn judge(values: &[Option<f64>], tolerance: f64) -> ClaimVerdict {
    let Some(values) = values.iter().copied().collect::<Option<Vec<f64>>>() else {
        return ClaimVerdict::NotMeasured;
    };
    // A NaN is not at most anything.
    if values.windows(2).all(|pair| pair[0] <= pair[1] + tolerance) {
        ClaimVerdict::Holds
    } else {
        ClaimVerdict::Fails
    }
}

/// The claims as a table, a row for every layer, and how many hold.
pub(super) fn claims_table(fits: &Fits<'_>, format: Format) -> String {
    let experiment = fits.prepared.experiment;
    let reports = claims(experiment, &fits.record);
    let names = rows(experiment, &fits.record);
    let name = |id: &String| {
        let row = names.iter().find(|r| r.id == id);
        row.map_or("", |r| &r.name)
    };
    let mut table = Grid::new(format, &["claim", "r", "values", "verdict"]).left(2);
    for report in &reports {
        for (i, at) in report.layers.iter().enumerate() {
            let mut values = String::new();
            for (k, (id, value)) in report.order.iter().zip(&at.values).enumerate() {
                let before = k.checked_sub(1).and_then(|k| at.values[k]);
                if k > 0 {
                    let sign = before.zip(*value).map_or("?", |(a, b)| report.sign(a, b));
                    values.push_str(&format!(" {sign} "));
                }
                let number = value.map_or("–".to_owned(), |v| format!("{v:.6}"));
                values.push_str(&format!("{} {number}", name(id)));
            }
            // In a terminal a claim stands once, above its layers; in a file every row is whole.
            let again = i > 0 && format == Format::Terminal;
            table.row([
                if again { String::new() } else { claim(report) },
                at.rank.to_string(),
                values,
                at.verdict.word().to_owned(),
            ]);
        }
    }
    let hold = reports.iter().filter(|r| r.holds()).count();
    format!(
        "{}{hold} of {} claims hold at all their layers.\n\n",
        table.finish(),
        reports.len()
    )
}

/// The words of a claim, and what they are held to.
fn claim(report: &ClaimReport) -> String {
    let tolerance = match report.tolerance {
        0.0 => String::new(),
        tolerance => format!(", tolerance {tolerance}"),
    };
    format!("{} ({}{tolerance})", report.text.trim(), report.metric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_holds_if_no_value_exceeds_the_next_by_more_than_the_tolerance() {
        let judge = |values: &[f64], tolerance| {
            let values: Vec<_> = values.iter().copied().map(Some).collect();
            super::judge(&values, tolerance)
        };
        assert_eq!(judge(&[0.1, 0.2, 0.2], 0.0), ClaimVerdict::Holds);
        assert_eq!(judge(&[0.1, 0.3, 0.2], 0.0), ClaimVerdict::Fails);
        assert_eq!(judge(&[0.1, 0.3, 0.25], 0.05), ClaimVerdict::Holds);
        assert_eq!(judge(&[0.1, f64::NAN, 0.2], 1.0), ClaimVerdict::Fails);
        let verdict = super::judge(&[Some(0.1), None], 1.0);
        assert_eq!(verdict, ClaimVerdict::NotMeasured);
    }
}
