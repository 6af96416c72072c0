//! Compares the names of a generated crate with those of the aws-sdk-rust crate made from another version of the model.
//!
//! What is compared is source: operations, types, fields and their types, variants, values and methods as they were emitted
//! are looked up in the other crate. What is not there is a difference. It is explained if the other crate has nothing that
//! could be the same thing under another name: then its version of the model does not have it. The other way round, what
//! the other crate has and the model too must have been emitted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use connect_codegen::FileSet;
use serde_json::Value;

use api::{Api, Kind};
use reached::Reached;

use crate::error::Error;

mod api;
mod reached;
mod source;

/// The folder below which the modules to compare were emitted.
pub(crate) const FOLDER: &str = "src";

/// What a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// How many names are equal, by kind.
    pub(crate) matches: BTreeMap<Kind, usize>,
    /// The names that are not equal.
    pub(crate) differences: Vec<Difference>,
}

/// A name that one of the crates does not have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The path of the name: `types::Contact::channel`.
    pub(crate) path: String,
    pub(crate) kind: Kind,
    pub(crate) reason: Reason,
}

/// How a name differs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The other crate has nothing of the kind: its version of the model differs, or we have more.
    OnlyOurs,
    /// The other crate calls it otherwise.
    Otherwise(String),
    /// The name is the same, and what it stands for is not: a field's type, a value's variant.
    Is {
        /// What was emitted.
        ours: String,
        /// What the other crate has.
        theirs: String,
    },
    /// The other crate and the model have it, and it was not emitted.
    NotEmitted,
}

impl Report {
    /// Whether each difference may be one between versions of the model.
    pub(crate) fn is_explained(&self) -> bool {
        self.differences
            .iter()
            .all(|difference| difference.reason == Reason::OnlyOurs)
    }

    /// How many names there are of each outcome.
    pub(crate) fn counts(&self) -> String {
        let count = |wanted: fn(&Reason) -> bool| {
            let reasons = self.differences.iter().map(|difference| &difference.reason);
            reasons.filter(|reason| wanted(reason)).count()
        };
        format!(
            "{} names are equal; {} are only ours; {} are named otherwise, {} stand for something else, {} were not emitted",
            self.matches.values().sum::<usize>(),
            count(|reason| *reason == Reason::OnlyOurs),
            count(|reason| matches!(reason, Reason::Otherwise(_))),
            count(|reason| matches!(reason, Reason::Is { .. })),
            count(|reason| *reason == Reason::NotEmitted),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, count) in &self.matches {
            writeln!(f, "  {count} {kind} are equal")?;
        }
        for Difference { path, kind, reason } in &self.differences {
            write!(f, "  {path} ({kind}): ")?;
            match reason {
                Reason::OnlyOurs => writeln!(f, "not in the other crate")?,
                Reason::Otherwise(name) => writeln!(f, "the other crate has `{name}`")?,
                Reason::Is { ours, theirs } => {
                    writeln!(f, "`{ours}`, in the other crate `{theirs}`")?
                }
                Reason::NotEmitted => {
                    writeln!(f, "in the other crate and the model, but not emitted")?
                }
            }
        }
        Ok(())
    }
}

/// Compares the modules emitted of a model with `src` of an aws-sdk-rust crate. Operations in `left_out` are not expected.
///
/// # Errors
/// Files that can't be read or parsed.
pub(crate) fn compare(
    model: &Value,
    emitted: &FileSet,
    left_out: &BTreeSet<String>,
    sdk_source: &Path,
) -> Result<Report, Error> {
    let ours = source::emitted(emitted)?;
    let theirs = source::sdk(sdk_source)?;
    let mut report = Report::default();
    forth(&mut report, &ours, &theirs);
    back(
        &mut report,
        &ours,
        &theirs,
        &Reached::by_operations(model, left_out),
    );
    Ok(report)
}

/// Looks up what was emitted in the other crate.
fn forth(report: &mut Report, ours: &Api, theirs: &Api) {
    for ((scope, kind, name), detail) in ours.names() {
        let path = format!("{scope}::{name}");
        let mut difference = |reason| {
            let (path, kind) = (path.clone(), *kind);
            report.differences.push(Difference { path, kind, reason });
        };
        match theirs.get(scope, *kind, name) {
            Some(same) if same == detail => *report.matches.entry(*kind).or_default() += 1,
            Some(other) => difference(Reason::Is {
                ours: detail.clone(),
                theirs: other.to_owned(),
            }),
            None => match theirs.of(scope, *kind).find(|other| could_be(other, name)) {
                Some(other) => difference(Reason::Otherwise(other.to_owned())),
                None if matches!(kind, Kind::Operation | Kind::Type) || theirs.has_scope(scope) => {
                    difference(Reason::OnlyOurs);
                }
                // The whole type is only ours, which has been reported.
                None => {}
            },
        }
    }
}

/// Looks up what the other crate and the model have in what was emitted.
fn back(report: &mut Report, ours: &Api, theirs: &Api, model: &Reached) {
    for (scope, kind, name) in theirs.names().map(|(key, _)| key) {
        let in_model = match kind {
            Kind::Operation => model.has_operation(&plain(name)),
            Kind::Type => model.has_type(&plain(name)),
            Kind::Field | Kind::Variant | Kind::Value => {
                let owner = scope.rsplit("::").next().unwrap_or_default();
                model.has_member(&plain(owner), &plain(name))
            }
            Kind::Method => false,
        };
        let emitted = || ours.of(scope, *kind).any(|own| could_be(own, name));
        if in_model && !emitted() {
            report.differences.push(Difference {
                path: format!("{scope}::{name}"),
                kind: *kind,
                reason: Reason::NotEmitted,
            });
        }
    }
}

/// Whether two names differ in nothing but case, word boundaries and what keeps them from being taken.
fn could_be(left: &str, right: &str) -> bool {
    plain(left) == plain(right)
}

fn plain(name: &str) -> String {
    let name = name.trim_start_matches("r#").trim_end_matches('_');
    let name = name.replace(['_', '-', '.', ' '], "").to_lowercase();
    match name.strip_suffix("value") {
        Some(name) => name.to_owned(),
        None => name,
    }
}

#[cfg(test)]
mod tests;
