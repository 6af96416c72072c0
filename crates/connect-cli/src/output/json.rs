//! `--output json`, as Python's `json.dump(indent=4, ensure_ascii=False)` writes it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::python::Python;

/// Writes a value with an indent of four, and a line break after it.
pub(super) fn write(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    let indented = PrettyFormatter::with_indent(b"    ");
    Python(value).serialize(&mut Serializer::with_formatter(&mut *out, indented))?;
    out.write_all(b"\n")
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
