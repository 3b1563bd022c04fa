//! Tables for a terminal and for Markdown: the same tables, other lines.

use comfy_table::presets::{ASCII_MARKDOWN, UTF8_FULL_CONDENSED};
use comfy_table::{CellAlignment, Table};

use super::claims::claims_table;
use super::rank_choice::rank_choice_tables;
use super::{Row, Verdict, comparisons, rows};
use crate::config::{Aggregate, Experiment, Origin};
use crate::metrics::{self, PARAMETERS, RELATIVE_ERROR, TERMS, TOPIC_LOSS};
use crate::run::Finished;

/// Where a table is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// In a terminal.
    Terminal,
    /// In a Markdown file.
    Markdown,
    /// In a LaTeX file: topics only.
    Latex,
}

/// The whole report of a run.
pub fn render(finished: &Finished<'_>, command: &str, format: Format) -> String {
    let experiment = finished.prepared.experiment;
    let heading = |level: &str, text: &str| match format {
        Format::Terminal => format!("{text}\n"),
        Format::Markdown | Format::Latex => format!("{level} {text}\n\n"),
    };
    let code = if format == Format::Markdown { "`" } else { "" };
    let mut out = heading("#", &experiment.title);
    out.push_str(&format!("{code}{command}{code}\n\n"));
    for metric in &experiment.metrics {
        out.push_str(&heading("##", &metric_title(finished, metric)));
        out.push_str(&overview(finished, metric, format));
    }
    out.push_str(&legend(experiment));
    if !comparisons(experiment, &finished.record).is_empty() {
        out.push_str(&heading("##", "Published cells"));
        out.push_str(&published(finished, format));
    }
    if !experiment.claims.is_empty() {
        out.push_str(&heading("##", "Claims"));
        out.push_str(&claims_table(finished, format));
    }
    if experiment.rank_choice.is_some() {
        out.push_str(&heading("##", "How many topics?"));
        out.push_str(&rank_choice_tables(finished, format));
    }
    if let Some(table) = topic_losses(finished, format) {
        out.push_str(&heading(
            "##",
            "Topic-modelling loss (0 is right, lower is better)",
        ));
        out.push_str(&table);
    }
    out.push_str(&heading(
        "##",
        "Size of the models (rank-one terms / numbers stored)",
    ));
    out.push_str(&sizes(finished, format));
    let failed = finished.fits.iter().filter(|f| f.failed);
    for fit in failed {
        out.push_str(&format!(
            "{} trial {}: failed after {} iterations, a value became infinite or not a number\n\n",
            fit.method,
            fit.trial,
            fit.iterations.iter().max().unwrap_or(&0)
        ));
    }
    let data_notes = &finished.prepared.dataset.notes;
    if !(experiment.notes.is_empty() && data_notes.is_empty()) {
        out.push_str(&heading("##", "Notes"));
        let bullet = if format == Format::Markdown {
            "- "
        } else {
            "* "
        };
        for note in data_notes.iter().chain(&experiment.notes) {
            out.push_str(&format!("{bullet}{}\n", note.trim()));
        }
        out.push('\n');
    }
    out
}

fn metric_title(finished: &Finished<'_>, metric: &str) -> String {
    let title = metrics::title(metric);
    match &finished.prepared.dataset.reference {
        Some((name, _)) if metric == RELATIVE_ERROR => format!("{title} against the {name}"),
        _ => title.to_owned(),
    }
}

pub(super) fn table(format: Format, header: Vec<String>) -> Table {
    let mut table = Table::new();
    table.load_style(match format {
        Format::Terminal => UTF8_FULL_CONDENSED,
        Format::Markdown | Format::Latex => ASCII_MARKDOWN,
    });
    let columns = header.len();
    table.set_header(header);
    for column in 1..columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

pub(super) fn finish(table: &Table) -> String {
    format!("{table}\n\n")
}

fn ranks_header(experiment: &Experiment) -> Vec<String> {
    let ranks = experiment.ranks.iter().map(|r| format!("r = {r}"));
    std::iter::once("method".to_owned()).chain(ranks).collect()
}

fn name(row: &Row<'_>) -> String {
    match row.origin {
        Origin::Paper => row.label.to_owned(),
        Origin::Beyond => format!("{} †", row.label),
    }
}

fn overview(finished: &Finished<'_>, metric: &str, format: Format) -> String {
    let experiment = finished.prepared.experiment;
    let compared = comparisons(experiment, &finished.record);
    let mut table = table(format, ranks_header(experiment));
    for row in rows(experiment) {
        let cell = |layer: usize| {
            let Some(summary) = row.summary(&finished.record, layer, metric) else {
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
        table.add_row(std::iter::once(name(&row)).chain(cells).collect::<Vec<_>>());
    }
    finish(&table)
}

fn legend(experiment: &Experiment) -> String {
    let rows = rows(experiment);
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

fn published(finished: &Finished<'_>, format: Format) -> String {
    let experiment = finished.prepared.experiment;
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
    let mut table = table(format, header.map(str::to_owned).to_vec());
    let all = rows(experiment);
    let compared = comparisons(experiment, &finished.record);
    for c in &compared {
        let Some(row) = all.iter().find(|r| r.id == c.row) else {
            continue;
        };
        let Some(summary) = row.summary(&finished.record, c.layer, &c.metric) else {
            continue;
        };
        let digits = usize::from(c.digits);
        let rounding = 0.5 * 10_f64.powi(-i32::from(c.digits));
        table.add_row(vec![
            format!("{}, r = {}, {}", row.label, c.rank, c.metric),
            summary.trials.to_string(),
            format!("{:.6}", summary.range.0),
            format!("{:.6}", summary.range.1),
            format!("{:.6}", c.value),
            format!("{:.digits$}", c.published),
            format!("{:+.6}", c.difference),
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
    format!(
        "{}{} published cells: {same} reproduced to their digits, {near} within tolerance, {other} differ.\n\n",
        finish(&table),
        compared.len()
    )
}

fn topic_losses(finished: &Finished<'_>, format: Format) -> Option<String> {
    let experiment = finished.prepared.experiment;
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for cell in finished.record.cells() {
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
    let header = std::iter::once("method".to_owned())
        .chain(pairs.iter().map(title))
        .collect();
    let mut table = table(format, header);
    for row in rows(experiment) {
        let cells: Vec<Option<String>> = pairs
            .iter()
            .map(|(from, to)| {
                let metric = format!("{TOPIC_LOSS}-{from}-{to}");
                let summary = row.summary(&finished.record, *to, &metric)?;
                Some(format!("{:.3}", summary.value))
            })
            .collect();
        if cells.iter().any(Option::is_some) {
            let shown = cells
                .into_iter()
                .map(|c| c.unwrap_or_else(|| "–".to_owned()));
            table.add_row(std::iter::once(name(&row)).chain(shown).collect::<Vec<_>>());
        }
    }
    Some(finish(&table))
}

fn sizes(finished: &Finished<'_>, format: Format) -> String {
    let experiment = finished.prepared.experiment;
    let mut table = table(format, ranks_header(experiment));
    for row in rows(experiment).iter().filter(|r| r.id == r.method) {
        let cell = |layer: usize| {
            let value = |metric| {
                row.summary(&finished.record, layer, metric)
                    .map(|s| s.value)
            };
            match (value(TERMS), value(PARAMETERS)) {
                (Some(terms), Some(parameters)) => format!("{terms} / {parameters}"),
                _ => "–".to_owned(),
            }
        };
        let cells = (0..experiment.ranks.len()).map(cell);
        table.add_row(std::iter::once(name(row)).chain(cells).collect::<Vec<_>>());
    }
    finish(&table)
}
