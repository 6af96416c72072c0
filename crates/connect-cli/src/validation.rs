//! Input against its shape: what does not fit is reported with its path, what does is brought into the SDK's form.

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::model::{Member, Shape};
use crate::time;

/// Validates an operation's whole input, and returns it as the SDK reads it. All that is wrong is reported at once.
pub(crate) fn validate<'m>(
    members: impl Iterator<Item = &'m Member>,
    input: Map<String, Value>,
) -> Result<Map<String, Value>, Failure> {
    let mut validation = Validation::default();
    let input = validation.members(members, input, "");
    if validation.problems.is_empty() {
        Ok(input)
    } else {
        let problems = validation.problems.join("\n");
        Err(Failure::Usage(format!(
            "Parameter validation failed:\n{problems}"
        )))
    }
}

#[derive(Default)]
struct Validation {
    problems: Vec<String>,
}

impl Validation {
    fn members<'m>(
        &mut self,
        members: impl Iterator<Item = &'m Member>,
        values: Map<String, Value>,
        path: &str,
    ) -> Map<String, Value> {
        let members: Vec<_> = members.collect();
        let required = members.iter().filter(|member| member.required);
        let missing: Vec<_> = required
            .filter(|member| !values.contains_key(member.name))
            .collect();
        let mut validated = Map::new();
        for (name, value) in values {
            let Some(member) = members.iter().find(|member| member.name == name) else {
                let known: Vec<_> = members.iter().map(|member| member.name).collect();
                self.problems.push(format!(
                    "Unknown parameter in {}: \"{name}\", must be one of: {}",
                    place(path),
                    known.join(", ")
                ));
                continue;
            };
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            validated.insert(name, self.value(member.shape, value, &path));
        }
        // Last, since what is missing is most often there under a name that is wrong.
        for member in missing {
            self.problems.push(format!(
                "Missing required parameter in {}: \"{}\"",
                place(path),
                member.name
            ));
        }
        validated
    }

    fn value(&mut self, shape: &Shape, value: Value, path: &str) -> Value {
        match (shape, value) {
            (Shape::Document, value) => value,
            (Shape::String | Shape::Enum(_), value @ Value::String(_)) => value,
            (Shape::Boolean, value @ Value::Bool(_)) => value,
            (Shape::Float, value @ Value::Number(_)) => value,
            (Shape::Integer(least, most), Value::Number(number))
                if number
                    .as_i64()
                    .is_some_and(|number| (*least..=*most).contains(&number)) =>
            {
                Value::Number(number)
            }
            (Shape::Timestamp, Value::String(text)) => self.timestamp(&text, path),
            (Shape::Timestamp, Value::Number(number)) => self.timestamp(&number.to_string(), path),
            (Shape::Blob, Value::String(text)) => {
                if base64_simd::STANDARD.check(text.as_bytes()).is_err() {
                    self.invalid(path, "expected bytes in base64");
                }
                Value::String(text)
            }
            (Shape::List(element), Value::Array(values)) => values
                .into_iter()
                .enumerate()
                .map(|(index, value)| self.value(element, value, &format!("{path}[{index}]")))
                .collect(),
            (Shape::Map(element), Value::Object(values)) => values
                .into_iter()
                .map(|(key, value)| {
                    let value = self.value(element, value, &format!("{path}.{key}"));
                    (key, value)
                })
                .collect(),
            (Shape::Structure(members), Value::Object(values)) => {
                Value::Object(self.members(members.iter(), values, path))
            }
            (Shape::Union(members), Value::Object(values)) => {
                if values.len() != 1 {
                    self.invalid(path, "expected exactly one member");
                }
                Value::Object(self.members(members.iter(), values, path))
            }
            (shape, value) => {
                self.invalid(path, &expected(shape));
                value
            }
        }
    }

    fn timestamp(&mut self, text: &str, path: &str) -> Value {
        if let Some(text) = time::parse(text) {
            return Value::String(text);
        }
        self.invalid(path, &expected(&Shape::Timestamp));
        Value::Null
    }

    fn invalid(&mut self, path: &str, reason: &str) {
        self.problems
            .push(format!("Invalid value for parameter {path}: {reason}"));
    }
}

/// A path as botocore names the place of a member: the whole input has no path.
fn place(path: &str) -> &str {
    if path.is_empty() { "input" } else { path }
}

/// What a shape takes, in words.
fn expected(shape: &Shape) -> String {
    match shape {
        Shape::String | Shape::Enum(_) => "expected a string".to_owned(),
        Shape::Boolean => "expected true or false".to_owned(),
        Shape::Integer(least, most) => format!("expected a whole number from {least} to {most}"),
        Shape::Float => "expected a number".to_owned(),
        Shape::Timestamp => "expected a time: ISO 8601, or seconds since 1970".to_owned(),
        Shape::Blob => "expected bytes in base64".to_owned(),
        Shape::Document => "expected JSON".to_owned(),
        Shape::List(_) => "expected a list".to_owned(),
        Shape::Map(_) => "expected a map".to_owned(),
        Shape::Structure(_) | Shape::Union(_) => "expected a structure".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static MEMBERS: &[Member] = &[
        Member::required("Name", &Shape::String),
        Member::optional("Count", &Shape::Integer(i32::MIN as i64, i32::MAX as i64)),
        Member::optional("At", &Shape::Timestamp),
        Member::optional("Bytes", &Shape::Blob),
        Member::optional("Tags", &Shape::Map(&Shape::List(&Shape::Boolean))),
        Member::optional(
            "Choice",
            &Shape::Union(&[Member::optional("Left", &Shape::Float)]),
        ),
    ];

    fn validated(value: Value) -> Result<Value, String> {
        let Value::Object(value) = value else {
            panic!("the input of an operation is an object")
        };
        validate(MEMBERS.iter(), value)
            .map(Value::Object)
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn what_fits_passes_and_times_become_rfc_3339() {
        let input = json!({
            "Name": "n", "Count": 5, "At": 1_700_000_000.5, "Bytes": "AAEC",
            "Tags": {"a": [true]}, "Choice": {"Left": 1},
        });
        let mut expected = input.clone();
        expected["At"] = json!("2023-11-14T22:13:20.5Z");
        assert_eq!(validated(input), Ok(expected));
    }

    #[test]
    fn all_that_is_wrong_is_named_with_its_path() {
        let input = json!({
            "Count": 1_i64 << 31, "At": "noon", "Bytes": "?", "Tags": {"a": [true, 1]},
            "Choice": {"Left": 1, "Right": 2}, "Extra": null,
        });
        assert_eq!(
            validated(input).expect_err("nothing fits"),
            "Parameter validation failed:\n\
             Invalid value for parameter Count: expected a whole number from -2147483648 to 2147483647\n\
             Invalid value for parameter At: expected a time: ISO 8601, or seconds since 1970\n\
             Invalid value for parameter Bytes: expected bytes in base64\n\
             Invalid value for parameter Tags.a[1]: expected true or false\n\
             Invalid value for parameter Choice: expected exactly one member\n\
             Unknown parameter in Choice: \"Right\", must be one of: Left\n\
             Unknown parameter in input: \"Extra\", must be one of: Name, Count, At, Bytes, Tags, Choice\n\
             Missing required parameter in input: \"Name\""
        );
    }
}
