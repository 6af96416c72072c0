//! What is fixed about a service and its operations, as generated code states it in statics.

use crate::endpoint::{Endpoint, EndpointError, Params, Value};

/// A service, as its model describes it.
#[derive(Debug)]
pub struct Service {
    /// The service's SDK ID: `Connect`.
    pub sdk_id: &'static str,
    /// The API version: `2017-08-08`.
    pub version: &'static str,
    /// The name in the SigV4 credential scope, unless the endpoint says otherwise: `connect`.
    pub signing_name: &'static str,
    /// Resolves the endpoint: the model's rule set, compiled.
    pub endpoint: fn(&Params<'_>) -> Result<Endpoint, EndpointError>,
}

/// An operation, as its model describes it.
#[derive(Debug)]
pub struct Operation {
    /// The service it belongs to.
    pub service: &'static Service,
    /// The operation's name: `ListAssociatedContacts`.
    pub name: &'static str,
    /// The ways to authenticate, in the model's order of preference. Empty means [`Auth::Anonymous`].
    pub auth: &'static [Auth],
    /// The errors the operation models.
    pub errors: &'static [ModeledError],
    /// Sign `UNSIGNED-PAYLOAD` instead of the body's hash.
    pub unsigned_payload: bool,
    /// Leave the body of a successful response unread: the output streams it.
    pub streaming_output: bool,
    /// The output is JSON: the request says that it accepts that, as API Gateway has other forms.
    pub json_output: bool,
    /// Compress the request body with gzip when it is large enough (`requestCompression`).
    pub compressible: bool,
    /// Endpoint rule parameters that the operation fixes (`staticContextParams`).
    pub endpoint_params: &'static [(&'static str, Value)],
}

/// A way to authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// AWS Signature Version 4 in the `Authorization` header.
    SigV4,
    /// `Authorization: Bearer TOKEN`.
    Bearer,
    /// Nothing (`optionalAuth`, or a service without authentication).
    Anonymous,
}

/// An error that an operation models.
#[derive(Debug)]
pub struct ModeledError {
    /// The code on the wire: the error shape's name.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Whether the error is worth a retry (`retryable` trait).
    pub retry: Option<Retry>,
}

impl ModeledError {
    /// An error by its code, status and what the model says of retries.
    pub const fn new(code: &'static str, status: u16, retry: Option<Retry>) -> Self {
        Self {
            code,
            status,
            retry,
        }
    }
}

/// Why a modelled error is worth a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It passes by itself.
    Transient,
    /// The caller is too fast.
    Throttling,
}
