//! The vectors of a model.

use connect_codegen::ir::{Binding, Member, Operation, Service, Structure};
use connect_codegen::lower;
use connect_codegen::model::{Kind, Model, Shape, ids};
use connect_codegen::{Error, Place};
use proc_macro2::TokenStream;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Node};

use super::case::{self, Sides};
use super::expand::expand;
use super::value::Values;

/// All vectors of a model.
#[derive(Debug, Default)]
pub struct Suite {
    /// Those that apply.
    pub cases: Vec<Case>,
    /// Those that do not.
    pub skipped: Vec<Skipped>,
}

/// A vector that applies.
#[derive(Debug)]
pub struct Case {
    /// The operation's name.
    pub(super) operation: String,
    /// What runs it.
    pub(super) body: TokenStream,
}

/// A vector that does not apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The vector's ID.
    pub id: String,
    /// What it is of: `client request`.
    pub part: String,
    /// Why.
    pub reason: String,
}

/// What decides about a vector of a request or response; the program reads the rest.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    id: String,
    protocol: String,
    #[serde(default)]
    params: Map<String, Node>,
    applies_to: Option<AppliesTo>,
    body: Option<String>,
}

/// The side that a vector is restricted to.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AppliesTo {
    Client,
    Server,
}

const PREFIX: &str = "smithy.test#";

/// The traits with vectors that are known, and what these are of.
const KINDS: [(&str, &str); 3] = [
    (ids::HTTP_REQUEST_TESTS, "request"),
    (ids::HTTP_RESPONSE_TESTS, "response"),
    (ids::HTTP_MALFORMED_REQUEST_TESTS, "malformed request"),
];

/// Finds the vectors of a model. `service` is what the model lowers to when nothing is selected from it.
///
/// # Errors
/// A vector without ID or protocol, or whose parameters are not of the types of its shape. What is wrong with its HTTP message,
/// the program reports.
pub fn read(model: &Model, service: &Service) -> Result<Suite, Error> {
    read_suite(model, service).map_err(|error| error.in_file(model.file()))
}

fn read_suite(model: &Model, service: &Service) -> Result<Suite, Error> {
    let mut reader = Reader {
        service,
        suite: Suite::default(),
    };
    let mut services = model.shapes().filter_map(|shape| match &shape.kind {
        Kind::Service(found) if shape.id.as_str() == service.shape => Some(found),
        _ => None,
    });
    let missing = || Error::new(Place::shape(&service.shape), "the service is not there");
    let operations = lower::operations(model, services.next().ok_or_else(missing)?)?;
    for shape in model.shapes() {
        if shape.traits.iter().any(|(id, _)| id.starts_with(PREFIX)) {
            reader.shape(shape, &operations)?;
            reader.skip_others(shape);
        }
    }
    Ok(reader.suite)
}

struct Reader<'a> {
    service: &'a Service,
    suite: Suite,
}

impl Reader<'_> {
    fn shape(&mut self, shape: &Shape, operations: &[&Shape]) -> Result<(), Error> {
        let (service, id) = (self.service, shape.id.as_str());
        let reason = if matches!(shape.kind, Kind::Operation(_)) {
            if let Some(operation) = service.operations.iter().find(|it| it.shape == id) {
                self.requests(shape, operation)?;
                self.responses(shape, operation, None)?;
                return self.malformed(shape, operation);
            }
            if operations.iter().any(|there| there.id == shape.id) {
                "the operation is left out, see the warnings"
            } else {
                "the operation is not one of the service's"
            }
        } else if let Some(error) = service.errors.iter().find(|error| error.shape == id) {
            let of = |operation: &&Operation| {
                let mut errors = operation.errors.iter();
                errors.any(|of_operation| of_operation.name == error.name)
            };
            if let Some(operation) = service.operations.iter().find(of) {
                return self.responses(shape, operation, Some(error));
            }
            "no operation has this error"
        } else {
            "the shape is no operation and no error of the service"
        };
        for (trait_id, part) in KINDS {
            for vector in vectors(shape, trait_id)? {
                self.skip(name(&vector), part, reason);
            }
        }
        Ok(())
    }

    fn requests(&mut self, shape: &Shape, operation: &Operation) -> Result<(), Error> {
        for node in vectors(shape, ids::HTTP_REQUEST_TESTS)? {
            let place = place(shape, ids::HTTP_REQUEST_TESTS, name(&node));
            let vector: Vector = typed(&node, &place)?;
            let Some(mut sides) = self.sides(shape, &vector, "request")? else {
                continue;
            };
            let in_body = |member: &Member| {
                matches!(member.binding, Binding::Body | Binding::Payload)
                    && vector.params.contains_key(&member.name)
            };
            if sides.server && vector.body.is_none() && operation.input.members.iter().any(in_body)
            {
                let reason = "it says nothing of the body, which members of the input are in";
                self.skip(&vector.id, "server request", reason);
                sides.server = false;
            }
            let setters = self.setters(&operation.input, &vector, place)?;
            let text = (&*vector.id, &*node.to_string());
            let body = case::request(operation, text, sides, &setters);
            self.add(operation, body);
        }
        Ok(())
    }

    fn responses(
        &mut self,
        shape: &Shape,
        operation: &Operation,
        error: Option<&Structure>,
    ) -> Result<(), Error> {
        for node in vectors(shape, ids::HTTP_RESPONSE_TESTS)? {
            let place = place(shape, ids::HTTP_RESPONSE_TESTS, name(&node));
            let vector: Vector = typed(&node, &place)?;
            let Some(sides) = self.sides(shape, &vector, "response")? else {
                continue;
            };
            let setters = self.setters(error.unwrap_or(&operation.output), &vector, place)?;
            let text = (&*vector.id, &*node.to_string());
            let body = case::response(operation, error, text, sides, &setters);
            self.add(operation, body);
        }
        Ok(())
    }

    fn malformed(&mut self, shape: &Shape, operation: &Operation) -> Result<(), Error> {
        for template in vectors(shape, ids::HTTP_MALFORMED_REQUEST_TESTS)? {
            let place = place(shape, ids::HTTP_MALFORMED_REQUEST_TESTS, name(&template));
            let vectors = expand(&template).map_err(|why| Error::new(place.clone(), why))?;
            for (id, vector) in vectors {
                let protocol: String = typed(&vector["protocol"], &place)?;
                if self.speaks(&id, "malformed request", &protocol) {
                    self.add(operation, case::malformed((&id, &vector.to_string())));
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, operation: &Operation, body: TokenStream) {
        let operation = operation.name.clone();
        self.suite.cases.push(Case { operation, body });
    }

    fn setters(
        &self,
        structure: &Structure,
        vector: &Vector,
        place: Place,
    ) -> Result<TokenStream, Error> {
        let service = self.service;
        let values = Values { service, place };
        values.setters(&structure.name, &structure.members, &vector.params)
    }

    fn speaks(&mut self, id: &str, part: &str, protocol: &str) -> bool {
        let ours = protocol == ids::REST_JSON_1;
        if !ours {
            self.skip(id, part, &format!("its protocol is {protocol}"));
        }
        ours
    }

    /// The sides that a vector applies to; none if it is of another protocol.
    fn sides(
        &mut self,
        shape: &Shape,
        vector: &Vector,
        part: &str,
    ) -> Result<Option<Sides>, Error> {
        let tags: Vec<String> = shape.traits.read(ids::TAGS, &shape.id)?.unwrap_or_default();
        if !self.speaks(&vector.id, part, &vector.protocol) {
            return Ok(None);
        }
        // As the official suite restricts all vectors of an operation.
        let tagged = tags.iter().find_map(|tag| match tag.as_str() {
            "client-only" => Some(AppliesTo::Client),
            "server-only" => Some(AppliesTo::Server),
            _ => None,
        });
        let only = vector.applies_to.or(tagged);
        let sides = Sides {
            client: !matches!(only, Some(AppliesTo::Server)),
            server: !matches!(only, Some(AppliesTo::Client)),
        };
        if !sides.server {
            let part = format!("server {part}");
            self.skip(&vector.id, &part, "it applies to clients only");
        }
        if !sides.client {
            let part = format!("client {part}");
            self.skip(&vector.id, &part, "it applies to servers only");
        }
        Ok(Some(sides))
    }

    fn skip(&mut self, id: &str, part: &str, reason: &str) {
        self.suite.skipped.push(Skipped {
            id: id.to_owned(),
            part: part.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// Skips vectors of kinds that are not known here, such as those of event streams.
    fn skip_others(&mut self, shape: &Shape) {
        for (id, value) in shape.traits.iter() {
            let known = KINDS.iter().any(|(known, _)| *known == id);
            let Some(kind) = id.strip_prefix(PREFIX).filter(|_| !known) else {
                continue;
            };
            for vector in value.as_array().into_iter().flatten() {
                self.skip(name(vector), kind, &format!("{id} is not supported"));
            }
        }
    }
}

fn vectors(shape: &Shape, trait_id: &str) -> Result<Vec<Node>, Error> {
    Ok(shape.traits.read(trait_id, &shape.id)?.unwrap_or_default())
}

fn typed<T: DeserializeOwned>(node: &Node, place: &Place) -> Result<T, Error> {
    T::deserialize(node).map_err(|error| Error::new(place.clone(), error.to_string()))
}

fn name(vector: &Node) -> &str {
    vector["id"].as_str().unwrap_or("without an ID")
}

fn place(shape: &Shape, trait_id: &str, vector: &str) -> Place {
    Place::from(&shape.id).with_trait(format!("{trait_id} {vector}"))
}
