//! Tables without borders, and lists of name and value.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, presets};

use super::style::{Style, Tone};
use super::text::clean;

/// A table: rows of texts under headings.
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<(String, Option<Tone>)>>,
    numbers: Vec<usize>,
}

impl Table {
    /// An empty table.
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self {
            headings: headings.to_vec(),
            rows: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// The same with numbers in this column (from 0), which are aligned to the right.
    pub(crate) fn numeric(mut self, column: usize) -> Self {
        self.numbers.push(column);
        self
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.into_iter().map(|cell| (cell, None)).collect());
    }

    /// Adds a row, some cells of which have a tone.
    pub(crate) fn toned_row(&mut self, cells: Vec<(String, Option<Tone>)>) {
        self.rows.push(cells);
    }

    /// Whether it has no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table's text, without a line feed at its end.
    pub(crate) fn render(self, style: &Style) -> String {
        let mut table = bare(style);
        let heading = |text: &&str| Cell::new(text.to_uppercase()).add_attribute(Attribute::Bold);
        table.set_header(self.headings.iter().map(heading));
        for row in self.rows {
            table.add_row(row.into_iter().map(|(text, tone)| cell(&text, tone)));
        }
        for index in self.numbers {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        finish(table)
    }
}

/// Names and values below each other, without a line feed at the end. Empty values are left out.
pub(crate) fn fields(pairs: &[(&'static str, String)], style: &Style) -> String {
    let mut table = bare(style);
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        table.add_row([
            Cell::new(format!("{name}:")).add_attribute(Attribute::Bold),
            Cell::new(clean(value)),
        ]);
    }
    finish(table)
}

fn bare(style: &Style) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    // Programs get whole lines; only a terminal has a width to wrap at.
    let arrangement = if style.terminal {
        ContentArrangement::Dynamic
    } else {
        ContentArrangement::Disabled
    };
    table.set_content_arrangement(arrangement);
    if style.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

fn cell(text: &str, tone: Option<Tone>) -> Cell {
    let cell = Cell::new(clean(text));
    match tone {
        Some(Tone::Good) => cell.fg(Color::Green),
        Some(Tone::Attention) => cell.fg(Color::Yellow),
        Some(Tone::Bad) => cell.fg(Color::Red),
        Some(Tone::Active) => cell.fg(Color::Cyan),
        Some(Tone::Quiet) => cell.add_attribute(Attribute::Dim),
        Some(Tone::Strong) => cell.add_attribute(Attribute::Bold),
        None => cell,
    }
}

/// Columns two blanks apart, nothing before the first and, without colours, nothing behind the last.
fn finish(mut table: comfy_table::Table) -> String {
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_plain_columns() {
        let mut table = Table::new(&["name", "count"]).numeric(1);
        table.row(vec!["shop".to_owned(), "3".to_owned()]);
        table.toned_row(vec![
            ("a-longer-name".to_owned(), Some(Tone::Good)),
            ("1200".to_owned(), None),
        ]);
        insta::assert_snapshot!(table.render(&Style::plain()), @r"
        NAME           COUNT
        shop               3
        a-longer-name   1200
        ");
    }

    #[test]
    fn colours_do_not_move_columns() {
        let mut table = Table::new(&["status", "name"]);
        table.toned_row(vec![("applied".to_owned(), Some(Tone::Good)), ("x".to_owned(), None)]);
        let coloured = table.render(&Style {
            colour: true,
            unicode: false,
            terminal: false,
        });
        assert!(coloured.contains("\u{1b}[38;5;10mapplied"), "{coloured:?}");
        let plain = crate::output::LogFilter::new(false).pass(&coloured);
        insta::assert_snapshot!(plain.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"), @r"
        STATUS   NAME
        applied  x
        ");
    }

    #[test]
    fn empty_values_are_left_out_of_a_list() {
        let pairs = [
            ("Name", "shop".to_owned()),
            ("Locked by", String::new()),
            ("Id", "ws-1".to_owned()),
        ];
        insta::assert_snapshot!(fields(&pairs, &Style::plain()), @r"
        Name:  shop
        Id:    ws-1
        ");
    }
}
