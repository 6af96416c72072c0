//! Operating a client: limits, retries, logging, proxies, credentials, testing.
//!
//! Everything here is about [`Config`](crate::config::Config), which a generated client is made from. A generated client's crate
//! has the modules `config` and `error` of this one, `connect-sdk` also `sender` and, with the feature of that name, `test_util`.
//!
//! # Reading an error
//!
//! ```text
//! ListAssociatedContacts: ThrottlingException: Rate exceeded (HTTP 429, request ID 6b1c…, 3 attempts)
//! ListAssociatedContacts: the read time limit of 60s ran out (3 attempts)
//! ListAssociatedContacts: service error without a code (HTTP 500, 1 attempt, not retried: too many of this client's calls fail (retry quota))
//! ```
//!
//! | `SdkError` | happened | then |
//! |---|---|---|
//! | `ConstructionFailure` | nothing was sent: input, endpoint, region or configuration are wrong, or there is nothing to sign with | mend what it names; it would fail again |
//! | `DispatchFailure`, `is_io()` | the network failed on every attempt | host, port, firewall, proxy |
//! | `DispatchFailure`, `is_timeout()` | the connect or read limit ran out on every attempt | the service is slow, or the limit short |
//! | `DispatchFailure`, `is_other()` | credentials, certificate, proxy or broken HTTP; not retried | the text names which |
//! | `TimeoutError` | the attempt or operation limit ran out | as above; the service may have acted on the request |
//! | `ResponseError` | a success that could not be read, or a body that was too large and whose head names no error | something other than the service answered? |
//! | `ServiceError` | the service said no; unhandled, with what could not be read as its source, if only the code is clear | code and message; the request ID is what AWS's support asks for |
//!
//! `error.summary()` has the same facts as values: operation, attempts, status, request ID, and what stopped retries.
//!
//! # Time limits
//!
//! | limit | default | covers | a call that exceeds it |
//! |---|---|---|---|
//! | credentials | 10 s | one load by the provider | `DispatchFailure`, not retried |
//! | connect | 3.1 s | name resolution, TCP, proxy, TLS | retried, then `DispatchFailure` (`is_timeout()`) |
//! | read | 60 s | from the request to the response's head, then each wait for a piece of its body | retried, then `DispatchFailure` (`is_timeout()`) |
//! | attempt | none | one attempt, all of the above | retried, then `TimeoutError` |
//! | operation | none | the whole call: attempts and the waits between them | `TimeoutError` |
//!
//! Waiting for a free connection is part of the attempt, but under neither the connect nor the read limit; waiting for a
//! [`RateLimit`](crate::config::RateLimit) or in adaptive mode is under the operation limit alone. The error says which limit it was
//! and how long ([`LimitExceeded`](crate::error::LimitExceeded) is its source). A body that the caller
//! streams is under the read limit after the call has returned, too, and under the grace period of
//! `StalledStreamProtectionConfig` if that is shorter.
//!
//! ```
//! use std::time::Duration;
//! use connect_transport::config::Config;
//! use connect_transport::config::timeout::TimeoutConfig;
//!
//! let limits = TimeoutConfig::builder()
//!     .operation_timeout(Duration::from_secs(20))
//!     .operation_attempt_timeout(Duration::from_secs(5));
//! let config = Config::builder().timeout_config(limits.build()).build();
//! ```
//!
//! # Retries
//!
//! Standard mode, as all AWS SDKs have it: at most three attempts. Retried are errors of the network, time limits, the statuses
//! 500, 502, 503 and 504, throttling, what the service's model marks as retryable, and errors that a wrong clock explains (once the
//! service's time is known, requests are signed with that). A request whose body is a stream that cannot be replayed is
//! sent once. An idle connection that turns out to be closed before anything was written to it is replaced without that counting as an
//! attempt; a request that may have reached the service is sent again only as a retry.
//!
//! The delay before retry *i*, from 0, is random between 0 and 50 ms × 2^*i*, after throttling 1 s × 2^*i*, at most 20 s. A service that
//! asks for a delay (`x-amz-retry-after`) gets it, up to 5 s more than that. `RetryConfig::with_initial_backoff` sets the second
//! base, and the first where it is smaller.
//!
//! Each client has a retry quota of 500 tokens. A retry takes 14, after throttling 5; success gives back what the call's last retry
//! took, or 1 if it needed none. A client whose calls fail soon stops retrying, and its errors say so. A call that is dropped or runs
//! out of time during a retry does not get its tokens back: the service has had the work.
//!
//! ```
//! use connect_transport::config::{Config, RateLimit};
//! use connect_transport::config::retry::RetryConfig;
//!
//! let patient = Config::builder().retry_config(RetryConfig::standard().with_max_attempts(5));
//! let once = Config::builder().retry_config(RetryConfig::disabled());
//! let adaptive = Config::builder().retry_config(RetryConfig::adaptive());
//! // Two requests per second, five at once; the limit can be shared by several clients.
//! let limited = Config::builder().rate_limit(RateLimit::connect());
//! # let _ = (patient, once, adaptive, limited);
//! ```
//!
//! ## What they do to a service in trouble
//!
//! `cargo run --release --example retry_amplification` simulates it. A thousand clients that together make 10 calls per second to
//! a service that allows 2 requests per second, burst 5:
//!
//! | retries | succeed | attempts per call | requests/s | useful/s | median | 99 % |
//! |---|---|---|---|---|---|---|
//! | none | 19.8 % | 1.00 | 10.1 | 2.00 | 24 ms | 39 ms |
//! | standard | 19.8 % | 2.79 | 28.2 | 2.00 | 1.4 s | 2.9 s |
//! | adaptive | 19.8 % | 2.72 | 27.5 | 2.00 | 4.0 s | 9.1 s |
//!
//! *Attempts per call* is the amplification: what the service gets for each call that a program makes. *Useful* are the requests
//! that it serves. Retries get no more work done where the quota is what lacks: they triple the requests and make callers wait. Adaptive mode
//! does not help either when each of many clients sends little: one that makes a call in a hundred seconds cannot slow down
//! below the lowest rate there is, one in two seconds. What helps is to ask for less: a queue in front of the service, or
//! a [`RateLimit`](crate::config::RateLimit) per client that adds up to the quota.
//!
//! One client that makes 2.5 calls per second to the same service:
//!
//! | retries | succeed | attempts per call | requests/s | useful/s | median | 99 % |
//! |---|---|---|---|---|---|---|
//! | none | 77.8 % | 1.00 | 2.5 | 1.94 | 24 ms | 39 ms |
//! | standard | 78.5 % | 1.28 | 3.2 | 1.96 | 29 ms | 2.3 s |
//! | adaptive | 99.4 % | 1.21 | 2.4 | 2.00 | 191 s | 679 s |
//! | standard, `RateLimit::connect()` | 100.0 % | 1.00 | 2.0 | 2.00 | 216 s | 440 s |
//!
//! Where one client is the load, adaptive mode and the rate limit turn failures into waiting. The limit does so without a wasted
//! request, as it need not find the quota out. Calls that may wait for minutes want an operation limit.
//!
//! An outage of 10 minutes, for a thousand clients that make 50 calls per second to a service that serves 75 requests per second:
//!
//! | retries | attempts per call | requests/s before | first minute of the outage | last minute | minute after | recovered after |
//! |---|---|---|---|---|---|---|
//! | none | 1.00 | 49.5 | 49.7 | 49.7 | 48.7 | 0 s |
//! | standard | 1.47 | 49.5 | 148.9 | 50.9 | 48.7 | 0 s |
//! | adaptive | 1.47 | 49.5 | 148.9 | 50.9 | 48.7 | 0 s |
//!
//! The first minute shows the amplification of three attempts; then the clients' quotas are used up, and the load is that of no
//! retries. So the service comes back to the load that it had before, and serves it from the first second. (Recovered
//! means that 99 % of the calls begun in ten seconds succeed, for a minute.)
//!
//! # Connections
//!
//! A client has a pool of its own: at most 256 connections, kept for 60 s when unused. Further calls wait for one in order. An
//! [`HttpSender`](crate::sender::HttpSender) sets that, and clients that are given the same one share it. An HTTP/1 connection is polled by the
//! call that uses it: there are no background tasks but one that closes unused connections, and a call that is
//! dropped closes its connection. With the feature `http2`, connections to servers that offer it by ALPN are shared by calls; each has
//! a task of its own and, while it is in use, is asked every 20 s whether it is alive.
//!
//! A host's addresses are tried in the resolver's order, the families in turn, each with a head start of 250 ms before the next.
//! TLS is 1.2 or 1.3, by ring or, with that feature, aws-lc-rs.
//!
//! A response body is read into memory up to 64 MiB (`max_response_body_bytes`); more is a `ResponseError`. A response's
//! head may have 100 headers and some 400 kB.
//!
//! ```
//! use std::time::Duration;
//! use connect_transport::config::Config;
//! use connect_transport::sender::HttpSender;
//!
//! let sender = HttpSender::builder()
//!     .max_connections(50)
//!     .idle_timeout(Duration::from_secs(20))
//!     .build();
//! let config = Config::builder().sender(sender).max_response_body_bytes(1 << 20).build();
//! ```
//!
//! # Proxies and certificates
//!
//! `Config::builder()` reads no environment. A configuration made from an `SdkConfig` without an HTTP client, and one of
//! [`from_env`](crate::config::from_env), take HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY and AWS_CA_BUNDLE from it.
//! HTTPS goes through a tunnel (CONNECT); credentials in the proxy's URL are sent to the proxy alone and never shown. The
//! certificates of AWS_CA_BUNDLE are trusted beside the system's, which are loaded when the first connection needs them.
//! A bundle that cannot be read and a proxy URL that makes no sense fail the requests that need them, and no others, with an error
//! that names the variable. SOCKS is not supported. Plain HTTP goes through HTTP_PROXY, that of credential endpoints included: NO_PROXY should hold `169.254.169.254` and the like.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use connect_transport::config::Config;
//! use connect_transport::sender::{HttpSender, Proxy};
//!
//! let proxy = Proxy::all("http://user:password@proxy.example:3128")?.except("localhost,10.0.0.0/8,.internal");
//! let sender = HttpSender::builder().proxy(proxy).ca_bundle(&std::fs::read("company.pem")?)?.build();
//! let config = Config::builder().sender(sender).build();
//! # Ok(()) }
//! ```
//!
//! # Region and endpoint
//!
//! The first of these that is there counts:
//!
//! | | region | endpoint |
//! |---|---|---|
//! | 1 | the client's `Config` | the client's `endpoint_url` |
//! | 2 | `SdkConfig`, set in code | `SdkConfig`, set in code |
//! | 3 | AWS_REGION | AWS_ENDPOINT_URL_CONNECT |
//! | 4 | AWS_DEFAULT_REGION | AWS_ENDPOINT_URL |
//! | 5 | the profile's `region` | the profile's `services` section |
//! | 6 | | the profile's `endpoint_url` |
//! | 7 | | the model's rules, for region, FIPS and dual stack |
//!
//! AWS_IGNORE_CONFIGURED_ENDPOINT_URLS switches endpoints 3 to 6 off. Profiles are `aws_config`'s to read: without that feature,
//! they are not. The rules' endpoints are always HTTPS; only one that was set may be plain HTTP.
//!
//! # Credentials
//!
//! Any `ProvideCredentials` will do. What it gives is kept until shortly before it expires: a fifth of its life, at most five minutes,
//! less a random part so that clients do not refresh together. One call refreshes, the others go on with what still holds. A refresh
//! that fails leaves that in use and is tried again after 30 s; a warning is logged. After `ExpiredTokenException` the next call asks the
//! provider again. Without credentials a call fails, unless `allow_no_auth` is set: then it is sent unsigned.
//!
//! An `SdkConfig` that `aws_config` loads brings an identity cache of its own, which is asked instead and refreshes by its own rules.
//! What it last gave is used on while it holds and the cache fails, and a key that the service has called expired is not taken
//! from it again.
//!
//! The feature `aws-config` brings the chain of AWS's SDKs, over this crate's connections:
//!
//! ```no_run
//! # #[cfg(feature = "aws-config")]
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! use connect_transport::config::{Config, aws_config_loader};
//!
//! let shared = aws_config_loader().load().await;
//! let config = Config::new(&shared);
//! # Ok(()) }
//! ```
//!
//! Without it, the environment alone:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use connect_transport::config::{Environment, from_env};
//!
//! let config = from_env(&Environment::process())?.build();
//! # Ok(()) }
//! ```
//!
//! # Logging
//!
//! By `tracing`. A call is the span `call` (INFO) with `service` and `operation`. In it, at DEBUG:
//!
//! | event | fields |
//! |---|---|
//! | `connected` | `host`, `tls`, `http2` |
//! | `waiting for a connection` | `max_connections` |
//! | `response` | `attempt`, `endpoint`, `status`, `request_id` |
//! | `no response`: none came, or it broke off | `attempt`, `endpoint`, `error` |
//! | `retrying` | `attempt` (the one that failed), `reason`: `transient`, `throttling` or `clock skew`, `delay_ms` |
//! | `not retrying` | `attempt`, `reason`, `stopped_by` |
//! | `the connection ended before the request was written, using a fresh one` | `attempt` |
//! | `the attempt time limit ran out`, `the operation time limit ran out` | `attempt`, `attempts` |
//! | `loaded credentials`, `loaded bearer tokens` | `refresh_at` |
//! | `loaded trusted root certificates` | `roots` |
//! | `connection ended`, of an HTTP/2 connection that broke | `host`, `error` |
//!
//! At WARN: `cannot refresh credentials, using those that still hold` and `the identity cache failed, using credentials that still hold`,
//! with `error`: there is time until they expire; `certificates are not verified`, where that was asked for. Credentials, tokens, signatures, headers and
//! bodies are in no event, error or `Debug` output; a test searches them all. `RUST_LOG=connect_transport=debug` shows
//! everything with `tracing_subscriber`'s environment filter.
//!
//! # Testing
//!
//! With the feature `test-util`, a `TestSender` answers in place of the service and keeps the requests; `with_test_defaults` fixes
//! credentials, clock and randomness. A [`Sender`](crate::sender::Sender) of one's own is a small trait. Time is injected as
//! `sleep_impl` and `time_source`; under tokio's paused clock nothing really waits.
//!
//! ```
//! # #[cfg(feature = "test-util")] {
//! use std::time::Duration;
//! use connect_transport::config::Config;
//! use connect_transport::test_util::{Answer, TestSender, TokioClock};
//!
//! let sender = TestSender::new([
//!     Answer::json(429, r#"{"message":"slow down"}"#).header("x-amzn-errortype", "ThrottlingException"),
//!     Answer::json(200, r#"{"ContactSummaryList":[]}"#).after(Duration::from_millis(80)),
//! ]);
//! let config = Config::builder().with_test_defaults().sender(sender.clone()).build();
//! // … a client made from `config` makes a call, and then:
//! for request in sender.requests() {
//!     assert_eq!(request.header("host"), Some("connect.us-east-1.amazonaws.com"));
//! }
//! # }
//! ```
//!
//! # Coming from `aws-sdk-connect`
//!
//! `Config::builder()` has the original's setters but for these, which do not compile rather than do nothing:
//!
//! | not here | instead |
//! |---|---|
//! | `interceptor`, `push_interceptor`, `set_interceptors` | `customize().mutate_request(..)` or `map_request(..)` for a call, a [`Sender`](crate::sender::Sender) for all |
//! | `endpoint_resolver` | `endpoint_url`; the rules are the model's |
//! | `retry_classifier` and its like | `retry_config`; codes, statuses and the model's traits are classified as by all AWS SDKs |
//! | `retry_partition` | clients: each that is made from a `Config` has a quota, its clones share it |
//! | `invocation_id_generator` | `random`, which invocation IDs come from |
//! | `push_auth_scheme`, `auth_scheme_resolver` | `auth_scheme_preference`, among those that the model names |
//! | `emit_input_attributes`, `capture_input_attributes` | spans of one's own around the call |
//! | `with_test_defaults_v2` | `with_test_defaults` |
//! | `IdentityCache::lazy()` | nothing: that is built in; `identity_cache` takes any `ResolveCachedIdentity` |
//!
//! Interceptors, resolvers and classifiers see requests, outputs and errors without their types. Here these keep their types from
//! `send()` to the socket, so there is no place where such a hook could be called.
