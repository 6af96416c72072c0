//! Paths into outputs, as pagination and waiters state them.

use super::Lowering;
use crate::error::{Error, Place};
use crate::ir::{Member, Step, Structure, Target};
use crate::model::{Kind, Shape, ShapeId};

impl<'a> Lowering<'a> {
    /// Follows `a.b.c` from a structure that is lowered already. Gives the steps and the last one's type.
    pub(super) fn path(
        &mut self,
        root: &Structure,
        path: &str,
        place: &dyn Fn() -> Place,
    ) -> Result<(Vec<Step>, Target), Error> {
        let mut steps = Vec::new();
        let mut names = path.split('.');
        let first = names.next().unwrap_or_default();
        let Some(member) = root.members.iter().find(|member| member.name == first) else {
            return Err(Error::new(
                place(),
                format!("{} has no member {first:?}", root.shape),
            ));
        };
        steps.push(Step::of(member));
        let mut target = member.target.clone();
        for name in names {
            let shape = match &target {
                Target::Structure(rust) => self.shape_by_name(rust),
                _ => None,
            };
            let Some(shape) = shape else {
                return Err(Error::new(
                    place(),
                    format!("{path:?} goes through what is no structure"),
                ));
            };
            let nested = self.structure(shape, String::new(), crate::ir::Role::Nested)?;
            let Some(member) = nested
                .members
                .into_iter()
                .find(|member| member.name == name)
            else {
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
