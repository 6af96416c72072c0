//! `--generate-cli-skeleton`: a shape filled with placeholders.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::model::{Argument, Member, Shape};
use crate::output;

/// What is filled, and so what stands for text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    // Input to fill in: text is blank, an enum has its first value.
    Input,
    // The same in YAML, with what each member means.
    YamlInput,
    // Output to look at: text is the member's name.
    Output,
}

/// The members of a structure, each with a placeholder.
pub(crate) fn members<'a>(members: impl Iterator<Item = &'a Member>, kind: Kind) -> Value {
    let mut skeleton = Skeleton {
        kind,
        within: Vec::new(),
    };
    Value::Object(skeleton.members(members))
}

/// The input to fill in as YAML: each member in the model's order, under what it means and whether it is required.
pub(crate) fn yaml(input: &'static [Argument]) -> String {
    let mut text = String::new();
    for argument in input {
        let mark = if argument.member.required {
            "[REQUIRED] "
        } else {
            ""
        };
        let about = format!("{mark}{}", argument.about);
        text.extend(about.lines().map(|line| format!("# {line}\n")));
        let blank = members([&argument.member].into_iter(), Kind::YamlInput);
        text += &output::yaml_text(&blank);
    }
    text
}

struct Skeleton {
    kind: Kind,
    /// The structures around the place that is filled: one that is within itself is left empty.
    within: Vec<&'static [Member]>,
}

impl Skeleton {
    fn members<'a>(&mut self, members: impl Iterator<Item = &'a Member>) -> Map<String, Value> {
        let mut fill = |member: &Member| self.value(member.shape, member.name);
        members
            .map(|member| (member.name.to_owned(), fill(member)))
            .collect()
    }

    fn value(&mut self, shape: &'static Shape, name: &str) -> Value {
        match (shape, self.kind) {
            (Shape::String | Shape::Enum(_) | Shape::Blob, Kind::Output) => name.into(),
            (Shape::Enum([first, ..]), _) => (*first).into(),
            (Shape::String | Shape::Enum(_) | Shape::Blob, _) => "".into(),
            (Shape::Boolean, _) => true.into(),
            (Shape::Integer(..), _) => 0.into(),
            (Shape::Float, _) => 0.0.into(),
            (Shape::Timestamp, _) => "1970-01-01T00:00:00".into(),
            (Shape::Document, _) => json!({}),
            (Shape::List(element), _) => json!([self.value(element, name)]),
            (Shape::Map(element), _) => json!({"KeyName": self.value(element, "")}),
            (Shape::Structure(members) | Shape::Union(members), _) => {
                let members: &'static [Member] = members;
                let mut outer = self.within.iter();
                if outer.any(|outer| std::ptr::eq(*outer, members)) {
                    return json!({});
                }
                self.within.push(members);
                let filled = self.members(members.iter());
                self.within.pop();
                Value::Object(filled)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static MEMBERS: &[Member] = &[
        Member::optional("Name", &Shape::String),
        Member::optional("Channel", &Shape::Enum(&["VOICE", "CHAT"])),
        Member::optional("Count", &Shape::Integer(0, 1)),
        Member::optional("Ratio", &Shape::Float),
        Member::optional("Live", &Shape::Boolean),
        Member::optional("At", &Shape::Timestamp),
        Member::optional("Tags", &Shape::Map(&Shape::List(&Shape::String))),
        Member::optional("Tree", &TREE),
    ];

    static TREE: Shape = Shape::Structure(&[
        Member::optional("Leaf", &Shape::Blob),
        Member::optional("Branches", &Shape::List(&TREE)),
    ]);

    #[test]
    fn input_is_blank_and_ends_where_a_shape_holds_itself() {
        assert_eq!(
            members(MEMBERS.iter(), Kind::Input),
            json!({
                "Name": "", "Channel": "VOICE", "Count": 0, "Ratio": 0.0, "Live": true,
                "At": "1970-01-01T00:00:00", "Tags": {"KeyName": [""]},
                "Tree": {"Leaf": "", "Branches": [{}]},
            })
        );
    }

    #[test]
    fn output_shows_names() {
        let output = members(MEMBERS.iter(), Kind::Output);
        assert_eq!(output["Name"], "Name");
        assert_eq!(output["Channel"], "Channel");
        assert_eq!(output["Tree"]["Leaf"], "Leaf");
    }
}
