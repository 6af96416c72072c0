//! Operations: what travels, how it is signed, paged and waited for.

use super::{Docs, Structure, Target};

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// The shape ID.
    pub shape: String,
    /// `ListAssociatedContacts`
    pub name: String,
    /// `list_associated_contacts`: module and method.
    pub method: String,
    /// What it does.
    pub docs: Docs,
    /// The HTTP method.
    pub http_method: String,
    /// The path.
    pub path: Vec<Segment>,
    /// Query literals: name and, if there is one, value.
    pub query: Vec<(String, Option<String>)>,
    /// The status of success.
    pub status: u16,
    /// The host prefix of the `endpoint` trait; literals and labels.
    pub host_prefix: Vec<Segment>,
    /// The input.
    pub input: Structure,
    /// Whether the model states an input, be it an empty one.
    pub has_input: bool,
    /// The output.
    pub output: Structure,
    /// Whether the model states an output, be it an empty one.
    pub has_output: bool,
    /// The errors.
    pub errors: Vec<OperationError>,
    /// Ways to authenticate, best first.
    pub auth: Vec<Auth>,
    /// Sign without the body's hash.
    pub unsigned_payload: bool,
    /// Send a `Content-MD5` header.
    pub checksum: bool,
    /// The body may be compressed.
    pub compressible: bool,
    /// How to page.
    pub pagination: Option<Pagination>,
    /// Fixed endpoint parameters.
    pub static_params: Vec<(String, ParamValue)>,
    /// Waiters.
    pub waiters: Vec<Waiter>,
}

/// A way to authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "as `connect_protocol::operation::Auth` documents them"
)]
pub enum Auth {
    SigV4,
    Bearer,
    Anonymous,
}

/// The value of an endpoint parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ParamValue {
    String(String),
    Bool(bool),
    StringList(Vec<String>),
}

/// A part of a path or host prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Text as it is.
    Literal(String),
    /// The value of the input's member.
    Label {
        /// The member's name.
        member: String,
        /// Whether the value may span several path segments.
        greedy: bool,
    },
}

/// An error that an operation may return.
#[derive(Debug, Clone)]
pub struct OperationError {
    /// The type's name in `types::error`, which is the variant's name too.
    pub name: String,
    /// `is_throttling_exception`
    pub predicate: String,
    /// What it means.
    pub docs: Docs,
    /// How it travels.
    pub wire: ErrorWire,
}

/// How an error travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorWire {
    /// The code: the shape's name.
    pub code: String,
    /// The status.
    pub status: u16,
    /// Worth a retry; `true` if throttling.
    pub retry: Option<bool>,
}

/// How an operation pages.
#[derive(Debug, Clone)]
pub struct Pagination {
    /// The input's member that takes the token.
    pub input_token: Step,
    /// The path to the token in the output: fields, and whether each is optional.
    pub output_token: Vec<Step>,
    /// The path to the items in the output.
    pub items: Option<Items>,
    /// The input's member that sets the page size, and its type.
    pub page_size: Option<(Step, Target)>,
}

/// A field on a path into an output.
#[derive(Debug, Clone)]
pub struct Step {
    /// The member's name.
    pub name: String,
    /// The field.
    pub field: String,
    /// Whether it is an `Option`.
    pub optional: bool,
}

/// The items of a page.
#[derive(Debug, Clone)]
pub struct Items {
    /// The path to them.
    pub path: Vec<Step>,
    /// The element's type, or the map's key and value.
    pub target: Target,
}

/// A waiter: polls until the response says done or failed.
#[derive(Debug, Clone)]
pub struct Waiter {
    /// `FunctionActive`
    pub name: String,
    /// `wait_until_function_active`
    pub method: String,
    /// What it waits for.
    pub docs: Docs,
    /// The least and the longest delay between attempts, in seconds.
    pub delay: (u32, u32),
    /// What each response means, first match wins.
    pub acceptors: Vec<Acceptor>,
}

/// One rule of a waiter.
#[derive(Debug, Clone)]
pub struct Acceptor {
    /// The state that a match leads to.
    pub state: AcceptorState,
    /// What it matches.
    pub matcher: Matcher,
}

/// Where a match leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are Smithy's own")]
pub enum AcceptorState {
    Success,
    Failure,
    Retry,
}

/// What an acceptor matches.
#[derive(Debug, Clone)]
pub enum Matcher {
    /// Any output (`true`), or any error (`false`).
    Success(bool),
    /// An error code.
    ErrorType(String),
    /// A path into the output, compared with a value.
    Output {
        /// The path.
        path: Vec<Step>,
        /// The last step's type.
        target: Target,
        /// The value as the model states it.
        expected: String,
    },
    /// Values in lists, each compared with a value.
    Each {
        /// The path to a list, then from an entry of it to the next list, and so on; the last may be empty.
        paths: Vec<Vec<Step>>,
        /// The type of the values.
        target: Target,
        /// The value as the model states it.
        expected: String,
        /// Whether all must be equal to it, and there be one, or any.
        all: bool,
    },
}
