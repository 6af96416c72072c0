//! A place in a JSON document that knows its JSON pointer, so that every complaint says where.

use serde_json::{Map, Value};

/// What is wrong, and at which place of the trait's value.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) pointer: String,
    pub(super) reason: String,
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

    pub(super) fn string(&self) -> Result<&'a str, Fault> {
        self.value.as_str().ok_or_else(|| self.expected("a string"))
    }

    pub(super) fn boolean(&self) -> Result<bool, Fault> {
        self.value
            .as_bool()
            .ok_or_else(|| self.expected("a boolean"))
    }
}
