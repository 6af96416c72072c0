//! Whether two models mean the same by a shape.

use std::fmt;

use super::json::Json;
use super::traits::{self, without_docs};
use crate::model::ids::{Part, part};

/// A shape or member that means one thing in the model at hand and another in the published one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The shape ID.
    pub shape: String,
    /// The member, if the difference is a member's.
    pub member: Option<String>,
    /// What differs, with both values.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shape)?;
        if let Some(member) = &self.member {
            write!(f, "${member}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// What differs between our shape and theirs, documentation aside. What only ours has is an addition of our own and
/// no difference, unless it is a constraint or binding.
pub(super) fn compare(id: &str, ours: &Json, theirs: &Json) -> Vec<Difference> {
    let mut comparison = Comparison {
        id,
        differences: Vec::new(),
    };
    comparison.shape(ours, theirs);
    comparison.differences
}

struct Comparison<'a> {
    id: &'a str,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn differ(&mut self, member: Option<&str>, what: String) {
        self.differences.push(Difference {
            shape: self.id.to_owned(),
            member: member.map(str::to_owned),
            what,
        });
    }

    /// Notes a value that differs. What is missing reads as `absent`.
    fn value(
        &mut self,
        member: Option<&str>,
        what: &str,
        ours: Option<&Json>,
        theirs: Option<&Json>,
    ) {
        let same = match (ours, theirs) {
            (Some(ours), Some(theirs)) => ours.same(theirs),
            (None, None) => true,
            _ => false,
        };
        if !same {
            let show = |value: Option<&Json>| {
                value.map_or_else(|| "absent".to_owned(), |value| shorten(&value.print(None)))
            };
            let (ours, theirs) = (show(ours), show(theirs));
            self.differ(member, format!("{what} is {ours} here, {theirs} there"));
        }
    }

    fn shape(&mut self, ours: &Json, theirs: &Json) {
        let unit = Json::target("smithy.api#Unit");
        self.value(None, "the type", ours.get("type"), theirs.get("type"));
        for key in ["version", "mixins"] {
            self.value(None, key, ours.get(key), theirs.get(key));
        }
        for key in ["input", "output"] {
            let of = |shape: &Json| shape.get(key).unwrap_or(&unit).clone();
            let (ours, theirs) = (of(ours), of(theirs));
            self.value(None, key, ours.get("target"), theirs.get("target"));
        }
        self.traits(None, ours, theirs);
        for key in ["member", "key", "value"] {
            self.member(key, ours.get(key), theirs.get(key));
        }
        if let Some(members) = theirs.get("members") {
            for (name, theirs) in members.entries() {
                let ours = ours.get("members").and_then(|members| members.get(name));
                self.member(name, ours, Some(theirs));
            }
        }
        let here = ours.get("errors").map_or(&[][..], Json::items);
        for error in theirs.get("errors").map_or(&[][..], Json::items) {
            if !here.iter().any(|ours| ours.same(error)) {
                let error = error.text_of("target").unwrap_or_default();
                self.differ(None, format!("the error {error} is only there"));
            }
        }
    }

    fn member(&mut self, name: &str, ours: Option<&Json>, theirs: Option<&Json>) {
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => {
                self.value(
                    Some(name),
                    "the target",
                    ours.get("target"),
                    theirs.get("target"),
                );
                self.traits(Some(name), ours, theirs);
            }
            (None, Some(_)) => self.differ(Some(name), "the member is only there".to_owned()),
            (Some(_), None) => self.differ(Some(name), "the member is only here".to_owned()),
            (None, None) => {}
        }
    }

    fn traits(&mut self, member: Option<&str>, ours: &Json, theirs: &Json) {
        for (id, ours) in traits::of(ours) {
            if part(id) == Part::Meaning {
                let theirs = traits::get(theirs, id).map(|theirs| without_docs(id, theirs));
                let ours = without_docs(id, ours);
                self.value(member, id, Some(&ours), theirs.as_ref());
            }
        }
        for (id, theirs) in traits::of(theirs) {
            if part(id) == Part::Meaning && traits::get(ours, id).is_none() {
                self.value(member, id, None, Some(&without_docs(id, theirs)));
            }
        }
    }
}

fn shorten(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
