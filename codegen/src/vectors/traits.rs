//! The `smithy.test` traits as the JSON AST spells them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Body, Headers, HttpRequest, HttpResponse};

/// The side that a vector is restricted to.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AppliesTo {
    Client,
    Server,
}

/// An entry of `smithy.test#httpRequestTests`, and the request of a malformed one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) protocol: String,
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) host: Option<String>,
    pub(super) resolved_host: Option<String>,
    #[serde(default)]
    pub(super) query_params: Vec<String>,
    #[serde(default)]
    pub(super) forbid_query_params: Vec<String>,
    #[serde(default)]
    pub(super) require_query_params: Vec<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) forbid_headers: Vec<String>,
    #[serde(default)]
    pub(super) require_headers: Vec<String>,
    pub(super) body: Option<String>,
    pub(super) body_media_type: Option<String>,
    #[serde(default)]
    pub(super) params: Map<String, Value>,
    pub(super) applies_to: Option<AppliesTo>,
}

/// An entry of `smithy.test#httpResponseTests`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response {
    pub(super) id: String,
    pub(super) protocol: String,
    pub(super) code: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) forbid_headers: Vec<String>,
    #[serde(default)]
    pub(super) require_headers: Vec<String>,
    pub(super) body: Option<String>,
    pub(super) body_media_type: Option<String>,
    #[serde(default)]
    pub(super) params: Map<String, Value>,
    pub(super) applies_to: Option<AppliesTo>,
}

/// An entry of `smithy.test#httpMalformedRequestTests`, its parameters filled in.
#[derive(Debug, Deserialize)]
pub(super) struct Malformed {
    pub(super) protocol: String,
    pub(super) request: Request,
    pub(super) response: Expected,
}

/// The refusal of a malformed request.
#[derive(Debug, Deserialize)]
pub(super) struct Expected {
    pub(super) code: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<ExpectedBody>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExpectedBody {
    pub(super) media_type: Option<String>,
    pub(super) assertion: Assertion,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Assertion {
    pub(super) contents: Option<String>,
    pub(super) message_regex: Option<String>,
}

impl Request {
    pub(super) fn into_request(self) -> HttpRequest {
        HttpRequest {
            method: self.method,
            uri: self.uri,
            host: self.host,
            resolved_host: self.resolved_host,
            query: self.query_params,
            forbid_query: self.forbid_query_params,
            require_query: self.require_query_params,
            headers: Headers {
                are: self.headers.into_iter().collect(),
                forbid: self.forbid_headers,
                require: self.require_headers,
            },
            body: body(self.body, self.body_media_type),
        }
    }
}

impl Response {
    pub(super) fn into_response(self) -> HttpResponse {
        HttpResponse {
            status: self.code,
            headers: Headers {
                are: self.headers.into_iter().collect(),
                forbid: self.forbid_headers,
                require: self.require_headers,
            },
            body: body(self.body, self.body_media_type),
        }
    }
}

fn body(text: Option<String>, media_type: Option<String>) -> Option<Body> {
    Some(Body::Is {
        text: text?,
        media_type,
    })
}

impl Expected {
    pub(super) fn into_response(self) -> HttpResponse {
        HttpResponse {
            status: self.code,
            headers: Headers {
                are: self.headers.into_iter().collect(),
                ..Headers::default()
            },
            body: self.body.and_then(|body| {
                let (assertion, media_type) = (body.assertion, body.media_type);
                match (assertion.contents, assertion.message_regex) {
                    (Some(text), _) => Some(Body::Is { text, media_type }),
                    (None, regex) => regex.map(Body::MessageMatches),
                }
            }),
        }
    }
}
