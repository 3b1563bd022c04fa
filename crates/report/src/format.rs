//! Tables for a terminal and for Markdown: the same cells, other lines.

use comfy_table::presets::{ASCII_MARKDOWN, UTF8_FULL_CONDENSED};
use comfy_table::{CellAlignment, Table};

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

pub(crate) fn table(format: Format, header: Vec<String>) -> Table {
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

pub(crate) fn finish(table: &Table) -> String {
    format!("{table}\n\n")
}
