//! Operations: HTTP, errors, authentication, paging.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Lowering;
use super::uri::{is_in_host, labels, segments, uri};
use super::values::shape_docs;
use crate::error::{Error, Place, bail};
use crate::ir::{
    Auth, Binding, Items, Member, Operation, OperationError, Pagination, ParamValue, Role, Segment,
    Step, Structure, Target,
};
use crate::model::{
    self, Http, HttpChecksum, Kind, Paginated, RequestCompression, Shape, ShapeId, ids,
};
use crate::names::{self, OperationType};

impl Lowering<'_> {
    /// An operation with its input and output.
    pub(super) fn operation(
        &mut self,
        service: &Shape,
        shape: &Shape,
        operation: &model::Operation,
    ) -> Result<Operation, Error> {
        let name = shape.id.name().to_owned();
        let Some(http) = shape.traits.read_object::<Http>(ids::HTTP, &shape.id)? else {
            bail!(
                &shape.id,
                "an operation of restJson1 needs the smithy.api#http trait"
            );
        };
        let input = self.message(operation.input.as_ref(), &name, Role::Input)?;
        let output = self.message(operation.output.as_ref(), &name, Role::Output)?;
        let http_place = || Place::shape(&shape.id).with_trait(ids::HTTP);
        let wrong = |message| Error::new(http_place(), message);
        let (path, query) = uri(&http.uri).map_err(wrong)?;
        labels_agree(&input, &path).map_err(wrong)?;
        queries_agree(&input, &query).map_err(wrong)?;
        if !(200..300).contains(&http.code) {
            bail!(http_place(), "{} is no status of success", http.code);
        }
        if http.method.is_empty() || !http.method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            bail!(http_place(), "{:?} is no HTTP method", http.method);
        }
        let errors = self.operation_errors(service, operation)?;
        let host_prefix = shape.traits.get(ids::ENDPOINT).map(|endpoint| {
            host_prefix(endpoint, &input).map_err(|message| {
                let place = Place::shape(&shape.id).with_trait(ids::ENDPOINT);
                Error::new(place, message)
            })
        });
        let pagination = self.pagination(service, shape, &input, &output)?;
        let waiters = self.waiters(shape, &input, &output)?;
        let checksum: Option<HttpChecksum> =
            shape.traits.read_object(ids::HTTP_CHECKSUM, &shape.id)?;
        let compression: Option<RequestCompression> = shape
            .traits
            .read_object(ids::REQUEST_COMPRESSION, &shape.id)?;
        Ok(Operation {
            shape: shape.id.to_string(),
            docs: shape_docs(shape, |form| format!("Calls {}.", form.code(&name)))?,
            has_input: is_stated(operation.input.as_ref()),
            has_output: is_stated(operation.output.as_ref()),
            method: names::operation_method(&name),
            http_method: http.method,
            path,
            query,
            status: http.code,
            host_prefix: host_prefix.transpose()?.unwrap_or_default(),
            errors,
            auth: self.auth(service, shape)?,
            unsigned_payload: shape.traits.has(ids::UNSIGNED_PAYLOAD),
            checksum: shape.traits.has(ids::HTTP_CHECKSUM_REQUIRED)
                || checksum.is_some_and(|checksum| checksum.request_checksum_required),
            compressible: compression
                .is_some_and(|compression| compression.encodings.iter().any(|it| it == "gzip")),
            pagination,
            static_params: static_params(shape)?,
            waiters,
            name,
            input,
            output,
        })
    }

    /// An operation's input or output; an empty one where the model has none.
    fn message(
        &mut self,
        id: Option<&ShapeId>,
        operation: &str,
        role: Role,
    ) -> Result<Structure, Error> {
        let unit = ShapeId::prelude("Unit");
        let shape = self.shape(id.unwrap_or(&unit))?;
        let (kind, name) = match role {
            Role::Input => ("input", OperationType::Input),
            _ => ("output", OperationType::Output),
        };
        let name = names::operation_type(operation, name);
        let mut structure = self.structure(shape, name, role)?;
        structure.checked =
            kind == "input" && structure.members.iter().any(|it| self.needs_check(it));
        structure.docs = shape_docs(shape, |form| {
            format!("The {kind} of {}.", form.code(operation))
        })?;
        Ok(structure)
    }

    fn operation_errors(
        &self,
        service: &Shape,
        operation: &model::Operation,
    ) -> Result<Vec<OperationError>, Error> {
        let common = match &service.kind {
            Kind::Service(service) => service.errors.as_slice(),
            _ => &[],
        };
        let mut errors = BTreeMap::new();
        for id in operation.errors.iter().chain(common) {
            let name = self.type_name(id)?;
            let Some(Structure {
                docs,
                role: Role::Error(wire),
                ..
            }) = self.structures.get(&format!("error::{name}"))
            else {
                bail!(id, "an operation's error needs the error trait");
            };
            let error = OperationError {
                predicate: names::predicate_name(&name),
                docs: docs.clone(),
                wire: wire.clone(),
                name: name.clone(),
            };
            errors.insert(name, error);
        }
        Ok(errors.into_values().collect())
    }

    /// Ways to authenticate, best first, as far as the transport knows them.
    fn auth(&self, service: &Shape, shape: &Shape) -> Result<Vec<Auth>, Error> {
        let schemes = self.auth_schemes(service, shape)?;
        let mut auth: Vec<Auth> = schemes
            .iter()
            .filter_map(|scheme| match scheme.as_str() {
                ids::SIGV4 => Some(Auth::SigV4),
                ids::HTTP_BEARER_AUTH => Some(Auth::Bearer),
                _ => None,
            })
            .collect();
        if schemes.is_empty() || shape.traits.has(ids::OPTIONAL_AUTH) {
            auth.push(Auth::Anonymous);
        }
        Ok(auth)
    }

    fn pagination(
        &self,
        service: &Shape,
        shape: &Shape,
        input: &Structure,
        output: &Structure,
    ) -> Result<Option<Pagination>, Error> {
        let Some(own) = shape
            .traits
            .read_object::<Paginated>(ids::PAGINATED, &shape.id)?
        else {
            return Ok(None);
        };
        let common: Paginated = service
            .traits
            .read_object(ids::PAGINATED, &service.id)?
            .unwrap_or_default();
        let place = || Place::shape(&shape.id).with_trait(ids::PAGINATED);
        let input_member = |name: String| {
            let Some(member) = input.member(&name) else {
                bail!(place(), "{} has no member {name:?}", input.shape);
            };
            Ok(member)
        };
        let Some(token) = own.input_token.or(common.input_token) else {
            bail!(place(), "inputToken is missing");
        };
        let token = input_member(token)?;
        if !matches!(token.target, Target::String { .. }) || !token.optional {
            bail!(place(), "the token must be an optional string");
        }
        let Some(output_token) = own.output_token.or(common.output_token) else {
            bail!(place(), "outputToken is missing");
        };
        let (output_token, target) = self.path(output, &output_token, &place)?;
        if !matches!(target, Target::String { .. }) {
            bail!(place(), "the output's token must be a string");
        }
        let items = match own.items.or(common.items) {
            None => None,
            Some(items) => {
                let (path, target) = self.path(output, &items, &place)?;
                if !matches!(target, Target::List(_) | Target::Map(_)) {
                    bail!(place(), "the items must be a list or map");
                }
                Some(Items { path, target })
            }
        };
        let page_size = own.page_size.or(common.page_size);
        let page_size = match page_size.map(input_member).transpose()? {
            None => None,
            Some(member) => match member.target {
                Target::Integer | Target::Short | Target::Long | Target::Byte => {
                    Some((Step::of(member), member.target.clone()))
                }
                // Services that model the size as a string have no use for a number.
                Target::String { .. } => None,
                _ => bail!(place(), "the page size must be an integer"),
            },
        };
        Ok(Some(Pagination {
            input_token: Step::of(token),
            output_token,
            items,
            page_size,
        }))
    }
}

/// Every label of the path is a member with `httpLabel`, and the other way round.
fn labels_agree(input: &Structure, path: &[Segment]) -> Result<(), String> {
    let shape = &input.shape;
    let bound = || {
        let members = input.members.iter();
        members.filter(|member| member.binding == Binding::Label)
    };
    if let Some(label) = labels(path).find(|label| !bound().any(|it| it.name == **label)) {
        return Err(format!(
            "the label {label:?} is no member of {shape} with httpLabel"
        ));
    }
    match bound().find(|member| !labels(path).any(|label| *label == member.name)) {
        Some(member) => Err(format!(
            "{shape}${} is a label, but the path has none of that name",
            member.name
        )),
        None => Ok(()),
    }
}

/// A member cannot have the name of a query literal.
fn queries_agree(input: &Structure, query: &[(String, Option<String>)]) -> Result<(), String> {
    let is_literal = |member: &&Member| match &member.binding {
        Binding::Query(name) => query.iter().any(|(literal, _)| literal == name),
        _ => false,
    };
    match input.members.iter().find(is_literal) {
        Some(member) => Err(format!(
            "the query has a literal of the name that {}${} is bound to",
            input.shape, member.name
        )),
        None => Ok(()),
    }
}

/// The `hostPrefix` of the trait `endpoint`.
fn host_prefix(endpoint: &Value, input: &Structure) -> Result<Vec<Segment>, String> {
    let prefix = endpoint["hostPrefix"].as_str().unwrap_or_default();
    if prefix.is_empty() {
        return Err("hostPrefix is missing".to_owned());
    }
    let segments = segments(prefix)?;
    if !segments.iter().all(is_in_host) || prefix.starts_with('.') || prefix.contains("..") {
        return Err(format!("{prefix:?} is no beginning of a host's name"));
    }
    host_labels_agree(input, &segments)?;
    Ok(segments)
}

/// Every label of the host prefix is a string with `hostLabel`.
fn host_labels_agree(input: &Structure, prefix: &[Segment]) -> Result<(), String> {
    let is_bound = |label: &str| {
        let mut members = input.members.iter().filter(|member| member.host_label);
        members.any(|it| it.name == label && matches!(it.target, Target::String { .. }))
    };
    match labels(prefix).find(|label| !is_bound(label)) {
        Some(label) => Err(format!(
            "the label {label:?} is no string member of {} with hostLabel",
            input.shape
        )),
        None => Ok(()),
    }
}

fn static_params(shape: &Shape) -> Result<Vec<(String, ParamValue)>, Error> {
    let params: BTreeMap<String, Value> = shape
        .traits
        .read(ids::STATIC_CONTEXT_PARAMS, &shape.id)?
        .unwrap_or_default();
    params
        .into_iter()
        .map(|(name, param)| {
            let value = match &param["value"] {
                Value::String(text) => ParamValue::String(text.clone()),
                Value::Bool(flag) => ParamValue::Bool(*flag),
                Value::Array(items) if items.iter().all(Value::is_string) => {
                    let texts = items.iter().filter_map(Value::as_str);
                    ParamValue::StringList(texts.map(str::to_owned).collect())
                }
                other => {
                    let place = Place::shape(&shape.id).with_trait(ids::STATIC_CONTEXT_PARAMS);
                    bail!(place, "{other} is no value for {name:?}");
                }
            };
            Ok((name, value))
        })
        .collect()
}

/// Whether an input or output is stated; `Unit` is none.
fn is_stated(id: Option<&ShapeId>) -> bool {
    id.is_some_and(|id| *id != ShapeId::prelude("Unit"))
}
