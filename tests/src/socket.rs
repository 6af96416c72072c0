//! A server on a free port of this machine that answers as a test says.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use connect_sdk::server::{self, Service};
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

/// A server. It stops when it is dropped.
#[derive(Debug)]
pub struct Socket {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    server: AbortHandle,
}

impl Socket {
    /// Answers every request with what a function makes of it. Each answer gets a request ID: `request-1`, `request-2`, ..
    ///
    /// # Errors
    /// There is no port to listen on.
    pub async fn answering(answer: impl Answer) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let requests = Arc::new(AtomicUsize::new(0));
        let server = tokio::spawn(accept(listener, Arc::new(answer), Arc::clone(&requests)));
        Ok(Self {
            address,
            requests,
            server: server.abort_handle(),
        })
    }

    /// Answers by a service, as the generated router has it. Signatures are not looked at.
    ///
    /// # Errors
    /// There is no port to listen on.
    pub async fn serving(service: impl Service) -> io::Result<Self> {
        Self::answering(Served(service)).await
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that came so far.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What answers requests.
pub trait Answer: Send + Sync + 'static {
    /// The answer to a request.
    fn answer(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send;
}

impl<F> Answer for F
where
    F: Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
{
    async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        self(request)
    }
}

struct Served<S>(S);

impl<S: Service> Answer for Served<S> {
    async fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        server::handle(&self.0, request).await
    }
}

async fn accept<A: Answer>(listener: TcpListener, answer: Arc<A>, requests: Arc<AtomicUsize>) {
    // Connections end with the server: dropping the set aborts them.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (answer, requests) = (Arc::clone(&answer), Arc::clone(&requests));
        let service = service_fn(move |request: Request<Incoming>| {
            let (answer, requests) = (Arc::clone(&answer), Arc::clone(&requests));
            async move {
                let number = requests.fetch_add(1, Ordering::SeqCst) + 1;
                let (head, body) = request.into_parts();
                let body = body.collect().await?.to_bytes();
                let mut response = answer.answer(Request::from_parts(head, body)).await;
                if let Ok(id) = HeaderValue::from_str(&format!("request-{number}")) {
                    response.headers_mut().insert("x-amzn-requestid", id);
                }
                Ok::<_, hyper::Error>(response.map(Full::new))
            }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        connections.spawn(async move {
            // A client that hangs up is no concern of the server's.
            let _ = connection.await;
        });
    }
}
