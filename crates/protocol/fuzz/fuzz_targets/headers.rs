//! Headers, timestamps, routes and requests: no panic, and lists come back as they were set.
#![no_main]

use connect_protocol::server::{Bytes, Part, Request, Route, find};
use connect_protocol::{header, text};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

const ROUTES: &[Route<()>] = &[Route {
    operation: (),
    method: "GET",
    path: &[Part::Label("label"), Part::Greedy("greedy"), Part::Literal("end")],
    query: &[("a", None)],
}];

fuzz_target!(|bytes: &[u8]| {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        headers.insert("x-list", value);
    }
    let _ = header::date_list(&headers, "x-list");
    if let Ok(Some(items)) = header::list(&headers, "x-list") {
        let mut again = HeaderMap::new();
        if header::set_list(&mut again, "x-list", Some(&items)).is_ok() {
            assert_eq!(header::list(&again, "x-list"), Ok(Some(items)));
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for parse in [text::parse_date_time, text::parse_http_date, text::parse_epoch_seconds] {
        if let Ok(time) = parse(text) {
            let seconds = text::epoch_seconds(&time).expect("any time has seconds");
            assert_eq!(text::parse_epoch_seconds(&seconds), Ok(time));
        }
    }
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    if let Ok((_, labels)) = find(ROUTES, "GET", path, Some(query)) {
        let body = Bytes::new();
        if let Ok(request) = Request::new(&headers, Some(query), &body, labels) {
            let _ = (request.label("label", text::parse::<String>), request.query_list("a", text::parse::<f32>));
        }
    }
});
