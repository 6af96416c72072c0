//! Headers of requests and responses.
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]

use std::collections::HashMap;

use connect_protocol::header;
use connect_protocol::text;
use http::{HeaderMap, HeaderName, HeaderValue};

fn lines(name: &'static str, values: &[&[u8]]) -> HeaderMap {
    let name = HeaderName::from_static(name);
    values
        .iter()
        .map(|value| (name.clone(), HeaderValue::from_bytes(value).unwrap()))
        .collect()
}

fn list(values: &[&str]) -> Result<Vec<String>, String> {
    let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
    let headers = lines("x-list", &values);
    match header::list(&headers, "x-list") {
        Ok(items) => Ok(items.unwrap().into_iter().map(Into::into).collect()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn a_value_is_set_even_if_it_is_empty() {
    let mut headers = HeaderMap::new();
    header::set(&mut headers, "x-a", Some("a b")).unwrap();
    header::set(&mut headers, "x-b", Some("")).unwrap();
    header::set(&mut headers, "x-c", None::<&str>).unwrap();
    assert_eq!(headers["x-a"], "a b");
    assert_eq!(headers["x-b"], "");
    assert_eq!(headers.len(), 2);
}

#[test]
fn a_value_with_control_characters_is_rejected_and_not_repeated() {
    let mut headers = HeaderMap::new();
    for value in ["secret\nx-evil: 1", "secret\r", "secret\0"] {
        let error = header::set(&mut headers, "x-a", Some(value)).unwrap_err();
        let expected = "header x-a: its value has a control character";
        assert_eq!(error.to_string(), expected);
    }
    assert!(headers.is_empty());
}

#[test]
fn list_items_are_quoted_where_they_must_be() {
    let mut headers = HeaderMap::new();
    let items = ["a", "b,c", "\"def\"", "", " g", "h\\i", "\\\"j"];
    header::set_list(&mut headers, "x-list", Some(items)).unwrap();
    let expected = r#"a, "b,c", "\"def\"", "", " g", h\i, "\\\"j""#;
    assert_eq!(headers["x-list"], expected);
    let read = header::list(&headers, "x-list").unwrap().unwrap();
    assert_eq!(read, items);

    header::set_list(&mut headers, "x-empty", Some([""; 0])).unwrap();
    assert_eq!(headers["x-empty"], "");
    assert_eq!(header::list(&headers, "x-empty").unwrap(), Some(Vec::new()));
    assert_eq!(header::list(&headers, "x-none").unwrap(), None);
}

#[test]
fn lists_are_read_from_one_line_or_several() {
    for (lines, expected) in [
        (&["a,b ,\tc"][..], &["a", "b", "c"][..]),
        (&["a, b", "c", "\"d,\" , e"], &["a", "b", "c", "d,", "e"]),
        (&["a, , b"], &["a", "", "b"]),
        (&["a,"], &["a"]),
        (&["\"\u{e9}\\\u{e9}\\\\\""], &["\u{e9}\u{e9}\\"]),
    ] {
        assert_eq!(list(lines).unwrap(), expected);
    }
}

#[test]
fn broken_quotes_are_rejected() {
    for (line, expected) in [
        ("\"a", "/x-list: expected a closing quote"),
        ("\"a\\", "/x-list: expected a closing quote"),
        ("\"a\" b", "/x-list: expected a comma behind a quoted item"),
    ] {
        assert_eq!(list(&[line]).unwrap_err(), expected);
    }
}

#[test]
fn dates_are_split_at_every_second_comma() {
    let dates = [
        "Mon, 16 Dec 2019 23:48:18 GMT",
        "Tue, 17 Dec 2019 23:48:18 GMT",
    ];
    let mut headers = HeaderMap::new();
    header::set_date_list(&mut headers, "x-dates", Some(dates)).unwrap();
    assert_eq!(headers["x-dates"], format!("{}, {}", dates[0], dates[1]));
    for headers in [headers, lines("x-dates", &dates.map(str::as_bytes))] {
        let read = header::date_list(&headers, "x-dates").unwrap();
        assert_eq!(read.unwrap(), dates);
    }
}

#[test]
fn single_values_are_trimmed_and_parsed() {
    let headers = lines("x-number", &[b" 12\t", b"13"]);
    assert_eq!(header::get(&headers, "x-number"), Ok(Some("12")));
    assert_eq!(header::parse(&headers, "x-number"), Ok(Some(12_i16)));
    assert_eq!(header::parse::<i16>(&headers, "x-none"), Ok(None));
    let error = header::parse::<bool>(&headers, "x-number").unwrap_err();
    assert_eq!(error.to_string(), "/x-number: expected true or false");
    let error = header::parse_with(&headers, "x-number", text::parse_http_date).unwrap_err();
    assert_eq!(error.to_string(), "/x-number: expected an HTTP date");
}

#[test]
fn bytes_that_are_not_utf8_are_rejected() {
    let headers = lines("x-raw", &[b"a\xff"]);
    assert!(header::get(&headers, "x-raw").is_err());
    assert!(header::list(&headers, "x-raw").is_err());
    assert!(header::date_list(&headers, "x-raw").is_err());
    assert!(header::prefix(&headers, "x-").is_err());
}

#[test]
fn prefixed_headers_leave_what_is_set() {
    let map = HashMap::from([
        ("Abc".to_owned(), "1".to_owned()),
        ("def".to_owned(), String::new()),
    ]);
    let mut headers = HeaderMap::new();
    header::set(&mut headers, "x-foo-abc", Some("first")).unwrap();
    header::set_prefix(&mut headers, "X-Foo-", Some(&map)).unwrap();
    assert_eq!(headers["x-foo-abc"], "first");
    assert_eq!(headers["x-foo-def"], "");
    let bad = HashMap::from([("a b".to_owned(), "secret".to_owned())]);
    let error = header::set_prefix(&mut headers, "x-foo-", Some(&bad)).unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}
