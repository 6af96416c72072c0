//! Reader and writer against each other and against `serde_json`.
//!
//! The reader accepts and rejects what `serde_json` accepts and rejects, with two exceptions, both on purpose: it goes 128 levels deep (`serde_json`
//! 127), and what it skips it checks as strictly as what it keeps (`serde_json` lets unpaired surrogates and numbers out of range pass there; the
//! reader the latter only, since a number's range is its type's).
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may panic")]
#![allow(
    clippy::redundant_closure_for_method_calls,
    reason = "a method of one `Reader<'a>` is no function of every `Reader<'_>`"
)]

use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document, Number};
use connect_protocol::json::{ReadError, ReadJson, Reader, WriteError, WriteJson, Writer};
use proptest::prelude::*;
use serde_json::Value;

/// Any value, up to five levels deep.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i16>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(text(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Text that needs escapes more often than most.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".*",
        "[\\x00-\\x7f]{0,24}",
        "[\"\\\\/\\n\u{e9}\u{1f639}a]{0,24}"
    ]
}

fn document(bytes: &[u8]) -> Result<Document, ReadError> {
    let mut reader = Reader::new(bytes);
    let document = reader.document()?;
    reader.end()?;
    Ok(document)
}

fn skipped(bytes: &[u8]) -> Result<(), ReadError> {
    let mut reader = Reader::new(bytes);
    reader.skip()?;
    reader.end()
}

/// `serde_json`'s fast way of reading floating-point numbers may miss by the last bits.
fn close(ours: f64, theirs: f64) -> bool {
    ours == theirs || ((ours - theirs) / theirs).abs() < 1e-14
}

fn same(ours: &Document, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Document::Null, Value::Null) => true,
        (Document::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (Document::String(ours), Value::String(theirs)) => ours == theirs,
        (Document::Number(ours), Value::Number(theirs)) => match ours {
            Number::PosInt(ours) => theirs.as_u64() == Some(*ours),
            Number::NegInt(ours) => theirs.as_i64() == Some(*ours),
            Number::Float(ours) => {
                theirs.is_f64() && theirs.as_f64().is_some_and(|theirs| close(*ours, theirs))
            }
        },
        (Document::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|(ours, theirs)| same(ours, theirs))
        }
        (Document::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|(key, ours)| theirs.get(key).is_some_and(|theirs| same(ours, theirs)))
        }
        _ => false,
    }
}

/// The same verdict, and the same value.
fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
    match (document(bytes), serde_json::from_slice::<Value>(bytes)) {
        (Ok(ours), Ok(theirs)) => {
            prop_assert!(same(&ours, &theirs), "{ours:?} is not {theirs:?}");
            prop_assert!(skipped(bytes).is_ok());
        }
        (Err(_), Err(_)) => {}
        (ours, theirs) => prop_assert!(false, "{ours:?} but {theirs:?}"),
    }
    Ok(())
}

/// A change to a text: at a place, so many bytes are replaced.
fn mutation() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
    let bytes = prop_oneof![
        prop::sample::select(br#"{}[]",:\/-+.eEtfnu0129aZ "#.to_vec()),
        Just(b'\n'),
        any::<u8>(),
    ];
    (
        any::<prop::sample::Index>(),
        0..3_usize,
        prop::collection::vec(bytes, 0..3),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_value_reads_as_serde_json_reads_it(value in value(), pretty: bool) {
        let text = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) }.unwrap();
        let ours = document(&text).unwrap();
        prop_assert!(same(&ours, &value), "{ours:?} is not {value:?}");
        prop_assert_eq!(skipped(&text), Ok(()));
    }

    #[test]
    fn a_changed_text_gets_the_same_verdict(value in value(), changes in prop::collection::vec(mutation(), 1..4)) {
        let mut text = serde_json::to_vec(&value).unwrap();
        for (at, length, bytes) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, bytes);
        }
        agree(&text)?;
    }

    #[test]
    fn what_looks_like_a_number_gets_the_same_verdict(text in "-?[0-9]{0,3}[0-9.eE+-]{0,6}[0-9]{0,3}") {
        agree(text.as_bytes())?;
    }

    #[test]
    fn what_looks_like_a_string_gets_the_same_verdict(text in "\"(\\\\[\"\\\\/bfnrtux]|u?[dD][89aAcCdD][0-9a-f]{2}|\\\\u[0-9a-fD]{4}|[ -~\\x00-\\x1f\u{e9}]){0,6}\"") {
        agree(text.as_bytes())?;
    }

    #[test]
    fn what_is_written_reads_back(value in value()) {
        let ours = document(&serde_json::to_vec(&value).unwrap()).unwrap();
        let mut writer = Writer::new();
        writer.document(&ours).unwrap();
        let written = writer.finish();
        let read = document(&written);
        prop_assert_eq!(read.as_ref(), Ok(&ours));
        prop_assert!(same(&ours, &serde_json::from_slice(&written).unwrap()));
    }

    #[test]
    fn numbers_read_back(byte: i8, short: i16, integer: i32, long: i64, float in prop::num::f32::ANY, double in prop::num::f64::ANY) {
        round(&byte)?;
        round(&short)?;
        round(&integer)?;
        round(&long)?;
        // Bits, since NaN equals nothing and zero its negative.
        let canonical = |double: f64| if double.is_nan() { f64::NAN } else { double }.to_bits();
        prop_assert_eq!(back(&float).map(f64::from).map(canonical), Ok(canonical(f64::from(float))));
        prop_assert_eq!(back(&double).map(canonical), Ok(canonical(double)));
    }

    #[test]
    fn text_and_bytes_read_back(text in text(), bytes: Vec<u8>, map in prop::collection::hash_map(text(), text(), 0..5)) {
        round(&text)?;
        round(&Blob::new(bytes))?;
        round(&map)?;
    }

    #[test]
    fn lists_and_maps_read_back(
        list in prop::collection::vec(prop::option::of(any::<i32>()), 0..5),
        map in prop::collection::hash_map(text(), prop::collection::vec(prop::option::of(text()), 0..3), 0..5),
    ) {
        round(&list)?;
        round(&map)?;
    }

    #[test]
    fn big_numbers_read_back(integer in "-?[0-9]{1,40}", decimal in "[+-]?([0-9]{1,20}\\.?[0-9]{0,20}|\\.[0-9]{1,20})([eE][+-]?[0-9]{1,4})?") {
        let integer: BigInteger = integer.parse().unwrap();
        // Zeros before the first digit are the type's, not JSON's.
        let read = back(&integer).unwrap();
        prop_assert_eq!(plain(read.as_ref()), plain(integer.as_ref()));
        let decimal: BigDecimal = decimal.parse().unwrap();
        round(&decimal)?;
    }

    #[test]
    fn timestamps_read_back(seconds: i64, nanos in 0..1_000_000_000_u32, in_calendar in FIRST..=LAST) {
        round(&DateTime::from_secs_and_nanos(seconds, nanos))?;
        let time = DateTime::from_secs_and_nanos(in_calendar, nanos);
        prop_assert_eq!(back_with(|writer| writer.date_time(&time), |reader| reader.date_time()), Ok(time));
        let time = DateTime::from_secs(in_calendar);
        prop_assert_eq!(back_with(|writer| writer.http_date(&time), |reader| reader.http_date()), Ok(time));
    }

    #[test]
    fn strings_escape_as_serde_json_escapes(text in text()) {
        let ours = written(|writer| writer.string(&text));
        prop_assert_eq!(ours, serde_json::to_vec(&text).unwrap());
    }
}

/// The first and the last second that dates can hold: of the years 0 and 9999.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;

fn written(write: impl FnOnce(&mut Writer) -> Result<(), WriteError>) -> Vec<u8> {
    let mut writer = Writer::new();
    write(&mut writer).unwrap();
    writer.finish()
}

/// Writes and reads, and has `serde_json` see that JSON was written.
fn back_with<T>(
    write: impl FnOnce(&mut Writer) -> Result<(), WriteError>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let text = written(write);
    serde_json::from_slice::<serde::de::IgnoredAny>(&text)
        .map_err(|_| ReadError::new("serde_json rejects it"))?;
    let mut reader = Reader::new(&text);
    let value = read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

fn back<T: ReadJson + WriteJson>(value: &T) -> Result<T, ReadError> {
    back_with(
        |writer| value.write_json(writer),
        |reader| T::read_json(reader),
    )
}

fn round<T: ReadJson + WriteJson + PartialEq + std::fmt::Debug>(
    value: &T,
) -> Result<(), TestCaseError> {
    let read = back(value);
    prop_assert_eq!(read.as_ref(), Ok(value));
    Ok(())
}

/// An integer without the zeros before it.
fn plain(digits: &str) -> (bool, &str) {
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits),
    };
    (negative, digits.trim_start_matches('0'))
}

#[test]
fn the_last_of_equal_keys_wins_in_both() {
    agree(br#"{"a": 1, "b": 2, "a": [3]}"#).unwrap();
}

#[test]
fn one_level_deeper_than_serde_json() {
    let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    agree(&nested(127)).unwrap();
    assert!(
        document(&nested(128)).is_ok() && serde_json::from_slice::<Value>(&nested(128)).is_err()
    );
    agree(&nested(129)).unwrap();
}
