//! What is the same on the wire.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use crate::vector::{Body, Headers};

/// What is wrong with headers, a line each.
pub(crate) fn headers(expected: &Headers, actual: &HeaderMap, wrong: &mut Vec<String>) {
    for (name, value) in expected.are {
        let lines: Vec<_> = actual.get_all(*name).iter().collect();
        let found: Vec<_> = lines.iter().map(|line| show(line.as_bytes())).collect();
        if lines.is_empty() || found.join(", ") != *value {
            wrong.push(differs(
                &format!("header {name}"),
                &format!("{value:?}"),
                &format!("{found:?}"),
            ));
        }
    }
    for name in expected.forbid {
        if let Some(value) = actual.get(*name) {
            wrong.push(differs(
                &format!("header {name}"),
                "none",
                &format!("{value:?}"),
            ));
        }
    }
    for name in expected.require {
        if !actual.contains_key(*name) {
            wrong.push(differs(&format!("header {name}"), "any", "none"));
        }
    }
}

/// What is wrong with a query string, a line each.
pub(crate) fn query(
    (expected, forbid, require): (&[&str], &[&str], &[&str]),
    actual: &str,
    wrong: &mut Vec<String>,
) {
    let pairs: Vec<&str> = actual.split('&').filter(|pair| !pair.is_empty()).collect();
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let mut left = pairs.clone();
    for pair in expected {
        match left.iter().position(|there| there == pair) {
            Some(at) => drop(left.remove(at)),
            None => wrong.push(differs("query", pair, actual)),
        }
    }
    for forbidden in forbid {
        if pairs.iter().any(|pair| name(pair) == *forbidden) {
            wrong.push(differs("query", &format!("no {forbidden}"), actual));
        }
    }
    for required in require {
        if !pairs.iter().any(|pair| name(pair) == *required) {
            wrong.push(differs("query", &format!("a {required}"), actual));
        }
    }
}

/// What is wrong with a body.
pub(crate) fn body(expected: Option<&Body>, actual: &Bytes, wrong: &mut Vec<String>) {
    match expected {
        None => {}
        Some(Body::Is { text, media_type }) => {
            let is_json = media_type.is_some_and(|media_type| media_type == "application/json");
            let same = if is_json && !text.is_empty() {
                let parsed = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
                match (parsed(text.as_bytes()), parsed(actual)) {
                    (Some(expected), Some(actual)) => same_json(&expected, &actual),
                    _ => false,
                }
            } else {
                text.as_bytes() == &actual[..]
            };
            if !same {
                wrong.push(differs("body", text, &show(actual)));
            }
        }
        Some(Body::MessageMatches(pattern)) => {
            let message = serde_json::from_slice::<Value>(actual).unwrap_or_default();
            let message = ["message", "Message"]
                .iter()
                .find_map(|key| message[key].as_str());
            let matches = match (regex::Regex::new(pattern), message) {
                (Ok(regex), Some(message)) => regex.is_match(message),
                _ => false,
            };
            if !matches {
                let expected = format!("a message that matches {pattern}");
                wrong.push(differs("body", &expected, &show(actual)));
            }
        }
    }
}

/// Equal but for how numbers are written.
fn same_json(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_json(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let same = |(key, a): (&String, &Value)| b.get(key).is_some_and(|b| same_json(a, b));
            a.len() == b.len() && a.iter().all(same)
        }
        (a, b) => a == b,
    }
}

/// A difference as people read it.
pub(crate) fn differs(what: &str, expected: &str, actual: &str) -> String {
    format!("  {what}\n    expected: {expected}\n    actual:   {actual}")
}

/// Bytes as people read them.
pub(crate) fn show(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(
        |_| format!("{:?}", Bytes::copy_from_slice(bytes)),
        str::to_owned,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const NOTHING: &[&str] = &[];

    #[test]
    fn headers_are_compared_as_one_list() {
        let mut actual = HeaderMap::new();
        actual.append("x-a", HeaderValue::from_static("1"));
        actual.append("x-a", HeaderValue::from_static("2"));
        let found = |are, forbid, require| {
            let mut wrong = Vec::new();
            headers(
                &Headers {
                    are,
                    forbid,
                    require,
                },
                &actual,
                &mut wrong,
            );
            wrong.len()
        };
        assert_eq!(found(&[("X-A", "1, 2")], &["x-b"], &["X-a"]), 0);
        assert_eq!(found(&[("X-A", "1")], NOTHING, NOTHING), 1);
        assert_eq!(found(&[("X-B", "")], NOTHING, NOTHING), 1);
        assert_eq!(found(&[], &["X-A"], &["X-B"]), 2);
    }

    #[test]
    fn query_parameters_are_used_up() {
        let found = |expected: &[&str], forbid: &[&str], require: &[&str]| {
            let mut wrong = Vec::new();
            query((expected, forbid, require), "a=1&a=2&b", &mut wrong);
            wrong.len()
        };
        assert_eq!(found(&["a=1", "b", "a=2"], &["c"], &["a"]), 0);
        assert_eq!(found(&["a=1", "a=1"], NOTHING, NOTHING), 1);
        assert_eq!(found(&["a"], &["b"], &["c"]), 3);
    }

    #[test]
    fn bodies_are_compared_by_their_type() {
        let found = |text, media_type, actual: &'static str| {
            let mut wrong = Vec::new();
            let expected = Body::Is { text, media_type };
            body(Some(&expected), &Bytes::from(actual), &mut wrong);
            wrong.is_empty()
        };
        let json = Some("application/json");
        assert!(found("{\"a\": [1.0, null]}", json, "{\"a\":[1,null]}"));
        assert!(!found("{\"a\": 1}", json, "{\"a\":\"1\"}"));
        assert!(!found("{\"a\": 1}", json, "{\"a\":1,\"b\":2}"));
        assert!(!found("{}", json, ""));
        assert!(found("", json, "") && !found("", json, "{}"));
        assert!(found("x", None, "x") && !found("{}", None, "{ }"));
        let mut wrong = Vec::new();
        let expected = Body::MessageMatches("^a+$");
        body(
            Some(&expected),
            &Bytes::from("{\"message\":\"aa\"}"),
            &mut wrong,
        );
        assert!(wrong.is_empty());
        body(
            Some(&expected),
            &Bytes::from("{\"message\":\"b\"}"),
            &mut wrong,
        );
        assert_eq!(wrong.len(), 1);
    }
}
