//! What is emitted, with every name resolved. Knows nothing of JSON.

use crate::rules::{RuleSet, TestCase};

/// A service: one crate.
#[derive(Debug)]
pub struct Service {
    /// The shape ID.
    pub shape: String,
    /// The shape's name: `AmazonConnectService`.
    pub name: String,
    /// The SDK ID: `Connect`.
    pub sdk_id: String,
    /// The API version.
    pub version: String,
    /// The name in the credential scope; empty without SigV4.
    pub signing_name: String,
    /// The title: plain text on one line.
    pub title: String,
    /// What the service does.
    pub docs: Docs,
    /// Operations by name.
    pub operations: Vec<Operation>,
    /// Structures that are no operation's input or output and no error, by name.
    pub structures: Vec<Structure>,
    /// Unions by name.
    pub unions: Vec<Union>,
    /// Enums by name.
    pub enums: Vec<Enum>,
    /// Errors by name.
    pub errors: Vec<Structure>,
    /// The endpoint rules.
    pub rules: RuleSet,
    /// What the rules are tested with.
    pub endpoint_tests: Vec<TestCase>,
    /// Context parameters that a client sets.
    pub client_params: Vec<ClientParam>,
}

impl Service {
    /// Whether anything in it is deprecated.
    pub fn deprecates(&self) -> bool {
        let messages = self
            .operations
            .iter()
            .flat_map(|operation| [&operation.input, &operation.output]);
        let structures = messages.chain(&self.structures).chain(&self.errors);
        let structures = structures.map(|shape| (&shape.docs, &shape.members));
        let unions = self
            .unions
            .iter()
            .map(|shape| (&shape.docs, &shape.members));
        let deprecated = |docs: &Docs| docs.deprecated.is_some();
        let enums = |shape: &Enum| {
            deprecated(&shape.docs)
                || shape
                    .variants
                    .iter()
                    .any(|variant| deprecated(&variant.docs))
        };
        structures.chain(unions).any(|(docs, members)| {
            deprecated(docs) || members.iter().any(|member| deprecated(&member.docs))
        }) || self
            .operations
            .iter()
            .any(|operation| deprecated(&operation.docs))
            || self.enums.iter().any(enums)
    }
}

/// Documentation: Markdown lines and what is deprecated about the thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Docs {
    /// Markdown, not empty.
    pub markdown: String,
    /// The same as plain text, not empty.
    pub plain: String,
    /// Set if the thing is deprecated; the text may be empty.
    pub deprecated: Option<String>,
}

/// A client context parameter.
#[derive(Debug)]
pub struct ClientParam {
    /// Its name in the rules.
    pub name: String,
    /// The builder method that sets it.
    pub method: String,
    /// Whether it is a boolean; a string otherwise.
    pub boolean: bool,
    /// What it does.
    pub docs: Docs,
}

/// Which sides of the wire a shape travels to, which decides the codecs it needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Reached from an operation's input.
    pub input: bool,
    /// Reached from an operation's output or error.
    pub output: bool,
}

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

/// An error that an operation may answer with.
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

/// A waiter: polls until the answer says done or failed.
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
    /// What each answer means, first match wins.
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

/// What a structure is to its operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A member's type.
    Nested,
    /// An operation's input.
    Input,
    /// An operation's output.
    Output,
    /// An error.
    Error(ErrorWire),
}

/// A structure.
#[derive(Debug, Clone)]
pub struct Structure {
    /// The shape ID, for documentation.
    pub shape: String,
    /// The Rust type's name.
    pub name: String,
    /// What it is.
    pub docs: Docs,
    /// Its part.
    pub role: Role,
    /// Its members in the model's order.
    pub members: Vec<Member>,
    /// The sides it travels to.
    pub usage: Usage,
    /// Whether it or what it reaches has constraints to check.
    pub checked: bool,
    /// Whether the whole shape is sensitive.
    pub sensitive: bool,
}

impl Structure {
    /// Whether `build()` can fail: a member is neither optional nor has a default.
    pub fn fallible(&self) -> bool {
        self.members.iter().any(Member::must_be_set)
    }

    /// The members that travel in the JSON body.
    pub fn body(&self) -> impl Iterator<Item = &Member> {
        self.members
            .iter()
            .filter(|member| member.binding == Binding::Body)
    }

    /// The member that is the body.
    pub fn payload(&self) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.binding == Binding::Payload)
    }
}

/// A member of a structure or union.
#[derive(Debug, Clone)]
pub struct Member {
    /// The member's name in the model.
    pub name: String,
    /// Its name in JSON.
    pub json: String,
    /// The Rust field, or the union's variant.
    pub field: String,
    /// Its type.
    pub target: Target,
    /// Whether the field is an `Option`.
    pub optional: bool,
    /// Whether the field is boxed, since the type reaches itself.
    pub boxed: bool,
    /// What it is.
    pub docs: Docs,
    /// Where it travels.
    pub binding: Binding,
    /// Whether it must be there.
    pub required: bool,
    /// Whether its value stays out of logs.
    pub sensitive: bool,
    /// Whether a client fills it with a random token.
    pub idempotency_token: bool,
    /// Whether it is filled into the host prefix.
    pub host_label: bool,
    /// The endpoint parameter it sets.
    pub context_param: Option<String>,
    /// Its default. Clients leave that of an optional field to the server.
    pub default: Option<Default>,
    /// What its value must keep to.
    pub constraints: Constraints,
}

impl Member {
    /// Whether a builder cannot do without it.
    pub fn must_be_set(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

/// A default value.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// Empty string, list, map, blob; zero; `false`.
    Zero,
    /// A boolean: true.
    True,
    /// An integer.
    Integer(i64),
    /// A fraction.
    Float(f64),
    /// A string, or an enum's value.
    String(String),
    /// Seconds and nanoseconds since the epoch.
    Timestamp(i64, u32),
    /// Base64.
    Blob(String),
    /// A document, as JSON text.
    Document(String),
}

/// Where a member travels.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "as Smithy's traits of these names")]
pub enum Binding {
    Body,
    Label,
    Query(String),
    QueryParams,
    Header(String),
    PrefixHeaders(String),
    Payload,
    ResponseCode,
}

/// The type of a member.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "as Smithy's types of these names")]
pub enum Target {
    String {
        /// JSON or other media type, which headers carry as base64.
        media_type: Option<String>,
    },
    Boolean,
    Byte,
    Short,
    Integer,
    Long,
    Float,
    Double,
    BigInteger,
    BigDecimal,
    Document,
    Timestamp(Option<TimestampFormat>),
    Blob {
        media_type: Option<String>,
    },
    /// A blob that streams; whether its length must be known.
    Stream {
        media_type: Option<String>,
        requires_length: bool,
    },
    /// The type's name in `types`.
    Enum(String),
    /// The values.
    IntEnum(Vec<i32>),
    /// The type's name in `types`; `error::Name` if the structure is an error.
    Structure(String),
    Union(String),
    /// `smithy.api#Unit`: a union's variant without a value.
    Unit,
    List(Box<List>),
    Map(Box<Map>),
}

/// A list.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The elements' type.
    pub element: Target,
    /// Whether elements may be null.
    pub sparse: bool,
    /// What each element must keep to.
    pub constraints: Constraints,
}

/// A map.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// The keys' type: a string or an enum.
    pub key: Target,
    /// The values' type.
    pub value: Target,
    /// Whether values may be null.
    pub sparse: bool,
    /// What each key must keep to.
    pub key_constraints: Constraints,
    /// What each value must keep to.
    pub value_constraints: Constraints,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "as Smithy's formats of these names")]
pub enum TimestampFormat {
    EpochSeconds,
    DateTime,
    HttpDate,
}

/// What a value must keep to, in itself; its type's members have their own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Constraints {
    /// Characters, bytes or entries: least and most.
    pub length: Option<(Option<u64>, Option<u64>)>,
    /// Least and most, as Rust literals of the value's type.
    pub range: Option<(Option<String>, Option<String>)>,
    /// A regular expression.
    pub pattern: Option<String>,
    /// No element twice.
    pub unique: bool,
}

impl Constraints {
    /// Whether there is anything to check.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A union.
#[derive(Debug, Clone)]
pub struct Union {
    /// The shape ID.
    pub shape: String,
    /// The Rust type's name.
    pub name: String,
    /// What it is.
    pub docs: Docs,
    /// Its members, with the variant as `field`.
    pub members: Vec<Member>,
    /// The sides it travels to.
    pub usage: Usage,
    /// Whether it or what it reaches has constraints to check.
    pub checked: bool,
    /// Whether the whole shape is sensitive.
    pub sensitive: bool,
}

/// An enum of strings.
#[derive(Debug, Clone)]
pub struct Enum {
    /// The shape ID.
    pub shape: String,
    /// The Rust type's name.
    pub name: String,
    /// What it is.
    pub docs: Docs,
    /// Its values.
    pub variants: Vec<Variant>,
    /// Whether values stay out of logs.
    pub sensitive: bool,
}

/// A value of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The Rust variant.
    pub name: String,
    /// The value on the wire.
    pub value: String,
    /// What it means.
    pub docs: Docs,
    /// Whether errors do not name it among the values that there are.
    pub internal: bool,
}
