//! What a tree can be written as.

mod graphs;
mod tables;

use std::io::{self, IsTerminal};
use std::path::Path;

use contact_tree::{Forest, Link, Style};

#[cfg(feature = "parquet")]
pub(crate) use self::tables::rows;
pub(crate) use self::tables::{CSV_HEADER, csv_rows, records};
use crate::failure::Failure;
use crate::files;
use crate::settings::Settings;

/// What a tree is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Drawn with lines, as on a terminal
    Tree,
    /// A picture of the contacts over time, in the local time zone
    Svg,
    /// The same as a page to search, zoom and collapse, in one file
    Html,
    /// The same as a trace for the viewer of Perfetto
    Perfetto,
    /// Contact records, one JSON object a line, as `connect import` reads them
    Records,
    /// A table with a header, in the order in which the tree is drawn
    Csv,
    /// A graph for Graphviz
    Dot,
    /// A flowchart for Mermaid
    Mermaid,
    /// A table of many trees in Apache Parquet
    #[cfg(feature = "parquet")]
    Parquet,
}

#[cfg(feature = "parquet")]
fn of_many() -> Failure {
    let message =
        "Parquet is written with --contact-ids or --ids-from of connect export, into --out";
    Failure::Usage(message.to_owned())
}

impl Format {
    /// Whether many trees fit into one file.
    pub(crate) fn holds_many(self) -> bool {
        match self {
            Self::Records | Self::Csv => true,
            #[cfg(feature = "parquet")]
            Self::Parquet => true,
            _ => false,
        }
    }

    /// Rejects a format that holds many trees only, before one is fetched for it.
    ///
    /// # Errors
    ///
    /// It is such a format.
    pub(crate) fn check_one(self) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "parquet")]
            Self::Parquet => Err(of_many()),
            _ => Ok(()),
        }
    }

    /// A tree in this format, as `style` says where it is a picture. What a reader of it will stumble over is noted on standard
    /// error.
    ///
    /// # Errors
    ///
    /// A format that holds many trees only.
    pub(crate) fn write(
        self,
        forest: &Forest,
        style: &Style,
        raw_cells: bool,
    ) -> Result<Vec<u8>, Failure> {
        let timeline = || forest.timeline(style.zone);
        let focus = style.focus.as_deref();
        let text = match self {
            Self::Tree => forest.picture(style).to_string(),
            Self::Svg => timeline().svg(focus),
            Self::Html => timeline().html(focus),
            Self::Perfetto => return Ok(timeline().perfetto()),
            Self::Records => records(forest),
            Self::Csv => tables::csv(forest, raw_cells),
            Self::Dot => graphs::dot(forest),
            Self::Mermaid => {
                let graph = graphs::mermaid(forest);
                for limit in graphs::over_limits(&graph) {
                    crate::note(&limit);
                }
                graph
            }
            #[cfg(feature = "parquet")]
            Self::Parquet => return Err(of_many()),
        };
        Ok(text.into_bytes())
    }

    /// Puts what was written into a file, which is replaced as a whole, or on standard output.
    ///
    /// # Errors
    ///
    /// An output that cannot be written, or a terminal for what is no text.
    pub(crate) fn put(
        self,
        written: &[u8],
        out: Option<&Path>,
        settings: &Settings,
    ) -> Result<(), Failure> {
        if let Some(path) = out {
            return files::replace(path, written);
        }
        if self == Self::Perfetto && io::stdout().is_terminal() {
            let message = "A trace is no text for a terminal: write it into a file by --out";
            return Err(Failure::Usage(message.to_owned()));
        }
        let mut sink = settings.sink();
        let place = match self {
            // The picture escapes what it holds.
            Self::Tree => sink.open_raw()?,
            _ => sink.open()?,
        };
        place.write_all(written).map_err(Failure::Output)?;
        sink.close()
    }
}

/// The member of a contact that links it to its parent.
pub(crate) fn link_name(link: Link) -> &'static str {
    match link {
        Link::Previous => "PreviousContactId",
        Link::Initial => "InitialContactId",
        Link::Related => "RelatedContactId",
    }
}
