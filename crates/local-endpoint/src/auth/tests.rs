use aws_credential_types::Credentials;
use http::{Request, header};
use proptest::prelude::*;

use super::testing::{ID, SECRET, Signer, URI, credentials, now, temporary};
use super::*;

fn check(
    authenticator: &Authenticator,
    request: &Parts,
    body: &str,
    now: SystemTime,
) -> Result<(), Denial> {
    let claimed = authenticator.precheck(request, now)?;
    claimed.verify(request, body.as_bytes(), now).map(drop)
}

fn verify(credentials: Credentials, request: &Parts, body: &str) -> Result<(), Denial> {
    let authenticator = Authenticator::new([Key::new(credentials)]);
    check(&authenticator, request, body, now())
}

fn code(result: Result<(), Denial>) -> &'static str {
    result.map_or_else(|denial| denial.code, |()| "served")
}

/// What becomes of a request without a body.
fn outcome(credentials: Credentials, request: &Parts) -> &'static str {
    code(verify(credentials, request, ""))
}

const INCOMPLETE: &str = "IncompleteSignatureException";
const INVALID: &str = "InvalidSignatureException";
const UNRECOGNIZED: &str = "UnrecognizedClientException";

fn set(request: &mut Parts, name: &'static str, value: &str) {
    request.headers.insert(name, value.parse().unwrap());
}

fn replace(request: &mut Parts, name: &'static str, from: &str, to: &str) {
    let value = request.headers[name].to_str().unwrap().to_owned();
    assert!(value.contains(from), "{value}");
    set(request, name, &value.replacen(from, to, 1));
}

fn set_query(request: &mut Parts, from: &str, to: &str) {
    let uri = request.uri.to_string();
    assert!(uri.contains(from), "{uri}");
    request.uri = uri.replacen(from, to, 1).parse().unwrap();
}

#[test]
fn signed_requests_are_served() {
    for (method, uri, body) in [
        ("GET", URI, ""),
        ("POST", "/", "{\"a\":1}"),
        ("PUT", "/a//b/../%2F?x&y=&y=2&z=%C3%BC", "x"),
    ] {
        for signer in [Signer::default(), Signer::presigned()] {
            let request = signer.sign(method, uri, body);
            assert_eq!(verify(credentials(), &request, body), Ok(()), "{request:?}");
        }
    }
    let elsewhere = Signer {
        region: "ap-southeast-2",
        ..Signer::default()
    };
    assert_eq!(outcome(credentials(), &elsewhere.get()), "served");
}

/// Signatures made by another implementation: botocore 1.43's `SigV4Auth` and `SigV4QueryAuth`.
#[test]
fn requests_of_another_signer_are_served() {
    const PATH: &str =
        "/contact/associated/arn%3Aaws%3Aconnect%2F8f0d?contactId=a%20b&maxResults=5";
    const SCOPE: &str = "AKIDEXAMPLE/20260314/eu-central-1/connect/aws4_request";
    const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE//token==";
    let temporary = || Credentials::new(ID, SECRET, Some(TOKEN.into()), None, "test");
    for (credentials, signed_headers, signature) in [
        (
            credentials(),
            "host;x-amz-date;x-custom",
            "588b8f3a9405118af28198b881dc2c720612f6dd2d6afe976b768788eea0fbde",
        ),
        (
            temporary(),
            "host;x-amz-date;x-amz-security-token;x-custom",
            "8c02d8181e4c44fe3a14fe1cb15ee85e40c62f93180c002892df0dd428935db0",
        ),
    ] {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders={signed_headers}, Signature={signature}"
        );
        let mut request = Request::get(PATH)
            .header("Host", "127.0.0.1:8080")
            .header("X-Amz-Date", "20260314T080211Z")
            .header("X-Custom", "a  b")
            .header("Authorization", authorization);
        if let Some(token) = credentials.session_token() {
            request = request.header("X-Amz-Security-Token", token);
        }
        assert_eq!(outcome(credentials, &parts(request)), "served");
    }
    let presigned = format!(
        "{PATH}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date=20260314T080211Z&X-Amz-Expires=900\
         &X-Amz-SignedHeaders=host",
        SCOPE.replace('/', "%2F"),
    );
    for (credentials, signature) in [
        (
            credentials(),
            "&X-Amz-Signature=f7918b4cca3a5b918a247d014b1df4fe62243c88e078caa595c66f1b3e8b9ae8",
        ),
        (
            temporary(),
            "&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2Ftoken%3D%3D\
             &X-Amz-Signature=e0bb70a158e06623bbbf87c8ebfb9df56444fb25f37bcc40096ae4839a8878ce",
        ),
    ] {
        let uri = format!("{presigned}{signature}");
        let request = Request::get(uri).header("Host", "127.0.0.1:8080");
        assert_eq!(outcome(credentials, &parts(request)), "served");
    }
}

fn parts(request: http::request::Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

#[test]
fn whatever_is_changed_on_the_way_is_noticed() {
    let changed = |change: fn(&mut Parts)| {
        let mut request = Signer::default().get();
        change(&mut request);
        outcome(credentials(), &request)
    };
    assert_eq!(changed(|_| ()), "served");
    let added = changed(|request| set(request, "x-unsigned", "added"));
    assert_eq!(added, "served");
    for change in [
        (|request| request.method = http::Method::POST) as fn(&mut Parts),
        |request| set_query(request, "maxResults=5", "maxResults=6"),
        |request| set_query(request, "/associated/", "/Associated/"),
        |request| set_query(request, "a%20b", "a%20b&c=d"),
        |request| set(request, "x-extra", "three"),
        |request| set(request, "host", "127.0.0.1:8081"),
        |request| assert!(request.headers.append("x-extra", "more".parse().unwrap())),
        |request| assert!(request.headers.remove("x-extra").is_some()),
        |request| {
            let bytes = header::HeaderValue::from_bytes(&[0xff]).unwrap();
            request.headers.insert("x-extra", bytes);
        },
        |request| set(request, "x-amz-date", "20260314T080212Z"),
        |request| replace(request, "authorization", "eu-central-1", "us-east-1"),
        |request| replace(request, "authorization", ";x-extra", ""),
        |request| replace(request, "authorization", "Signature=", "Signature=0"),
    ] {
        assert_eq!(changed(change), INVALID);
    }
    let posted = Signer::default().sign("POST", "/", "body");
    assert_eq!(code(verify(credentials(), &posted, "Body")), INVALID);
}

#[test]
fn a_presigned_request_cannot_be_changed_or_stretched() {
    let signed = || Signer::presigned().get();
    for (from, to, expected) in [
        ("maxResults=5", "maxResults=6", INVALID),
        ("Expires=900", "Expires=901", INVALID),
        ("Expires=900", "Expires=9000000", INCOMPLETE),
        ("Expires=900", "Expires=0", INCOMPLETE),
        ("Expires=900", "Expires=900&X-Amz-Expires=901", INCOMPLETE),
        ("Algorithm=AWS4", "Algorithm=AWS5", INCOMPLETE),
        ("X-Amz-Algorithm", "X-Amz-Algorithmus", INCOMPLETE),
        ("X-Amz-Date=2026", "X-Amz-Date=never", INCOMPLETE),
        ("SignedHeaders=host", "SignedHeaders=hos", INVALID),
        ("X-Amz-Signature=", "X-Amz-Signature=0", INVALID),
    ] {
        let mut request = signed();
        set_query(&mut request, from, to);
        assert_eq!(outcome(credentials(), &request), expected, "{to}");
    }
    let authenticator = Authenticator::new([Key::new(credentials())]);
    let at = |seconds| {
        let now = now() + Duration::from_secs(seconds);
        code(check(&authenticator, &signed(), "", now))
    };
    assert_eq!((at(900), at(901)), ("served", INVALID));
}

#[test]
fn a_request_without_signature_is_missing_its_token() {
    let request = parts(Request::get(URI).header("host", "x"));
    let expected = "MissingAuthenticationTokenException";
    assert_eq!(outcome(credentials(), &request), expected);
}

#[test]
fn a_malformed_authorization_is_incomplete() {
    let incomplete = |change: &dyn Fn(&mut Parts), what: &str| {
        let mut request = Signer::default().get();
        change(&mut request);
        assert_eq!(outcome(credentials(), &request), INCOMPLETE, "{what}");
    };
    for (from, to) in [
        ("AWS4-HMAC-SHA256 ", "Bearer "),
        ("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256"),
        (", Signature", ",,Signature"),
        ("Credential=", "Credentials="),
        ("SignedHeaders=", ""),
        ("Signature=", "Signed="),
        ("/connect/", "/"),
        ("/connect/", "/connect/connect/"),
    ] {
        incomplete(&|request| replace(request, "authorization", from, to), to);
    }
    for date in [
        "",
        "2026-03-14T08:02:11Z",
        "20260314T080211",
        "20261314T080211Z",
        "20260314T080261Z",
        "2026031+T080211Z",
    ] {
        incomplete(&|request| set(request, "x-amz-date", date), date);
    }
    let again = |request: &mut Parts| {
        let again = "again".parse().unwrap();
        assert!(request.headers.append("authorization", again));
    };
    incomplete(&again, "twice");
    incomplete(
        &|request| drop(request.headers.remove("x-amz-date")),
        "undated",
    );
}

#[test]
fn unknown_keys_and_wrong_tokens_are_not_recognized() {
    let other = Credentials::new("AKIDOTHER", SECRET, None, None, "test");
    assert_eq!(outcome(other, &Signer::default().get()), UNRECOGNIZED);
    for presigned in [false, true] {
        let signed = |credentials| {
            let signer = Signer {
                presigned,
                ..Signer::of(credentials)
            };
            signer.get()
        };
        let wrong = Credentials::new(ID, SECRET, Some("another".into()), None, "test");
        assert_eq!(outcome(temporary(), &signed(temporary())), "served");
        for (known, signer) in [
            (temporary(), wrong),
            (temporary(), credentials()),
            (credentials(), temporary()),
        ] {
            assert_eq!(outcome(known, &signed(signer)), UNRECOGNIZED);
        }
    }
}

#[test]
fn a_wrong_secret_does_not_match() {
    let wrong = Credentials::new(ID, "another", None, None, "test");
    let denial = verify(credentials(), &Signer::of(wrong).get(), "").unwrap_err();
    assert_eq!(denial, Denial::mismatch());
    assert_eq!(denial.code, INVALID);
}

#[test]
fn time_may_be_five_minutes_off() {
    let at = |seconds: i64| {
        let offset = Duration::from_secs(seconds.unsigned_abs());
        let time = if seconds < 0 {
            now() - offset
        } else {
            now() + offset
        };
        let signer = Signer {
            time,
            ..Signer::default()
        };
        verify(credentials(), &signer.get(), "")
    };
    assert_eq!((at(-300), at(300)), (Ok(()), Ok(())));
    for (seconds, message) in [
        (-301, "Signature expired: 20260314T080210Z"),
        (301, "Signature not yet current: 20260314T080712Z"),
    ] {
        let denial = at(seconds).unwrap_err();
        assert_eq!(denial.code, INVALID);
        assert!(denial.message.starts_with(message), "{}", denial.message);
    }
}

#[test]
fn the_scope_must_be_ours() {
    let foreign = Signer {
        service: "s3",
        ..Signer::default()
    };
    let denial = verify(credentials(), &foreign.get(), "").unwrap_err();
    assert_eq!(denial.code, INVALID);
    assert!(denial.message.contains("'connect'"), "{}", denial.message);
    for (from, to) in [
        ("aws4_request", "aws5_request"),
        ("20260314", "20260313"),
        ("20260314", "2026"),
        ("20260314", ""),
        ("host;", ""),
    ] {
        let mut request = Signer::default().get();
        replace(&mut request, "authorization", from, to);
        assert_eq!(outcome(credentials(), &request), INVALID, "{to}");
    }
}

#[test]
fn a_date_header_will_do() {
    let dated = Signer {
        dated: true,
        ..Signer::default()
    };
    let mut request = dated.get();
    assert!(!request.headers.contains_key("x-amz-date"));
    assert_eq!(outcome(credentials(), &request), "served");
    set(&mut request, "date", "Sat, 14 Mar 2026 07:02:11 GMT");
    let denial = verify(credentials(), &request, "").unwrap_err();
    assert!(denial.message.starts_with("Signature expired"));
    set(&mut request, "date", "today");
    assert_eq!(outcome(credentials(), &request), INCOMPLETE);
}

#[test]
fn expired_tokens_and_keys_without_rights_have_codes_of_their_own() {
    let expired = Credentials::new(ID, SECRET, Some("the-token".into()), Some(now()), "test");
    let request = Signer::of(expired.clone()).get();
    assert_eq!(outcome(expired, &request), "ExpiredTokenException");

    let powerless = Credentials::new("AKIDPOWERLESS", SECRET, None, None, "test");
    let authenticator = Authenticator::new([
        Key::new(credentials()),
        Key::new(powerless.clone()).operations([""; 0]),
    ]);
    let at_once = |signer: Signer| code(check(&authenticator, &signer.get(), "", now()));
    assert_eq!(at_once(Signer::of(powerless)), "AccessDeniedException");
    assert_eq!(at_once(Signer::default()), "served");
}

#[test]
fn secrets_do_not_show() {
    let shown = format!("{:?}", Authenticator::new([Key::new(temporary())]));
    assert!(
        shown.contains(ID) && !shown.contains(SECRET) && !shown.contains("the-token"),
        "{shown}"
    );
}

proptest! {
    #[test]
    fn hostile_requests_are_rejected(
        authorization in prop::option::of("(AWS4-HMAC-SHA256 )?[ -~]{0,80}|AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260314/[ -~]{0,9}/connect/aws4_request, SignedHeaders=[ -~]{0,20}, Signature=[ -~]{0,20}"),
        date in prop::option::of("[ -~]{0,20}|[0-9]{8}T[0-9]{6}Z"),
        value in prop::collection::vec(0x20..=0xff_u8, 0..20),
        query in "([?&](X-Amz-(Signature|Algorithm|Date|Expires|Credential|SignedHeaders)|[a-z%+]{1,3})=[!-~&&[^#]]{0,16}){0,6}",
    ) {
        let mut builder = Request::get(format!("/{query}"));
        for (name, value) in [("authorization", authorization), ("x-amz-date", date)] {
            if let Some(value) = value { builder = builder.header(name, value) }
        }
        if let Ok(value) = header::HeaderValue::from_bytes(&value) { builder = builder.header("host", value) }
        if let Ok(request) = builder.body(()) {
            prop_assert!(verify(credentials(), &request.into_parts().0, "").is_err());
        }
    }
}
