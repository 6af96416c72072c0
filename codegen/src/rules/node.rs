//! A place in a JSON document that knows its JSON pointer, so that every error says where.

use serde_json::{Map, Value};

use crate::error::{Error, Place};

/// What is wrong, and at which place of the trait's value.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) pointer: String,
    pub(super) reason: String,
}

impl Fault {
    /// The error at a trait of a shape.
    pub(super) fn at(self, shape_id: &str, trait_id: &str) -> Error {
        let Self { pointer, reason } = self;
        let message = match pointer.as_str() {
            "" => reason,
            pointer => format!("at `{pointer}`: {reason}"),
        };
        Error::new(Place::shape(shape_id).with_trait(trait_id), message)
    }
}

/// A value and the JSON pointer to it.
pub(super) struct Node<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self {
            value,
            pointer: String::new(),
        }
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    pub(super) fn fault(&self, reason: impl Into<String>) -> Fault {
        Fault {
            pointer: self.pointer.clone(),
            reason: reason.into(),
        }
    }

    fn expected(&self, what: &str) -> Fault {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.fault(format!("expected {what}, found {found}"))
    }

    fn child(&self, step: &str, value: &'a Value) -> Self {
        let step = step.replace('~', "~0").replace('/', "~1");
        Self {
            value,
            pointer: format!("{}/{step}", self.pointer),
        }
    }

    fn object(&self) -> Result<&'a Map<String, Value>, Fault> {
        self.value
            .as_object()
            .ok_or_else(|| self.expected("an object"))
    }

    /// The member `name` of an object, if it is there and not null.
    pub(super) fn get(&self, name: &str) -> Result<Option<Self>, Fault> {
        let member = self.object()?.get(name).filter(|value| !value.is_null());
        Ok(member.map(|value| self.child(name, value)))
    }

    /// The member `name` of an object, which must be there.
    pub(super) fn require(&self, name: &str) -> Result<Self, Fault> {
        self.get(name)?
            .ok_or_else(|| self.fault(format!("`{name}` is missing")))
    }

    /// The members of an object in the model's order.
    pub(super) fn members(&self) -> Result<impl Iterator<Item = (&'a str, Self)>, Fault> {
        let members = self.object()?.iter();
        Ok(members.map(|(name, value)| (name.as_str(), self.child(name, value))))
    }

    /// The items of an array.
    pub(super) fn items(&self) -> Result<impl ExactSizeIterator<Item = Self>, Fault> {
        let items = self
            .value
            .as_array()
            .ok_or_else(|| self.expected("an array"))?;
        let items = items.iter().enumerate();
        Ok(items.map(|(index, value)| self.child(&index.to_string(), value)))
    }

    /// The member `name` of an object, read by a function, if it is there and not null.
    pub(super) fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Self) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.get(name)?.map(|node| read(&node)).transpose()
    }

    pub(super) fn string(&self) -> Result<&'a str, Fault> {
        self.value.as_str().ok_or_else(|| self.expected("a string"))
    }

    pub(super) fn boolean(&self) -> Result<bool, Fault> {
        self.value
            .as_bool()
            .ok_or_else(|| self.expected("a boolean"))
    }
}

/// A string, as a function to read with.
pub(super) fn text(node: &Node<'_>) -> Result<String, Fault> {
    node.string().map(str::to_owned)
}
