//! The types of the closure: named, then lowered once, by their Rust names. What follows looks them up.

use std::collections::BTreeMap;

use super::{Lowering, closure};
use crate::error::{Error, bail};
use crate::ir::{Member, Role, Target};
use crate::model::{self, Kind, ShapeId, ids};
use crate::names;

impl Lowering<'_> {
    /// Gives every structure, union and enum of the closure its Rust name.
    pub(super) fn name_types(&mut self, service: &model::Service) -> Result<(), Error> {
        let mut taken: BTreeMap<String, &ShapeId> = BTreeMap::new();
        let mut modules: BTreeMap<(bool, String), &ShapeId> = BTreeMap::new();
        for id in self.usage.keys().copied() {
            let shape = self.shape(id)?;
            let named = match &shape.kind {
                Kind::Structure(_) => *id != ShapeId::prelude("Unit"),
                Kind::Union(_) | Kind::Enum(_) => true,
                Kind::Simple(model::Simple::String) => shape.traits.has(ids::ENUM),
                _ => false,
            };
            if !named {
                continue;
            }
            let name = service.rename.get(id).map_or(id.name(), String::as_str);
            if !model::is_identifier(name) {
                bail!(
                    id,
                    "the service renames it to {name:?}, which is no identifier"
                );
            }
            let name = names::type_name(name);
            if let Some(other) = taken.insert(name.clone(), id) {
                bail!(id, "name clash: {other} and {id} are both {name} in Rust");
            }
            // Emitted code writes `String` without a path.
            if name == "String" {
                bail!(id, "name clash: String is a type of Rust's");
            }
            let error = shape.traits.has(ids::ERROR);
            // A variant of every operation's error.
            if error && name == "Unhandled" {
                bail!(id, "name clash: errors have an Unhandled of their own");
            }
            let module = names::snake_case(&name);
            if let Some(other) = modules.insert((error, module.clone()), id) {
                bail!(
                    id,
                    "name clash: {other} and {id} are both in a module {module} in Rust"
                );
            }
            closure::fits_a_file(id, &format!("__{module}"))?;
            self.names.insert(id, name);
        }
        Ok(())
    }

    /// Lowers every type that has a name. Enums come first: a member's default must be one of their values.
    pub(super) fn types(&mut self) -> Result<(), Error> {
        let (structures_and_unions, enums): (Vec<_>, Vec<_>) = self
            .names
            .iter()
            .filter_map(|(id, name)| Some((self.model.get(id)?, name.clone())))
            .partition(|(shape, _)| matches!(shape.kind, Kind::Structure(_) | Kind::Union(_)));
        for (shape, name) in enums {
            let lowered = self.enumeration(shape)?;
            self.enums.insert(name, lowered);
        }
        for (shape, name) in structures_and_unions {
            if let Kind::Union(members) = &shape.kind {
                let lowered = self.union(shape, members)?;
                self.unions.insert(name, lowered);
            } else if shape.traits.has(ids::ERROR) {
                let role = Role::Error(self.error_wire(shape)?);
                let lowered = self.structure(shape, name.clone(), role)?;
                self.structures.insert(format!("error::{name}"), lowered);
            } else {
                let lowered = self.structure(shape, name.clone(), Role::Nested)?;
                self.structures.insert(name, lowered);
            }
        }
        self.find_checked();
        for (name, shape) in &mut self.structures {
            shape.checked = shape.usage.input && self.checked.contains(name);
        }
        for (name, shape) in &mut self.unions {
            shape.checked = shape.usage.input && self.checked.contains(name);
        }
        Ok(())
    }

    /// Finds the structures and unions that have something to check, themselves or in what they reach.
    fn find_checked(&mut self) {
        loop {
            let structures = self.structures.iter().map(|(name, it)| (name, &it.members));
            let unions = self.unions.iter().map(|(name, it)| (name, &it.members));
            let checked = structures
                .chain(unions)
                .filter(|(_, members)| members.iter().any(|member| self.needs_check(member)))
                .map(|(name, _)| name.clone())
                .collect();
            if self.checked == checked {
                return;
            }
            self.checked = checked;
        }
    }

    /// Whether a member has something to check.
    pub(super) fn needs_check(&self, member: &Member) -> bool {
        (member.required && member.optional)
            || !member.constraints.is_empty()
            || self.target_needs_check(&member.target)
    }

    fn target_needs_check(&self, target: &Target) -> bool {
        match target {
            Target::List(list) => {
                !list.constraints.is_empty() || self.target_needs_check(&list.element)
            }
            Target::Map(map) => {
                !map.key_constraints.is_empty()
                    || !map.value_constraints.is_empty()
                    || self.target_needs_check(&map.value)
            }
            Target::Structure(name) | Target::Union(name) => self.checked.contains(name),
            // A server takes the values it knows only; to a client the check is nothing.
            Target::Enum(_) | Target::IntEnum(_) => true,
            _ => false,
        }
    }
}
