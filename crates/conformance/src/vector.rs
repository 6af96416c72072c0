//! Vectors as the `smithy.test` traits spell them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A request on the wire.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path.
    pub(crate) uri: String,
    /// The host, and a path before that of the request, that the client is pointed at.
    pub(crate) host: Option<String>,
    /// The host that the request goes to.
    pub(crate) resolved_host: Option<String>,
    #[serde(flatten)]
    pub(crate) query: Query,
    #[serde(flatten)]
    pub(crate) message: Message,
}

/// What a vector demands of a query string.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Query {
    /// Parameters as they are written: `a=b`.
    pub(crate) query_params: Vec<String>,
    /// Names that must not be there.
    pub(crate) forbid_query_params: Vec<String>,
    /// Names that must be there.
    pub(crate) require_query_params: Vec<String>,
}

/// A response on the wire.
#[derive(Debug, Deserialize)]
pub(crate) struct Response {
    pub(crate) code: u16,
    #[serde(flatten)]
    pub(crate) message: Message,
}

/// A malformed request, and the response that rejects it.
#[derive(Debug, Deserialize)]
pub(crate) struct Malformed {
    pub(crate) request: Request,
    pub(crate) response: Response,
}

/// What a vector demands of headers and body.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Message {
    pub(crate) headers: BTreeMap<String, String>,
    /// Names that must not be there.
    pub(crate) forbid_headers: Vec<String>,
    /// Names that must be there.
    pub(crate) require_headers: Vec<String>,
    pub(crate) body: Option<Body>,
    pub(crate) body_media_type: Option<String>,
}

/// What a vector demands of a body.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Body {
    /// The body.
    Text(String),
    /// What holds of the body that rejects a malformed request.
    #[serde(rename_all = "camelCase")]
    Rejection {
        media_type: Option<String>,
        assertion: Assertion,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Assertion {
    /// The body.
    Contents(String),
    /// A regular expression for the error message in the body.
    MessageRegex(String),
}

impl Message {
    /// The bytes to send as the body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Some(Body::Text(text)) => text.clone().into_bytes(),
            Some(Body::Rejection { .. }) | None => Vec::new(),
        }
    }
}
