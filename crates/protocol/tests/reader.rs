//! What the reader takes, what it refuses, and how it says so.

use aws_smithy_types::{Blob, DateTime, Document};
use connect_protocol::json::{self, ReadError, Reader};

type Read<T> = fn(&mut Reader<'static>) -> Result<T, ReadError>;

/// Reads a whole text as a client.
fn client<'a, T>(
    text: &'a str,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, ReadError>,
) -> Result<T, String> {
    json::read(text.as_bytes(), read).map_err(|error| error.to_string())
}

/// Reads a whole text as a server.
fn server<'a, T>(
    text: &'a str,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, ReadError>,
) -> Result<T, String> {
    let mut reader = Reader::strict(text.as_bytes());
    let value = read(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| error.to_string())
}

/// Every text is refused, by client and server.
fn refused<T>(read: Read<T>, texts: &[&'static str]) {
    for text in texts {
        assert!(client(text, read).is_err(), "client: {text}");
        assert!(server(text, read).is_err(), "server: {text}");
    }
}

#[test]
fn strings_are_unescaped() {
    for (text, expected) in [
        (r#""""#, ""),
        (r#" "plain" "#, "plain"),
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (
            r#""a\u00e9b\u20acc\ud83d\uDE39""#,
            "a\u{e9}b\u{20ac}c\u{1f639}",
        ),
        ("\"\u{7f}\u{e9}\u{1f639}\"", "\u{7f}\u{e9}\u{1f639}"),
        (r#""\u0000""#, "\0"),
    ] {
        assert_eq!(client(text, Reader::string).as_deref(), Ok(expected));
    }
    refused(
        Reader::string,
        &[
            "\"",
            "\"a",
            "'a'",
            "a",
            "1",
            "null",
            "true",
            "[]",
            "{}",
            r#""\x""#,
            r#""\u12""#,
            r#""\u12g4""#,
            r#""\"#,
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\n""#,
            r#""\ud83d\u0041""#,
            r#""\udc00""#,
            "\"\n\"",
            "\"\u{1}\"",
            r#""a" "b""#,
            r#""\u+123""#,
        ],
    );
}

#[test]
fn integers_may_have_a_whole_float_form() {
    for (text, expected) in [
        ("0", 0),
        ("-0", 0),
        ("-128", -128),
        ("127", 127),
        ("1.0", 1),
        ("1e2", 100),
        ("120E-1", 12),
    ] {
        assert_eq!(client(text, Reader::byte), Ok(expected), "{text}");
        assert_eq!(server(text, Reader::byte), Ok(expected), "{text}");
    }
    assert_eq!(client("-9223372036854775808", Reader::long), Ok(i64::MIN));
    assert_eq!(client("2147483647", Reader::integer), Ok(i32::MAX));
    let no_integers = [
        "\"12\"",
        "true",
        "null",
        "1.5",
        "1.001",
        "7up",
        "0x2A",
        "Infinity",
        "\"Infinity\"",
        "NaN",
        "\"NaN\"",
        "+1",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "- 1",
        "1_000",
        "[1]",
        "123456789012345678901234567890",
        "1e99",
    ];
    refused(Reader::byte, &no_integers);
    refused(Reader::short, &no_integers);
    refused(Reader::integer, &no_integers);
    refused(Reader::long, &no_integers);
    refused(Reader::byte, &["128", "-129", "1e3"]);
    refused(Reader::short, &["32768", "-32769"]);
    refused(Reader::integer, &["2147483648", "-2147483649"]);
    refused(
        Reader::long,
        &["9223372036854775808", "-9223372036854775809"],
    );
}

#[test]
fn floats_have_three_names() {
    assert_eq!(client("1.5e3", Reader::double), Ok(1500.0));
    assert_eq!(client("0.1", Reader::float), Ok(0.1));
    assert_eq!(client("\"Infinity\"", Reader::float), Ok(f32::INFINITY));
    assert_eq!(
        client("\"-Infinity\"", Reader::double),
        Ok(f64::NEG_INFINITY)
    );
    assert!(client("\"NaN\"", Reader::double).unwrap().is_nan());
    let no_floats = [
        "\"1.5\"",
        "true",
        "NaN",
        "Infinity",
        "-Infinity",
        "\"nan\"",
        "\"inf\"",
        "2x",
        "0x42",
        "1e999",
        "{}",
    ];
    refused(Reader::float, &no_floats);
    refused(Reader::double, &no_floats);
    refused(Reader::float, &["1e39"]);
}

#[test]
fn booleans_have_two_forms() {
    assert_eq!(client("true", Reader::boolean), Ok(true));
    assert_eq!(client("false", Reader::boolean), Ok(false));
    refused(
        Reader::boolean,
        &[
            "True", "\"true\"", "1", "0", "yes", "null", "tru", "truee", "",
        ],
    );
}

#[test]
fn timestamps_in_seconds_keep_fractions_and_take_exponents() {
    for (text, seconds, nanos) in [
        ("1700000000", 1_700_000_000, 0),
        ("1700000000.123456789", 1_700_000_000, 123_456_789),
        ("1.7e9", 1_700_000_000, 0),
        ("1.7000000001234E9", 1_700_000_000, 123_400_000),
        ("-1.25", -2, 750_000_000),
        ("0.0000000009", 0, 0),
    ] {
        let expected = DateTime::from_secs_and_nanos(seconds, nanos);
        assert_eq!(client(text, Reader::epoch_seconds), Ok(expected), "{text}");
    }
    refused(
        Reader::epoch_seconds,
        &[
            "true",
            "\"1700000000\"",
            "\"2023-11-14T22:13:20Z\"",
            "1700x",
            "0x42",
            "1.2.3",
            "NaN",
            "\"NaN\"",
            "1e30",
            "9223372036854775808",
        ],
    );
}

#[test]
fn timestamps_as_text() {
    let time = DateTime::from_secs_and_nanos(1_700_000_000, 500_000_000);
    assert_eq!(
        client("\"2023-11-14T22:13:20.5Z\"", Reader::date_time),
        Ok(time)
    );
    assert_eq!(
        server("\"2023-11-14T22:13:20.5Z\"", Reader::date_time),
        Ok(time)
    );
    assert_eq!(
        client("\"2023-11-15T00:13:20.5+02:00\"", Reader::date_time),
        Ok(time)
    );
    assert!(server("\"2023-11-15T00:13:20.5+02:00\"", Reader::date_time).is_err());
    assert_eq!(
        client("\"Tue, 14 Nov 2023 22:13:20.5 GMT\"", Reader::http_date),
        Ok(time)
    );
    refused(
        Reader::date_time,
        &[
            "1700000000",
            "\"Tue, 14 Nov 2023 22:13:20 GMT\"",
            "\"2023-11-14\"",
            "\"2023-11-14 22:13:20Z\"",
            "null",
        ],
    );
    refused(
        Reader::http_date,
        &["1700000000", "\"2023-11-14T22:13:20Z\"", "\"\""],
    );
}

#[test]
fn blobs_are_base64_with_padding() {
    assert_eq!(
        client("\"AAEC/w==\"", Reader::blob),
        Ok(Blob::new([0, 1, 2, 255]))
    );
    assert_eq!(
        client(r#""AAEC\/w==""#, Reader::blob),
        Ok(Blob::new([0, 1, 2, 255]))
    );
    assert_eq!(client("\"\"", Reader::blob), Ok(Blob::new([])));
    refused(
        Reader::blob,
        &[
            "\"AAEC_w==\"",
            "\"AAEC/w=\"",
            "\"AAEC/w\"",
            "\"abc\"",
            "[65]",
            "7",
            "true",
            "AAEC",
            "\"-_==\"",
        ],
    );
}

#[test]
fn big_numbers_keep_their_digits() {
    let digits = "123456789012345678901234567890";
    assert_eq!(
        client(digits, Reader::big_integer).unwrap().as_ref(),
        digits
    );
    assert_eq!(
        client("-0.10e-400", Reader::big_decimal).unwrap().as_ref(),
        "-0.10e-400"
    );
    refused(Reader::big_integer, &["1.5", "1e3", "\"1\"", "01", "null"]);
    refused(
        Reader::big_decimal,
        &["\"1\"", "+1", ".5", "5.", "1e9223372036854775808"],
    );
}

#[test]
fn documents_hold_any_value() {
    let document = client(
        r#"{"a": [1, -1, 1.5, null, true, "x"], "b": {"c": {}}, "a": []}"#,
        Reader::document,
    )
    .unwrap();
    let members = document.as_object().unwrap();
    assert_eq!(
        members["a"],
        Document::Array(Vec::new()),
        "the last of equal keys wins"
    );
    assert!(
        members["b"].as_object().unwrap()["c"]
            .as_object()
            .unwrap()
            .is_empty()
    );
    refused(
        Reader::document,
        &[
            " ",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "nul",
            "[1 2]",
            "{\"a\":1 \"b\":2}",
            ",",
            "]",
        ],
    );
}

#[test]
fn nulls_in_lists_and_maps() {
    let list = |reader: &mut Reader<'_>| reader.list(Reader::string);
    let map = |reader: &mut Reader<'_>| reader.map::<String, _>(Reader::string);
    let (list_text, map_text) = (r#"["a", null, "b"]"#, r#"{"k": null, "l": "v"}"#);
    assert_eq!(
        client(list_text, list),
        Ok(vec!["a".to_owned(), "b".to_owned()])
    );
    assert_eq!(client(map_text, map).unwrap().len(), 1);
    assert!(
        server(list_text, list)
            .unwrap_err()
            .starts_with("/1: expected a value, not null")
    );
    assert!(
        server(map_text, map)
            .unwrap_err()
            .starts_with("/k: expected a value, not null")
    );

    let sparse = server(list_text, |reader| reader.sparse_list(Reader::string)).unwrap();
    assert_eq!(sparse, [Some("a".to_owned()), None, Some("b".to_owned())]);
    let sparse = server(map_text, |reader| {
        reader.sparse_map::<String, _>(Reader::string)
    })
    .unwrap();
    assert_eq!(sparse["k"], None);
}

#[derive(Debug, PartialEq)]
enum Reason {
    Code(i32),
    Text(String),
    Unknown,
}

fn reason(reader: &mut Reader<'_>) -> Result<Reason, ReadError> {
    reader.union(
        || Reason::Unknown,
        |reader, name| {
            Ok(Some(match name {
                "code" => Reason::Code(reader.integer()?),
                "text" => Reason::Text(reader.string()?),
                _ => return Ok(None),
            }))
        },
    )
}

#[test]
fn a_union_has_one_member() {
    for (text, expected) in [
        (r#"{"code": 5}"#, Reason::Code(5)),
        (
            r#"{"__type": "x#Reason", "text": "t", "code": null}"#,
            Reason::Text("t".to_owned()),
        ),
    ] {
        assert_eq!(server(text, reason).as_ref(), Ok(&expected));
        assert_eq!(client(text, reason), Ok(expected));
    }
    refused(
        reason,
        &[
            r#"{"code": 5, "text": "t"}"#,
            r#"{"code": 5, "new": 1}"#,
            r#"{"new": 1, "code": 5}"#,
            r#"{"code": null}"#,
            "{}",
            "[5]",
            "null",
            r#"{"code": "5"}"#,
        ],
    );
    let tomorrow = r#"{"new": {"a": [1, {}]}}"#;
    assert_eq!(client(tomorrow, reason), Ok(Reason::Unknown));
    assert_eq!(
        server(tomorrow, reason).unwrap_err(),
        "/new: expected a member that this union has at byte 8"
    );
}

#[test]
fn errors_say_where() {
    let read = |reader: &mut Reader<'_>| {
        reader.object(|reader, name| match name {
            "List" => reader
                .list(|reader| reader.map::<String, _>(Reader::integer))
                .map(drop),
            _ => reader.skip(),
        })
    };
    for (text, expected) in [
        (
            r#"{"List": [{}, {"k": 1, "l": "x"}]}"#,
            "/List/1/l: expected a number at byte 28",
        ),
        (
            r#"{"List": [{"k": 1.5}]}"#,
            "/List/0/k: expected a number within the type's range at byte 16",
        ),
        (
            r#"{"New": [1, 2, {"a": tru}]}"#,
            "/New/2/a: expected true or false at byte 21",
        ),
        (r#"{"List": 5}"#, "/List: expected a list at byte 9"),
        (
            r#"{"List": [{"k""#,
            "/List/0: the text ends early at byte 14",
        ),
        (r#"{"List": []} x"#, "expected the end at byte 13"),
        ("[]", "expected an object at byte 0"),
        ("null", "expected an object at byte 0"),
    ] {
        assert_eq!(client(text, read).unwrap_err(), expected);
    }
}

#[test]
fn long_names_are_cut_in_errors() {
    let text = format!(r#"{{"{}": x}}"#, "n".repeat(5_000));
    assert!(client(&text, Reader::skip).unwrap_err().len() < 200);
}

#[test]
fn an_empty_body_is_an_empty_object() {
    assert_eq!(
        client("", |reader| reader.object(|reader, _| reader.skip())),
        Ok(())
    );
    assert!(client(" ", |reader| reader.object(|reader, _| reader.skip())).is_err());
}

#[test]
fn only_white_space_may_follow() {
    assert_eq!(client(" \r\n\t1 \r\n\t", Reader::integer), Ok(1));
    refused(
        Reader::integer,
        &[
            "1 1",
            "1x",
            "\u{c}1",
            "1\u{c}",
            "\u{feff}1",
            "1\u{a0}",
            "1 // one",
            "1 /* one */",
        ],
    );
}

#[test]
fn what_is_not_utf8_is_refused_where_it_starts() {
    let whole = |bytes: &[u8]| json::read(bytes, Reader::document).unwrap_err().to_string();
    assert_eq!(whole(b"\"a\xff\""), "expected UTF-8 at byte 2");
    assert_eq!(whole(b"[1, \xc3"), "/1: expected UTF-8 at byte 4");
    assert_eq!(whole(b"1\xff"), "expected UTF-8 at byte 1");
    assert_eq!(
        whole(b"\"\xed\xa0\x80\""),
        "expected UTF-8 at byte 1",
        "a surrogate"
    );
}

#[test]
fn at_most_128_levels() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(client(&nested(128), Reader::skip).is_ok());
    assert!(client(&nested(128), Reader::document).is_ok());
    for levels in [129, 1_000_000] {
        assert!(
            client(&nested(levels), Reader::skip)
                .unwrap_err()
                .contains("at most 128 levels")
        );
        assert!(client(&nested(levels), Reader::document).is_err());
    }
    let siblings = format!("[{}]", vec!["[]"; 1_000].join(","));
    assert!(client(&siblings, Reader::skip).is_ok());
}

#[test]
fn a_missing_required_member() {
    let read = |reader: &mut Reader<'_>| {
        let mut name = None;
        reader.object(|reader, key| match key {
            "Name" => reader.set(&mut name),
            _ => reader.skip(),
        })?;
        reader.required::<String>("Name", name)
    };
    assert_eq!(client("{}", read).as_deref(), Ok(""));

    let mut reader = Reader::strict(br#"{"List": [{"Name": "n"}, {}], "Map": {"k": {}}}"#);
    let read_all = reader.object(|reader, key| match key {
        "List" => reader.list(read).map(drop),
        _ => reader.map::<String, _>(read).map(drop),
    });
    assert_eq!(read_all, Ok(()));
    let paths: Vec<String> = reader
        .into_violations()
        .into_iter()
        .map(|violation| violation.path)
        .collect();
    assert_eq!(paths, ["/List/1/Name", "/Map/k/Name"]);
}
