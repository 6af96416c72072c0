//! Paths into outputs, as pagination and waiters state them.

use super::Lowering;
use crate::error::{Error, Place};
use crate::ir::{Member, Role, Step, Structure, Target};
use crate::model::{Kind, Shape, ShapeId};

impl<'a> Lowering<'a> {
    /// Follows `a.b.c` from a structure that is lowered already. Gives the steps and the last one's type.
    pub(super) fn path(
        &mut self,
        root: &Structure,
        path: &str,
        place: &dyn Fn() -> Place,
    ) -> Result<(Vec<Step>, Target), Error> {
        let (first, rest) = match path.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (path, None),
        };
        let Some(member) = root.members.iter().find(|member| member.name == first) else {
            return Err(Error::new(
                place(),
                format!("{} has no member {first:?}", root.shape),
            ));
        };
        let mut steps = vec![Step::of(member)];
        let Some(rest) = rest else {
            return Ok((steps, member.target.clone()));
        };
        let names = (rest, path);
        let (more, target) = self.path_from(member.target.clone(), names, place)?;
        steps.extend(more);
        Ok((steps, target))
    }

    /// Follows `b.c` from a structure's type; errors tell the whole path.
    pub(super) fn path_from(
        &mut self,
        mut target: Target,
        (rest, whole): (&str, &str),
        place: &dyn Fn() -> Place,
    ) -> Result<(Vec<Step>, Target), Error> {
        let mut steps = Vec::new();
        for name in rest.split('.') {
            let shape = match &target {
                Target::Structure(rust) => self.shape_by_name(rust),
                _ => None,
            };
            let Some(shape) = shape else {
                return Err(Error::new(
                    place(),
                    format!("{whole:?} goes through what is no structure"),
                ));
            };
            let nested = self.structure(shape, String::new(), Role::Nested)?;
            let mut members = nested.members.into_iter();
            let Some(member) = members.find(|member| member.name == name) else {
                return Err(Error::new(
                    place(),
                    format!("{} has no member {name:?}", shape.id),
                ));
            };
            steps.push(Step::of(&member));
            target = member.target;
        }
        Ok((steps, target))
    }

    fn shape_by_name(&self, rust: &str) -> Option<&'a Shape> {
        let rust = rust.trim_start_matches("error::");
        let id: &ShapeId = self
            .names
            .iter()
            .find(|(_, name)| *name == rust)
            .map(|(id, _)| *id)?;
        self.model
            .get(id)
            .filter(|shape| matches!(shape.kind, Kind::Structure(_)))
    }
}

impl Step {
    /// The step to a member.
    pub(super) fn of(member: &Member) -> Self {
        Self {
            name: member.name.clone(),
            field: member.field.clone(),
            optional: member.optional,
        }
    }
}
