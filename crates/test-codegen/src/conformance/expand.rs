//! `testParameters`: a malformed request that stands for several.

use std::collections::BTreeMap;

use serde_json::Value;

/// The vectors that a template stands for, with their IDs. In all its texts `$name:L` is replaced by the parameter, `$name:S` by
/// the parameter as a JSON string, `$$` by a dollar sign.
pub(super) fn expand(template: &Value) -> Result<Vec<(String, Value)>, String> {
    let id = template["id"].as_str().ok_or("a vector needs an ID")?;
    let parameters: BTreeMap<String, Vec<String>> = match template.get("testParameters") {
        None => BTreeMap::new(),
        Some(parameters) => serde_json::from_value(parameters.clone())
            .map_err(|error| format!("testParameters: {error}"))?,
    };
    let Some(count) = parameters.values().map(Vec::len).next() else {
        let mut vector = template.clone();
        texts(&mut vector, &mut |text| Ok(text.replace("$$", "$")))?;
        return Ok(vec![(id.to_owned(), vector)]);
    };
    if parameters.values().any(|values| values.len() != count) {
        return Err("the lists of testParameters differ in length".to_owned());
    }
    (0..count)
        .map(|at| {
            let mut vector = template.clone();
            let values: BTreeMap<&str, &str> = parameters
                .iter()
                .map(|(name, values)| (name.as_str(), values[at].as_str()))
                .collect();
            for part in ["request", "response"] {
                if let Some(part) = vector.get_mut(part) {
                    texts(part, &mut |text| filled(text, &values))?;
                }
            }
            Ok((format!("{id}_case{at}"), vector))
        })
        .collect()
}

/// Changes every text below a node.
fn texts(
    node: &mut Value,
    change: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<(), String> {
    match node {
        Value::String(text) => *text = change(text)?,
        Value::Array(items) => items.iter_mut().try_for_each(|item| texts(item, change))?,
        Value::Object(members) => members
            .iter_mut()
            .try_for_each(|(_, member)| texts(member, change))?,
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

fn filled(text: &str, values: &BTreeMap<&str, &str>) -> Result<String, String> {
    let mut parts = text.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    while let Some(part) = parts.next() {
        if part.is_empty() {
            // Two dollar signs in a row: one, and then plain text.
            filled.push('$');
            filled.push_str(parts.next().unwrap_or_default());
            continue;
        }
        let (name, rest) = part
            .split_once(':')
            .ok_or_else(|| format!("{text:?}: ${part} is no parameter"))?;
        let value = values
            .get(name)
            .ok_or_else(|| format!("{text:?}: there is no parameter {name:?}"))?;
        let mut rest = rest.chars();
        match rest.next() {
            Some('L') => filled.push_str(value),
            Some('S') => filled.push_str(&Value::from(*value).to_string()),
            _ => return Err(format!("{text:?}: the format of {name:?} is unknown")),
        }
        filled.push_str(rest.as_str());
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_template_stands_for_as_many_vectors_as_its_parameters_have_values() {
        let template = json!({
            "id": "Bad",
            "testParameters": {"value": ["1", "\"x\""], "tag": ["a", "b"]},
            "request": {"uri": "/$value:L", "body": "{$tag:S: $value:S, \"^a$$\": 1}", "code": 3},
        });
        let vectors = expand(&template).unwrap();
        let texts: Vec<_> = vectors
            .iter()
            .map(|(id, vector)| {
                let request = &vector["request"];
                (
                    id.as_str(),
                    request["uri"].as_str().unwrap(),
                    request["body"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            texts,
            [
                ("Bad_case0", "/1", r#"{"a": "1", "^a$": 1}"#),
                ("Bad_case1", "/\"x\"", r#"{"b": "\"x\"", "^a$": 1}"#),
            ]
        );
    }

    #[test]
    fn without_parameters_only_dollar_signs_are_replaced() {
        let template = json!({"id": "Bad", "request": {"body": "^a$$ $b:L"}});
        let vector = json!({"id": "Bad", "request": {"body": "^a$ $b:L"}});
        assert_eq!(expand(&template).unwrap(), [("Bad".to_owned(), vector)]);
    }

    #[test]
    fn a_broken_template_says_why() {
        for (parameters, body) in [
            (json!({"a": ["1"], "b": []}), ""),
            (json!({"a": ["1"]}), "$b:L"),
            (json!({"a": ["1"]}), "$a:X"),
            (json!({"a": ["1"]}), "$a"),
            (json!({"a": [1]}), ""),
        ] {
            let template =
                json!({"id": "Bad", "testParameters": parameters, "request": {"body": body}});
            assert!(expand(&template).is_err(), "{template}");
        }
    }
}
