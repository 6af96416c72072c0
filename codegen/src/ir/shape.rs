//! Shapes: structures, unions, enums, and what their members hold.

use super::{Docs, ErrorWire, Usage};

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

    /// The member of this name in the model.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
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
