//! `--output json`, as Python's `json.dump(indent=4, ensure_ascii=False)` writes it.

use std::io::{self, Write};

use serde_json::Value;

use super::scalar;

/// Writes a value with an indent of four, and a line break after it.
pub(super) fn write(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    nested(out, value, 0)?;
    out.write_all(b"\n")
}

fn nested(out: &mut dyn Write, value: &Value, depth: usize) -> io::Result<()> {
    match value {
        Value::Number(number) => out.write_all(scalar::number(number).as_bytes()),
        Value::Array(values) if !values.is_empty() => {
            out.write_all(b"[")?;
            for (index, value) in values.iter().enumerate() {
                line(out, index, depth + 1)?;
                nested(out, value, depth + 1)?;
            }
            line(out, 0, depth)?;
            out.write_all(b"]")
        }
        Value::Object(members) if !members.is_empty() => {
            out.write_all(b"{")?;
            for (index, (name, value)) in members.iter().enumerate() {
                line(out, index, depth + 1)?;
                serde_json::to_writer(&mut *out, name)?;
                out.write_all(b": ")?;
                nested(out, value, depth + 1)?;
            }
            line(out, 0, depth)?;
            out.write_all(b"}")
        }
        // What is left has one line: a constant, text, an empty list or object.
        value => Ok(serde_json::to_writer(out, value)?),
    }
}

/// Begins the line of an element: a comma after the one before it, a break, the indent.
fn line(out: &mut dyn Write, index: usize, depth: usize) -> io::Result<()> {
    if index > 0 {
        out.write_all(b",")?;
    }
    write!(out, "\n{:width$}", "", width = depth * 4)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn indents_by_four_and_keeps_the_order() {
        let value = json!({
            "Zebra": [{"B": 1, "A": 2.0}, [], {}],
            "Text": "quote \" slash \\ tab \t bell \u{7} München",
            "Rest": [null, true, 1e16],
        });
        let mut out = Vec::new();
        write(&mut out, &value).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{
    "Zebra": [
        {
            "B": 1,
            "A": 2.0
        },
        [],
        {}
    ],
    "Text": "quote \" slash \\ tab \t bell \u0007 München",
    "Rest": [
        null,
        true,
        1e+16
    ]
}
"#
        );
    }
}
