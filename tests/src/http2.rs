//! A server that speaks HTTP/2, which it chooses by ALPN, and misbehaves as a test says.
#![allow(clippy::unwrap_used, reason = "a helper of tests, which may panic")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsAcceptor;

use crate::certificates::{Authority, Certificate};

/// What is done with a request.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// Respond with a page.
    Respond,
    /// End the stream without a response.
    Reset,
    /// Never respond.
    Stall,
    /// Respond, and take no more requests on this connection.
    RespondAndLeave,
    /// Close the connection without a word.
    HangUp,
}
pub use Does::{HangUp, Reset, Respond, RespondAndLeave, Stall};

/// A server that does with each request, by its number from 0 on, what the function returns.
#[derive(Debug, Clone)]
pub struct Server {
    does: fn(usize) -> Does,
    /// How many requests a connection takes at a time, at most.
    streams: u32,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    ended: watch::Sender<usize>,
    authorities: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// The server, and its URL.
    pub async fn start(authority: &Authority, does: fn(usize) -> Does) -> (Self, String) {
        Self::with_streams(200, authority, does).await
    }

    /// The same with so many requests on a connection at a time.
    pub async fn with_streams(
        streams: u32,
        authority: &Authority,
        does: fn(usize) -> Does,
    ) -> (Self, String) {
        let acceptor = TlsAcceptor::from(authority.issue(Certificate::of("127.0.0.1").http2()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let server = Self {
            does,
            streams,
            connections: Arc::default(),
            requests: Arc::default(),
            ended: watch::Sender::new(0),
            authorities: Arc::default(),
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

    async fn serve(self, acceptor: TlsAcceptor, mut stream: TcpStream) {
        open_tunnel(&mut stream).await;
        let stream = TokioIo::new(acceptor.accept(stream).await.unwrap());
        let (leave, hang_up) = (Notify::new(), Notify::new());
        let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
            assert_eq!(request.version(), http::Version::HTTP_2);
            let authority = request.uri().authority().unwrap().to_string();
            self.authorities.lock().unwrap().push(authority);
            let does = (self.does)(self.requests.fetch_add(1, Ordering::Relaxed));
            match does {
                RespondAndLeave => leave.notify_one(),
                HangUp => hang_up.notify_one(),
                Respond | Reset | Stall => {}
            }
            async move {
                match does {
                    Respond | RespondAndLeave => {
                        Ok(http::Response::new(r#"{"NextToken":"hello"}"#.to_owned()))
                    }
                    Reset => Err("enough"),
                    Stall | HangUp => std::future::pending().await,
                }
            }
        });
        let mut builder = Builder::new(TokioExecutor::new());
        let serving = builder
            .max_concurrent_streams(self.streams)
            .serve_connection(stream, service);
        let mut serving = Box::pin(serving);
        tokio::select! {
            _ = serving.as_mut() => {}
            () = leave.notified() => {
                serving.as_mut().graceful_shutdown();
                let _ = serving.as_mut().await;
            }
            () = hang_up.notified() => {}
        }
        drop(serving);
        self.ended.send_modify(|ended| *ended += 1);
    }

    /// Waits until so many connections have ended.
    pub async fn ended(&self, connections: usize) {
        let mut ended = self.ended.subscribe();
        ended.wait_for(|ended| *ended >= connections).await.unwrap();
    }

    /// `:authority` of the requests so far.
    pub fn authorities(&self) -> Vec<String> {
        self.authorities.lock().unwrap().clone()
    }

    /// How many connections and requests it has got.
    pub fn counts(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        (count(&self.connections), count(&self.requests))
    }
}

/// Where a connection begins as one to a proxy, makes it a tunnel: the server is its own proxy.
async fn open_tunnel(stream: &mut TcpStream) {
    let mut first = [0];
    if matches!(stream.peek(&mut first).await, Ok(1)) && first == *b"C" {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    }
}
