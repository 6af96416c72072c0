//! What the chosen operations reach, and which members must be boxed because their type reaches itself.

use std::collections::{BTreeMap, BTreeSet};

use super::Lowering;
use crate::error::{Error, Place};
use crate::ir::Usage;
use crate::model::{Kind, Model, Service, Shape, ShapeId};
use crate::names;

/// All operations of a service, those of its resources included, by name.
///
/// # Errors
/// An operation or resource is not in the model, or two operations have one name.
pub fn operations<'a>(model: &'a Model, service: &'a Service) -> Result<Vec<&'a Shape>, Error> {
    let mut found: BTreeMap<&str, &Shape> = BTreeMap::new();
    let mut seen: Vec<&ShapeId> = Vec::new();
    let mut resources: Vec<&ShapeId> = service.resources.iter().collect();
    let mut ids: Vec<&ShapeId> = service.operations.iter().collect();
    while let Some(id) = resources.pop() {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        if let Kind::Resource(resource) = &model.target(id, || Place::from(id))?.kind {
            ids.extend(&resource.operations);
            resources.extend(&resource.resources);
        }
    }
    for id in ids {
        let shape = model.target(id, || Place::from(id))?;
        if let Some(other) = found.insert(id.name(), shape)
            && other.id != *id
        {
            return Err(Error::new(
                id,
                format!("name clash: the service has {} too", other.id),
            ));
        }
    }
    let mut methods: BTreeMap<String, &ShapeId> = BTreeMap::new();
    for shape in found.values() {
        let method = names::operation_method(shape.id.name());
        if let Some(other) = methods.get(&method) {
            let message = format!(
                "name clash: {other} and {} are both {method} in Rust",
                shape.id
            );
            return Err(Error::new(&shape.id, message));
        }
        fits_a_file(&shape.id, &method)?;
        methods.insert(method, &shape.id);
    }
    Ok(found.into_values().collect())
}

/// Rejects a module that no file can be called after: file systems have 255 bytes for it, `__` before and `.rs` behind it.
pub(super) fn fits_a_file(id: &ShapeId, module: &str) -> Result<(), Error> {
    if module.len() <= 250 {
        return Ok(());
    }
    let message = "the name is too long: no file can be called so, which has 255 bytes at most";
    Err(Error::new(id, message))
}

impl<'a> Lowering<'a> {
    /// Marks a shape and all it reaches as travelling in a direction.
    pub(super) fn reach(&mut self, id: &'a ShapeId, input: bool) -> Result<(), Error> {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let shape = self.model.target(id, || Place::from(id))?;
            let usage = self.usage.entry(&shape.id).or_default();
            let flag = if input {
                &mut usage.input
            } else {
                &mut usage.output
            };
            if std::mem::replace(flag, true) {
                continue;
            }
            open.extend(
                shape
                    .kind
                    .members()
                    .into_iter()
                    .map(|member| &member.target),
            );
        }
        Ok(())
    }

    /// The sides a shape travels to.
    pub(super) fn usage_of(&self, id: &ShapeId) -> Usage {
        self.usage.get(id).copied().unwrap_or_default()
    }

    /// Boxes one member of every cycle that no list or map breaks.
    pub(super) fn box_cycles(&mut self) {
        while let Some(cycle) = self.find_cycle() {
            // Any member of the cycle would do; the least by name is what aws-sdk-rust boxes.
            if let Some(edge) = cycle.into_iter().min() {
                self.boxed.insert(edge);
            }
        }
    }

    /// A cycle of members that hold their target by value.
    fn find_cycle(&self) -> Option<Vec<(&'a ShapeId, &'a str)>> {
        let edges = |id: &ShapeId| -> Vec<(&'a ShapeId, &'a str, &'a ShapeId)> {
            let Some(shape) = self.model.get(id) else {
                return Vec::new();
            };
            let (Kind::Structure(members) | Kind::Union(members)) = &shape.kind else {
                return Vec::new();
            };
            members
                .iter()
                .map(|member| (&shape.id, member.name.as_str(), &member.target))
                .filter(|(id, member, _)| !self.boxed.contains(&(*id, *member)))
                .collect()
        };
        // Shapes that no cycle can be reached from.
        let mut done: BTreeSet<&ShapeId> = BTreeSet::new();
        for start in self.usage.keys().copied() {
            // Depth first, with the edges still to follow on a stack of their own, so that depth costs no recursion.
            let mut path: Vec<(&ShapeId, &str, &ShapeId)> = Vec::new();
            let mut open = vec![edges(start)];
            while let Some(edge) = open.last_mut().map(Vec::pop) {
                let Some(edge) = edge else {
                    open.pop();
                    done.extend(path.pop().map(|(.., to)| to));
                    continue;
                };
                if done.contains(edge.2) {
                    continue;
                }
                path.push(edge);
                if let Some(first) = path.iter().position(|(from, ..)| *from == edge.2) {
                    let cycle = path[first..].iter();
                    return Some(cycle.map(|(from, member, _)| (*from, *member)).collect());
                }
                open.push(edges(edge.2));
            }
            done.insert(start);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_has_255_bytes_at_most() {
        let id = ShapeId::parse("a#B").unwrap();
        assert!(fits_a_file(&id, &"x".repeat(250)).is_ok());
        let error = fits_a_file(&id, &"x".repeat(251)).unwrap_err();
        assert!(error.to_string().contains("255 bytes"), "{error}");
    }
}
