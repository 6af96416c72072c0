//! Vectors as generated programs spell them.

/// A request on the wire.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// The path.
    pub uri: &'static str,
    /// The host, and a path before that of the request, that the client is pointed at.
    pub host: Option<&'static str>,
    /// The host that the request goes to.
    pub resolved_host: Option<&'static str>,
    /// Query parameters as they are written: `a=b`.
    pub query: &'static [&'static str],
    /// Names of query parameters that must not be there.
    pub forbid_query: &'static [&'static str],
    /// Names of query parameters that must be there.
    pub require_query: &'static [&'static str],
    /// The headers.
    pub headers: Headers,
    /// The body, if the vector says anything of it.
    pub body: Option<Body>,
}

/// A response on the wire.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body, if the vector says anything of it.
    pub body: Option<Body>,
}

/// What is said of headers.
#[derive(Debug)]
pub struct Headers {
    /// Names and values.
    pub are: &'static [(&'static str, &'static str)],
    /// Names that must not be there.
    pub forbid: &'static [&'static str],
    /// Names that must be there.
    pub require: &'static [&'static str],
}

/// What is said of a body.
#[derive(Debug)]
pub enum Body {
    /// What it is. One of the type `application/json` is compared as JSON.
    Is {
        /// The text.
        text: &'static str,
        /// Its type.
        media_type: Option<&'static str>,
    },
    /// A regular expression for the error message in it.
    MessageMatches(&'static str),
}

impl Body {
    /// The bytes to send of it.
    pub(crate) fn bytes(body: Option<&Self>) -> &'static [u8] {
        match body {
            Some(Self::Is { text, .. }) => text.as_bytes(),
            Some(Self::MessageMatches(_)) | None => b"",
        }
    }
}
