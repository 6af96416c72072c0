//! Single values and documents.

use aws_smithy_types::{Blob, DateTime, Document};
use connect_protocol::json::Reader;

use super::{client, rejected, server};

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
    let no_strings = r#"" "a 'a' a 1 null true [] {} "\x" "\u12" "\u12g4" "\ "\ud83d" "\ud83dx" "\ud83d\n" "\ud83d\u0041"
        "\udc00" "\u+123""#;
    rejected(Reader::string, no_strings.split_whitespace());
    rejected(Reader::string, ["\"\n\"", "\"\u{1}\"", r#""a" "b""#]);
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
    let no_integers = "\"12\" true null 1.5 1.001 7up 0x2A Infinity \"Infinity\" NaN \"NaN\" +1 01 - 1. .5 1e 1e+ 1_000 [1] \
        123456789012345678901234567890 1e99";
    let no_integers = || no_integers.split(' ').chain(["- 1"]);
    rejected(Reader::byte, no_integers().chain(["128", "-129", "1e3"]));
    rejected(Reader::short, no_integers().chain(["32768", "-32769"]));
    let beyond = ["2147483648", "-2147483649"];
    rejected(Reader::integer, no_integers().chain(beyond));
    let beyond = ["9223372036854775808", "-9223372036854775809"];
    rejected(Reader::long, no_integers().chain(beyond));
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
    let no_floats = "\"1.5\" true NaN Infinity -Infinity \"nan\" \"inf\" 2x 0x42 1e999 {}";
    rejected(Reader::float, no_floats.split(' ').chain(["1e39"]));
    rejected(Reader::double, no_floats.split(' '));
}

#[test]
fn booleans_have_two_forms() {
    assert_eq!(client("true", Reader::boolean), Ok(true));
    assert_eq!(client("false", Reader::boolean), Ok(false));
    let no_booleans = "True \"true\" 1 0 yes null tru truee";
    rejected(Reader::boolean, no_booleans.split(' ').chain([""]));
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
    let no_seconds = "true \"1700000000\" \"2023-11-14T22:13:20Z\" 1700x 0x42 1.2.3 NaN \"NaN\" 1e30 9223372036854775808";
    rejected(Reader::epoch_seconds, no_seconds.split(' '));
}

#[test]
fn timestamps_as_text() {
    let time = DateTime::from_secs_and_nanos(1_700_000_000, 500_000_000);
    let (utc, offset) = (
        "\"2023-11-14T22:13:20.5Z\"",
        "\"2023-11-15T00:13:20.5+02:00\"",
    );
    for text in [utc, offset] {
        assert_eq!(client(text, Reader::date_time), Ok(time));
    }
    assert_eq!(server(utc, Reader::date_time), Ok(time));
    assert!(server(offset, Reader::date_time).is_err());
    let http = "\"Tue, 14 Nov 2023 22:13:20.5 GMT\"";
    assert_eq!(client(http, Reader::http_date), Ok(time));
    let no_dates =
        "1700000000;\"Tue, 14 Nov 2023 22:13:20 GMT\";\"2023-11-14\";\"2023-11-14 22:13:20Z\";null";
    rejected(Reader::date_time, no_dates.split(';'));
    let no_dates = ["1700000000", "\"2023-11-14T22:13:20Z\"", "\"\""];
    rejected(Reader::http_date, no_dates);
}

#[test]
fn blobs_are_base64_with_padding() {
    for (text, bytes) in [
        ("\"AAEC/w==\"", &[0, 1, 2, 255][..]),
        (r#""AAEC\/w==""#, &[0, 1, 2, 255]),
        ("\"\"", &[]),
    ] {
        assert_eq!(client(text, Reader::blob), Ok(Blob::new(bytes)));
    }
    let no_blobs = "\"AAEC_w==\" \"AAEC/w=\" \"AAEC/w\" \"abc\" [65] 7 true AAEC \"-_==\"";
    rejected(Reader::blob, no_blobs.split(' '));
}

#[test]
fn big_numbers_keep_their_digits() {
    let digits = "123456789012345678901234567890";
    let integer = client(digits, Reader::big_integer).unwrap();
    assert_eq!(integer.as_ref(), digits);
    let decimal = client("-0.10e-400", Reader::big_decimal).unwrap();
    assert_eq!(decimal.as_ref(), "-0.10e-400");
    let no_integers = ["1.5", "1e3", "\"1\"", "01", "null"];
    rejected(Reader::big_integer, no_integers);
    let no_decimals = ["\"1\"", "+1", ".5", "5.", "1e9223372036854775808"];
    rejected(Reader::big_decimal, no_decimals);
}

#[test]
fn documents_hold_any_value() {
    let text = r#"{"a": [1, -1, 1.5, null, true, "x"], "b": {"c": {}}, "a": []}"#;
    let document = client(text, Reader::document).unwrap();
    let members = document.as_object().unwrap();
    let empty = Document::Array(Vec::new());
    assert_eq!(members["a"], empty, "the last of equal keys wins");
    let inner = &members["b"].as_object().unwrap()["c"];
    assert!(inner.as_object().unwrap().is_empty());
    let none = " ;{;[1,];{\"a\"};{\"a\":};{\"a\":1,};{a:1};nul;[1 2];{\"a\":1 \"b\":2};,;]";
    rejected(Reader::document, none.split(';'));
}
