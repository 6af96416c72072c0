//! A server that speaks HTTP/2, which it chooses by ALPN, and misbehaves as told.
#![allow(clippy::unwrap_used, reason = "a helper of tests, which may panic")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

use crate::certificates::{Authority, Certificate};

/// What is done with a request.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// Answer with a page.
    Answer,
    /// End the stream without an answer.
    Reset,
    /// Never answer.
    Stall,
    /// Answer, and take no more requests on this connection.
    AnswerAndLeave,
}
pub use Does::{Answer, AnswerAndLeave, Reset, Stall};

/// A server that does with each request, by its number from 0 on, as told.
#[derive(Debug, Clone)]
pub struct Server {
    does: fn(usize) -> Does,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    /// The server, and its URL.
    pub async fn start(authority: &Authority, does: fn(usize) -> Does) -> (Self, String) {
        let acceptor = TlsAcceptor::from(authority.issue(Certificate::of("127.0.0.1").http2()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let server = Self {
            does,
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serving.clone().serve(acceptor.clone(), stream));
            }
        });
        (server, url)
    }

    async fn serve(self, acceptor: TlsAcceptor, stream: TcpStream) {
        let stream = TokioIo::new(acceptor.accept(stream).await.unwrap());
        let leave = Notify::new();
        let answer = service_fn(|request: http::Request<hyper::body::Incoming>| {
            assert_eq!(request.version(), http::Version::HTTP_2);
            let does = (self.does)(self.requests.fetch_add(1, Ordering::Relaxed));
            if matches!(does, AnswerAndLeave) {
                leave.notify_one();
            }
            async move {
                match does {
                    Answer | AnswerAndLeave => {
                        Ok(http::Response::new(r#"{"NextToken":"hello"}"#.to_owned()))
                    }
                    Reset => Err("enough"),
                    Stall => std::future::pending().await,
                }
            }
        });
        let serving = Builder::new(TokioExecutor::new()).serve_connection(stream, answer);
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            _ = serving.as_mut() => {}
            () = leave.notified() => {
                serving.as_mut().graceful_shutdown();
                let _ = serving.await;
            }
        }
    }

    /// How many connections and requests it has got.
    pub fn counts(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        (count(&self.connections), count(&self.requests))
    }
}
