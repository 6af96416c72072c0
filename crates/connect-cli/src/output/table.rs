//! `--output table`: boxed sections, one for each list and object, inner ones indented.

use std::io::{self, Write};

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthChar;

use super::scalar::{is_scalar, keys, text};

/// Spaces around a cell's text: two on its left, the rest on its right.
const PADDING: usize = 4;

/// Writes a value as boxes under a title. Objects turn from rows to columns where `width` is too narrow for them.
///
/// Where `color` is set, values are blue and the bars of the indent dim, as the AWS CLI has them.
pub(super) fn write(
    out: &mut dyn Write,
    title: &str,
    value: &Value,
    width: usize,
    color: bool,
) -> io::Result<()> {
    let mut table = Table::default();
    table.value(Some(title), value, 0);
    if table.sections.is_empty() {
        return Ok(());
    }
    if table.width() > width {
        table.sections.iter_mut().for_each(Section::stand);
    }
    let width = table.width();
    writeln!(out, "{}", "-".repeat(width))?;
    table
        .sections
        .iter()
        .try_for_each(|section| section.write(out, width, color))
}

#[derive(Default)]
struct Table {
    sections: Vec<Section>,
}

impl Table {
    fn value(&mut self, title: Option<&str>, value: &Value, depth: usize) {
        if is_empty(value) {
            return;
        }
        if let Some(title) = title {
            self.section(title, depth);
        }
        match value {
            Value::Array(values) if values.iter().all(Value::is_object) => {
                self.objects(title, values, depth);
            }
            Value::Array(values) => {
                for value in values {
                    match value {
                        Value::Array(cells) if cells.iter().all(is_scalar) => {
                            self.row(cells.iter().map(|cell| text(cell).into_owned()).collect());
                        }
                        Value::Array(_) | Value::Object(_) => self.value(None, value, 0),
                        scalar => self.row(vec![text(scalar).into_owned()]),
                    }
                }
            }
            Value::Object(members) => self.object(members, depth),
            // A value by itself has no table, in the AWS CLI neither.
            _ => {}
        }
    }

    /// One object: a row under its keys, or the key beside the value where there is only one.
    fn object(&mut self, members: &Map<String, Value>, depth: usize) {
        let (columns, nested) = keys([members].into_iter());
        match columns.as_slice() {
            [] => {}
            [column] => {
                let value = text(&members[*column]).into_owned();
                self.row(vec![(*column).to_owned(), value]);
            }
            _ => {
                self.header(&columns);
                self.cells(&columns, members);
            }
        }
        for key in nested {
            self.value(Some(key), &members[key], depth + 1);
        }
    }

    /// A list of objects: rows under the keys of all, in sections of their own where they hold lists or objects.
    fn objects(&mut self, title: Option<&str>, values: &[Value], depth: usize) {
        let (columns, nested) = keys(values.iter().filter_map(Value::as_object));
        self.header(&columns);
        for (index, members) in values.iter().filter_map(Value::as_object).enumerate() {
            if index > 0 && !nested.is_empty() {
                self.section(title.unwrap_or_default(), depth);
                self.header(&columns);
            }
            self.cells(&columns, members);
            for key in &nested {
                if let Some(value) = members.get(*key).filter(|value| !is_scalar(value)) {
                    self.value(Some(key), value, depth + 1);
                }
            }
        }
    }

    fn section(&mut self, title: &str, depth: usize) {
        self.sections.push(Section {
            title: title.to_owned(),
            depth,
            ..Section::default()
        });
    }

    /// The columns' names, over a section without a title if there are rows already.
    fn header(&mut self, columns: &[&str]) {
        if let Some(last) = self.sections.last()
            && !(last.header.is_empty() && last.rows.is_empty())
        {
            self.section("", last.depth);
        }
        if let Some(section) = self.sections.last_mut() {
            section.header = columns.iter().map(|column| (*column).to_owned()).collect();
        }
    }

    fn cells(&mut self, columns: &[&str], members: &Map<String, Value>) {
        // A key may hold a scalar here and a list there, which gets a section of its own.
        let scalar = |column: &&str| members.get(*column).filter(|value| is_scalar(value));
        let cell = |column| scalar(column).map(|value| text(value).into_owned());
        self.row(
            columns
                .iter()
                .map(|column| cell(column).unwrap_or_default())
                .collect(),
        );
    }

    /// A row. One of another length than those before it gets a section without a title: nothing is lost.
    fn row(&mut self, cells: Vec<String>) {
        let fits = |section: &Section| {
            let length = match section.rows.first() {
                Some(row) => row.len(),
                None if section.header.is_empty() => return true,
                None => section.header.len(),
            };
            length == cells.len()
        };
        if !self.sections.last().is_some_and(fits) {
            let depth = self.sections.last().map_or(0, |section| section.depth);
            self.section("", depth);
        }
        if let Some(section) = self.sections.last_mut() {
            section.rows.push(cells);
        }
    }

    fn width(&self) -> usize {
        let widths = self.sections.iter().map(Section::width);
        widths.max().unwrap_or_default()
    }
}

/// What Python calls false: it is not worth a section.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

#[derive(Default)]
struct Section {
    title: String,
    depth: usize,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Section {
    /// Turns a single row under a header into one row for each key.
    fn stand(&mut self) {
        if self.rows.len() == 1 && !self.header.is_empty() {
            let header = std::mem::take(&mut self.header);
            let cells = self.rows.remove(0);
            self.rows = header
                .into_iter()
                .zip(cells)
                .map(|(key, cell)| vec![key, cell])
                .collect();
        }
    }

    /// The width of each column's longest text.
    fn columns(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        for row in [&self.header].into_iter().chain(&self.rows) {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(text_width(cell));
            }
        }
        widths
    }

    /// The width this section needs, indent and border included.
    fn width(&self) -> usize {
        let columns: usize = self.columns().iter().map(|width| width + PADDING).sum();
        let border = 2 + 2 * self.depth;
        (text_width(&self.title) + border).max(columns + border)
    }

    fn write(&self, out: &mut dyn Write, width: usize, color: bool) -> io::Result<()> {
        let bar = if color {
            "\x1b[2m\x1b[33m|\x1b[0m"
        } else {
            "|"
        };
        let indent = bar.repeat(self.depth);
        let width = width - 2 * self.depth;
        let mut line = |text: &str| writeln!(out, "{indent}{text}{indent}");
        if !self.title.is_empty() {
            line(&format!("|{}|", centred(&self.title, width - 2, 1)))?;
            if self.header.is_empty() && self.rows.is_empty() {
                line(&format!("+{}+", "-".repeat(width - 2)))?;
            }
        }
        let widths = stretched(&self.columns(), width);
        if widths.is_empty() {
            return Ok(());
        }
        let rule: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let rule = format!("+{}+", rule.join("+"));
        if !self.header.is_empty() {
            line(&rule)?;
            let cells = widths.iter().zip(&self.header).enumerate();
            let cells: Vec<_> = cells
                .map(|(index, (width, cell))| centred(cell, *width, usize::from(index == 0)))
                .collect();
            line(&format!("|{}|", cells.join("|")))?;
        }
        if !self.rows.is_empty() {
            line(&rule)?;
            for row in &self.rows {
                let cells = widths.iter().zip(row);
                let cells: Vec<_> = cells
                    .map(|(width, cell)| left_aligned(cell, *width, color))
                    .collect();
                line(&format!("|{}|", cells.join("|")))?;
            }
            line(&rule)?;
        }
        Ok(())
    }
}

/// Text in the middle of a cell of `width`, taken with the border on its right and, for the first cell of a line, on its left.
fn centred(text: &str, width: usize, left_border: usize) -> String {
    let length = text_width(text);
    let before = ((width + 1 + left_border) / 2).saturating_sub(length / 2 + 1);
    let after = width.saturating_sub(before + length);
    format!("{}{text}{}", spaces(before), spaces(after))
}

/// `{:width$}` ends at a width of 65535.
fn spaces(count: usize) -> String {
    " ".repeat(count)
}

/// Text two spaces in from the left, or at the left where they do not fit.
fn left_aligned(text: &str, width: usize, color: bool) -> String {
    let length = text_width(text);
    let before = if width >= length + 2 { 2 } else { 0 };
    let after = width.saturating_sub(before + length);
    let (before, after) = (spaces(before), spaces(after));
    if color {
        format!("{before}\x1b[1m\x1b[34m{text}\x1b[0m{after}")
    } else {
        format!("{before}{text}{after}")
    }
}

/// The width between the borders of each column: stretched in proportion until the columns fill `width` with their
/// borders; what rounding leaves is spread over the columns.
fn stretched(columns: &[usize], width: usize) -> Vec<usize> {
    let natural: usize = columns.iter().map(|column| column + PADDING).sum();
    let factor = width as f64 / natural as f64;
    let mut widths: Vec<usize> = columns
        .iter()
        .map(|column| (factor * (column + PADDING) as f64).round_ties_even() as usize)
        .collect();
    let count = widths.len();
    let mut total: usize = widths.iter().sum();
    for index in (0..count).cycle() {
        if total > width {
            widths[index] -= 1;
            total -= 1;
        } else if total < width {
            widths[count - 1 - index] += 1;
            total += 1;
        } else {
            break;
        }
    }
    // Each column has a border on its right, the first one on its left too.
    for (index, width) in widths.iter_mut().enumerate() {
        *width -= if index == 0 { 2 } else { 1 };
    }
    widths
}

/// The columns a terminal needs for a text.
fn text_width(text: &str) -> usize {
    let width = |character: char| character.width().unwrap_or(1).max(1);
    text.chars().map(width).sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(value: &Value, width: usize) -> String {
        let mut out = Vec::new();
        write(&mut out, "ListThings", value, width, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rows_stand_under_their_keys() {
        let value = json!({"Things": [{"Id": "a", "Size": 1}, {"Id": "bcd"}], "NextToken": "more"});
        assert_eq!(
            table(&value, 80),
            "\
-----------------------
|     ListThings      |
+------------+--------+
|  NextToken |  more  |
+------------+--------+
||      Things       ||
|+--------+----------+|
||   Id   |  Size    ||
|+--------+----------+|
||  a     |  1       ||
||  bcd   |          ||
|+--------+----------+|
"
        );
    }

    #[test]
    fn what_is_too_wide_stands_upright() {
        let value = json!({"Things": [{"Id": "a", "Name": "a long name"}]});
        let upright = "\
---------------------------
|       ListThings        |
+-------------------------+
||        Things         ||
|+-------+---------------+|
||  Id   |  a            ||
||  Name |  a long name  ||
|+-------+---------------+|
";
        assert_eq!(table(&value, 10), upright);
        assert_ne!(table(&value, 80), upright);
    }

    #[test]
    fn rows_of_unequal_length_are_kept() {
        let text = table(&json!([["a", "b"], ["c"], "d"]), 80);
        for cell in ["a", "b", "c", "d"] {
            assert!(text.contains(&format!("  {cell} ")), "{text}");
        }
    }

    #[test]
    fn mixed_values_are_all_kept() {
        for value in [
            json!([{"A": "a", "B": "b"}, "c", ["d", "e"], {"C": "f"}]),
            json!(["a", {"A": "b", "B": "c"}, {"C": "d", "D": "e"}, "f"]),
            json!([{"A": "a", "B": ["b", "c"]}, {"A": ["d", {"E": "e"}], "B": "f"}]),
            json!({"A": {"B": ["a", {"C": "b"}, [["c"], "d"]]}, "D": "e", "E": "f"}),
        ] {
            let table = table(&value, 80);
            for cell in ["a", "b", "c", "d", "e", "f"] {
                let found = table
                    .split(['|', '\n'])
                    .filter(|found| found.trim() == cell);
                assert_eq!(found.count(), 1, "{cell} of\n{table}");
            }
        }
        assert_eq!(
            table(&json!(["a", {"A": "b", "B": "c"}]), 80),
            "\
------------
|ListThings|
+----------+
|  a       |
+----------+
+----+-----+
|  A |  B  |
+----+-----+
|  b |  c  |
+----+-----+
"
        );
    }

    #[test]
    fn a_cell_may_be_of_any_length() {
        let long = "x".repeat(70_000);
        for value in [
            json!([[&long, "b"], ["c", "d"]]),
            json!([{"A": "b", &long: "c"}]),
        ] {
            assert!(table(&value, 80).contains(&long));
        }
    }

    #[test]
    fn nothing_has_no_table() {
        for value in [json!(null), json!([]), json!({}), json!(0), json!("")] {
            assert_eq!(table(&value, 80), "");
        }
    }
}
