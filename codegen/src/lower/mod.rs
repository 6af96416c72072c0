//! Model to IR: chooses operations, follows what they reach, resolves names, types and bindings.

mod binding;
mod closure;
mod constraints;
mod operation;
mod paths;
mod service;
mod structure;
mod supported;
mod target;
mod time;
mod types;
mod uri;
mod values;
mod waiter;

use std::collections::{BTreeMap, BTreeSet};

pub use self::closure::operations;
pub use self::time::time;
use crate::error::{Error, Place};
use crate::ir;
use crate::model::{Model, ShapeId};

/// What to generate of a model.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The service's shape ID or name; may be left out if the model has one service.
    pub service: Option<String>,
    /// Operations by name; none means all.
    pub operations: Vec<String>,
    /// What cannot be generated is an error instead of a warning.
    pub strict: bool,
    /// A server side is generated, too: what only that cannot do is reported.
    pub server: bool,
}

/// Lowers the chosen part of a model. What had to be left out goes into `warnings`.
///
/// # Errors
/// The model is wrong, or the selection names what is not in it.
pub fn lower(
    model: &Model,
    selection: &Selection,
    warnings: &mut BTreeSet<String>,
) -> Result<ir::Service, Error> {
    let mut lowering = Lowering {
        model,
        strict: selection.strict,
        server: selection.server,
        warnings,
        boxed: BTreeSet::new(),
        usage: BTreeMap::new(),
        names: BTreeMap::new(),
        structures: BTreeMap::new(),
        unions: BTreeMap::new(),
        enums: BTreeMap::new(),
        checked: BTreeSet::new(),
        patterns: BTreeMap::new(),
    };
    lowering
        .service(selection)
        .map_err(|error| error.in_file(model.file()))
}

struct Lowering<'a> {
    model: &'a Model,
    strict: bool,
    server: bool,
    warnings: &'a mut BTreeSet<String>,
    /// Members whose field is boxed: container and member name.
    boxed: BTreeSet<(&'a ShapeId, &'a str)>,
    /// Every shape that the chosen operations reach, and the sides it travels to.
    usage: BTreeMap<&'a ShapeId, ir::Usage>,
    /// Type names of the closure's structures, unions, enums and errors.
    names: BTreeMap<&'a ShapeId, String>,
    /// The structures by their names as a [`ir::Target`] has them: errors as `error::Name`.
    structures: BTreeMap<String, ir::Structure>,
    unions: BTreeMap<String, ir::Union>,
    enums: BTreeMap<String, ir::Enum>,
    /// The structures and unions that have something to check, themselves or in what they reach.
    checked: BTreeSet<String>,
    /// The patterns met so far, and why each cannot be checked, if so.
    patterns: BTreeMap<String, Option<&'static str>>,
}

impl<'a> Lowering<'a> {
    /// Leaves something out with a warning; when strict, that is an error.
    fn leave_out(&mut self, place: Place, what: impl Into<String>) -> Result<(), Error> {
        let error = Error::new(place, what);
        if self.strict {
            return Err(error);
        }
        self.warn(error);
        Ok(())
    }

    /// Adds a warning: something is not as the model has it.
    fn warn(&mut self, error: Error) {
        let error = error.in_file(self.model.file());
        self.warnings.insert(error.to_string());
    }

    /// The type's name in the generated crate.
    fn type_name(&self, id: &ShapeId) -> Result<String, Error> {
        self.names
            .get(id)
            .cloned()
            .ok_or_else(|| Error::new(id, "the shape is not in the service's closure"))
    }

    fn shape(&self, id: &ShapeId) -> Result<&'a crate::model::Shape, Error> {
        self.model.target(id, || Place::from(id))
    }
}
