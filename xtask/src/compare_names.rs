//! Compares the names that `connect_codegen::names` gives with those in the source of an aws-sdk-rust crate.
//!
//! Operations, types, enum variants, fields and builder methods of one model are looked up in the crate made from
//! another version of it. A name that is not there is a difference. It is explained if the crate has nothing that
//! could be the same thing under another name: then its version of the model does not have the shape or member.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use connect_codegen::names::{self, OperationType};
use serde_json::{Map, Value};

use sdk_source::{Sdk, Type};

mod sdk_source;

/// Why a comparison could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file or folder that can't be read.
    #[error("{}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A model that is not JSON.
    #[error("{}", path.display())]
    Json {
        /// The model.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A model without shapes.
    #[error("{}: there are no shapes", path.display())]
    NoShapes {
        /// The model.
        path: PathBuf,
    },
    /// A source file that is not Rust.
    #[error("{}", path.display())]
    Rust {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: syn::Error,
    },
}

/// What a comparison found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// How many names are equal, by kind.
    pub(crate) matches: BTreeMap<&'static str, usize>,
    /// The names that are not.
    pub(crate) differences: Vec<Difference>,
}

/// A name that the crate does not have.
#[derive(Debug)]
pub(crate) struct Difference {
    /// Where in the model: `Contact$Channel`.
    pub(crate) place: String,
    /// The name that was expected of the crate.
    pub(crate) expected: String,
    /// Why it is not there.
    pub(crate) reason: Reason,
}

/// Why a name is not there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The crate has nothing of the kind: its version of the model differs.
    NotInCrate,
    /// No operation of the service reaches the shape, so the crate leaves it out.
    NotReached,
    /// The crate calls it otherwise.
    Otherwise(String),
}

impl Report {
    /// Whether each difference is one between versions of the model, not of names.
    pub(crate) fn is_explained(&self) -> bool {
        !self
            .differences
            .iter()
            .any(|difference| matches!(difference.reason, Reason::Otherwise(_)))
    }

    fn matched(&mut self, kind: &'static str) {
        *self.matches.entry(kind).or_default() += 1;
    }

    /// Notes whether `expected` is among `present`; what of the latter could stand for it explains a difference.
    fn look_up<'s>(
        &mut self,
        kind: &'static str,
        place: &str,
        expected: &str,
        present: impl IntoIterator<Item = &'s str>,
    ) {
        let mut other = None;
        for name in present {
            if name == expected {
                self.matched(kind);
                return;
            }
            if could_be(name, expected) {
                other = Some(name.to_owned());
            }
        }
        self.differences.push(Difference {
            place: place.to_owned(),
            expected: expected.to_owned(),
            reason: other.map_or(Reason::NotInCrate, Reason::Otherwise),
        });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: usize = self.matches.values().sum();
        write!(f, "{total} names equal")?;
        for (kind, count) in &self.matches {
            write!(f, ", {count} {kind}")?;
        }
        writeln!(f, "; {} differences", self.differences.len())?;
        for Difference {
            place,
            expected,
            reason,
        } in &self.differences
        {
            write!(f, "  {place}: `{expected}`: ")?;
            match reason {
                Reason::NotInCrate => writeln!(f, "not in the crate's version of the model")?,
                Reason::NotReached => writeln!(f, "no operation reaches it")?,
                Reason::Otherwise(name) => writeln!(f, "the crate has `{name}`")?,
            }
        }
        Ok(())
    }
}

/// Whether two names differ in nothing but case, word boundaries and what keeps them from being taken.
fn could_be(left: &str, right: &str) -> bool {
    let plain = |name: &str| {
        let name = name.trim_start_matches("r#").trim_end_matches('_');
        let name = name.replace('_', "").to_lowercase();
        name.strip_suffix("value")
            .map(str::to_owned)
            .unwrap_or(name)
    };
    plain(left) == plain(right)
}

/// Compares the names of a model with those in `src` of an aws-sdk-rust crate.
///
/// # Errors
///
/// Files that can't be read or parsed.
pub(crate) fn compare(model_path: &Path, sdk_source_dir: &Path) -> Result<Report, Error> {
    let io = |source| Error::Io {
        path: model_path.to_owned(),
        source,
    };
    let model: Value =
        serde_json::from_slice(&std::fs::read(model_path).map_err(io)?).map_err(|source| {
            Error::Json {
                path: model_path.to_owned(),
                source,
            }
        })?;
    let shapes = model["shapes"].as_object().ok_or_else(|| Error::NoShapes {
        path: model_path.to_owned(),
    })?;
    let mut comparison = Comparison {
        shapes,
        reached: BTreeSet::new(),
        sdk: Sdk::read(sdk_source_dir)?,
        report: Report::default(),
    };
    comparison.run();
    Ok(comparison.report)
}

struct Comparison<'m> {
    shapes: &'m Map<String, Value>,
    reached: BTreeSet<&'m str>,
    sdk: Sdk,
    report: Report,
}

impl<'m> Comparison<'m> {
    fn run(&mut self) {
        let mut inputs_and_outputs = BTreeSet::new();
        for (id, shape) in self.shapes {
            if shape["type"] == "operation" {
                self.reach(id);
                self.operation(id, shape);
                for end in ["input", "output"] {
                    inputs_and_outputs.extend(shape[end]["target"].as_str());
                }
            }
        }
        for (id, shape) in self.shapes {
            if !inputs_and_outputs.contains(id.as_str()) {
                self.shape(id, shape);
            }
        }
    }

    /// Adds a shape and all that its members and errors target.
    fn reach(&mut self, id: &'m str) {
        let Some(shape) = self.shapes.get(id) else {
            return;
        };
        if !self.reached.insert(id) {
            return;
        }
        let parts = ["input", "output", "member", "key", "value"].map(|part| &shape[part]);
        let errors = shape["errors"].as_array().into_iter().flatten();
        let members = shape["members"].as_object().into_iter().flatten();
        for target in parts.into_iter().chain(errors).chain(members.map(|m| m.1)) {
            if let Some(target) = target["target"].as_str() {
                self.reach(target);
            }
        }
    }

    fn operation(&mut self, id: &str, shape: &Value) {
        let name = local(id);
        let methods = self.sdk.operations.keys().map(String::as_str);
        let method = names::operation_method(name);
        self.report.look_up("operations", name, &method, methods);
        let Some((module, builder)) = self.sdk.operations.get(&method) else {
            return;
        };
        let expected = names::operation_type(name, OperationType::FluentBuilder);
        self.report
            .look_up("types", name, &expected, [builder.as_str()]);
        self.report.look_up(
            "modules",
            name,
            &names::module_name(name),
            [module.as_str()],
        );
        let types: Vec<&str> = self.sdk.operation_types(module).collect();
        for suffix in [
            OperationType::Input,
            OperationType::Output,
            OperationType::Error,
        ] {
            let expected = names::operation_type(name, suffix);
            self.report
                .look_up("types", name, &expected, types.iter().copied());
        }
        // Whether there is a paginator is up to the model's version.
        for suffix in [OperationType::Paginator, OperationType::PaginatorItems] {
            let expected = names::operation_type(name, suffix);
            if types.iter().any(|ty| could_be(ty, &expected)) {
                let present = types.iter().copied();
                self.report.look_up("types", name, &expected, present);
            }
        }
        let error = names::operation_type(name, OperationType::Error);
        if let Some(error) = self.sdk.operation_type(module, &error) {
            for target in shape["errors"].as_array().into_iter().flatten() {
                let target = local(target["target"].as_str().unwrap_or_default());
                let place = format!("{name}: {target}");
                let variants = error.members.iter().map(String::as_str);
                let variant = names::type_name(target);
                self.report
                    .look_up("error variants", &place, &variant, variants);
                let methods = error.methods.iter().map(String::as_str);
                let predicate = names::predicate_name(target);
                self.report
                    .look_up("error predicates", &place, &predicate, methods);
            }
        }
        for (end, suffix) in [
            ("input", OperationType::Input),
            ("output", OperationType::Output),
        ] {
            let target = shape[end]["target"].as_str().unwrap_or_default();
            let ty = names::operation_type(name, suffix);
            if let (Some(target), Some(ty)) = (
                self.shapes.get(target),
                self.sdk.operation_type(module, &ty),
            ) {
                members(&mut self.report, name, target, ty);
            }
        }
    }

    fn shape(&mut self, id: &str, shape: &Value) {
        let traits = &shape["traits"];
        let is_enum = shape["type"] == "enum" || traits["smithy.api#enum"].is_array();
        let is_aggregate = matches!(shape["type"].as_str(), Some("structure" | "union"));
        if !is_enum && !is_aggregate || !traits["smithy.api#trait"].is_null() {
            return;
        }
        let name = local(id);
        let expected = names::type_name(name);
        if !self.reached.contains(id) {
            self.report.differences.push(Difference {
                place: name.to_owned(),
                expected,
                reason: Reason::NotReached,
            });
            return;
        }
        let types = if traits["smithy.api#error"].is_string() {
            &self.sdk.errors
        } else {
            &self.sdk.types
        };
        let present = types.keys().map(String::as_str);
        self.report.look_up("types", name, &expected, present);
        let Some(ty) = types.get(&expected) else {
            return;
        };
        if is_enum {
            variants(&mut self.report, name, shape, ty);
        } else {
            members(&mut self.report, name, shape, ty);
        }
    }
}

/// Compares the members of a structure or union.
fn members(report: &mut Report, name: &str, shape: &Value, ty: &Type) {
    let is_union = shape["type"] == "union";
    let present: Vec<&str> = ty.members.iter().map(String::as_str).collect();
    for (member, _) in shape["members"].as_object().into_iter().flatten() {
        let place = format!("{name}${member}");
        if is_union {
            let expected = names::variant_name(member);
            report.look_up("union variants", &place, &expected, present.iter().copied());
            continue;
        }
        let expected = names::field_name(member);
        report.look_up("fields", &place, &expected, present.iter().copied());
        if present.contains(&expected.as_str()) {
            let methods = || ty.builder_methods.iter().map(String::as_str);
            for expected in [names::setter_name(member), names::getter_name(member)] {
                report.look_up("builder methods", &place, &expected, methods());
            }
        }
    }
}

/// Compares the variants of an enum: the crate's variant for each value of the model.
fn variants(report: &mut Report, name: &str, shape: &Value, ty: &Type) {
    let members = shape["members"].as_object().into_iter().flatten();
    let members = members.map(|(member, value)| {
        let value = value["traits"]["smithy.api#enumValue"].as_str();
        (member.clone(), value.unwrap_or(member).to_owned())
    });
    let definitions = shape["traits"]["smithy.api#enum"].as_array();
    let definitions = definitions.into_iter().flatten().filter_map(|definition| {
        let value = definition["value"].as_str()?;
        let member = match definition["name"].as_str() {
            Some(member) => member.to_owned(),
            None => names::enum_member_name(value)?,
        };
        Some((member, value.to_owned()))
    });
    for (member, value) in members.chain(definitions) {
        let place = format!("{name}${member}");
        let expected = names::variant_name(&member);
        let reason = match ty.values.get(&value) {
            Some(variant) if *variant == expected => {
                report.matched("enum variants");
                continue;
            }
            Some(variant) => Reason::Otherwise(variant.clone()),
            None => Reason::NotInCrate,
        };
        report.differences.push(Difference {
            place,
            expected,
            reason,
        });
    }
}

fn local(shape_id: &str) -> &str {
    shape_id.split_once('#').map_or(shape_id, |(_, name)| name)
}

#[cfg(test)]
mod tests;
