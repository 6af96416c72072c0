//! AWS Signature Version 4 in the `Authorization` header.
//!
//! Keys and signatures are computed by `aws-sigv4`. The canonical request is put together here, so that the request's
//! headers are read where they are and a signing key serves a whole day; a test compares with `aws-sigv4`'s own.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::header::{AUTHORIZATION, HeaderName, TRANSFER_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Uri};
use sha2::{Digest, Sha256};

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// Headers that hops on the way may change.
const NOT_SIGNED: [HeaderName; 4] = [
    AUTHORIZATION,
    USER_AGENT,
    TRANSFER_ENCODING,
    HeaderName::from_static("x-amzn-trace-id"),
];

/// What a signature covers of the body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Payload<'a> {
    Bytes(&'a [u8]),
    /// The service does not check the body, or it streams.
    Unsigned,
}

/// The scope of a signature, but for the day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) region: &'a str,
    pub(crate) name: &'a str,
}

/// The signing key used last: it holds for one secret, day, region and name.
#[derive(Default)]
pub(crate) struct SigningKey(Mutex<Option<Derived>>);

struct Derived {
    day: u64,
    region: String,
    name: String,
    key: [u8; 32],
}

impl SigningKey {
    /// Signs with the key for this scope and time; `secret` must be the same in all calls.
    fn sign(&self, secret: &str, scope: Scope<'_>, time: SystemTime, text: &str) -> String {
        let day = seconds(time) / 86_400;
        let mut derived = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = derived.as_ref().filter(|known| {
            known.day == day && known.region == scope.region && known.name == scope.name
        });
        let key = match known {
            Some(known) => known.key,
            None => {
                let mut key = [0; 32];
                key.copy_from_slice(
                    generate_signing_key(secret, time, scope.region, scope.name).as_ref(),
                );
                *derived = Some(Derived {
                    day,
                    region: scope.region.to_owned(),
                    name: scope.name.to_owned(),
                    key,
                });
                key
            }
        };
        drop(derived);
        calculate_signature(key, text.as_bytes())
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(** redacted **)")
    }
}

/// Why a request cannot be signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignError {
    #[error("the value of header {0} is not text")]
    Header(HeaderName),
    #[error("the session token does not fit into a header")]
    Token,
    #[error("the access key ID does not fit into a header")]
    Key,
}

/// Adds the headers of a signature: `x-amz-date`, `authorization`, `x-amz-security-token` for session credentials, and
/// `x-amz-content-sha256` for an unsigned payload. `host` must be among the headers.
pub(crate) fn sign(
    (method, uri, headers): (&Method, &Uri, &mut HeaderMap),
    payload: Payload<'_>,
    (credentials, signing_key): (&Credentials, &SigningKey),
    scope: Scope<'_>,
    time: SystemTime,
) -> Result<(), SignError> {
    let stamp = Stamp::new(time);
    headers.insert(X_AMZ_DATE, stamp.header());
    if let Some(token) = credentials.session_token() {
        let mut token = HeaderValue::from_str(token).map_err(|_| SignError::Token)?;
        token.set_sensitive(true);
        headers.insert(X_AMZ_SECURITY_TOKEN, token);
    }
    if matches!(payload, Payload::Unsigned) {
        headers.insert(
            X_AMZ_CONTENT_SHA256,
            HeaderValue::from_static("UNSIGNED-PAYLOAD"),
        );
    }
    let mut signed_headers = String::with_capacity(160);
    let canonical = canonical_request((method, uri, headers), payload, &mut signed_headers)?;
    let (date, Scope { region, name }) = (stamp.date(), scope);
    let mut text = String::with_capacity(160);
    let _ = write!(
        text,
        "AWS4-HMAC-SHA256\n{}\n{date}/{region}/{name}/aws4_request\n",
        stamp.text()
    );
    push_sha256(&mut text, canonical.as_bytes());
    let signature = signing_key.sign(credentials.secret_access_key(), scope, time, &text);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{date}/{region}/{name}/aws4_request, SignedHeaders={signed_headers}, Signature={signature}",
        credentials.access_key_id(),
    );
    let mut authorization = HeaderValue::try_from(authorization).map_err(|_| SignError::Key)?;
    authorization.set_sensitive(true);
    headers.insert(AUTHORIZATION, authorization);
    Ok(())
}

fn canonical_request(
    (method, uri, headers): (&Method, &Uri, &HeaderMap),
    payload: Payload<'_>,
    signed_headers: &mut String,
) -> Result<String, SignError> {
    let mut text = String::with_capacity(1024);
    text.push_str(method.as_str());
    text.push('\n');
    push_path(&mut text, uri.path());
    text.push('\n');
    push_query(&mut text, uri.query().unwrap_or_default());
    text.push('\n');
    let mut sorted: Vec<_> = headers
        .iter()
        .filter(|(name, _)| !NOT_SIGNED.contains(name))
        .collect();
    // Stable: several values of one header keep their order.
    sorted.sort_by_key(|(name, _)| name.as_str());
    let mut last = None;
    for (name, value) in sorted {
        let value =
            std::str::from_utf8(value.as_bytes()).map_err(|_| SignError::Header(name.clone()))?;
        if last == Some(name) {
            // In place of the line feed.
            text.pop();
            text.push(',');
        } else {
            text.push_str(name.as_str());
            text.push(':');
            if last.is_some() {
                signed_headers.push(';');
            }
            signed_headers.push_str(name.as_str());
        }
        push_trimmed(&mut text, value);
        text.push('\n');
        last = Some(name);
    }
    text.push('\n');
    text.push_str(signed_headers);
    text.push('\n');
    match payload {
        Payload::Unsigned => text.push_str("UNSIGNED-PAYLOAD"),
        // The hash of nothing.
        Payload::Bytes([]) => {
            text.push_str("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        }
        Payload::Bytes(bytes) => push_sha256(&mut text, bytes),
    }
    Ok(text)
}

/// The path without empty and dot segments, encoded a second time.
fn push_path(text: &mut String, path: &str) {
    if !(path.contains('.') || path.contains("//")) {
        text.push_str(if path.starts_with('/') { "" } else { "/" });
        return push_encoded(text, path, b"/");
    }
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    for segment in &segments {
        text.push('/');
        push_encoded(text, segment, b"");
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    if is_folder || segments.is_empty() {
        text.push('/');
    }
}

/// The query's pairs, sorted, each name and value encoded exactly once.
fn push_query(text: &mut String, query: &str) {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<_> = pairs
        .map(|(name, value)| (once_encoded(name), once_encoded(value)))
        .collect();
    pairs.sort_unstable();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        let _ = write!(text, "{name}={value}");
    }
}

/// A name or value of a query in canonical form: borrowed where it has it already.
fn once_encoded(part: &str) -> std::borrow::Cow<'_, str> {
    let canonical = |bytes: &[u8]| match bytes {
        [b'%', high, low, ..] => {
            matches!(high, b'0'..=b'9' | b'A'..=b'F') && matches!(low, b'0'..=b'9' | b'A'..=b'F')
        }
        [byte, ..] => is_unreserved(*byte),
        [] => true,
    };
    let mut rest = part.as_bytes();
    let mut is_canonical = true;
    while !rest.is_empty() && is_canonical {
        is_canonical = canonical(rest);
        // An unreserved character must not be encoded.
        if rest[0] == b'%' && is_canonical {
            is_canonical = !is_unreserved(hex_digit(rest[1]) << 4 | hex_digit(rest[2]));
            rest = &rest[2..];
        }
        rest = &rest[1..];
    }
    if is_canonical {
        return part.into();
    }
    let spaced = part.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy();
    let mut text = String::with_capacity(part.len() + 8);
    push_encoded(&mut text, &decoded, b"");
    text.into()
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn push_encoded(text: &mut String, part: &str, keep: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in part.as_bytes() {
        if is_unreserved(byte) || keep.contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 0xf)]));
        }
    }
}

/// A header's value without spaces at its ends, and with single spaces within.
fn push_trimmed(text: &mut String, value: &str) {
    let value = value.trim_matches(' ');
    if !value.contains("  ") {
        return text.push_str(value);
    }
    let mut after_space = false;
    for character in value.chars() {
        if !(character == ' ' && after_space) {
            text.push(character);
        }
        after_space = character == ' ';
    }
}

fn push_sha256(text: &mut String, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for byte in Sha256::digest(bytes) {
        text.push(char::from(HEX[usize::from(byte >> 4)]));
        text.push(char::from(HEX[usize::from(byte & 0xf)]));
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// A time as `20261122T130501Z`.
struct Stamp([u8; 16]);

impl Stamp {
    fn new(time: SystemTime) -> Self {
        let (day, second) = (seconds(time) / 86_400, seconds(time) % 86_400);
        // From days since 1970 to a date of the Gregorian calendar, in years that begin in March so that the leap day
        // is the last of its year.
        let day = day + 719_468;
        let (era, day_of_era) = (day / 146_097, day % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        let mut text = *b"00000000T000000Z";
        let mut put = |range: std::ops::Range<usize>, mut number: u64| {
            for digit in text[range].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0..4, year);
        put(4..6, month);
        put(6..8, day);
        put(9..11, second / 3600);
        put(11..13, second / 60 % 60);
        put(13..15, second % 60);
        Self(text)
    }

    fn text(&self) -> &str {
        // Digits, `T` and `Z`.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn date(&self) -> &str {
        &self.text()[..8]
    }

    fn header(&self) -> HeaderValue {
        HeaderValue::from_str(self.text()).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings};
    use aws_smithy_runtime_api::client::identity::Identity;
    use proptest::prelude::*;

    use super::*;

    const SCOPE: Scope<'static> = Scope {
        region: "eu-west-2",
        name: "connect",
    };

    fn ours(
        credentials: &Credentials,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        time: SystemTime,
    ) -> HeaderMap {
        let mut headers = headers.clone();
        let keys = (credentials, &SigningKey::default());
        sign(
            (&Method::POST, uri, &mut headers),
            Payload::Bytes(body),
            keys,
            SCOPE,
            time,
        )
        .unwrap();
        headers
    }

    fn theirs(
        credentials: &Credentials,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        time: SystemTime,
    ) -> HeaderMap {
        let identity = Identity::new(credentials.clone(), None);
        let params = aws_sigv4::sign::v4::SigningParams::builder()
            .identity(&identity)
            .region(SCOPE.region)
            .name(SCOPE.name)
            .time(time)
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let pairs = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let request =
            SignableRequest::new("POST", uri.to_string(), pairs, SignableBody::Bytes(body))
                .unwrap();
        let (instructions, _) = aws_sigv4::http_request::sign(request, &SigningParams::V4(params))
            .unwrap()
            .into_parts();
        let mut signed = http::Request::new(());
        *signed.uri_mut() = uri.clone();
        *signed.headers_mut() = headers.clone();
        instructions.apply_to_request_http1x(&mut signed);
        signed.headers().clone()
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[ -~]{0,12}", "[a-z ]{0,12}", "[%+ =&/.~éλ-]{0,8}"]
    }

    proptest! {
        #[test]
        fn signatures_equal_those_of_aws_sigv4(
            path in proptest::collection::vec(text(), 0..4),
            query in proptest::collection::vec((text(), text()), 0..4),
            headers in proptest::collection::vec(("[a-z][a-z-]{0,8}", "[!-~]([ -~]{0,10}[!-~])?"), 0..5),
            body in proptest::collection::vec(any::<u8>(), 0..40),
            seconds in 0..4_000_000_000_u64,
            token in proptest::option::of("[a-zA-Z0-9+/=]{1,20}"),
        ) {
            let encode = |part: &str| { let mut text = String::new(); push_encoded(&mut text, part, b"."); text };
            let path: Vec<_> = path.iter().map(|part| encode(part)).collect();
            let query: Vec<_> = query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
            let uri: Uri = format!("https://connect.eu-west-2.amazonaws.com/{}?{}", path.join("/"), query.join("&")).parse().unwrap();
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
            }
            map.insert("host", HeaderValue::from_static("connect.eu-west-2.amazonaws.com"));
            map.insert("user-agent", HeaderValue::from_static("not signed"));
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            let credentials = Credentials::new("AKIDEXAMPLE", "secret", token, None, "test");
            prop_assert_eq!(
                ours(&credentials, &uri, &map, &body, time),
                theirs(&credentials, &uri, &map, &body, time)
            );
        }
    }

    #[test]
    fn queries_that_are_not_encoded_canonically_are_read_as_aws_sigv4_reads_them() {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("h"));
        for query in [
            "a=b+c",
            "b&a=1&a=0",
            "x=%7e%7E~",
            "x=%2f",
            "q=a:b,c",
            "&&a=1",
            "a=b=c",
            "x=%zz",
        ] {
            let uri: Uri = format!("http://h/?{query}").parse().unwrap();
            let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            assert_eq!(
                ours(&credentials, &uri, &headers, b"", time),
                theirs(&credentials, &uri, &headers, b"", time),
                "{query}"
            );
        }
    }

    #[test]
    fn stamps_know_the_calendar() {
        for (seconds, expected) in [
            (0, "19700101T000000Z"),
            (951_782_400, "20000229T000000Z"),
            (1_700_000_000, "20231114T221320Z"),
            (4_107_542_399, "21000228T235959Z"),
            (4_107_542_400, "21000301T000000Z"),
        ] {
            assert_eq!(
                Stamp::new(UNIX_EPOCH + Duration::from_secs(seconds)).text(),
                expected
            );
        }
    }

    #[test]
    fn a_signing_key_is_derived_again_when_its_scope_changes() {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let key = SigningKey::default();
        let day = |day: u64| UNIX_EPOCH + Duration::from_secs(86_400 * day);
        let sign = |key: &SigningKey, region, time| {
            key.sign(
                credentials.secret_access_key(),
                Scope {
                    region,
                    name: "connect",
                },
                time,
                "text",
            )
        };
        for (region, time) in [("a", day(1)), ("b", day(1)), ("b", day(2)), ("a", day(1))] {
            assert_eq!(
                sign(&key, region, time),
                sign(&SigningKey::default(), region, time)
            );
        }
    }

    #[test]
    fn an_unsigned_payload_is_announced() {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let mut headers = HeaderMap::new();
        let keys = (&credentials, &SigningKey::default());
        let uri = Uri::from_static("http://h/");
        sign(
            (&Method::PUT, &uri, &mut headers),
            Payload::Unsigned,
            keys,
            SCOPE,
            UNIX_EPOCH,
        )
        .unwrap();
        assert_eq!(headers[X_AMZ_CONTENT_SHA256], "UNSIGNED-PAYLOAD");
    }
}
