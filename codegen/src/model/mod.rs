//! The JSON AST of Smithy 2.0 as Rust types. Knows nothing of Rust names.

mod flatten;
pub mod ids;
mod parse;
mod prelude;
mod traits;
mod value;

use std::collections::BTreeMap;

pub(crate) use self::parse::Entries;
pub use self::parse::without_mark;
pub use self::traits::{
    AwsService, ExternalDocumentation, Http, HttpChecksum, HttpError, Length, Paginated, Range,
    RequestCompression, Retryable, TraitPlace, Traits, Waitable, Waiter,
};
use crate::error::{Error, Place};
pub use crate::shape_id::{ShapeId, is_identifier};

/// A model: shapes by their ID, mixins and `apply` statements already worked in.
#[derive(Debug, Clone)]
pub struct Model {
    file: String,
    shapes: BTreeMap<ShapeId, Shape>,
}

impl Model {
    /// Reads a model from the text of a JSON AST file.
    ///
    /// # Errors
    /// What is not JSON, not of the AST's form, or refers to what is not there; the error names `file`, shape and member.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        parse::parse(text)
            .and_then(flatten::flatten)
            .map(|model| Self {
                file: file.to_owned(),
                ..model
            })
            .map_err(|error| error.in_file(file))
    }

    /// The file that it was read from, as errors name it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The shape of an ID.
    pub fn get(&self, id: &ShapeId) -> Option<&Shape> {
        self.shapes.get(id)
    }

    /// All shapes in the order of their IDs, those of Smithy's prelude included.
    pub fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.values()
    }

    /// The shape that a place refers to.
    ///
    /// # Errors
    /// There is no such shape.
    pub fn target(&self, id: &ShapeId, place: impl FnOnce() -> Place) -> Result<&Shape, Error> {
        self.get(id)
            .ok_or_else(|| Error::new(place(), format!("target {id} is not in the model")))
    }
}

/// A shape.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Its ID.
    pub id: ShapeId,
    /// What it is.
    pub kind: Kind,
    /// Its traits.
    pub traits: Traits,
}

/// What a shape is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A shape without members.
    Simple(Simple),
    /// `list` (and the older `set`).
    List(Member),
    /// `map`: key and value.
    Map(Member, Member),
    /// `structure`
    Structure(Vec<Member>),
    /// `union`
    Union(Vec<Member>),
    /// `enum`: its members carry `smithy.api#enumValue`.
    Enum(Vec<Member>),
    /// `intEnum`
    IntEnum(Vec<Member>),
    /// `operation`
    Operation(Operation),
    /// `resource`
    Resource(Resource),
    /// `service`
    Service(Service),
}

impl Kind {
    /// The type's name in the AST.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Simple(simple) => simple.name(),
            Self::List(_) => "list",
            Self::Map(..) => "map",
            Self::Structure(_) => "structure",
            Self::Union(_) => "union",
            Self::Enum(_) => "enum",
            Self::IntEnum(_) => "intEnum",
            Self::Operation(_) => "operation",
            Self::Resource(_) => "resource",
            Self::Service(_) => "service",
        }
    }

    /// The type's name in a sentence: `an operation`.
    pub fn with_article(&self) -> String {
        let name = self.name();
        let article = if name.starts_with(['e', 'i', 'o']) {
            "an"
        } else {
            "a"
        };
        format!("{article} {name}")
    }

    /// The members of an aggregate or enum shape, in the model's order.
    pub fn members(&self) -> Vec<&Member> {
        match self {
            Self::List(member) => vec![member],
            Self::Map(key, value) => vec![key, value],
            Self::Structure(members)
            | Self::Union(members)
            | Self::Enum(members)
            | Self::IntEnum(members) => members.iter().collect(),
            Self::Simple(_) | Self::Operation(_) | Self::Resource(_) | Self::Service(_) => {
                Vec::new()
            }
        }
    }
}

macro_rules! simple_types {
    ($($simple:ident $name:literal,)*) => {
        /// The simple types.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the names are Smithy's own")]
        pub enum Simple { $($simple,)* }

        impl Simple {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$simple),*];

            /// The type's name in the AST.
            pub fn name(self) -> &'static str {
                match self { $(Self::$simple => $name,)* }
            }
        }
    };
}

simple_types! {
    BigDecimal "bigDecimal",
    BigInteger "bigInteger",
    Blob "blob",
    Boolean "boolean",
    Byte "byte",
    Document "document",
    Double "double",
    Float "float",
    Integer "integer",
    Long "long",
    Short "short",
    String "string",
    Timestamp "timestamp",
}

/// A member of an aggregate shape.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The shape it targets.
    pub target: ShapeId,
    /// Its own traits; those of the target are not merged in.
    pub traits: Traits,
}

/// An operation's shapes.
#[derive(Debug, Clone, Default)]
pub struct Operation {
    /// Its input, or `smithy.api#Unit`.
    pub input: Option<ShapeId>,
    /// Its output, or `smithy.api#Unit`.
    pub output: Option<ShapeId>,
    /// Its errors.
    pub errors: Vec<ShapeId>,
}

/// A resource's shapes, as far as a client reaches them.
#[derive(Debug, Clone, Default)]
pub struct Resource {
    /// Lifecycle, instance and collection operations.
    pub operations: Vec<ShapeId>,
    /// Child resources.
    pub resources: Vec<ShapeId>,
}

/// A service's shapes.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// The API version.
    pub version: String,
    /// Operations bound to it directly.
    pub operations: Vec<ShapeId>,
    /// Resources, which bring operations of their own.
    pub resources: Vec<ShapeId>,
    /// Errors that every operation may return.
    pub errors: Vec<ShapeId>,
    /// Other names for shapes in this service's closure.
    pub rename: BTreeMap<ShapeId, String>,
}
