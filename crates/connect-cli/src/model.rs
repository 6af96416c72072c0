//! What generated commands are written in: an operation as data, and one function that calls it.

use connect_sdk::Client;
use serde_json::Value;

use crate::call::Reply;

/// An operation of the service as a command.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The operation's name: `ListAssociatedContacts`.
    pub(crate) name: &'static str,
    /// The command's name: `list-associated-contacts`.
    pub(crate) command: &'static str,
    /// What it does, in one or more paragraphs.
    pub(crate) about: &'static str,
    /// The members of its input, in the model's order.
    pub(crate) input: &'static [Argument],
    /// The members of its output, in the model's order.
    pub(crate) output: &'static [Member],
    /// How its results are paged.
    pub(crate) pages: Option<Pages>,
    /// Calls it: input and output as JSON, times in RFC 3339.
    pub(crate) call: fn(&Client, Value) -> Reply<'_>,
}

/// A member of an operation's input, as a flag.
#[derive(Debug)]
pub(crate) struct Argument {
    /// The flag without its dashes: `instance-id`.
    pub(crate) flag: &'static str,
    /// What it means and what is allowed.
    pub(crate) about: &'static str,
    /// The member it sets.
    pub(crate) member: Member,
}

/// A member of a structure or union.
#[derive(Debug)]
pub(crate) struct Member {
    /// The member's name in JSON: `InstanceId`.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) shape: &'static Shape,
    /// Whether it must be there.
    pub(crate) required: bool,
}

impl Member {
    /// A member that must be there.
    pub(crate) const fn required(name: &'static str, shape: &'static Shape) -> Self {
        Self {
            name,
            shape,
            required: true,
        }
    }

    /// A member that may be missing.
    pub(crate) const fn optional(name: &'static str, shape: &'static Shape) -> Self {
        Self {
            name,
            shape,
            required: false,
        }
    }
}

/// What a member holds.
#[derive(Debug)]
#[allow(dead_code, reason = "the service's model decides which are used")]
pub(crate) enum Shape {
    /// Text.
    String,
    /// Text, commonly one of these values; others are let through.
    Enum(&'static [&'static str]),
    /// A truth value.
    Boolean,
    /// A whole number from the first to the second, both included.
    Integer(i64, i64),
    /// A floating-point number.
    Float,
    /// A point in time: RFC 3339 towards the SDK, ISO 8601 in the local zone towards the reader.
    Timestamp,
    /// Bytes, base64.
    Blob,
    /// Any JSON.
    Document,
    /// A list of these.
    List(&'static Shape),
    /// A map from text to these.
    Map(&'static Shape),
    /// A structure with these members.
    Structure(&'static [Member]),
    /// Exactly one of these members.
    Union(&'static [Member]),
}

#[allow(dead_code, reason = "the service's model decides which are used")]
impl Shape {
    /// A whole number of 8 bits.
    pub(crate) const BYTE: Self = Self::Integer(i8::MIN as i64, i8::MAX as i64);
    /// A whole number of 16 bits.
    pub(crate) const SHORT: Self = Self::Integer(i16::MIN as i64, i16::MAX as i64);
    /// A whole number of 32 bits.
    pub(crate) const INTEGER: Self = Self::Integer(i32::MIN as i64, i32::MAX as i64);
    /// A whole number of 64 bits.
    pub(crate) const LONG: Self = Self::Integer(i64::MIN, i64::MAX);
}

/// How an operation's results are paged. Paths are member names joined by dots.
#[derive(Debug)]
pub(crate) struct Pages {
    /// The input member that asks for a further page.
    pub(crate) input_token: &'static str,
    /// The path in the output of what to ask with.
    pub(crate) output_token: &'static str,
    /// The input member that limits a page's length.
    pub(crate) page_size: Option<&'static str>,
    /// The path in the output of the list that is paged.
    pub(crate) items: &'static str,
}
