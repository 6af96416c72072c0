//! Runs vectors and counts.

use std::fmt::Write as _;
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
use tokio::runtime::Runtime;

use crate::compare::{self, differs, show};
use crate::vector::{Body, Request, Response};

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

/// What is wrong with one vector: a text for each difference.
type Differences = Vec<String>;

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
        vector: &Request,
        send: impl FnOnce(Builder) -> F,
    ) {
        self.judge(id, "client request", async {
            let sender = TestSender::answering(|_| Answer::json(200, "{}"));
            let host = vector.host.unwrap_or("example.com");
            let sent = send(client(&sender, host)).await;
            // What the client makes of that answer is not the question.
            match sender.requests().as_slice() {
                [request] => written(vector, request),
                [] => vec![format!("  nothing was sent: {sent:?}")],
                requests => vec![format!("  {} requests were sent", requests.len())],
            }
        });
    }

    /// A server reads a request.
    pub fn request_read<T: Comparable, F: Future<Output = (http::Response<Bytes>, Option<T>)>>(
        &mut self,
        id: &str,
        vector: &Request,
        input: impl Future<Output = Built<T>>,
        serve: impl FnOnce(http::Request<Bytes>) -> F,
    ) {
        self.judge(id, "server request", async {
            let mut request = match request(vector) {
                Ok(request) => request,
                Err(error) => return vec![format!("  no request: {error}")],
            };
            // A vector need not name every header; a body never comes without this one.
            if let Some(Body::Is {
                text,
                media_type: Some(media_type),
            }) = &vector.body
                && !text.is_empty()
            {
                let value = HeaderValue::from_static(media_type);
                request.headers_mut().entry(CONTENT_TYPE).or_insert(value);
            }
            let (response, actual) = serve(request).await;
            match (input.await, actual) {
                (Ok(expected), Some(actual)) => same(&expected, &actual),
                (Ok(expected), None) => {
                    vec![differs(
                        "input",
                        &format!("{expected:#?}"),
                        &shown(&response),
                    )]
                }
                (Err(error), _) => vec![format!("  the expected input cannot be built: {error}")],
            }
        });
    }

    /// A server writes a response.
    pub fn response_written(
        &mut self,
        id: &str,
        vector: &Response,
        response: impl Future<Output = Built<http::Response<Bytes>>>,
    ) {
        self.judge(id, "server response", async {
            match response.await {
                Ok(response) => answered(vector, &response),
                Err(error) => vec![format!("  the output cannot be built: {error}")],
            }
        });
    }

    /// A client reads a response.
    pub fn response_read<T: Comparable, F: Future<Output = Result<T, String>>>(
        &mut self,
        id: &str,
        vector: &Response,
        output: impl Future<Output = Built<T>>,
        receive: impl FnOnce(Builder) -> F,
    ) {
        self.judge(id, "client response", async {
            let response = match response(vector) {
                Ok(response) => response,
                Err(error) => return vec![format!("  no response: {error}")],
            };
            let sender = TestSender::new([Answer::response(response)]);
            let actual = receive(client(&sender, "example.com")).await;
            match (output.await, actual) {
                (Ok(expected), Ok(actual)) => same(&expected, &actual),
                (Ok(expected), Err(error)) => {
                    vec![differs("output", &format!("{expected:#?}"), &error)]
                }
                (Err(error), _) => vec![format!("  the expected output cannot be built: {error}")],
            }
        });
    }

    /// A server refuses a request.
    pub fn refused<T: Comparable, F: Future<Output = (http::Response<Bytes>, Option<T>)>>(
        &mut self,
        id: &str,
        (vector, refusal): (&Request, &Response),
        serve: impl FnOnce(http::Request<Bytes>) -> F,
    ) {
        self.judge(id, "malformed request", async {
            let request = match request(vector) {
                Ok(request) => request,
                Err(error) => return vec![format!("  no request: {error}")],
            };
            let sent = format!("{request:?}");
            let (response, input) = serve(request).await;
            let mut wrong = answered(refusal, &response);
            if let Some(input) = input {
                wrong.push(differs(
                    "operation",
                    "not called",
                    &format!("called with {input:#?}"),
                ));
            }
            if !wrong.is_empty() {
                wrong.push(format!("  the request was {sent}"));
            }
            wrong
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

    fn judge(&mut self, id: &str, part: &str, vector: impl Future<Output = Differences>) {
        let runtime = &self.runtime;
        let run = AssertUnwindSafe(|| runtime.block_on(vector));
        let wrong = catch_unwind(run).unwrap_or_else(|_| vec!["  it panicked".to_owned()]);
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

fn written(vector: &Request, request: &RecordedRequest) -> Differences {
    let mut wrong = Vec::new();
    let uri = &request.uri;
    if request.method != vector.method {
        wrong.push(differs("method", vector.method, request.method.as_str()));
    }
    if uri.path() != vector.uri {
        wrong.push(differs("path", vector.uri, uri.path()));
    }
    let host = vector
        .resolved_host
        .or(vector.host.and_then(|host| host.split('/').next()));
    if let Some(host) = host
        && uri.host() != Some(host)
    {
        wrong.push(differs("host", host, uri.host().unwrap_or_default()));
    }
    let query = (vector.query, vector.forbid_query, vector.require_query);
    compare::query(query, uri.query().unwrap_or_default(), &mut wrong);
    // The length of a body in memory is added where the request is put on the wire.
    let mut headers = request.headers.clone();
    if !request.body.is_empty() {
        headers.insert(http::header::CONTENT_LENGTH, request.body.len().into());
    }
    compare::headers(&vector.headers, &headers, &mut wrong);
    compare::body(vector.body.as_ref(), &request.body, &mut wrong);
    wrong
}

fn answered(vector: &Response, response: &http::Response<Bytes>) -> Differences {
    let mut wrong = Vec::new();
    if response.status().as_u16() != vector.status {
        let status = vector.status.to_string();
        wrong.push(differs("status", &status, &shown(response)));
    }
    compare::headers(&vector.headers, response.headers(), &mut wrong);
    compare::body(vector.body.as_ref(), response.body(), &mut wrong);
    wrong
}

fn same<T: Comparable>(expected: &T, actual: &T) -> Differences {
    if expected.same(actual) {
        return Vec::new();
    }
    vec![differs(
        "value",
        &format!("{expected:#?}"),
        &format!("{actual:#?}"),
    )]
}

fn request(vector: &Request) -> http::Result<http::Request<Bytes>> {
    let mut uri = vector.uri.to_owned();
    for (at, pair) in vector.query.iter().enumerate() {
        let separator = if at == 0 && !uri.contains('?') {
            '?'
        } else {
            '&'
        };
        let _ = write!(uri, "{separator}{pair}");
    }
    let mut request = http::Request::builder().method(vector.method).uri(uri);
    for (name, value) in vector.headers.are {
        request = request.header(*name, *value);
    }
    request.body(Bytes::from_static(Body::bytes(vector.body.as_ref())))
}

fn response(vector: &Response) -> http::Result<http::Response<Bytes>> {
    let mut response = http::Response::builder().status(vector.status);
    for (name, value) in vector.headers.are {
        response = response.header(*name, *value);
    }
    response.body(Bytes::from_static(Body::bytes(vector.body.as_ref())))
}

fn shown(response: &http::Response<Bytes>) -> String {
    let body = show(response.body());
    format!("{} {:?} {body}", response.status(), response.headers())
}

/// An error with its sources, as [`Run`] takes it.
pub fn told(error: &dyn std::error::Error) -> String {
    DisplayErrorContext(error).to_string()
}
