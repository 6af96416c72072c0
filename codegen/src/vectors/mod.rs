//! Test vectors: what a model's `smithy.test` traits say that a client and a server put on the wire and read from it.
//!
//! [`read`] finds every vector of a model. Those that apply become [`Case`]s whose parameters have the types of the
//! [`ir`]; the others are told with the reason, so that the two add up to what the model has.

mod expand;
mod node;
mod traits;

use serde_json::Value as Node;

use crate::error::{Error, Place};
use crate::ir::{self, Binding, Member, Operation, Structure};
use crate::lower::operations_of;
use crate::model::{Kind, Model, Shape, ids};
use traits::{AppliesTo, Malformed, Request, Response};

/// All vectors of a model.
#[derive(Debug, Default)]
pub struct Suite {
    /// Those that apply.
    pub cases: Vec<Case>,
    /// Those that do not.
    pub skipped: Vec<Skipped>,
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

/// A vector that applies.
#[derive(Debug, Clone)]
pub struct Case {
    /// The vector's ID; with the number of its parameters, if it has several.
    pub id: String,
    /// The operation's name.
    pub operation: String,
    /// What it pins.
    pub check: Check,
}

/// What a vector pins.
#[derive(Debug, Clone)]
pub enum Check {
    /// A request and the input that it stands for.
    Request {
        /// Whether clients write it.
        client: bool,
        /// Whether servers read it.
        server: bool,
        /// The request.
        request: HttpRequest,
        /// The input's members.
        input: Fields,
    },
    /// A response and the output or error that it stands for.
    Response {
        /// Whether clients read it.
        client: bool,
        /// Whether servers write it.
        server: bool,
        /// The response.
        response: HttpResponse,
        /// The error's name in Rust; none for an output.
        error: Option<String>,
        /// The output's or error's members.
        output: Fields,
    },
    /// A request that a server refuses.
    Malformed {
        /// The request.
        request: HttpRequest,
        /// The refusal.
        response: HttpResponse,
    },
}

/// A request on the wire.
#[derive(Debug, Clone, Default)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// The path.
    pub uri: String,
    /// The host, and a path before that of the request, that the client is pointed at.
    pub host: Option<String>,
    /// The host that the request goes to.
    pub resolved_host: Option<String>,
    /// Query parameters as they are written: `a=b`.
    pub query: Vec<String>,
    /// Names of query parameters that must not be there.
    pub forbid_query: Vec<String>,
    /// Names of query parameters that must be there.
    pub require_query: Vec<String>,
    /// Headers, names that must not and that must be there.
    pub headers: Headers,
    /// The body, if the vector says anything of it.
    pub body: Option<Body>,
}

/// A response on the wire.
#[derive(Debug, Clone, Default)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// Headers, names that must not and that must be there.
    pub headers: Headers,
    /// The body, if the vector says anything of it.
    pub body: Option<Body>,
}

/// What is said of headers.
#[derive(Debug, Clone, Default)]
pub struct Headers {
    /// Names and values.
    pub are: Vec<(String, String)>,
    /// Names that must not be there.
    pub forbid: Vec<String>,
    /// Names that must be there.
    pub require: Vec<String>,
}

/// What is said of a body.
#[derive(Debug, Clone)]
pub enum Body {
    /// What it is. Bodies of the type `application/json` are compared as JSON.
    Is {
        /// The text.
        text: String,
        /// Its type.
        media_type: Option<String>,
    },
    /// A regular expression for the error message in it.
    MessageMatches(String),
}

/// Members of a structure that have a value.
pub type Fields = Vec<Field>;

/// A value with the type of its shape.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "as the IR's targets of these names")]
pub enum Value {
    /// An entry of a sparse list or map.
    Null,
    String(String),
    Boolean(bool),
    Integer(i64),
    Float(f32),
    Double(f64),
    /// A number of any size, by its digits.
    Number(String),
    /// A document, by its JSON.
    Document(String),
    /// Seconds and nanoseconds since the epoch.
    Timestamp(i64, u32),
    Blob(String),
    Stream(String),
    Enum {
        name: String,
        value: String,
    },
    Structure {
        name: String,
        /// Whether `build()` answers a result.
        fallible: bool,
        fields: Fields,
    },
    Union {
        name: String,
        variant: String,
        /// None for a member that targets `Unit`.
        value: Option<Box<Value>>,
        boxed: bool,
    },
    List {
        items: Vec<Value>,
        sparse: bool,
    },
    Map {
        entries: Vec<(Value, Value)>,
        sparse: bool,
    },
}

/// A member of a structure that has a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The builder's method that sets it.
    pub setter: String,
    /// Whether the field is boxed.
    pub boxed: bool,
    /// Its value.
    pub value: Value,
}

/// Finds the vectors of a model. `service` is what the model lowers to when nothing is selected from it.
///
/// # Errors
/// A vector that does not have the form of its trait, or whose parameters are not of the types of its shape.
pub fn read(model: &Model, service: &ir::Service) -> Result<Suite, Error> {
    read_suite(model, service).map_err(|error| error.in_file(model.file()))
}

fn read_suite(model: &Model, service: &ir::Service) -> Result<Suite, Error> {
    let mut reader = Reader {
        service,
        suite: Suite::default(),
    };
    let closure = model
        .shapes()
        .find_map(|shape| match &shape.kind {
            Kind::Service(model_service) if shape.id.as_str() == service.shape => {
                Some(model_service)
            }
            _ => None,
        })
        .ok_or_else(|| Error::new(Place::shape(&service.shape), "the service is not there"))?;
    let operations = operations_of(model, closure)?;
    for shape in model.shapes() {
        if shape.traits.iter().any(|(id, _)| id.starts_with(PREFIX)) {
            reader.shape(shape, &operations)?;
        }
    }
    Ok(reader.suite)
}

const PREFIX: &str = "smithy.test#";

struct Reader<'a> {
    service: &'a ir::Service,
    suite: Suite,
}

impl Reader<'_> {
    fn shape(&mut self, shape: &Shape, operations: &[&Shape]) -> Result<(), Error> {
        let service = self.service;
        if matches!(shape.kind, Kind::Operation(_)) {
            let lowered = service
                .operations
                .iter()
                .find(|op| op.shape == shape.id.as_str());
            return match lowered {
                Some(operation) => self.operation(shape, operation),
                None if operations.iter().any(|there| there.id == shape.id) => {
                    self.skip_all(shape, "the operation is left out, see the warnings")
                }
                None => self.skip_all(shape, "the operation is not one of the service's"),
            };
        }
        let error = service
            .errors
            .iter()
            .find(|error| error.shape == shape.id.as_str());
        let Some(error) = error else {
            return self.skip_all(
                shape,
                "the shape is no operation and no error of the service",
            );
        };
        let thrown = service.operations.iter().find(|operation| {
            operation
                .errors
                .iter()
                .any(|thrown| thrown.name == error.name)
        });
        match thrown {
            Some(operation) => self.responses(shape, &operation.name, error, Some(&error.name)),
            None => self.skip_all(shape, "no operation answers with this error"),
        }
    }

    fn operation(&mut self, shape: &Shape, operation: &Operation) -> Result<(), Error> {
        let tagged = tagged(shape)?;
        let requests: Vec<Request> = self.vectors(shape, ids::HTTP_REQUEST_TESTS)?;
        for vector in requests {
            if !self.speaks(&vector.id, "request", &vector.protocol) {
                continue;
            }
            let (client, mut server) =
                self.sides(&vector.id, "request", vector.applies_to.or(tagged));
            let in_body = |member: &Member| {
                matches!(member.binding, Binding::Body | Binding::Payload)
                    && vector.params.contains_key(&member.name)
            };
            if server && vector.body.is_none() && operation.input.members.iter().any(in_body) {
                let reason = "it says nothing of the body, which members of the input are in";
                self.skip(&vector.id, "server request", reason);
                server = false;
            }
            let place = || vector_place(shape, ids::HTTP_REQUEST_TESTS, &vector.id);
            let input = node::fields(self.service, &operation.input, &vector.params, &place)?;
            self.suite.cases.push(Case {
                id: vector.id.clone(),
                operation: operation.name.clone(),
                check: Check::Request {
                    client,
                    server,
                    request: vector.into_request(),
                    input,
                },
            });
        }
        self.responses(shape, &operation.name, &operation.output, None)?;
        let malformed: Vec<Node> = self.vectors(shape, ids::HTTP_MALFORMED_REQUEST_TESTS)?;
        for template in malformed {
            let place = || vector_place(shape, ids::HTTP_MALFORMED_REQUEST_TESTS, &template["id"]);
            for (id, vector) in expand::expand(&template).map_err(|why| Error::new(place(), why))? {
                let vector: Malformed = serde_json::from_value(vector)
                    .map_err(|error| Error::new(place(), error.to_string()))?;
                if !self.speaks(&id, "malformed request", &vector.protocol) {
                    continue;
                }
                self.suite.cases.push(Case {
                    id,
                    operation: operation.name.clone(),
                    check: Check::Malformed {
                        request: vector.request.into_request(),
                        response: vector.response.into_response(),
                    },
                });
            }
        }
        self.skip_others(shape);
        Ok(())
    }

    fn responses(
        &mut self,
        shape: &Shape,
        operation: &str,
        structure: &Structure,
        error: Option<&str>,
    ) -> Result<(), Error> {
        let tagged = tagged(shape)?;
        let responses: Vec<Response> = self.vectors(shape, ids::HTTP_RESPONSE_TESTS)?;
        for vector in responses {
            if !self.speaks(&vector.id, "response", &vector.protocol) {
                continue;
            }
            let (client, server) = self.sides(&vector.id, "response", vector.applies_to.or(tagged));
            let place = || vector_place(shape, ids::HTTP_RESPONSE_TESTS, &vector.id);
            let output = node::fields(self.service, structure, &vector.params, &place)?;
            self.suite.cases.push(Case {
                id: vector.id.clone(),
                operation: operation.to_owned(),
                check: Check::Response {
                    client,
                    server,
                    error: error.map(str::to_owned),
                    response: vector.into_response(),
                    output,
                },
            });
        }
        if error.is_some() {
            self.skip_others(shape);
        }
        Ok(())
    }

    fn vectors<T: serde::de::DeserializeOwned>(
        &self,
        shape: &Shape,
        id: &str,
    ) -> Result<Vec<T>, Error> {
        Ok(shape.traits.read(id, &shape.id)?.unwrap_or_default())
    }

    fn speaks(&mut self, id: &str, part: &str, protocol: &str) -> bool {
        let ours = protocol == ids::REST_JSON_1;
        if !ours {
            self.skip(id, part, format!("its protocol is {protocol}"));
        }
        ours
    }

    /// Whether a vector applies to clients, and to servers.
    fn sides(&mut self, id: &str, part: &str, only: Option<AppliesTo>) -> (bool, bool) {
        match only {
            None => (true, true),
            Some(AppliesTo::Client) => {
                self.skip(id, &format!("server {part}"), "it applies to clients only");
                (true, false)
            }
            Some(AppliesTo::Server) => {
                self.skip(id, &format!("client {part}"), "it applies to servers only");
                (false, true)
            }
        }
    }

    fn skip(&mut self, id: &str, part: &str, reason: impl Into<String>) {
        self.suite.skipped.push(Skipped {
            id: id.to_owned(),
            part: part.to_owned(),
            reason: reason.into(),
        });
    }

    /// Skips every vector of a shape.
    fn skip_all(&mut self, shape: &Shape, reason: &str) -> Result<(), Error> {
        for (trait_id, part) in [
            (ids::HTTP_REQUEST_TESTS, "request"),
            (ids::HTTP_RESPONSE_TESTS, "response"),
            (ids::HTTP_MALFORMED_REQUEST_TESTS, "malformed request"),
        ] {
            let vectors: Vec<Node> = self.vectors(shape, trait_id)?;
            for vector in &vectors {
                self.skip(text(&vector["id"]), part, reason);
            }
        }
        self.skip_others(shape);
        Ok(())
    }

    /// Skips vectors of kinds that are not known here, such as those of event streams.
    fn skip_others(&mut self, shape: &Shape) {
        let known = [
            ids::HTTP_REQUEST_TESTS,
            ids::HTTP_RESPONSE_TESTS,
            ids::HTTP_MALFORMED_REQUEST_TESTS,
        ];
        for (id, value) in shape.traits.iter() {
            let Some(kind) = id.strip_prefix(PREFIX).filter(|_| !known.contains(&id)) else {
                continue;
            };
            for vector in value.as_array().into_iter().flatten() {
                self.skip(text(&vector["id"]), kind, format!("{id} is not supported"));
            }
        }
    }
}

/// The side that an operation's tags restrict its vectors to, as the official suite has it.
fn tagged(shape: &Shape) -> Result<Option<AppliesTo>, Error> {
    let tags: Vec<String> = shape.traits.read(ids::TAGS, &shape.id)?.unwrap_or_default();
    let side = tags.iter().find_map(|tag| match tag.as_str() {
        "client-only" => Some(AppliesTo::Client),
        "server-only" => Some(AppliesTo::Server),
        _ => None,
    });
    Ok(side)
}

fn text(id: &Node) -> &str {
    id.as_str().unwrap_or("without an ID")
}

fn vector_place(shape: &Shape, trait_id: &str, vector: impl std::fmt::Display) -> Place {
    Place::from(&shape.id).with_trait(format!("{trait_id} {vector}"))
}
