//! The service: which operations, and everything they reach.

use std::collections::{BTreeMap, BTreeSet};

use super::values::docs_of;
use super::{Lowering, Selection, closure};
use crate::docs;
use crate::error::{Error, Place, bail};
use crate::ir::{self, ClientParam, Role};
use crate::model::{self, AwsService, Kind, Shape, ShapeId, ids};
use crate::near::{near, offer};
use crate::{names, rules};

impl<'a> Lowering<'a> {
    pub(super) fn service(&mut self, selection: &Selection) -> Result<ir::Service, Error> {
        let (shape, service) = self.find_service(selection.service.as_deref())?;
        if !shape.traits.has(ids::REST_JSON_1) {
            bail!(
                &shape.id,
                "the service does not speak aws.protocols#restJson1"
            );
        }
        let operations = self.choose(shape, service, &selection.operations)?;
        for (_, operation) in &operations {
            if let Some(id) = &operation.input {
                self.reach_members(id, true)?;
            }
            if let Some(id) = &operation.output {
                self.reach_members(id, false)?;
            }
            for id in &operation.errors {
                self.reach(id, false)?;
            }
        }
        for id in &service.errors {
            self.reach(id, false)?;
        }
        self.report(shape, &operations)?;
        self.box_cycles();
        self.name_types(service)?;
        self.types()?;

        let mut lowered = Vec::with_capacity(operations.len());
        let mut routes = BTreeMap::new();
        for (operation_shape, operation) in operations {
            let operation = self.operation(shape, operation_shape, operation)?;
            if let Some(other) = routes.insert(route(&operation), &operation_shape.id) {
                let place = Place::from(&operation_shape.id).with_trait(ids::HTTP);
                bail!(place, "method and URI are those of {other}");
            }
            lowered.push(operation);
        }
        let rules = match shape.traits.get(ids::ENDPOINT_RULE_SET) {
            Some(rule_set) => rules::lower(rule_set, shape.id.as_str())?,
            None => rules::without_rules()?,
        };
        let endpoint_tests = match shape.traits.get(ids::ENDPOINT_TESTS) {
            Some(tests) => rules::lower_tests(tests, &rules, shape.id.as_str())?,
            None => Vec::new(),
        };
        let aws: Option<AwsService> = shape.traits.read_object(ids::AWS_SERVICE, &shape.id)?;
        let sdk_id = aws.and_then(|service| service.sdk_id);
        let (errors, structures) = std::mem::take(&mut self.structures)
            .into_values()
            .partition(|structure| matches!(structure.role, Role::Error(_)));
        Ok(ir::Service {
            shape: shape.id.to_string(),
            name: shape.id.name().to_owned(),
            sdk_id: sdk_id.unwrap_or_else(|| shape.id.name().to_owned()),
            version: service.version.clone(),
            signing_name: signing_name(shape)?,
            title: title(shape)?,
            operations: lowered,
            structures,
            unions: std::mem::take(&mut self.unions).into_values().collect(),
            enums: std::mem::take(&mut self.enums).into_values().collect(),
            errors,
            rules,
            endpoint_tests,
            client_params: client_params(shape)?,
        })
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
            (_, []) => bail!(Place::model(), "the model has no service"),
            (None, [one]) => Ok(*one),
            (None, _) => bail!(
                Place::model(),
                "the model has several services: {}",
                names()
            ),
            (Some(wanted), services) => {
                let is_wanted = |id: &ShapeId| id.as_str() == wanted || id.name() == wanted;
                let Some(found) = services.iter().find(|(shape, _)| is_wanted(&shape.id)) else {
                    bail!(
                        Place::model(),
                        "no service {wanted:?}; the model has {}",
                        names()
                    );
                };
                Ok(*found)
            }
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
        let is_named =
            |shape: &Shape, name: &String| shape.id.name() == name || shape.id.as_str() == name;
        for name in wanted {
            if !all.iter().any(|shape| is_named(shape, name)) {
                let near = offer(&near(name, all.iter().map(|shape| shape.id.name())));
                bail!(
                    &service_shape.id,
                    "the service has no operation {name:?}{near}"
                );
            }
        }
        let mut chosen = Vec::new();
        for shape in all {
            let Kind::Operation(operation) = &shape.kind else {
                continue;
            };
            if !wanted.is_empty() && !wanted.iter().any(|name| is_named(shape, name)) {
                continue;
            }
            closure::fits_a_file(&shape.id, &names::operation_method(shape.id.name()))?;
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
            bail!(
                Place::from(&service.id).with_trait(ids::SIGV4),
                "name is missing"
            )
        }
    }
}

/// What distinguishes requests of an operation from others. The name of a label makes no difference.
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
                bail!(place(), "{name:?} is no identifier");
            }
            let method = names::field_name(&name);
            if !methods.insert(method.clone()) {
                bail!(
                    place(),
                    "name clash: {name:?} is not the only {method} in Rust"
                );
            }
            let boolean = match param.r#type.as_str() {
                "boolean" => true,
                "string" => false,
                other => bail!(
                    place(),
                    "{name:?} is of the type {other:?}, which is not supported"
                ),
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
