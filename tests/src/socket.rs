//! A server on a free port of this machine that responds as a test says.

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
    /// Responds to every request with what `handler` makes of it, with a request ID: `request-1`, `request-2`, ..
    ///
    /// # Errors
    /// There is no port to listen on.
    pub async fn handling(handler: impl Handler) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let requests = Arc::new(AtomicUsize::new(0));
        let server = tokio::spawn(accept(listener, Arc::new(handler), Arc::clone(&requests)));
        Ok(Self {
            address,
            requests,
            server: server.abort_handle(),
        })
    }

    /// Serves a service, as the generated router has it. Signatures are not looked at.
    ///
    /// # Errors
    /// There is no port to listen on.
    pub async fn serving(service: impl Service) -> io::Result<Self> {
        Self::handling(Served(service)).await
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

/// What responds to requests.
pub trait Handler: Send + Sync + 'static {
    /// The response to a request.
    fn handle(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send;
}

impl<F> Handler for F
where
    F: Fn(Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
{
    async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        self(request)
    }
}

struct Served<S>(S);

impl<S: Service> Handler for Served<S> {
    async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        server::handle(&self.0, request).await
    }
}

async fn accept<H: Handler>(listener: TcpListener, handler: Arc<H>, requests: Arc<AtomicUsize>) {
    // Connections end with the server: dropping the set aborts them.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (handler, requests) = (Arc::clone(&handler), Arc::clone(&requests));
        let service = service_fn(move |request: Request<Incoming>| {
            let (handler, requests) = (Arc::clone(&handler), Arc::clone(&requests));
            async move {
                let number = requests.fetch_add(1, Ordering::SeqCst) + 1;
                let (head, body) = request.into_parts();
                let body = body.collect().await?.to_bytes();
                let mut response = handler.handle(Request::from_parts(head, body)).await;
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
