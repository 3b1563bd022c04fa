//! Tables for a terminal and for Markdown: the same tables, other lines.

use hntf_datasets::LabelSet;

use crate::claims::claims_table;
use crate::compare::{Comparison, Verdict, comparisons};
use crate::format::{Format, Grid, one_line};
use crate::rank_choice::rank_choice_tables;
use crate::rows::{Row, rows};
use crate::warnings::{stopped_at_limits, worse_than_zero};
use hntf_experiment::metrics::{self, ACCURACY, PARAMETERS, RELATIVE_ERROR, TERMS, TOPIC_LOSS};
use hntf_experiment::{Aggregate, Experiment, Origin};
use hntf_run::Fits;

/// The whole report of a run.
pub fn render(fits: &Fits<'_>, command: &str, format: Format) -> String {
    let experiment = fits.prepared.experiment;
    let heading = |level: usize, text: &str| format.heading(level, text);
    let code = if format == Format::Markdown { "`" } else { "" };
    let mut out = heading(1, &experiment.title);
    out.push_str(&format!("{code}{command}{code}\n\n"));
    for metric in &experiment.metrics {
        out.push_str(&heading(2, &metric_title(fits, metric)));
        out.push_str(&overview(fits, metric, format));
    }
    out.push_str(&legend(&rows(experiment, &fits.record)));
    for line in [stopped_at_limits(fits), worse_than_zero(fits)] {
        out.push_str(&line.map(|line| format!("{line}\n\n")).unwrap_or_default());
    }
    if !comparisons(experiment, &fits.record).is_empty() {
        out.push_str(&heading(2, "Published cells"));
        out.push_str(&published(fits, format));
    }
    if !experiment.claims.is_empty() {
        out.push_str(&heading(2, "Claims"));
        out.push_str(&claims_table(fits, format));
    }
    if experiment.rank_choice.is_some() {
        out.push_str(&heading(2, "How many topics?"));
        out.push_str(&rank_choice_tables(fits, format));
    }
    if let Some(table) = topic_losses(fits, format) {
        out.push_str(&heading(
            2,
            "Topic-modelling loss (0 is right, lower is better)",
        ));
        out.push_str(&table);
    }
    out.push_str(&heading(
        2,
        "Size of the models (rank-one terms / numbers stored)",
    ));
    out.push_str(&sizes(fits, format));
    let failed = fits.summaries.iter().filter(|f| f.failed);
    for fit in failed {
        out.push_str(&format!(
            "{} trial {}: failed after {} iterations, a value became infinite or not a number\n\n",
            fit.method,
            fit.trial,
            fit.iterations.iter().max().unwrap_or(&0)
        ));
    }
    let data_notes = &fits.prepared.dataset.notes;
    if !(experiment.notes.is_empty() && data_notes.is_empty()) {
        out.push_str(&heading(2, "Notes"));
        let bullet = format.bullet();
        for note in data_notes.iter().chain(&experiment.notes) {
            out.push_str(&format!("{bullet} {}\n", one_line(note.trim())));
        }
        out.push('\n');
    }
    out
}

fn metric_title(fits: &Fits<'_>, metric: &str) -> String {
    let title = metrics::title(metric);
    let dataset = &fits.prepared.dataset;
    let seen = |set: &LabelSet| set.known.iter().all(|known| *known);
    match &dataset.reference {
        Some((name, _)) if metric == RELATIVE_ERROR => format!("{title} against the {name}"),
        // "Unseen" would be a promise that nothing keeps.
        _ if metric == ACCURACY && dataset.label_set().is_some_and(seen) => {
            "Accuracy on all documents, none of whose labels is unseen, classifier (L*Y) S⁺"
                .to_owned()
        }
        _ => title.to_owned(),
    }
}

fn ranks_header(experiment: &Experiment) -> Vec<String> {
    let ranks = experiment.ranks.iter().map(|r| format!("r = {r}"));
    std::iter::once("method".to_owned()).chain(ranks).collect()
}

fn name(row: &Row<'_>) -> String {
    match row.origin {
        Origin::Paper => row.name.clone(),
        Origin::Beyond => format!("{} †", row.name),
    }
}

fn overview(fits: &Fits<'_>, metric: &str, format: Format) -> String {
    let experiment = fits.prepared.experiment;
    let compared = comparisons(experiment, &fits.record);
    let mut table = Grid::new(format, &ranks_header(experiment));
    for row in rows(experiment, &fits.record) {
        let cell = |layer: usize| {
            let Some(summary) = row.summary(&fits.record, layer, metric) else {
                return "–".to_owned();
            };
            let mark = compared
                .iter()
                .find(|c| c.row == row.id && c.layer == layer && c.metric == metric)
                .map_or(String::new(), |c| {
                    let digits = usize::from(c.digits);
                    format!(" ({} {:.digits$})", c.verdict.mark(), c.published)
                });
            format!("{:.4}{mark}", summary.value)
        };
        let cells = (0..experiment.ranks.len()).map(cell);
        table.row(std::iter::once(name(&row)).chain(cells));
    }
    table.finish()
}

fn legend(rows: &[Row<'_>]) -> String {
    let mut lines = vec!["Means over trials".to_owned()];
    if rows.iter().any(|r| r.aggregate != Aggregate::Mean) {
        lines[0].push_str(", but where the name says best: chosen by training error alone");
    }
    lines[0].push('.');
    if rows.iter().any(|r| !r.published.values.is_empty()) {
        lines.push("In brackets the published value: = reproduced to its digits, ≈ within the stated tolerance, ≠ differs.".to_owned());
    }
    if rows.iter().any(|r| r.origin == Origin::Beyond) {
        lines.push("† beyond the published table.".to_owned());
    }
    format!("{}\n\n", lines.join(" "))
}

fn published(fits: &Fits<'_>, format: Format) -> String {
    let experiment = fits.prepared.experiment;
    let header = [
        "cell",
        "trials",
        "smallest",
        "largest",
        "value",
        "published",
        "difference",
        "tolerance",
        "verdict",
    ];
    let mut table = Grid::new(format, &header);
    let all = rows(experiment, &fits.record);
    let compared = comparisons(experiment, &fits.record);
    for c in &compared {
        let Some(row) = all.iter().find(|r| r.id == c.row) else {
            continue;
        };
        let Some(summary) = row.summary(&fits.record, c.layer, &c.metric) else {
            continue;
        };
        let digits = usize::from(c.digits);
        let rounding = 0.5 * 10_f64.powi(-i32::from(c.digits));
        table.row([
            format!("{}, r = {}, {}", row.name, c.rank, c.metric),
            summary.trials.to_string(),
            format!("{:.6}", summary.range.0),
            format!("{:.6}", summary.range.1),
            format!("{:.6}", c.value),
            format!("{:.digits$}", c.published),
            signed(c.difference),
            format!("{}", c.tolerance.unwrap_or(rounding)),
            c.verdict.word().to_owned(),
        ]);
    }
    let count = |verdict: Verdict| compared.iter().filter(|c| c.verdict == verdict).count();
    let (same, near, other) = (
        count(Verdict::Reproduced),
        count(Verdict::WithinTolerance),
        count(Verdict::Differs),
    );
    let mut lines = format!(
        "{}{} published cells: {same} reproduced to their digits, {near} within tolerance, {other} differ.",
        table.finish(),
        compared.len()
    );
    match compared.iter().filter(|c| c.is_blurred()).count() {
        0 => {}
        n => lines.push_str(&format!(
            " For {n} of the {near} within tolerance the tolerance is as wide as the distance to the nearest other published number of that metric and rank, or wider: they do not tell methods apart."
        )),
    }
    let fewer = compared.iter().filter_map(|c| fewer_trials(fits, c));
    if let Some((fits, planned)) = fewer.min() {
        lines.push_str(&format!(
            " This run has fewer trials than the experiment ({fits} of {planned}): published numbers are means or best ones over all of them, and may differ from these for that reason alone."
        ));
    }
    lines.push_str("\n\n");
    lines
}

/// With its sign, unless no digit that is shown has one.
fn signed(difference: f64) -> String {
    let shown = format!("{difference:+.6}");
    match shown.trim_start_matches(['+', '-']) {
        "0.000000" => "0.000000".to_owned(),
        _ => shown,
    }
}

/// The number of fits behind a compared cell and that of the experiment, if it is larger.
fn fewer_trials(fits: &Fits<'_>, compared: &Comparison) -> Option<(usize, usize)> {
    let experiment = fits.prepared.experiment;
    let all = rows(experiment, &fits.record);
    let row = all.iter().find(|row| row.id == compared.row)?;
    let (_, method) = experiment.method(row.method)?;
    let order = fits.prepared.dataset.data.shape().len();
    let seeds = method.trials.unwrap_or(experiment.trials) as usize;
    let planned = seeds * method.model.value.variants(order);
    let fits = fits.summaries.iter().filter(|f| f.method == method.id);
    let fits = fits.count();
    (fits < planned).then_some((fits, planned))
}

fn topic_losses(fits: &Fits<'_>, format: Format) -> Option<String> {
    let experiment = fits.prepared.experiment;
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for cell in fits.record.cells() {
        if let Some(pair) = cell.metric.strip_prefix(TOPIC_LOSS) {
            let ends: Vec<usize> = pair.split('-').filter_map(|p| p.parse().ok()).collect();
            if let [from, to] = ends[..] {
                pairs.push((from, to));
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    if pairs.is_empty() {
        return None;
    }
    let title = |(from, to): &(usize, usize)| {
        format!("{} → {}", experiment.ranks[*from], experiment.ranks[*to])
    };
    let header = std::iter::once("method".to_owned()).chain(pairs.iter().map(title));
    let mut table = Grid::new(format, &header.collect::<Vec<_>>());
    for row in rows(experiment, &fits.record) {
        let cells: Vec<Option<String>> = pairs
            .iter()
            .map(|(from, to)| {
                let metric = format!("{TOPIC_LOSS}-{from}-{to}");
                let summary = row.summary(&fits.record, *to, &metric)?;
                Some(format!("{:.3}", summary.value))
            })
            .collect();
        if cells.iter().any(Option::is_some) {
            let shown = cells
                .into_iter()
                .map(|c| c.unwrap_or_else(|| "–".to_owned()));
            table.row(std::iter::once(name(&row)).chain(shown));
        }
    }
    Some(table.finish())
}

fn sizes(fits: &Fits<'_>, format: Format) -> String {
    let experiment = fits.prepared.experiment;
    let mut table = Grid::new(format, &ranks_header(experiment));
    for row in rows(experiment, &fits.record)
        .iter()
        .filter(|r| r.id == r.method)
    {
        let cell = |layer: usize| {
            let value = |metric| row.summary(&fits.record, layer, metric).map(|s| s.value);
            match (value(TERMS), value(PARAMETERS)) {
                (Some(terms), Some(parameters)) => format!("{terms} / {parameters}"),
                _ => "–".to_owned(),
            }
        };
        let cells = (0..experiment.ranks.len()).map(cell);
        table.row(std::iter::once(name(row)).chain(cells));
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_that_rounds_to_zero_has_no_sign() {
        let shown = [-1e-9, 1e-9, -0.0, -6e-7, 0.25, f64::NAN].map(signed);
        let expected = [
            "0.000000",
            "0.000000",
            "0.000000",
            "-0.000001",
            "+0.250000",
            "NaN",
        ];
        assert_eq!(shown, expected);
    }
}
