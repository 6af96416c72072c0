//! Requests, responses and errors as a generated crate reads them: no panic, and no request makes the service fail.
#![no_main]

use connect_protocol::http::HttpResponse;
use connect_protocol::json::{self, ReadJson};
use connect_protocol::server::{Bytes, HttpRequest};
use connect_protocol::test_util::now;
use connect_sdk::operation::list_associated_contacts::ListAssociatedContactsOutput;
use connect_sdk::server::{Service, handle};
use connect_sdk::types::error::InvalidRequestException;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use libfuzzer_sys::fuzz_target;

/// Implements nothing: what arrives has been read and checked.
struct Nothing;

impl Service for Nothing {}

/// `METHOD target`, lines of headers, an empty line, the body.
fn message(bytes: &[u8]) -> (&str, &str, HeaderMap, &[u8]) {
    let mut rest = bytes;
    let mut line = || {
        let end = rest.iter().position(|&byte| byte == b'\n')?;
        let line = std::str::from_utf8(&rest[..end]);
        rest = &rest[end + 1..];
        line.ok().filter(|line| !line.is_empty())
    };
    let (method, target) = line().and_then(|line| line.split_once(' ')).unwrap_or(("GET", "/"));
    let mut headers = HeaderMap::new();
    while let Some((name, value)) = line().and_then(|line| line.split_once(": ")) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    (method, target, headers, rest)
}

fuzz_target!(|bytes: &[u8]| {
    let (method, target, headers, body) = message(bytes);
    let request = HttpRequest::builder().method(method).uri(target);
    if let Ok(mut request) = request.body(Bytes::copy_from_slice(body)) {
        *request.headers_mut() = headers.clone();
        let response = now(handle(&Nothing, request));
        assert_ne!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.body().len() < 64 * 1024);
    }
    let response = HttpResponse::new(StatusCode::BAD_REQUEST, headers, body.to_vec().into());
    let _ = response.error_metadata();
    for result in [
        json::read(body, ListAssociatedContactsOutput::read_json).map(drop),
        json::read(body, InvalidRequestException::read_json).map(drop),
    ] {
        if let Err(error) = result {
            assert!(error.to_string().len() < 16 * 1024);
        }
    }
});
