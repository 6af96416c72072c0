//! Lists, maps, unions, missing members, and where errors are.

use connect_protocol::json::{self, ReadError, ReadJson, Reader};

use super::{client, rejected, server};

#[test]
fn nulls_in_lists_and_maps() {
    let list = |reader: &mut Reader<'_>| reader.list(Reader::string);
    let map = |reader: &mut Reader<'_>| reader.map::<String, _>(Reader::string);
    let (list_text, map_text) = (r#"["a", null, "b"]"#, r#"{"k": null, "l": "v"}"#);
    assert_eq!(client(list_text, list).unwrap(), ["a", "b"]);
    assert_eq!(client(map_text, map).unwrap().len(), 1);
    let errors = [
        (server(list_text, list).unwrap_err(), "/1"),
        (server(map_text, map).unwrap_err(), "/*"),
    ];
    for (error, path) in errors {
        let expected = format!("{path}: expected a value, not null");
        assert!(error.starts_with(&expected), "{error}");
    }

    let sparse = server(list_text, |reader| reader.sparse_list(Reader::string)).unwrap();
    assert_eq!(sparse, [Some("a".to_owned()), None, Some("b".to_owned())]);
    let map = |reader: &mut Reader<'_>| reader.sparse_map::<String, _>(Reader::string);
    assert_eq!(server(map_text, map).unwrap()["k"], None);
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
    let none = r#"{"code": 5, "text": "t"}
        {"code": 5, "new": 1}
        {"new": 1, "code": 5}
        {"code": null}
        {}
        [5]
        null
        {"code": "5"}"#;
    rejected(reason, none.lines());
    let tomorrow = r#"{"new": {"a": [1, {}]}}"#;
    assert_eq!(client(tomorrow, reason), Ok(Reason::Unknown));
    assert_eq!(
        server(tomorrow, reason).unwrap_err(),
        "/new: expected a member that this union has at byte 8"
    );
}

#[test]
fn errors_say_where_and_repeat_no_keys_of_maps() {
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
            "/List/1/*: expected a number at byte 28",
        ),
        (
            r#"{"List": [{"k": 1.5}]}"#,
            "/List/0/*: expected a number within the type's range at byte 16",
        ),
        (
            r#"{"New": [1, 2, {"a": tru}]}"#,
            "/New/2/*: expected true or false at byte 21",
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
    let object = |reader: &mut Reader<'_>| reader.object(|reader, _| reader.skip());
    assert_eq!(client("", object), Ok(()));
    assert!(client(" ", object).is_err());
}

#[test]
fn only_white_space_may_follow() {
    assert_eq!(client(" \r\n\t1 \r\n\t", Reader::integer), Ok(1));
    let more = "1 1;1x;\u{c}1;1\u{c};\u{feff}1;1\u{a0};1 // one;1 /* one */";
    rejected(Reader::integer, more.split(';'));
}

#[test]
fn what_is_not_utf8_is_rejected_where_it_starts() {
    for (bytes, expected) in [
        (&b"\"a\xff\""[..], "expected UTF-8 at byte 2"),
        (b"[1, \xc3", "/1: expected UTF-8 at byte 4"),
        (b"1\xff", "expected UTF-8 at byte 1"),
        // A surrogate.
        (b"\"\xed\xa0\x80\"", "expected UTF-8 at byte 1"),
    ] {
        let error = json::read(bytes, Reader::document).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn at_most_128_levels() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(client(&nested(128), Reader::skip).is_ok());
    assert!(client(&nested(128), Reader::document).is_ok());
    for levels in [129, 1_000_000] {
        let error = client(&nested(levels), Reader::skip).unwrap_err();
        assert!(error.contains("at most 128 levels"), "{error}");
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
    let violations = reader.into_violations().into_iter();
    let paths: Vec<String> = violations.map(|violation| violation.path).collect();
    assert_eq!(paths, ["/List/1/Name", "/Map/k/Name"]);
}

#[test]
fn a_list_has_room_for_what_the_text_can_hold_and_no_more_than_entries_warrant() {
    let entries = |text: &str| client(text, Vec::<i32>::read_json).unwrap();
    let even = format!("[{}1000000]", "1000000,".repeat(99));
    assert!((100..128).contains(&entries(&even).capacity()));
    // The rest of the text is no list: what it could have held counts only up to a limit.
    let padded = format!("[1,2,3,4,5]{}", " ".repeat(100_000));
    assert!(entries(&padded).capacity() <= 32 * 5);
}
