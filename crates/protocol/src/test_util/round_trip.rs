//! From client to server and back, in memory.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;

use super::Comparable;
use crate::http::{HttpResponse, Request};
use crate::json::ReadError;

/// The seeds that generated tests try: every optional member, none, and some.
pub const SEEDS: std::ops::Range<u64> = 0..16;

/// The most bytes of a response to a request that is wrong.
const LONGEST_RESPONSE: usize = 64 * 1024;

/// The most bytes of the message of an error.
const LONGEST_ERROR: usize = 16 * 1024;

/// The value of a future that waits for nothing: neither server nor codecs do.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

/// One way of a value over the wire, for what is said where it gets lost.
#[derive(Debug)]
pub struct Trip {
    what: &'static str,
    seed: u64,
}

impl Trip {
    /// A trip of the value that belongs to a seed: `what` says whose it is.
    pub fn new(what: &'static str, seed: u64) -> Self {
        Self { what, seed }
    }

    /// What was encoded or decoded.
    ///
    /// # Panics
    /// It could not be.
    pub fn done<T, E: std::fmt::Display>(&self, result: Result<T, E>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => self.fail(&error.to_string()),
        }
    }

    /// The request as it reaches a server.
    ///
    /// # Panics
    /// It is no HTTP request, or its stream broke.
    pub async fn arrive(&self, request: Request) -> http::Request<Bytes> {
        let body = ByteStream::new(request.body.into()).collect().await;
        let body = self.done(body).into_bytes();
        let mut arrived = http::Request::new(body);
        *arrived.method_mut() = request.method;
        *arrived.uri_mut() = self.done(request.uri.parse());
        *arrived.headers_mut() = request.headers;
        arrived
    }

    /// The response as it reaches a client.
    pub fn return_home(&self, response: http::Response<Bytes>) -> HttpResponse {
        let (parts, body) = response.into_parts();
        HttpResponse::new(parts.status, parts.headers, SdkBody::from(body))
    }

    /// The value must have arrived.
    ///
    /// # Panics
    /// It did not, or another did.
    pub fn same<T: Comparable>(&self, sent: &T, arrived: Option<&T>, response: &HttpResponse) {
        match arrived {
            Some(arrived) if sent.same(arrived) => {}
            Some(arrived) => self.fail(&format!("sent {sent:#?}\narrived {arrived:#?}")),
            None => {
                let body = String::from_utf8_lossy(response.bytes());
                self.fail(&format!(
                    "sent {sent:#?}\nrejected with {} {body}",
                    response.status()
                ));
            }
        }
    }

    /// The response to a request that may be broken must be short, and no failure of the service.
    ///
    /// # Panics
    /// It is not.
    pub fn handled(&self, request: &http::Request<Bytes>, response: &http::Response<Bytes>) {
        let status = response.status();
        if status == http::StatusCode::INTERNAL_SERVER_ERROR
            || response.body().len() > LONGEST_RESPONSE
        {
            self.fail(&format!("{request:?} gets {response:?}"));
        }
    }

    /// What came of a response that may be broken: a value, or an error that is short.
    ///
    /// # Panics
    /// The error is not.
    pub fn read<T>(&self, result: Result<T, ReadError>) {
        if let Err(error) = result
            && error.to_string().len() > LONGEST_ERROR
        {
            self.fail("the error is too long");
        }
    }

    fn fail(&self, why: &str) -> ! {
        #[allow(clippy::panic, reason = "that is how a test fails")]
        {
            panic!("{}, seed {}: {why}", self.what, self.seed)
        }
    }
}

/// Defines a test per row: an input goes from client to server, an output back. A row names the operation's method and name, how its
/// input is handed to `encode`, input and output. The service under test is one of [`exchange_service!`](crate::exchange_service!).
#[macro_export]
#[allow(
    clippy::crate_in_macro_def,
    reason = "the generated crate's own items are meant"
)]
macro_rules! round_trips {
    ($server:ident {
        $($method:ident $name:literal ($($by:tt)?) $input:path, $output:path;)*
    }) => {$(
        #[test]
        fn $method() {
            use $crate::test_util::{Compared, SEEDS, Sample, Source, Trip, now};
            for seed in SEEDS {
                now(async {
                    let trip = Trip::new($name, seed);
                    let server = $server::default();
                    server.$method.respond_with(Ok(<$output>::sample(&mut Source::new(seed))));

                    let input = <$input>::sample(&mut Source::new(seed));
                    let request = trip.done(crate::client::$method::encode($($by)? input));
                    let response = crate::server::handle(&server, trip.arrive(request).await).await;
                    let mut response = trip.return_home(response);
                    let sent = <$input>::sample(&mut Source::new(seed)).compared().await;
                    let arrived = match server.$method.take_input() {
                        Some(input) => Some(input.compared().await),
                        None => None,
                    };
                    trip.same(&sent, arrived.as_ref(), &response);

                    let output = trip.done(crate::client::$method::decode(&mut response));
                    let sent = <$output>::sample(&mut Source::new(seed)).compared().await;
                    trip.same(&sent, Some(&output.compared().await), &response);
                });
            }
        }
    )*};
}

/// Defines a test per row: requests and responses arrive broken. The rows are those of [`round_trips!`](crate::round_trips!).
#[macro_export]
#[allow(
    clippy::crate_in_macro_def,
    reason = "the generated crate's own items are meant"
)]
macro_rules! hostile_trips {
    ($server:ident {
        $($method:ident $name:literal ($($by:tt)?) $input:path, $output:path;)*
    }) => {$(
        #[test]
        fn $method() {
            use $crate::test_util::{Breaker, COPIES, SEEDS, Sample, Source, Trip, now};
            for seed in SEEDS {
                now(async {
                    let trip = Trip::new($name, seed);
                    let mut breaker = Breaker::new(seed);
                    let server = $server::default();

                    let input = <$input>::sample(&mut Source::new(seed));
                    let request = trip.done(crate::client::$method::encode($($by)? input));
                    let request = trip.arrive(request).await;
                    for _ in 0..COPIES {
                        let request = breaker.request(&request);
                        let response = crate::server::handle(&server, request.clone()).await;
                        trip.handled(&request, &response);
                    }

                    server.$method.respond_with(Ok(<$output>::sample(&mut Source::new(seed))));
                    let response = crate::server::handle(&server, request).await;
                    for _ in 0..COPIES {
                        let mut response = trip.return_home(breaker.response(&response));
                        trip.read(crate::client::$method::decode(&mut response));
                    }
                });
            }
        }
    )*};
}

/// Defines a test per row: an error goes from server to client, and broken ones after it. A row names the test, the error's code and its type.
#[macro_export]
macro_rules! error_trips {
    ({ $($test:ident $code:literal $error:path;)* }) => {$(
        #[test]
        fn $test() {
            use $crate::test_util::{Breaker, COPIES, SEEDS, Sample, Source, Trip};
            for seed in SEEDS {
                let trip = Trip::new($code, seed);
                let mut breaker = Breaker::new(seed);
                let error = <$error>::sample(&mut Source::new(seed));
                let response = $crate::server::ErrorResponse::from(error).into_response();
                for _ in 0..COPIES {
                    let response = trip.return_home(breaker.response(&response));
                    let meta = response.error_metadata();
                    trip.read(<$error>::_parse(&response, &meta));
                }
                let response = trip.return_home(response);
                let meta = response.error_metadata();
                assert_eq!(meta.code(), Some($code));
                let arrived = trip.done(<$error>::_parse(&response, &meta));
                let sent = <$error>::sample(&mut Source::new(seed));
                trip.same(&sent, Some(&arrived), &response);
            }
        }
    )*};
}
