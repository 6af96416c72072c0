//! Results on standard output, in the formats of the AWS CLI.

mod json;
mod pager;
mod scalar;
mod table;
mod text;
mod visible;
mod yaml;

use std::io::{self, IsTerminal};

use serde_json::{Value, json};

pub(crate) use self::pager::{Pager, Sink};
use self::visible::visible_value;
pub(crate) use self::visible::{Visible, visible};
use crate::failure::Failure;
use crate::query::Query;

/// A format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
    /// A YAML list with an element for each page, written as the pages come; one element where there is a query.
    YamlStream,
    /// Lines of tab-separated fields, written as the pages come where there is no query.
    Text,
    /// Boxes.
    Table,
    /// Nothing.
    Off,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Color {
    /// Always.
    On,
    /// Never.
    Off,
    /// Where a terminal shows it, unless NO_COLOR is set.
    #[default]
    Auto,
}

impl Color {
    /// Whether to use it on standard output.
    pub(crate) fn on_stdout(self) -> bool {
        match self {
            Self::On => true,
            Self::Off => false,
            Self::Auto => {
                io::stdout().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        }
    }
}

/// So many of something, in words: `1 contact`, `2 contacts`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

/// A value as a YAML document.
pub(crate) fn yaml_text(value: &Value) -> String {
    yaml::text(value)
}

/// Prints text on standard output, without a pager.
///
/// # Errors
///
/// An output that cannot be written.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = Sink::new(Pager::None);
    out.open()?
        .write_all(text.as_bytes())
        .map_err(Failure::Output)?;
    out.close()
}

/// Prints results: the query's part of each, in a format.
pub(crate) struct Printer {
    /// The format.
    pub(crate) format: Format,
    /// What to print of each result.
    pub(crate) query: Option<Query>,
    /// Whether tables have colour.
    pub(crate) color: bool,
    /// Where to.
    pub(crate) out: Sink,
}

impl Printer {
    /// Prints a result, or a page of one; `title` is the operation's name.
    ///
    /// # Errors
    ///
    /// A query that fails, an output that cannot be written.
    pub(crate) fn print(&mut self, title: &str, result: &Value) -> Result<(), Failure> {
        let found = match &self.query {
            Some(query) => &query.search(result)?,
            None => result,
        };
        let nothing = found.as_object().is_some_and(serde_json::Map::is_empty);
        let written = match self.format {
            Format::Off => Ok(()),
            Format::Json | Format::Yaml | Format::YamlStream if nothing => Ok(()),
            Format::Json => json::write(self.out.open()?, found),
            Format::Yaml => yaml::write(self.out.open()?, found),
            Format::YamlStream => yaml::write(self.out.open()?, &Value::Array(vec![found.clone()])),
            Format::Text => text::write(self.out.open()?, found),
            Format::Table => {
                // Where there is no terminal, the AWS CLI takes 80 columns.
                let width = terminal_size::terminal_size_of(io::stdout())
                    .map_or(80, |(width, _)| usize::from(width.0));
                // Escaped before it is measured and coloured.
                let found = if io::stdout().is_terminal() {
                    &visible_value(found)
                } else {
                    found
                };
                table::write(self.out.open_raw()?, title, found, width, self.color)
            }
        };
        written.map_err(Failure::Output)
    }

    /// Prints how to go on, in the formats whose pages have no place for it. Where a query picked what to print, standard
    /// output is the query's alone, and standard error says so.
    ///
    /// # Errors
    ///
    /// An output that cannot be written.
    pub(crate) fn print_token(&mut self, token: &str) -> Result<(), Failure> {
        let members = json!({ "NextToken": token });
        let row = json!({ "NextToken": members });
        let written = match (self.format, &self.query) {
            (Format::Text, Some(_)) => text::write(&mut Visible::new(io::stderr()), &row),
            (Format::Text, None) => text::write(self.out.open()?, &row),
            (Format::YamlStream, None) => yaml::write(self.out.open()?, &json!([members])),
            _ => Ok(()),
        };
        written.map_err(Failure::Output)
    }
}
