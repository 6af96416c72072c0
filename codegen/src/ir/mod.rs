//! What is emitted, with every name resolved. Knows nothing of JSON.

mod operation;
mod shape;

pub use self::operation::{
    Acceptor, AcceptorState, Auth, ErrorWire, Items, Matcher, Operation, OperationError,
    Pagination, ParamValue, Segment, Step, Waiter,
};
pub use self::shape::{
    Binding, Constraints, Default, Enum, List, Map, Member, Role, Structure, Target,
    TimestampFormat, Union, Variant,
};
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
    /// The structure of this name; `error::Name` if it is an error, as in a [`Target`].
    pub fn structure(&self, name: &str) -> Option<&Structure> {
        match name.strip_prefix("error::") {
            Some(name) => find(&self.errors, name, |shape| &shape.name),
            None => find(&self.structures, name, |shape| &shape.name),
        }
    }

    /// The union of this name.
    pub fn union(&self, name: &str) -> Option<&Union> {
        find(&self.unions, name, |shape| &shape.name)
    }

    /// The members of the structure or union of this name.
    pub fn members(&self, name: &str) -> Option<&[Member]> {
        let structure = self.structure(name).map(|shape| &shape.members);
        let union = || self.union(name).map(|shape| &shape.members);
        structure.or_else(union).map(Vec::as_slice)
    }

    /// The enum of this name.
    pub fn enumeration(&self, name: &str) -> Option<&Enum> {
        find(&self.enums, name, |shape| &shape.name)
    }

    /// Whether anything in it is deprecated.
    pub fn deprecates(&self) -> bool {
        let messages = self
            .operations
            .iter()
            .flat_map(|it| [&it.input, &it.output]);
        let structures = messages.chain(&self.structures).chain(&self.errors);
        let structures = structures.map(|shape| (&shape.docs, &shape.members));
        let unions = self
            .unions
            .iter()
            .map(|shape| (&shape.docs, &shape.members));
        let shapes = structures.chain(unions);
        let of_shapes = shapes.flat_map(|(docs, members)| {
            std::iter::once(docs).chain(members.iter().map(|member| &member.docs))
        });
        let of_enums = self.enums.iter().flat_map(|shape| {
            std::iter::once(&shape.docs).chain(shape.variants.iter().map(|variant| &variant.docs))
        });
        let of_operations = self.operations.iter().map(|operation| &operation.docs);
        let mut all = of_shapes.chain(of_enums).chain(of_operations);
        all.any(|docs| docs.deprecated.is_some())
    }
}

/// The shape of a name among shapes in the order of their names.
fn find<'s, T>(shapes: &'s [T], name: &str, name_of: fn(&T) -> &String) -> Option<&'s T> {
    let at = shapes.binary_search_by(|shape| name_of(shape).as_str().cmp(name));
    at.ok().map(|at| &shapes[at])
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
