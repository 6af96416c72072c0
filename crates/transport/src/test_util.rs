//! For tests of code that makes calls: canned responses, recorded requests, a clock that stands still, seeded randomness.
//!
//! ```
//! use connect_transport::config::Config;
//! use connect_transport::test_util::{Answer, TestSender};
//!
//! let sender = TestSender::new([Answer::json(200, r#"{"ContactSummaryList":[]}"#)]);
//! let config = Config::builder().with_test_defaults().sender(sender.clone()).build();
//! // A client made from `config` gets that answer; then:
//! assert_eq!(sender.requests().len(), 0);
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};

use crate::error::ConnectorError;
use crate::sender::{SendFuture, SendSettings, Sender, SharedSender};

pub use crate::clock::TokioClock;
pub use crate::random::SeededRandom;

/// A sender that sends nothing: it returns canned answers and keeps the requests. Clones are the same one.
#[derive(Clone)]
pub struct TestSender(Arc<State>);

struct State {
    answers: Box<Answers>,
    requests: Mutex<Vec<RecordedRequest>>,
}

type Answers = dyn Fn(&RecordedRequest) -> Option<Answer> + Send + Sync;

/// What a request gets.
#[derive(Debug)]
pub struct Answer {
    delay: Duration,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Response(http::Response<Bytes>),
    Error(ConnectorError),
    Never,
}

/// A request as it would have been sent. `Debug` shows neither the signature nor a session token.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The absolute URI.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl RecordedRequest {
    /// A header's value as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Answer {
    fn new(kind: Kind) -> Self {
        Self {
            delay: Duration::ZERO,
            kind,
        }
    }

    /// A JSON response. A status that HTTP does not have becomes 500.
    pub fn json(status: u16, body: impl Into<Bytes>) -> Self {
        let mut response = http::Response::new(body.into());
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let json = HeaderValue::from_static("application/json");
        response
            .headers_mut()
            .insert(http::header::CONTENT_TYPE, json);
        Self::new(Kind::Response(response))
    }

    /// Any response.
    pub fn response(response: http::Response<impl Into<Bytes>>) -> Self {
        Self::new(Kind::Response(response.map(Into::into)))
    }

    /// No response, for this reason.
    pub fn error(error: ConnectorError) -> Self {
        Self::new(Kind::Error(error))
    }

    /// No response ever: a time limit runs out.
    pub fn never() -> Self {
        Self::new(Kind::Never)
    }

    /// The same with a header. Only responses have headers.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        if let Kind::Response(response) = &mut self.kind {
            let headers = response.headers_mut();
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        self
    }

    /// The same after some time, by the client's timer.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl TestSender {
    /// Gives these answers in order; after the last, requests fail.
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Mutex::new(VecDeque::from_iter(answers));
        Self::with(Box::new(move |_| lock(&answers).pop_front()))
    }

    /// Gives each request what `answer` returns.
    pub fn answering(answer: impl Fn(&RecordedRequest) -> Answer + Send + Sync + 'static) -> Self {
        Self::with(Box::new(move |request| Some(answer(request))))
    }

    fn with(answers: Box<Answers>) -> Self {
        Self(Arc::new(State {
            answers,
            requests: Mutex::default(),
        }))
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.0.requests).clone()
    }

    async fn answer(
        &self,
        request: http::Request<SdkBody>,
        settings: &SendSettings,
    ) -> Result<http::Response<SdkBody>, ConnectorError> {
        let (parts, body) = request.into_parts();
        let body = ByteStream::new(body).collect().await;
        let body = body.map_err(|error| ConnectorError::user(error.into()))?;
        let request = RecordedRequest {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: body.into_bytes(),
        };
        let answer = (self.0.answers)(&request);
        lock(&self.0.requests).push(request);
        let answer = answer
            .ok_or_else(|| ConnectorError::user("no answer is left for this request".into()))?;
        if !answer.delay.is_zero() {
            settings.sleep().sleep(answer.delay).await;
        }
        match answer.kind {
            Kind::Response(response) => Ok(response.map(SdkBody::from)),
            Kind::Error(error) => Err(error),
            Kind::Never => pending().await,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sender for TestSender {
    fn send<'a>(
        &'a self,
        request: http::Request<SdkBody>,
        settings: &'a SendSettings,
    ) -> SendFuture<'a> {
        Box::pin(self.answer(request, settings))
    }
}

impl From<TestSender> for SharedSender {
    fn from(sender: TestSender) -> Self {
        Self::new(sender)
    }
}

impl fmt::Debug for TestSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestSender").finish_non_exhaustive()
    }
}
