//! `--output text`: tab-separated lines, keys sorted, lists named by the key that holds them.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::scalar::{is_scalar, keys, text};

/// Writes a value as lines of fields.
pub(super) fn write(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    nested(out, value, None, None)
}

/// Writes `value`, held by the key `name`. The objects of a list share the columns of all of them.
fn nested(
    out: &mut dyn Write,
    value: &Value,
    name: Option<&str>,
    columns: Option<&[&str]>,
) -> io::Result<()> {
    match value {
        Value::Object(members) => object(out, members, name, columns),
        Value::Array(values) => list(out, values, name),
        scalar => writeln!(out, "{}", text(scalar)),
    }
}

fn list(out: &mut dyn Write, values: &[Value], name: Option<&str>) -> io::Result<()> {
    if values.iter().any(Value::is_object) {
        let (columns, _) = keys(values.iter().filter_map(Value::as_object));
        return values
            .iter()
            .try_for_each(|value| nested(out, value, name, Some(&columns)));
    }
    let (scalars, lists): (Vec<_>, Vec<_>) = values.iter().partition(|value| is_scalar(value));
    if !scalars.is_empty() {
        match name {
            Some(name) => {
                for scalar in scalars {
                    writeln!(out, "{}\t{}", name.to_uppercase(), text(scalar))?;
                }
            }
            None => {
                let fields: Vec<_> = scalars.into_iter().map(text).collect();
                writeln!(out, "{}", fields.join("\t"))?;
            }
        }
    }
    lists
        .into_iter()
        .try_for_each(|value| nested(out, value, name, None))
}

fn object(
    out: &mut dyn Write,
    members: &Map<String, Value>,
    name: Option<&str>,
    columns: Option<&[&str]>,
) -> io::Result<()> {
    let (own, _) = keys([members].into_iter());
    let columns = columns.unwrap_or(&own);
    if !columns.is_empty() {
        let name = name.map(|name| name.to_uppercase().into());
        let value = |key: &&str| members.get(*key).map_or("".into(), text);
        let fields: Vec<_> = name.into_iter().chain(columns.iter().map(value)).collect();
        writeln!(out, "{}", fields.join("\t"))?;
    }
    let mut rest: Vec<_> = members
        .iter()
        .filter(|(key, _)| !columns.contains(&key.as_str()))
        .collect();
    rest.sort_by_key(|(key, _)| *key);
    rest.into_iter()
        .try_for_each(|(key, value)| nested(out, value, Some(key), None))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_sorted_and_lists_carry_their_key() {
        let value = json!({
            "ContactSummaryList": [
                {"ContactId": "c-1", "Channel": "VOICE", "Tags": ["a", "b"]},
                {"ContactId": "c-2", "Live": true},
            ],
            "NextToken": "more",
            "Nothing": null,
        });
        let mut out = Vec::new();
        write(&mut out, &value).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "more\tNone\n\
             CONTACTSUMMARYLIST\tVOICE\tc-1\t\n\
             TAGS\ta\n\
             TAGS\tb\n\
             CONTACTSUMMARYLIST\t\tc-2\tTrue\n"
        );
    }

    #[test]
    fn the_results_of_queries_are_bare() {
        for (value, expected) in [
            (json!(["c-1", 2, null]), "c-1\t2\tNone\n"),
            (
                json!([["c-1", "VOICE"], ["c-2", "CHAT"]]),
                "c-1\tVOICE\nc-2\tCHAT\n",
            ),
            (json!(3), "3\n"),
            (json!("text"), "text\n"),
            (json!([]), ""),
            (json!({}), ""),
        ] {
            let mut out = Vec::new();
            write(&mut out, &value).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{value}");
        }
    }
}
