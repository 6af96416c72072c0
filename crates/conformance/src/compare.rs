//! What is the same on the wire.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use crate::vector::{Assertion, Body, Message, Query};

/// What is wrong with headers, a line each.
pub(crate) fn headers(expected: &Message, actual: &HeaderMap, wrong: &mut Vec<String>) {
    for (name, value) in &expected.headers {
        let lines: Vec<_> = actual.get_all(name).iter().collect();
        let found: Vec<_> = lines.iter().map(|line| show(line.as_bytes())).collect();
        if lines.is_empty() || found.join(", ") != *value {
            wrong.push(differs(
                &format!("header {name}"),
                &format!("{value:?}"),
                &format!("{found:?}"),
            ));
        }
    }
    for name in &expected.forbid_headers {
        if let Some(value) = actual.get(name) {
            wrong.push(differs(
                &format!("header {name}"),
                "none",
                &format!("{value:?}"),
            ));
        }
    }
    for name in &expected.require_headers {
        if !actual.contains_key(name) {
            wrong.push(differs(&format!("header {name}"), "any", "none"));
        }
    }
}

/// What is wrong with a query string, a line each.
pub(crate) fn query(expected: &Query, actual: &str, wrong: &mut Vec<String>) {
    let pairs: Vec<&str> = actual.split('&').filter(|pair| !pair.is_empty()).collect();
    let has = |name: &String| {
        pairs
            .iter()
            .any(|pair| pair.split('=').next() == Some(name))
    };
    let mut left = pairs.clone();
    for pair in &expected.query_params {
        match left.iter().position(|there| there == pair) {
            Some(at) => drop(left.remove(at)),
            None => wrong.push(differs("query", pair, actual)),
        }
    }
    for forbidden in &expected.forbid_query_params {
        if has(forbidden) {
            wrong.push(differs("query", &format!("no {forbidden}"), actual));
        }
    }
    for required in &expected.require_query_params {
        if !has(required) {
            wrong.push(differs("query", &format!("a {required}"), actual));
        }
    }
}

/// What is wrong with a body.
pub(crate) fn body(expected: &Message, actual: &Bytes, wrong: &mut Vec<String>) {
    let (text, media_type) = match &expected.body {
        None => return,
        Some(Body::Text(text)) => (text, &expected.body_media_type),
        Some(Body::Rejection {
            media_type,
            assertion: Assertion::Contents(text),
        }) => (text, media_type),
        Some(Body::Rejection {
            assertion: Assertion::MessageRegex(pattern),
            ..
        }) => return message(pattern, actual, wrong),
    };
    let is_json = media_type.as_deref() == Some("application/json");
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

/// What is wrong with the error message in a body.
fn message(pattern: &str, actual: &Bytes, wrong: &mut Vec<String>) {
    let body = serde_json::from_slice::<Value>(actual).unwrap_or_default();
    let mut messages = ["message", "Message"].iter();
    let message = messages.find_map(|key| body[key].as_str());
    let matches = match (regex::Regex::new(pattern), message) {
        (Ok(regex), Some(message)) => regex.is_match(message),
        _ => false,
    };
    if !matches {
        let expected = format!("a message that matches {pattern}");
        wrong.push(differs("body", &expected, &show(actual)));
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
    use serde::Deserialize;
    use serde_json::json;

    fn vector<T: for<'de> Deserialize<'de>>(vector: Value) -> T {
        serde_json::from_value(vector).unwrap()
    }

    #[test]
    fn headers_are_compared_as_one_list() {
        let mut actual = HeaderMap::new();
        actual.append("x-a", HeaderValue::from_static("1"));
        actual.append("x-a", HeaderValue::from_static("2"));
        let all = json!({"headers": {"X-A": "1, 2"}, "forbidHeaders": ["x-b"], "requireHeaders": ["X-a"]});
        for (expected, differences) in [
            (all, 0),
            (json!({"headers": {"X-A": "1"}}), 1),
            (json!({"headers": {"X-B": ""}}), 1),
            (
                json!({"forbidHeaders": ["X-A"], "requireHeaders": ["X-B"]}),
                2,
            ),
        ] {
            let mut wrong = Vec::new();
            headers(&vector(expected), &actual, &mut wrong);
            assert_eq!(wrong.len(), differences, "{wrong:?}");
        }
    }

    #[test]
    fn query_parameters_are_used_up() {
        let all = json!({"queryParams": ["a=1", "b", "a=2"], "forbidQueryParams": ["c"], "requireQueryParams": ["a"]});
        let none =
            json!({"queryParams": ["a"], "forbidQueryParams": ["b"], "requireQueryParams": ["c"]});
        for (expected, differences) in [
            (all, 0),
            (json!({"queryParams": ["a=1", "a=1"]}), 1),
            (none, 3),
        ] {
            let mut wrong = Vec::new();
            query(&vector(expected), "a=1&a=2&b", &mut wrong);
            assert_eq!(wrong.len(), differences, "{wrong:?}");
        }
    }

    #[test]
    fn bodies_are_compared_by_their_type() {
        let json = "application/json";
        let matching = json!({"assertion": {"messageRegex": "^a+$"}});
        let contents = json!({"mediaType": json, "assertion": {"contents": "{\"a\": 1}"}});
        for (body, media_type, actual, same) in [
            (
                json!("{\"a\": [1.0, null]}"),
                json,
                "{\"a\":[1,null]}",
                true,
            ),
            (json!("{\"a\": 1}"), json, "{\"a\":\"1\"}", false),
            (json!("{\"a\": 1}"), json, "{\"a\":1,\"b\":2}", false),
            (json!("{}"), json, "", false),
            (json!(""), json, "", true),
            (json!(""), json, "{}", false),
            (json!("x"), "", "x", true),
            (json!("{}"), "", "{ }", false),
            (matching.clone(), "", "{\"message\":\"aa\"}", true),
            (matching, "", "{\"message\":\"b\"}", false),
            (contents.clone(), "", "{\"a\":1}", true),
            (contents, "", "{\"a\":2}", false),
        ] {
            let expected = vector(json!({"body": body, "bodyMediaType": media_type}));
            let mut wrong = Vec::new();
            super::body(&expected, &Bytes::from(actual), &mut wrong);
            assert_eq!(wrong.is_empty(), same, "{body} {actual}");
        }
    }
}
