//! `connect configure`.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::visible;
use crate::settings::{Origin, Settings};

/// Show where region, endpoint, profile and credentials come from
///
/// Nothing is called, and no secret is shown. What is missing or wrong is reported at the end, with exit code 253. With
/// --output or --query, as data.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to do
    what: What,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum What {
    /// Look at the settings that a call would take
    Check,
}

/// Runs the command.
///
/// # Errors
///
/// A setting that a call needs is missing or wrong.
pub(crate) fn run(arguments: &Arguments, settings: &Settings) -> Result<(), Failure> {
    let What::Check = arguments.what;
    let origins = settings.origins();
    if let Some(mut printer) = settings.data_printer()? {
        let row = |origin: &Origin| json!({"Name": origin.name, "Value": origin.value, "From": origin.place});
        let rows: Value = origins.iter().map(row).collect();
        printer.print("Configuration", &json!({ "Settings": rows }))?;
        printer.out.close()?;
    } else {
        let mut text = String::new();
        for Origin { name, value, place } in &origins {
            // Each in one line, whatever it holds.
            let [value, place] = [value, place].map(|text| visible(text).replace('\n', "\\n"));
            text += &format!("{name:<20} {value}\n{:21}from {place}\n", "");
        }
        settings.print(&text)?;
    }
    settings.check()
}
