//! Paths into outputs, as pagination and waiters state them.

use super::Lowering;
use crate::error::{Error, Place, bail};
use crate::ir::{Member, Step, Structure, Target};

impl Lowering<'_> {
    /// Follows `a.b.c` from a structure. Returns the steps and the last one's type.
    pub(super) fn path(
        &self,
        root: &Structure,
        path: &str,
        place: &dyn Fn() -> Place,
    ) -> Result<(Vec<Step>, Target), Error> {
        self.follow(Some(root), (path, path), place)
    }

    /// The structure of a type that is one.
    pub(super) fn structure_of(&self, target: &Target) -> Option<&Structure> {
        match target {
            Target::Structure(name) => self.structures.get(name),
            _ => None,
        }
    }

    /// Follows a part of a path from a structure; errors name the whole path.
    pub(super) fn follow(
        &self,
        root: Option<&Structure>,
        (path, whole): (&str, &str),
        place: &dyn Fn() -> Place,
    ) -> Result<(Vec<Step>, Target), Error> {
        let mut steps = Vec::new();
        let mut target = Target::Unit;
        let mut next = root;
        for name in path.split('.') {
            let Some(structure) = next else {
                bail!(place(), "{whole:?} goes through what is no structure");
            };
            let Some(member) = structure.member(name) else {
                bail!(place(), "{} has no member {name:?}", structure.shape);
            };
            steps.push(Step::of(member));
            target.clone_from(&member.target);
            next = self.structure_of(&member.target);
        }
        Ok((steps, target))
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
