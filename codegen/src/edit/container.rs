//! An object or array as text: entries can be put in, replaced and taken out, and everything else stays as it is written.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::json::quoted;
use crate::model::Entries;

/// The text of an object or array, taken apart at its entries.
#[derive(Debug)]
pub(super) struct Container<'a> {
    open: &'a str,
    /// White space before the first entry.
    head: Cow<'a, str>,
    items: Vec<Item<'a>>,
    /// White space after the last entry.
    tail: Cow<'a, str>,
    close: &'a str,
}

/// An entry.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// The key; empty in an array.
    pub(super) name: String,
    /// The comma before it and white space; unused in the first.
    before: Cow<'a, str>,
    /// The key and colon as they are written; empty in an array.
    key: Cow<'a, str>,
    /// The value's text.
    pub(super) value: Cow<'a, str>,
}

impl<'a> Container<'a> {
    /// Takes apart the text of an object or array. `indent` is that of its line, for when it is empty.
    pub(super) fn parse(text: &'a str, indent: usize) -> Result<Self, serde_json::Error> {
        let text = text.trim_ascii();
        let values: Vec<(String, &'a RawValue)> = if text.starts_with('{') {
            serde_json::from_str::<Entries<&RawValue>>(text)?.0
        } else {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            let items = items.into_iter();
            items.map(|value| (String::new(), value)).collect()
        };
        let mut at = 1;
        let mut items = Vec::with_capacity(values.len());
        let mut head = Cow::Owned(format!("\n{:width$}", "", width = indent + 2));
        let mut tail = Cow::Owned(format!("\n{:indent$}", ""));
        for (name, value) in values {
            // The value borrows from the text, so its address is its position.
            let start = value.get().as_ptr() as usize - text.as_ptr() as usize;
            let between = &text[at..start];
            let key = between.find('"').unwrap_or(between.len());
            if items.is_empty() {
                head = Cow::Borrowed(&between[..key]);
            }
            items.push(Item {
                name,
                before: Cow::Borrowed(&between[..key]),
                key: Cow::Borrowed(&between[key..]),
                value: Cow::Borrowed(value.get()),
            });
            at = start + value.get().len();
        }
        let end = text.len() - 1;
        if let Some(first) = items.first_mut() {
            first.before = Cow::Owned(format!(",{head}"));
            tail = Cow::Borrowed(&text[at..end]);
        }
        Ok(Self {
            open: &text[..1],
            head,
            items,
            tail,
            close: &text[end..],
        })
    }

    /// The entries.
    pub(super) fn items(&self) -> &[Item<'a>] {
        &self.items
    }

    /// The entry of a key.
    pub(super) fn get(&self, name: &str) -> Option<&Item<'a>> {
        self.items.iter().find(|item| item.name == name)
    }

    /// The value of a key, to replace it.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Item<'a>> {
        self.items.iter_mut().find(|item| item.name == name)
    }

    /// Keeps the entries that are wanted.
    pub(super) fn retain(&mut self, wanted: impl FnMut(&Item<'a>) -> bool) {
        self.items.retain(wanted);
    }

    /// Puts an entry in.
    pub(super) fn insert(&mut self, at: usize, name: &str, value: String) {
        let key = match self.open {
            "{" => Cow::Owned(format!("{}: ", quoted(name))),
            _ => Cow::Borrowed(""),
        };
        let item = Item {
            name: name.to_owned(),
            before: Cow::Owned(format!(",{}", self.head)),
            key,
            value: Cow::Owned(value),
        };
        self.items.insert(at, item);
    }

    /// How far entries are indented; `None` if they do not have lines of their own.
    pub(super) fn indent(&self) -> Option<usize> {
        let (_, spaces) = self.head.rsplit_once('\n')?;
        Some(spaces.len())
    }

    /// The text.
    pub(super) fn print(&self) -> String {
        let mut text = String::from(self.open);
        for (index, item) in self.items.iter().enumerate() {
            text.push_str(if index == 0 { &self.head } else { &item.before });
            text.push_str(&item.key);
            text.push_str(&item.value);
        }
        if !self.items.is_empty() {
            text.push_str(&self.tail);
        }
        text.push_str(self.close);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &str = "{ \"a\" : 1\n ,\"b\":[ ],\n\t\"c\": {\"a\": 2} }";

    #[test]
    fn text_stays_as_it_is() {
        for text in [OBJECT, "{}", "[]", "[1,2 , 3]", "[\n  1\n]"] {
            assert_eq!(Container::parse(text, 0).unwrap().print(), text);
        }
    }

    #[test]
    fn what_is_put_in_can_be_taken_out_again() {
        for text in [OBJECT, "{}"] {
            let entries = Container::parse(text, 0).unwrap().items().len();
            for at in 0..=entries {
                let mut container = Container::parse(text, 0).unwrap();
                container.insert(at, "new", "true".to_owned());
                container.insert(at, "newer", "false".to_owned());
                let longer = container.print();
                let value: serde_json::Value = serde_json::from_str(&longer).unwrap();
                assert_eq!(value["new"], true, "{longer}");
                let mut container = Container::parse(&longer, 0).unwrap();
                container.retain(|item| !item.name.starts_with("new"));
                assert_eq!(container.print(), text, "{longer}");
            }
        }
    }

    #[test]
    fn entries_have_lines_of_their_own_where_others_have() {
        let mut list = Container::parse("[]", 4).unwrap();
        assert_eq!(list.indent(), Some(6));
        list.insert(0, "", "1".to_owned());
        assert_eq!(list.print(), "[\n      1\n    ]");
        let mut list = Container::parse("[1]", 4).unwrap();
        assert_eq!(list.indent(), None);
        list.insert(1, "", "2".to_owned());
        assert_eq!(list.print(), "[1,2]");
    }
}
