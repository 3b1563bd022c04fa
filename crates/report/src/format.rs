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

impl Format {
    /// A title of a level, 1 the highest.
    pub(crate) fn heading(self, level: usize, title: &str) -> String {
        let title = one_line(title);
        match self {
            Self::Terminal => format!("{title}\n"),
            Self::Markdown | Self::Latex => format!("{} {title}\n\n", "#".repeat(level)),
        }
    }

    /// What a line of a list begins with.
    pub(crate) fn bullet(self) -> &'static str {
        match self {
            Self::Terminal => "*",
            Self::Markdown | Self::Latex => "-",
        }
    }

    /// Text that ends neither its cell nor its line.
    fn cell(self, text: &str) -> String {
        let text = one_line(text);
        match self {
            Self::Terminal => text,
            Self::Markdown | Self::Latex => text.replace('|', "\\|"),
        }
    }
}

/// Without line breaks and whatever else a terminal would obey, such as marks that turn the direction
/// of writing.
pub(crate) fn one_line(text: &str) -> String {
    let obeyed = |c: char| {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let breaks = matches!(c, '\u{2028}' | '\u{2029}');
        c.is_control() || turns || breaks
    };
    let plain = |c: char| if obeyed(c) { ' ' } else { c };
    text.chars().map(plain).collect()
}

/// A table that is being filled.
pub(crate) struct Grid {
    format: Format,
    table: Table,
}

impl Grid {
    /// A table with these columns: the first to the left, the others to the right.
    pub(crate) fn new<S: AsRef<str>>(format: Format, header: &[S]) -> Self {
        let mut table = Table::new();
        table.load_style(match format {
            Format::Terminal => UTF8_FULL_CONDENSED,
            Format::Markdown | Format::Latex => ASCII_MARKDOWN,
        });
        table.set_header(header.iter().map(|h| format.cell(h.as_ref())));
        let mut grid = Self { format, table };
        for column in 1..header.len() {
            grid.align(column, CellAlignment::Right);
        }
        grid
    }

    /// The same with a column to the left.
    pub(crate) fn left(mut self, column: usize) -> Self {
        self.align(column, CellAlignment::Left);
        self
    }

    fn align(&mut self, column: usize, alignment: CellAlignment) {
        if let Some(column) = self.table.column_mut(column) {
            column.set_cell_alignment(alignment);
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().map(|c| self.format.cell(&c)).collect();
        self.table.add_row(cells);
    }

    /// The table and an empty line.
    pub(crate) fn finish(&self) -> String {
        format!("{}\n\n", self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_ends_before_its_end() {
        let table = |format| {
            let mut grid = Grid::new(format, &["a|b"]);
            grid.row(["c|d\ne\u{1b}[31m".to_owned()]);
            grid.finish()
        };
        let markdown = table(Format::Markdown);
        assert!(markdown.contains("a\\|b") && markdown.contains("c\\|d e [31m"));
        let terminal = table(Format::Terminal);
        assert!(terminal.contains("a|b") && terminal.contains("c|d e [31m"));
    }
}
