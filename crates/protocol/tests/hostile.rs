//! Bytes from anywhere into everything that reads: an error or a value, never a panic.

use std::collections::HashMap;

use aws_smithy_types::body::SdkBody;
use connect_protocol::endpoint as functions;
use connect_protocol::header;
use connect_protocol::http::HttpResponse;
use connect_protocol::json::{ReadError, Reader};
use connect_protocol::test_util::pieces;
use connect_protocol::text;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use proptest::prelude::*;

/// Bytes that get further than most: pieces of JSON, dates, numbers and headers, broken anywhere.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(pieces()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop_oneof![
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
        prop::collection::vec(any::<u8>(), 0..48),
    ]
}

fn read_all<'a>(bytes: &'a [u8], new: fn(&'a [u8]) -> Reader<'a>) {
    fn read<'a, T>(
        mut reader: Reader<'a>,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, ReadError>,
    ) {
        let result = read(&mut reader).and_then(|_| reader.end());
        if let Err(error) = result {
            assert!(error.byte().is_none_or(|byte| byte <= 48 * 48));
            assert!(!error.to_string().is_empty());
        }
        drop(reader.into_violations());
    }
    read(new(bytes), Reader::string);
    read(new(bytes), Reader::enumeration::<String>);
    read(new(bytes), Reader::boolean);
    read(new(bytes), Reader::byte);
    read(new(bytes), Reader::short);
    read(new(bytes), Reader::integer);
    read(new(bytes), Reader::long);
    read(new(bytes), Reader::float);
    read(new(bytes), Reader::double);
    read(new(bytes), Reader::big_integer);
    read(new(bytes), Reader::big_decimal);
    read(new(bytes), Reader::blob);
    read(new(bytes), Reader::epoch_seconds);
    read(new(bytes), Reader::date_time);
    read(new(bytes), Reader::http_date);
    read(new(bytes), Reader::skip);
    read(new(bytes), Reader::document);
    read(
        new(bytes),
        Reader::value::<Vec<HashMap<String, Option<i32>>>>,
    );
    read(new(bytes), Reader::value::<HashMap<String, Vec<String>>>);
    read(new(bytes), |reader| {
        let member = |reader: &mut Reader<'_>, name: &str| match name {
            "a" => reader.integer().map(Some),
            _ => Ok(None),
        };
        reader.union(|| 0, member)
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn readers(bytes in bytes()) {
        read_all(&bytes, Reader::new);
        read_all(&bytes, Reader::strict);
    }

    #[test]
    fn text_of_every_type(bytes in bytes()) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = text::parse::<bool>(&text);
        let _ = text::parse::<i8>(&text);
        let _ = text::parse::<i64>(&text);
        let _ = text::parse::<f32>(&text);
        let _ = text::parse::<f64>(&text);
        let _ = text::parse_base64(&text);
        // What reads as a timestamp can be written again.
        for parse in [text::parse_date_time, text::parse_utc_date_time, text::parse_http_date, text::parse_epoch_seconds] {
            if let Ok(time) = parse(&text) {
                prop_assert!(time.subsec_nanos() < 1_000_000_000);
                let _ = (text::date_time(&time), text::http_date(&time));
                let seconds = text::epoch_seconds(&time).unwrap();
                prop_assert_eq!(text::parse_epoch_seconds(&seconds), Ok(time));
            }
        }
    }

    #[test]
    fn headers(values in prop::collection::vec(bytes(), 0..4)) {
        let name = HeaderName::from_static("x-any");
        let values = values.iter().filter_map(|value| HeaderValue::from_bytes(value).ok());
        let headers: HeaderMap = values.map(|value| (name.clone(), value)).collect();
        let _ = header::get(&headers, "x-any");
        let _ = header::list(&headers, "x-any");
        let _ = header::date_list(&headers, "x-any");
        let _ = header::prefix(&headers, "x-");
        let _ = header::parse::<f64>(&headers, "x-any");
    }

    #[test]
    fn header_lists_come_back(items in prop::collection::vec("[ -~\u{e9}]{0,8}", 0..5)) {
        let mut headers = HeaderMap::new();
        header::set_list(&mut headers, "x-list", Some(&items)).unwrap();
        let read = header::list(&headers, "x-list").unwrap().unwrap();
        prop_assert_eq!(read, items);
    }

    #[test]
    fn error_responses(body in bytes(), code in bytes()) {
        let mut headers = HeaderMap::new();
        if let Ok(code) = HeaderValue::from_bytes(&code) {
            headers.insert("x-amzn-errortype", code);
        }
        let response = HttpResponse::new(StatusCode::BAD_REQUEST, headers, SdkBody::from(body));
        let _ = response.error_metadata();
    }

    #[test]
    fn endpoint_functions(bytes in bytes(), start in 0..9_usize, stop in 0..9_usize, reverse: bool) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = functions::partition(&text);
        let _ = functions::parse_url(&text);
        let _ = functions::parse_arn(&text);
        let _ = functions::substring(&text, start, stop, reverse);
        let _ = functions::split(&text, ":", start);
        let _ = functions::uri_encode(&text);
        let _ = functions::is_valid_host_label(&text, reverse);
        let _ = functions::is_virtual_hostable_s3_bucket(&text, reverse);
    }
}

proptest! {
    #[test]
    fn requests(path in "(/|[a-c]|%2F|%C3|%|\\.|\u{e9}){0,9}", query in "(&|=|[a-c]|%3D|%FF|%|\\+){0,9}", accept in bytes(), body in bytes()) {
        use connect_protocol::server::{Body, Bytes, Part, Request, Route, find};

        const ROUTES: &[Route<u8>] = &[
            Route { operation: 0, method: "GET", path: &[], query: &[] },
            Route { operation: 1, method: "GET", path: &[Part::Literal("a"), Part::Label("l")], query: &[] },
            Route { operation: 2, method: "GET", path: &[Part::Label("l"), Part::Greedy("g"), Part::Literal("c")], query: &[("b", None)] },
            Route { operation: 3, method: "GET", path: &[Part::Greedy("g")], query: &[("a", Some("b"))] },
        ];
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(&accept) {
            headers.insert("accept", value.clone());
            headers.insert("content-type", value);
        }
        let body = Bytes::from(body);
        if let Ok((_, labels)) = find(ROUTES, "GET", &path, Some(&query))
            && let Ok(request) = Request::new(&headers, Some(&query), &body, labels)
        {
            let _ = (request.takes(Body::Type("application/json")), request.wants("application/json"));
            let _ = (request.label("l"), request.label("g"), request.query("a"), request.query_list("b"));
        }
    }
}

/// A body of the longest sort: a piece again and again.
fn flood(before: &str, piece: &str, after: &str) -> Vec<u8> {
    let mut body = before.as_bytes().to_vec();
    while body.len() < 1 << 20 {
        body.extend_from_slice(piece.as_bytes());
    }
    body.extend_from_slice(after.as_bytes());
    body
}

#[test]
fn what_is_kept_grows_no_faster_than_what_was_sent() {
    let body = flood("[", "[],", "[]]");
    let lists = Reader::new(&body).value::<Vec<Vec<String>>>().unwrap();
    assert!(lists.len() <= body.len() / 3 && lists.capacity() <= body.len());
    let body = flood("{", "\"a\":[0],", "\"b\":[]}");
    let map = Reader::new(&body).value::<HashMap<String, Vec<i32>>>();
    assert!(
        map.unwrap().capacity() < 16,
        "a name that comes again takes no space"
    );

    let value = flood("", "a,", "a");
    let headers = HeaderMap::from_iter([(
        HeaderName::from_static("x-any"),
        HeaderValue::from_bytes(&value).unwrap(),
    )]);
    let items = header::list(&headers, "x-any").unwrap().unwrap();
    assert!(items.len() <= value.len() / 2 + 1);
}

#[test]
fn depth_is_limited_and_errors_are_short() {
    for body in [
        flood("", "[", ""),
        flood("", "{\"a\":", ""),
        flood("", "{\"a\":[", ""),
    ] {
        for read in [Reader::skip, |reader: &mut Reader<'_>| {
            reader.document().map(drop)
        }] {
            let error = read(&mut Reader::new(&body)).unwrap_err().to_string();
            assert!(error.len() < 1_000, "{error}");
        }
    }
    let name = "n".repeat(1 << 20);
    let body = format!("{{\"{name}\": {{\"{name}\": 1}}}}");
    let error = Reader::new(body.as_bytes()).value::<HashMap<String, HashMap<String, String>>>();
    assert!(error.unwrap_err().to_string().len() < 1_000);
}

#[test]
fn violations_are_as_many_as_anyone_reads() {
    use connect_protocol::check::Check;
    use connect_protocol::server::ErrorResponse;

    let name = "n".repeat(1 << 16);
    let body = flood(&format!("{{\"{name}\": ["), "{},", "{}]}");
    let mut reader = Reader::strict(&body);
    let lists = reader.map(|reader| {
        reader.list(|reader| {
            reader.object(|reader, _| reader.skip())?;
            reader.required("Name", None::<String>)
        })
    });
    let lists: HashMap<String, Vec<String>> = lists.unwrap();
    let mut check = Check::server_after(reader.into_violations());
    check.each_value(&lists, |check, names| {
        check.each(names, |check, name| check.length(name, 1..=5));
    });
    let violations = check.violations();
    assert!((100..=200).contains(&violations.len()));
    assert!(violations.iter().all(|it| it.path.len() < 200));
    let response = ErrorResponse::validation(&violations).into_response();
    assert!(response.body().len() < 100_000, "{}", response.body().len());
}
