//! Waiters.

use serde_json::Value;

use super::Lowering;
use super::values::docs_of;
use crate::error::{Error, Place, bail};
use crate::ir::{Acceptor, AcceptorState, Matcher, Step, Structure, Target, Waiter};
use crate::model::{self, Shape, Waitable, ids};
use crate::names;

impl Lowering<'_> {
    /// The waiters of an operation; one whose acceptors go beyond paths of names, into lists or not, is left out.
    pub(super) fn waiters(
        &mut self,
        shape: &Shape,
        input: &Structure,
        output: &Structure,
    ) -> Result<Vec<Waiter>, Error> {
        let waitable: Option<Waitable> = shape.traits.read_object(ids::WAITABLE, &shape.id)?;
        let mut waiters: Vec<Waiter> = Vec::new();
        for (name, waiter) in waitable.unwrap_or_default() {
            if !model::is_identifier(&name) {
                let place = Place::shape(&shape.id).with_trait(ids::WAITABLE);
                bail!(place, "{name:?} is no identifier");
            }
            let waiter = self.waiter(shape, output, &name, &waiter);
            let waiter = waiter.and_then(|waiter| {
                let method = &waiter.method;
                let taken = waiters.iter().any(|other| other.method == *method)
                    || input.members.iter().any(|member| member.field == *method);
                if taken {
                    bail!(&shape.id, "name clash: the request has a {method} already");
                }
                Ok(waiter)
            });
            match waiter {
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
        &self,
        shape: &Shape,
        output: &Structure,
        name: &str,
        waiter: &model::Waiter,
    ) -> Result<Waiter, Error> {
        let mut acceptors = waiter
            .acceptors
            .iter()
            .map(|acceptor| self.acceptor(shape, output, acceptor))
            .collect::<Result<Vec<Acceptor>, _>>()?;
        // Nothing comes to what follows one that takes every output, or every error.
        let mut taken = [false; 2];
        acceptors.retain(|acceptor| {
            let errors = matches!(
                acceptor.matcher,
                Matcher::Success(false) | Matcher::ErrorType(_)
            );
            let taken = &mut taken[usize::from(errors)];
            let reached = !*taken;
            *taken |= matches!(acceptor.matcher, Matcher::Success(_));
            reached
        });
        Ok(Waiter {
            name: name.to_owned(),
            method: format!("wait_until_{}", names::snake_case(name)),
            docs: docs_of(waiter.documentation.as_deref(), |form| {
                format!("Waits for {}.", form.code(name))
            }),
            delay: (waiter.min_delay, waiter.max_delay),
            acceptors,
        })
    }

    fn acceptor(
        &self,
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
            let text = |key: &str| wanted[key].as_str();
            let (Some(path), Some(expected), Some(comparator)) =
                (text("path"), text("expected"), text("comparator"))
            else {
                return Err(unsupported(matcher));
            };
            let expected = expected.to_owned();
            match comparator {
                "stringEquals" | "booleanEquals" => {
                    let (path, target) = self.path(output, path, &place)?;
                    let fits = match comparator {
                        "stringEquals" => is_text(&target),
                        _ => target == Target::Boolean && ["true", "false"].contains(&&*expected),
                    };
                    if !fits {
                        return Err(unsupported(wanted));
                    }
                    Matcher::Output {
                        path,
                        target,
                        expected,
                    }
                }
                "allStringEquals" | "anyStringEquals" => {
                    let (paths, target) = self.values(output, path, &place)?;
                    if !is_text(&target) {
                        return Err(unsupported(wanted));
                    }
                    Matcher::Each {
                        paths,
                        target,
                        expected,
                        all: comparator == "allStringEquals",
                    }
                }
                _ => return Err(unsupported(matcher)),
            }
        };
        Ok(Acceptor { state, matcher })
    }

    /// Follows `a.b[].c` into lists. Returns the steps to each list and from its entries, and the type of the values.
    fn values(
        &self,
        output: &Structure,
        path: &str,
        place: &dyn Fn() -> Place,
    ) -> Result<(Vec<Vec<Step>>, Target), Error> {
        // `[*]` differs in lists of lists only: it does not flatten them.
        let path = path.replace("[*]", "[]");
        let mut parts = path.split("[]");
        let (steps, mut target) = self.path(output, parts.next().unwrap_or_default(), place)?;
        let mut paths = vec![steps];
        let mut parts = parts.peekable();
        // A list of texts is as good as the texts in it.
        let bare = parts.peek().is_none().then_some("");
        for part in bare.into_iter().chain(parts) {
            let Target::List(list) = target else {
                bail!(place(), "{path:?} looks for entries in what is no list");
            };
            if list.sparse || matches!(list.element, Target::List(_)) {
                bail!(place(), "{path:?} goes through a list of lists or of nulls");
            }
            target = list.element;
            paths.push(match part.strip_prefix('.') {
                Some(part) => {
                    let root = self.structure_of(&target);
                    let (steps, last) = self.follow(root, (part, &path), place)?;
                    target = last;
                    steps
                }
                None if part.is_empty() => Vec::new(),
                None => bail!(place(), "{path:?} is not supported"),
            });
        }
        Ok((paths, target))
    }
}

fn is_text(target: &Target) -> bool {
    matches!(target, Target::String { .. } | Target::Enum(_))
}
