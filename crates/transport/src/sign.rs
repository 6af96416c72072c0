//! AWS Signature Version 4 in the `Authorization` header.
//!
//! Keys and signatures are computed by `aws-sigv4`. The canonical request is put together here, so that the request's
//! headers are read where they are and a signing key serves a whole day; a test compares with `aws-sigv4`'s own.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::header::{AUTHORIZATION, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Uri};

use canonical::{canonical_request, push_sha256};
use stamp::seconds;

pub(crate) use stamp::Stamp;

mod canonical;
mod stamp;

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

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
    // An empty one is none, as variables and profiles have it.
    if let Some(token) = credentials
        .session_token()
        .filter(|token| !token.is_empty())
    {
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
    let mut authorization = String::with_capacity(384);
    let _ = write!(
        authorization,
        "AWS4-HMAC-SHA256 Credential={}/{date}/{region}/{name}/aws4_request, SignedHeaders={signed_headers}, Signature={signature}",
        credentials.access_key_id(),
    );
    let mut authorization = HeaderValue::try_from(authorization).map_err(|_| SignError::Key)?;
    authorization.set_sensitive(true);
    headers.insert(AUTHORIZATION, authorization);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings};
    use aws_smithy_runtime_api::client::identity::Identity;
    use connect_protocol::uri::RESERVED;
    use percent_encoding::utf8_percent_encode;
    use proptest::prelude::*;

    use super::*;

    const SCOPE: Scope<'static> = Scope {
        region: "eu-west-2",
        name: "connect",
    };

    /// A request to be signed; its method is POST.
    struct Unsigned<'a> {
        credentials: &'a Credentials,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        body: &'a [u8],
        time: SystemTime,
    }

    fn ours(request: &Unsigned<'_>) -> HeaderMap {
        let mut headers = request.headers.clone();
        let parts = (&Method::POST, request.uri, &mut headers);
        let keys = (request.credentials, &SigningKey::default());
        sign(
            parts,
            Payload::Bytes(request.body),
            keys,
            SCOPE,
            request.time,
        )
        .unwrap();
        headers
    }

    fn theirs(request: &Unsigned<'_>) -> HeaderMap {
        let identity = Identity::new(request.credentials.clone(), None);
        let params = aws_sigv4::sign::v4::SigningParams::builder()
            .identity(&identity)
            .region(SCOPE.region)
            .name(SCOPE.name)
            .time(request.time)
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let headers = request.headers.iter();
        let pairs = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let body = SignableBody::Bytes(request.body);
        let signable = SignableRequest::new("POST", request.uri.to_string(), pairs, body).unwrap();
        let signed = aws_sigv4::http_request::sign(signable, &SigningParams::V4(params)).unwrap();
        let mut complete = http::Request::new(());
        *complete.uri_mut() = request.uri.clone();
        *complete.headers_mut() = request.headers.clone();
        let (instructions, _) = signed.into_parts();
        instructions.apply_to_request_http1x(&mut complete);
        complete.headers().clone()
    }

    fn credentials(token: Option<String>) -> Credentials {
        Credentials::new("AKIDEXAMPLE", "secret", token, None, "test")
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
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
            let encode = |part: &str| utf8_percent_encode(part, RESERVED).to_string();
            let path: Vec<_> = path.iter().map(|part| encode(part)).collect();
            let query: Vec<_> = query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
            let uri: Uri = format!("https://connect.eu-west-2.amazonaws.com/{}?{}", path.join("/"), query.join("&")).parse().unwrap();
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
            }
            map.insert("host", HeaderValue::from_static("connect.eu-west-2.amazonaws.com"));
            map.insert("user-agent", HeaderValue::from_static("not signed"));
            let credentials = &credentials(token);
            let request = Unsigned { credentials, uri: &uri, headers: &map, body: &body, time: at(seconds) };
            prop_assert_eq!(ours(&request), theirs(&request));
        }
    }

    #[test]
    fn white_space_in_headers_is_folded() {
        let signed = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("h"));
            headers.insert("x-words", HeaderValue::from_static(value));
            let request = Unsigned {
                credentials: &credentials(None),
                uri: &Uri::from_static("https://h/"),
                headers: &headers,
                body: b"",
                time: UNIX_EPOCH,
            };
            ours(&request).remove(AUTHORIZATION)
        };
        for value in ["a\tb c", "a \t b  c", "\ta b\tc\t", " a  b c"] {
            assert_eq!(signed(value), signed("a b c"), "{value:?}");
        }
    }

    #[test]
    fn queries_that_are_not_encoded_canonically_are_read_as_aws_sigv4_reads_them() {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("h"));
        let queries = "a=b+c b&a=1&a=0 x=%7e%7E~ x=%2f q=a:b,c &&a=1 a=b=c x=%zz";
        for query in queries.split(' ') {
            let request = Unsigned {
                credentials: &credentials(None),
                uri: &format!("http://h/?{query}").parse().unwrap(),
                headers: &headers,
                body: b"",
                time: at(1_700_000_000),
            };
            assert_eq!(ours(&request), theirs(&request), "{query}");
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
            assert_eq!(Stamp::new(at(seconds)).text(), expected);
        }
    }

    #[test]
    fn a_signing_key_is_derived_again_when_its_scope_changes() {
        let key = SigningKey::default();
        let day = |day: u64| at(86_400 * day);
        let sign = |key: &SigningKey, region, time| {
            let name = "connect";
            key.sign("secret", Scope { region, name }, time, "text")
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
        let (uri, mut headers) = (Uri::from_static("http://h/"), HeaderMap::new());
        let parts = (&Method::PUT, &uri, &mut headers);
        let keys = (&credentials(None), &SigningKey::default());
        sign(parts, Payload::Unsigned, keys, SCOPE, UNIX_EPOCH).unwrap();
        assert_eq!(headers[X_AMZ_CONTENT_SHA256], "UNSIGNED-PAYLOAD");
    }
}
