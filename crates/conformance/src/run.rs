//! Runs vectors and counts.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use bytes::Bytes;
use connect_protocol::error::BuildError;
use connect_protocol::test_util::Comparable;
use connect_transport::config::retry::RetryConfig;
use connect_transport::config::{Builder, Config, Region};
use connect_transport::error::DisplayErrorContext;
use connect_transport::test_util::{Answer, RecordedRequest, TestSender};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use crate::compare::{self, differs, show};
use crate::vector::{Malformed, Request, Response};

/// A value that is built from a vector's parameters.
pub type Built<T> = Result<T, BuildError>;

/// The token that vectors expect where a client makes one up.
const IDEMPOTENCY_TOKEN: &str = "00000000-0000-4000-8000-000000000000";

/// Runs vectors, prints the failures, and counts.
#[derive(Debug)]
pub struct Run {
    runtime: Runtime,
    passed: usize,
    failed: usize,
}

/// What is wrong with one vector: a text for each difference, or why it could not be run.
type Judgement = Result<Vec<String>, String>;

impl Run {
    /// A run that has not begun.
    ///
    /// # Errors
    /// The system has no resources for an event loop.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            passed: 0,
            failed: 0,
        })
    }

    /// A client writes a request.
    pub fn request_written<F: Future<Output = Result<(), String>>>(
        &mut self,
        id: &str,
        vector: &str,
        send: impl FnOnce(Builder) -> F,
    ) {
        self.judge(id, "client request", async {
            let vector: Request = read(vector)?;
            let sender = TestSender::answering(|_| Answer::json(200, "{}"));
            let host = vector.host.as_deref().unwrap_or("example.com");
            let sent = send(client(&sender, host)).await;
            // What the client makes of that response is not the question.
            match sender.requests().as_slice() {
                [request] => Ok(written(&vector, request)),
                [] => Err(format!("nothing was sent: {sent:?}")),
                requests => Err(format!("{} requests were sent", requests.len())),
            }
        });
    }

    /// A server reads a request.
    pub fn request_read<T: Comparable, F: Future<Output = (http::Response<Bytes>, Option<T>)>>(
        &mut self,
        id: &str,
        vector: &str,
        input: impl Future<Output = Built<T>>,
        serve: impl FnOnce(http::Request<Bytes>) -> F,
    ) {
        self.judge(id, "server request", async {
            let vector: Request = read(vector)?;
            let mut request = request(&vector)?;
            // A vector need not name every header; a body never comes without this one.
            if let Some(media_type) = &vector.message.body_media_type
                && !request.body().is_empty()
            {
                let value = HeaderValue::try_from(media_type).map_err(|error| error.to_string())?;
                request.headers_mut().entry(CONTENT_TYPE).or_insert(value);
            }
            let (response, actual) = serve(request).await;
            let expected = built(input.await)?;
            Ok(match actual {
                Some(actual) => same(&expected, &actual),
                None => vec![differs(
                    "input",
                    &format!("{expected:#?}"),
                    &shown(&response),
                )],
            })
        });
    }

    /// A server writes a response.
    pub fn response_written(
        &mut self,
        id: &str,
        vector: &str,
        response: impl Future<Output = Built<http::Response<Bytes>>>,
    ) {
        self.judge(id, "server response", async {
            Ok(responded(&read(vector)?, &built(response.await)?))
        });
    }

    /// A client reads a response.
    pub fn response_read<T: Comparable, F: Future<Output = Result<T, String>>>(
        &mut self,
        id: &str,
        vector: &str,
        output: impl Future<Output = Built<T>>,
        receive: impl FnOnce(Builder) -> F,
    ) {
        self.judge(id, "client response", async {
            let sender = TestSender::new([Answer::response(response(&read(vector)?)?)]);
            let actual = receive(client(&sender, "example.com")).await;
            let expected = built(output.await)?;
            Ok(match actual {
                Ok(actual) => same(&expected, &actual),
                Err(error) => vec![differs("output", &format!("{expected:#?}"), &error)],
            })
        });
    }

    /// A server rejects a request.
    pub fn rejected<T: Comparable, F: Future<Output = (http::Response<Bytes>, Option<T>)>>(
        &mut self,
        id: &str,
        vector: &str,
        serve: impl FnOnce(http::Request<Bytes>) -> F,
    ) {
        self.judge(id, "malformed request", async {
            let vector: Malformed = read(vector)?;
            let request = request(&vector.request)?;
            let sent = format!("{request:?}");
            let (response, input) = serve(request).await;
            let mut wrong = responded(&vector.response, &response);
            if let Some(input) = input {
                let called = format!("called with {input:#?}");
                wrong.push(differs("operation", "not called", &called));
            }
            if !wrong.is_empty() {
                wrong.push(format!("  the request was {sent}"));
            }
            Ok(wrong)
        });
    }

    /// Prints the count; success if nothing failed.
    pub fn finish(self) -> ExitCode {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn judge(&mut self, id: &str, part: &str, vector: impl Future<Output = Judgement>) {
        let runtime = &self.runtime;
        let run = AssertUnwindSafe(|| runtime.block_on(vector));
        let judgement = catch_unwind(run).unwrap_or_else(|_| Err("it panicked".to_owned()));
        let wrong = judgement.unwrap_or_else(|why| vec![format!("  {why}")]);
        if wrong.is_empty() {
            self.passed += 1;
            return;
        }
        self.failed += 1;
        println!("FAILED {id} ({part})");
        for difference in wrong {
            println!("{difference}");
        }
        println!();
    }
}

/// A client's settings that make its requests those of the vectors.
fn client(sender: &TestSender, host: &str) -> Builder {
    Config::builder()
        .with_test_defaults()
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("https://{host}"))
        .idempotency_token_provider(IDEMPOTENCY_TOKEN)
        .retry_config(RetryConfig::disabled())
        .sender(sender.clone())
}

fn read<T: DeserializeOwned>(vector: &str) -> Result<T, String> {
    serde_json::from_str(vector).map_err(|error| format!("no vector of its kind: {error}"))
}

fn built<T>(value: Built<T>) -> Result<T, String> {
    value.map_err(|error| format!("the value of the vector cannot be built: {error}"))
}

fn written(vector: &Request, request: &RecordedRequest) -> Vec<String> {
    let mut wrong = Vec::new();
    let uri = &request.uri;
    if request.method != *vector.method {
        wrong.push(differs("method", &vector.method, request.method.as_str()));
    }
    if uri.path() != vector.uri {
        wrong.push(differs("path", &vector.uri, uri.path()));
    }
    let pointed_at = vector.host.as_deref();
    let host = vector.resolved_host.as_deref();
    let host = host.or(pointed_at.and_then(|host| host.split('/').next()));
    if let Some(host) = host
        && uri.host() != Some(host)
    {
        wrong.push(differs("host", host, uri.host().unwrap_or_default()));
    }
    compare::query(&vector.query, uri.query().unwrap_or_default(), &mut wrong);
    // The length of a body in memory is added where the request is put on the wire.
    let mut headers = request.headers.clone();
    if !request.body.is_empty() {
        headers.insert(http::header::CONTENT_LENGTH, request.body.len().into());
    }
    compare::headers(&vector.message, &headers, &mut wrong);
    compare::body(&vector.message, &request.body, &mut wrong);
    wrong
}

fn responded(vector: &Response, response: &http::Response<Bytes>) -> Vec<String> {
    let mut wrong = Vec::new();
    if response.status().as_u16() != vector.code {
        let status = vector.code.to_string();
        wrong.push(differs("status", &status, &shown(response)));
    }
    compare::headers(&vector.message, response.headers(), &mut wrong);
    compare::body(&vector.message, response.body(), &mut wrong);
    wrong
}

fn same<T: Comparable>(expected: &T, actual: &T) -> Vec<String> {
    if expected.same(actual) {
        return Vec::new();
    }
    vec![differs(
        "value",
        &format!("{expected:#?}"),
        &format!("{actual:#?}"),
    )]
}

fn request(vector: &Request) -> Result<http::Request<Bytes>, String> {
    let mut uri = vector.uri.clone();
    for pair in &vector.query.query_params {
        uri.push(if uri.contains('?') { '&' } else { '?' });
        uri.push_str(pair);
    }
    let mut request = http::Request::builder()
        .method(vector.method.as_str())
        .uri(uri);
    for (name, value) in &vector.message.headers {
        request = request.header(name, value);
    }
    let request = request.body(vector.message.bytes().into());
    request.map_err(|error| format!("no request: {error}"))
}

fn response(vector: &Response) -> Result<http::Response<Bytes>, String> {
    let mut response = http::Response::builder().status(vector.code);
    for (name, value) in &vector.message.headers {
        response = response.header(name, value);
    }
    let response = response.body(vector.message.bytes().into());
    response.map_err(|error| format!("no response: {error}"))
}

fn shown(response: &http::Response<Bytes>) -> String {
    let body = show(response.body());
    format!("{} {:?} {body}", response.status(), response.headers())
}

/// An error with its sources, as [`Run`] takes it.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    DisplayErrorContext(error).to_string()
}
