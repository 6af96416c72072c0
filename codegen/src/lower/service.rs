//! The service: which operations, and everything they reach.

use std::collections::{BTreeMap, BTreeSet};

use super::values::{checked, docs_of, needs_check};
use super::{Lowering, Selection, closure};
use crate::docs;
use crate::error::{Error, Place};
use crate::ir::{self, ClientParam, Role};
use crate::model::{self, AwsService, Kind, Shape, ShapeId, ids};
use crate::near::{near, offer};
use crate::{names, rules};

impl<'a> Lowering<'a> {
    pub(super) fn service(&mut self, selection: &Selection) -> Result<ir::Service, Error> {
        let (shape, service) = self.find_service(selection.service.as_deref())?;
        if !shape.traits.has(ids::REST_JSON_1) {
            return Err(Error::new(
                &shape.id,
                "the service does not speak aws.protocols#restJson1",
            ));
        }
        let operations = self.choose(shape, service, &selection.operations)?;
        for (_, operation) in &operations {
            operation
                .input
                .iter()
                .try_for_each(|id| self.reach_members(id, true))?;
            operation
                .output
                .iter()
                .try_for_each(|id| self.reach_members(id, false))?;
            operation
                .errors
                .iter()
                .try_for_each(|id| self.reach(id, false))?;
        }
        service
            .errors
            .iter()
            .try_for_each(|id| self.reach(id, false))?;
        self.report(shape, &operations)?;
        self.box_cycles();
        self.name_types(service)?;

        let mut lowered = ir::Service {
            shape: shape.id.to_string(),
            name: shape.id.name().to_owned(),
            sdk_id: shape
                .traits
                .read_object(ids::AWS_SERVICE, &shape.id)?
                .and_then(|service: AwsService| service.sdk_id)
                .unwrap_or_else(|| shape.id.name().to_owned()),
            version: service.version.clone(),
            signing_name: signing_name(shape)?,
            title: title(shape)?,
            docs: self.shape_docs(shape, |form| {
                format!("The service {}.", form.code(shape.id.name()))
            })?,
            operations: Vec::with_capacity(operations.len()),
            structures: Vec::new(),
            unions: Vec::new(),
            enums: Vec::new(),
            errors: Vec::new(),
            rules: match shape.traits.get(ids::ENDPOINT_RULE_SET) {
                Some(rule_set) => rules::lower(rule_set, shape.id.as_str())?,
                None => rules::without_rules()?,
            },
            endpoint_tests: Vec::new(),
            client_params: client_params(shape)?,
        };
        if let Some(tests) = shape.traits.get(ids::ENDPOINT_TESTS) {
            lowered.endpoint_tests = rules::lower_tests(tests, &lowered.rules, shape.id.as_str())?;
        }
        let mut routes = BTreeMap::new();
        for (shape_, operation) in operations {
            let operation = self.operation(shape, shape_, operation)?;
            if let Some(other) = routes.insert(route(&operation), &shape_.id) {
                let place = Place::from(&shape_.id).with_trait(ids::HTTP);
                return Err(Error::new(
                    place,
                    format!("method and URI are those of {other}"),
                ));
            }
            lowered.operations.push(operation);
        }
        self.types(&mut lowered)?;
        mark_checked(&mut lowered);
        Ok(lowered)
    }

    fn find_service(&self, wanted: Option<&str>) -> Result<(&'a Shape, &'a model::Service), Error> {
        let services: Vec<_> = self
            .model
            .shapes()
            .filter_map(|shape| match &shape.kind {
                Kind::Service(service) => Some((shape, service)),
                _ => None,
            })
            .collect();
        let names = || {
            services
                .iter()
                .map(|(shape, _)| shape.id.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        match (wanted, services.as_slice()) {
            (_, []) => Err(Error::new(Place::model(), "the model has no service")),
            (None, [one]) => Ok(*one),
            (None, _) => Err(Error::new(
                Place::model(),
                format!("the model has several services: {}", names()),
            )),
            (Some(wanted), services) => services
                .iter()
                .find(|(shape, _)| shape.id.as_str() == wanted || shape.id.name() == wanted)
                .copied()
                .ok_or_else(|| {
                    Error::new(
                        Place::model(),
                        format!("no service {wanted:?}; the model has {}", names()),
                    )
                }),
        }
    }

    /// The operations asked for, without those that need what is not supported.
    fn choose(
        &mut self,
        service_shape: &Shape,
        service: &'a model::Service,
        wanted: &[String],
    ) -> Result<Vec<(&'a Shape, &'a model::Operation)>, Error> {
        let all = closure::operations(self.model, service)?;
        for name in wanted {
            if !all
                .iter()
                .any(|shape| shape.id.name() == name || shape.id.as_str() == name)
            {
                let near = near(name, all.iter().map(|shape| shape.id.name()));
                return Err(Error::new(
                    &service_shape.id,
                    format!("the service has no operation {name:?}{}", offer(&near)),
                ));
            }
        }
        let mut chosen = Vec::new();
        for shape in all {
            let asked = wanted.is_empty()
                || wanted
                    .iter()
                    .any(|name| shape.id.name() == name || shape.id.as_str() == name);
            let Kind::Operation(operation) = &shape.kind else {
                continue;
            };
            if !asked {
                continue;
            }
            match self.unsupported(service_shape, shape, operation)? {
                None => chosen.push((shape, operation)),
                Some(why) => self.leave_out(
                    Place::from(&shape.id),
                    format!("the operation is left out: {why}"),
                )?,
            }
        }
        Ok(chosen)
    }

    /// Inputs and outputs get types of their own name, so that only what their members reach counts.
    fn reach_members(&mut self, id: &'a ShapeId, input: bool) -> Result<(), Error> {
        let shape = self.shape(id)?;
        shape
            .kind
            .members()
            .into_iter()
            .try_for_each(|member| self.reach(&member.target, input))
    }

    /// Gives every structure, union and enum of the closure its Rust name.
    fn name_types(&mut self, service: &model::Service) -> Result<(), Error> {
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
                let message = format!("the service renames it to {name:?}, which is no identifier");
                return Err(Error::new(id, message));
            }
            let name = names::type_name(name);
            let clash = |other: &ShapeId, name: &str| {
                let message = format!("name clash: {other} and {id} are both {name} in Rust");
                Err(Error::new(id, message))
            };
            if let Some(other) = taken.insert(name.clone(), id) {
                return clash(other, &name);
            }
            // Its module could not tell it from Rust's: neither takes type parameters.
            if name == "String" {
                return Err(Error::new(id, "name clash: String is a type of Rust's"));
            }
            let error = shape.traits.has(ids::ERROR);
            // A variant of every operation's error.
            if error && name == "Unhandled" {
                return Err(Error::new(
                    id,
                    "name clash: errors have an Unhandled of their own",
                ));
            }
            let module = names::snake_case(&name);
            if let Some(other) = modules.insert((error, module.clone()), id) {
                return clash(other, &format!("in a module {module}"));
            }
            closure::fits_a_file(id, &module)?;
            self.names.insert(id, name);
        }
        Ok(())
    }

    /// Lowers the types that members refer to, and the errors.
    fn types(&mut self, service: &mut ir::Service) -> Result<(), Error> {
        let named: Vec<(&ShapeId, String)> = self
            .names
            .iter()
            .map(|(id, name)| (*id, name.clone()))
            .collect();
        for (id, name) in named {
            let shape = self.shape(id)?;
            match &shape.kind {
                Kind::Structure(_) if shape.traits.has(ids::ERROR) => {
                    let role = Role::Error(self.error_wire(shape)?);
                    service.errors.push(self.structure(shape, name, role)?);
                }
                Kind::Structure(_) => {
                    service
                        .structures
                        .push(self.structure(shape, name, Role::Nested)?);
                }
                Kind::Union(members) => service.unions.push(self.union(shape, members)?),
                _ => service.enums.push(self.enumeration(shape)?),
            }
        }
        service.structures.sort_by(|a, b| a.name.cmp(&b.name));
        service.unions.sort_by(|a, b| a.name.cmp(&b.name));
        service.enums.sort_by(|a, b| a.name.cmp(&b.name));
        service.errors.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }
}

/// What the service is called: plain text on one line.
fn title(service: &Shape) -> Result<String, Error> {
    let title: Option<String> = service.traits.read(ids::TITLE, &service.id)?;
    let title = title.map(|title| docs::line(&title));
    let title = title.filter(|title| !title.is_empty());
    Ok(title.unwrap_or_else(|| service.id.name().to_owned()))
}

/// The name in the credential scope; empty without SigV4.
fn signing_name(service: &Shape) -> Result<String, Error> {
    let Some(sigv4) = service.traits.get(ids::SIGV4) else {
        return Ok(String::new());
    };
    match sigv4["name"].as_str() {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        _ => {
            let place = Place::from(&service.id).with_trait(ids::SIGV4);
            Err(Error::new(place, "name is missing"))
        }
    }
}

/// What tells requests of an operation from others. The name of a label makes no difference.
fn route(operation: &ir::Operation) -> String {
    let path = operation.path.iter().map(|segment| match segment {
        ir::Segment::Literal(text) => text.as_str(),
        ir::Segment::Label { greedy: false, .. } => "{}",
        ir::Segment::Label { greedy: true, .. } => "{+}",
    });
    let mut query = operation.query.clone();
    query.sort();
    let (method, path) = (&operation.http_method, path.collect::<String>());
    format!("{method} {path} {query:?}")
}

fn client_params(shape: &Shape) -> Result<Vec<ClientParam>, Error> {
    #[derive(serde::Deserialize)]
    struct Param {
        r#type: String,
        documentation: Option<String>,
    }
    let params: BTreeMap<String, Param> = shape
        .traits
        .read(ids::CLIENT_CONTEXT_PARAMS, &shape.id)?
        .unwrap_or_default();
    let mut methods = BTreeSet::new();
    params
        .into_iter()
        .map(|(name, param)| {
            let place = || Place::shape(&shape.id).with_trait(ids::CLIENT_CONTEXT_PARAMS);
            if !model::is_identifier(&name) {
                return Err(Error::new(place(), format!("{name:?} is no identifier")));
            }
            let method = names::field_name(&name);
            if !methods.insert(method.clone()) {
                let message = format!("name clash: {name:?} is not the only {method} in Rust");
                return Err(Error::new(place(), message));
            }
            let boolean = match param.r#type.as_str() {
                "boolean" => true,
                "string" => false,
                other => {
                    let message =
                        format!("{name:?} is of the type {other:?}, which is not supported");
                    return Err(Error::new(place(), message));
                }
            };
            Ok(ClientParam {
                method,
                boolean,
                docs: docs_of(param.documentation.as_deref(), |form| {
                    format!("The endpoint parameter {}.", form.code(&name))
                }),
                name,
            })
        })
        .collect()
}

/// Marks what travels into a service and has something to check.
fn mark_checked(service: &mut ir::Service) {
    let names: BTreeSet<String> = checked(service);
    for shape in &mut service.structures {
        shape.checked = shape.usage.input && names.contains(&shape.name);
    }
    for shape in &mut service.unions {
        shape.checked = shape.usage.input && names.contains(&shape.name);
    }
    for operation in &mut service.operations {
        operation.input.checked = operation
            .input
            .members
            .iter()
            .any(|member| needs_check(member, &names));
    }
}
