//! Waiters.

use serde_json::Value;

use super::Lowering;
use crate::error::{Error, Place};
use crate::ir::{Acceptor, AcceptorState, Docs, Matcher, Structure, Target, Waiter};
use crate::model::{self, Shape, Waitable, ids};
use crate::names;

impl Lowering<'_> {
    /// The waiters of an operation; one whose acceptors go beyond plain paths is left out.
    pub(super) fn waiters(
        &mut self,
        shape: &Shape,
        output: &Structure,
    ) -> Result<Vec<Waiter>, Error> {
        let waitable: Option<Waitable> = shape.traits.read_object(ids::WAITABLE, &shape.id)?;
        let mut waiters = Vec::new();
        for (name, waiter) in waitable.unwrap_or_default() {
            if !model::is_identifier(&name) {
                let place = Place::shape(&shape.id).with_trait(ids::WAITABLE);
                return Err(Error::new(place, format!("{name:?} is no identifier")));
            }
            match self.waiter(shape, output, &name, &waiter) {
                Ok(waiter) => waiters.push(waiter),
                Err(error) => self.leave_out(
                    Place::shape(&shape.id).with_trait(ids::WAITABLE),
                    format!("waiter {name} is left out: {}", error.message()),
                )?,
            }
        }
        Ok(waiters)
    }

    fn waiter(
        &mut self,
        shape: &Shape,
        output: &Structure,
        name: &str,
        waiter: &model::Waiter,
    ) -> Result<Waiter, Error> {
        let acceptors = waiter
            .acceptors
            .iter()
            .map(|acceptor| self.acceptor(shape, output, acceptor))
            .collect::<Result<_, _>>()?;
        let markdown = match &waiter.documentation {
            Some(html) => crate::docs::to_markdown(html),
            None => format!("Waits for `{name}`."),
        };
        Ok(Waiter {
            name: name.to_owned(),
            method: format!("wait_until_{}", names::module_name(name)),
            docs: Docs {
                markdown,
                deprecated: None,
            },
            delay: (waiter.min_delay, waiter.max_delay),
            acceptors,
        })
    }

    fn acceptor(
        &mut self,
        shape: &Shape,
        output: &Structure,
        acceptor: &Value,
    ) -> Result<Acceptor, Error> {
        let place = || Place::shape(&shape.id).with_trait(ids::WAITABLE);
        let unsupported = |what: &Value| Error::new(place(), format!("{what} is not supported"));
        let state = match acceptor["state"].as_str() {
            Some("success") => AcceptorState::Success,
            Some("failure") => AcceptorState::Failure,
            Some("retry") => AcceptorState::Retry,
            _ => return Err(unsupported(&acceptor["state"])),
        };
        let matcher = &acceptor["matcher"];
        let matcher = if let Some(success) = matcher["success"].as_bool() {
            Matcher::Success(success)
        } else if let Some(code) = matcher["errorType"].as_str() {
            let name = code.rsplit('#').next().unwrap_or(code);
            Matcher::ErrorType(name.to_owned())
        } else {
            let wanted = &matcher["output"];
            let comparator = wanted["comparator"].as_str();
            match (
                wanted["path"].as_str(),
                wanted["expected"].as_str(),
                comparator,
            ) {
                (Some(path), Some(expected), Some("stringEquals" | "booleanEquals")) => {
                    let (path, target) = self.path(output, path, &place)?;
                    if !matches!(
                        target,
                        Target::String { .. } | Target::Enum(_) | Target::Boolean
                    ) {
                        return Err(unsupported(wanted));
                    }
                    Matcher::Output {
                        path,
                        target,
                        expected: expected.to_owned(),
                    }
                }
                _ => return Err(unsupported(matcher)),
            }
        };
        Ok(Acceptor { state, matcher })
    }
}
