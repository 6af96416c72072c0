//! Whatever comes over a connection, or was in a record: a response that is none of the server's own failures, and no contact
//! for who did not sign for it. The clock stands still but where all wait, so nothing here waits for a limit of time.

mod cases;

use http::Method;
use percent_encoding::percent_decode;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use tokio::runtime::{Builder, Runtime};

use self::cases::{any_json, calls, full_record, pieces, replace, splice};
use super::*;
use crate::events::Outlets;
use crate::fault::Faults;
use crate::gate::Gate as Passages;
use crate::quota::Quotas;
use crate::service::{Connect, OPERATIONS};
use crate::{OnRejection, Store};

/// The service over a store, and the runtime that it is on.
struct World {
    runtime: Runtime,
    server: Arc<Server<Connect>>,
}

impl World {
    fn new() -> Self {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let clock = Clock(Arc::new(now));
        let gate = Passages {
            quotas: Quotas::new(&[], OPERATIONS),
            faults: Arc::new(Faults::new(0, Vec::new())),
            clock: clock.clone(),
        };
        let server = Server {
            handler: Connect {
                store: Arc::new(Store::in_memory().unwrap()),
                clock: clock.clone(),
                gate: Arc::new(gate),
                events: Arc::new(Outlets::open(Vec::new()).unwrap()),
            },
            authenticator: Authenticator::new([Key::new(credentials())]),
            clock,
            access_log: AccessLog::default(),
            tls: None,
            body_limit: 1 << 20,
            strangers: 1,
        };
        let server = Arc::new(server);
        let world = Self { runtime, server };
        world.import(&full_record("full").to_string());
        world
    }

    fn import(&self, records: &str) {
        let store = &self.server.handler.store;
        let report = store.import("x", records.as_bytes(), OnRejection::Continue);
        report.unwrap();
    }

    /// What comes back on a connection that brings these bytes, until the server ends it.
    fn exchange(&self, bytes: &[u8]) -> String {
        self.runtime.block_on(async {
            let (mut client, stream) = tokio::io::duplex(1 << 16);
            let (_stopping, stopped) = watch::channel(());
            let line = Arc::new(Line::default());
            let talk = async {
                // The server may end it before.
                let _ = client.write_all(bytes).await;
                let mut response = Vec::new();
                let _ = client.read_to_end(&mut response).await;
                String::from_utf8_lossy(&response).into_owned()
            };
            let both = async { tokio::join!(self.server.serve(stream, &line, stopped), talk).1 };
            let limit = HEAD_LIMIT + BODY_TIME;
            timeout(limit, both).await.expect("the connection ends")
        })
    }

    /// What an operation responds to a caller with all rights.
    fn call(&self, method: &Method, uri: &str, body: &str) -> Option<Response<Bytes>> {
        let request = Request::builder().method(method).uri(uri);
        let request = request.body(Bytes::from(body.to_owned())).ok()?;
        let caller = Arc::new(Key::new(credentials()));
        let reply = self.server.handler.handle(request, caller);
        Some(self.runtime.block_on(reply).response)
    }
}

/// The status of the first response.
fn status(response: &str) -> Option<u16> {
    response.split(' ').nth(1)?.parse().ok()
}

/// Runs a property over one service: as often as `PROPTEST_CASES` says, or 256 times.
fn check<S: Strategy>(
    strategy: &S,
    property: impl Fn(&World, S::Value) -> Result<(), TestCaseError>,
) {
    let world = World::new();
    let mut runner = TestRunner::default();
    let checked = runner.run(strategy, |case| property(&world, case));
    checked.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn no_request_makes_an_operation_fail() {
    let edits = prop::collection::vec((any::<Index>(), any_json()), 0..4);
    let strategy = (
        any::<Index>(),
        edits,
        pieces(3),
        pieces(2),
        select(vec!["full", "nobody", "\u{0}'"]),
    );
    check(&strategy, |world, (which, values, in_uri, in_body, id)| {
        let all = calls(id);
        let (method, uri, mut body) = which.get(&all).clone();
        replace(&mut body, &values);
        let uri = splice(&uri, &in_uri);
        let body = splice(&body.to_string(), &in_body);
        if let Some(response) = world.call(&method, &uri, &body) {
            prop_assert!(
                response.status().as_u16() < 500,
                "{} {} {} {:?}",
                method,
                uri,
                body,
                response
            );
        }
        Ok(())
    });
}

#[test]
fn no_record_makes_an_operation_fail() {
    let edits = prop::collection::vec((any::<Index>(), any_json()), 1..6);
    check(&edits, |_, edits| {
        // What the calls change must not hide what a record says.
        let world = World::new();
        let mut record = full_record("other");
        replace(&mut record, &edits);
        world.import(&record.to_string());
        for (method, uri, mut body) in calls("other") {
            if uri == "/search-contacts" {
                body["SearchCriteria"].take();
            }
            let response = world.call(&method, &uri, &body.to_string()).unwrap();
            prop_assert!(
                response.status().as_u16() < 500,
                "{} {} {} {:?}",
                record,
                method,
                uri,
                response
            );
        }
        Ok(())
    });
}

/// The request as it goes over the wire, and whether a byte of it is signed.
fn signed_request(number: usize) -> (String, Vec<bool>) {
    let (method, uri, body) = &calls("full")[number];
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let text = Signer::default().last_text(method.as_str(), uri, &body);
    let mut is_signed = Vec::new();
    let head = text.len() - body.len();
    for line in text[..head].split_inclusive('\n') {
        let of_line = match line.split_once([':', ' ']) {
            Some((name, _)) if name == method.as_str() => {
                name.len() + 1..name.len() + 1 + uri.len()
            }
            Some(("host" | "x-extra" | "x-amz-date" | "authorization", _)) => 0..line.len() - 2,
            _ => 0..0,
        };
        is_signed.extend((0..line.len()).map(|place| of_line.contains(&place)));
    }
    is_signed.resize(text.len(), true);
    (text, is_signed)
}

#[test]
fn a_signed_request_with_another_byte_is_rejected() {
    let strategy = (0..OPERATIONS.len(), any::<Index>(), any::<u8>());
    check(&strategy, |world, (number, place, byte)| {
        let (text, is_signed) = signed_request(number);
        let signed = (0..text.len())
            .filter(|place| is_signed[*place])
            .collect::<Vec<_>>();
        let (place, mut bytes) = (*place.get(&signed), text.clone().into_bytes());
        let before = bytes[place];
        bytes[place] = byte;
        // The same request in other bytes: letter case of a header's name or of an escape in the query, and white space.
        let line = bytes[..place]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let is_name = line > 0 && !bytes[line..place].contains(&b':');
        let is_same = byte == before
            || is_name && byte.eq_ignore_ascii_case(&before)
            || line > 0
                && [byte, before]
                    .iter()
                    .all(|byte| matches!(byte, b' ' | b'\t'))
            || percent_decode(&bytes).eq(percent_decode(text.as_bytes()));
        if is_same {
            return Ok(());
        }
        let response = world.exchange(&bytes);
        prop_assert!(
            matches!(status(&response), Some(400 | 403)),
            "{} is {:?} in {}: {}",
            place,
            byte as char,
            text,
            response
        );
        Ok(())
    });
    let world = World::new();
    for number in 0..OPERATIONS.len() {
        let (text, _) = signed_request(number);
        let response = world.exchange(text.as_bytes());
        assert_ne!(status(&response), Some(403), "{text}: {response}");
        assert!(
            !response.contains("SerializationException"),
            "{text}: {response}"
        );
    }
}

#[test]
fn bytes_of_any_kind_end_the_connection_without_a_failure() {
    let strategy = (
        0..OPERATIONS.len(),
        pieces(6),
        prop::option::of(any::<Index>()),
    );
    check(&strategy, |world, (number, edits, end)| {
        let (text, _) = signed_request(number);
        let mut text = splice(&text, &edits).into_bytes();
        if let Some(end) = end {
            text.truncate(end.index(text.len() + 1));
        }
        let response = world.exchange(&text);
        prop_assert!(
            status(&response).is_none_or(|status| status < 500),
            "{}",
            response
        );
        Ok(())
    });
}

#[test]
fn nobody_is_served_without_a_signature() {
    let headers = prop::collection::vec(
        (
            "[a-z-]{1,10}|authorization|x-amz-date|x-amz-security-token|transfer-encoding|expect|host",
            "[ -~é]{0,30}",
        ),
        0..5,
    );
    let query = "([?&](X-Amz-(Signature|Algorithm|Date|Expires|Credential|SignedHeaders)|contactId)=[!-~&&[^#]]{0,16}){0,6}";
    let strategy = (any::<Index>(), headers, query, pieces(3));
    check(&strategy, |world, (which, headers, query, edits)| {
        let all = calls("full");
        let (method, uri, body) = which.get(&all);
        let (uri, body) = (splice(uri, &edits), body.to_string());
        let headers = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let request = format!(
            "{method} {uri}{query} HTTP/1.1\r\n{}content-length: {}\r\n\r\n{body}",
            headers.collect::<String>(),
            body.len()
        );
        let response = world.exchange(request.as_bytes());
        let status = status(&response);
        prop_assert!(
            status.is_none_or(|status| (400..500).contains(&status)),
            "{}: {}",
            request,
            response
        );
        Ok(())
    });
}
