//! A server that misbehaves, over TCP or TLS: what a connection does is a script.
#![allow(clippy::unwrap_used, reason = "a helper of tests, which may panic")]

use std::collections::VecDeque;
use std::marker;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What to do with a connection, step by step. After the last step it is closed.
#[derive(Debug, Clone)]
pub enum Step {
    /// Read a request's head and body.
    Read,
    /// Read so many bytes and no more.
    ReadSome(usize),
    /// Send these bytes.
    Send(Vec<u8>),
    /// Send byte by byte, with a pause after each.
    Drip(Vec<u8>, Duration),
    /// Do nothing until the client gives up.
    Stall,
    /// Close with RST instead of FIN.
    Reset,
}

pub use Step::{Drip, Read, ReadSome, Reset, Send, Stall};

/// One connection's steps.
pub type Script = Vec<Step>;

/// Sends a text.
pub fn send(text: impl Into<String>) -> Step {
    Send(text.into().into_bytes())
}

/// A complete response with this status line, headers (each with its line feed) and body.
pub fn response(status: &str, headers: &str, body: &str) -> Step {
    let length = body.len();
    send(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}"
    ))
}

/// A good response to ListAssociatedContacts: a page with a token, `hello`.
pub fn ok() -> Step {
    response(
        "200 OK",
        "x-amzn-requestid: r-ok\r\ncontent-type: application/json\r\n",
        r#"{"NextToken":"hello"}"#,
    )
}

/// What has been seen.
#[derive(Debug, Default)]
struct Seen {
    connections: usize,
    /// Heads of the requests.
    requests: Vec<String>,
}

/// The server. Connections take the scripts in order; when there are none left, they get good responses.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// A server whose connections follow these scripts.
    pub async fn start(scripts: Vec<Script>) -> Self {
        Self::start_with(scripts, |stream| async { Some(stream) }).await
    }

    /// The same over TLS.
    pub async fn start_tls(scripts: Vec<Script>, tls: Arc<ServerConfig>) -> Self {
        Self::start_with(scripts, move |stream| {
            let acceptor = TlsAcceptor::from(tls.clone());
            async move { acceptor.accept(stream).await.ok() }
        })
        .await
    }

    /// A server that first does something with each connection: a TLS handshake, say.
    pub async fn start_with<S, F>(
        scripts: Vec<Script>,
        accept: impl Fn(TcpStream) -> F + marker::Send + Sync + 'static,
    ) -> Self
    where
        S: Stream,
        F: Future<Output = Option<S>> + marker::Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (state, scripts) = (seen.clone(), Mutex::new(VecDeque::from(scripts)));
        let task = tokio::spawn(async move {
            // Connections end with their server.
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                state.lock().unwrap().connections += 1;
                let script = scripts.lock().unwrap().pop_front();
                let (state, accepted) = (state.clone(), accept(stream));
                connections.spawn(async move {
                    if let Some(stream) = accepted.await {
                        serve(stream, script, &state).await;
                    }
                });
            }
        });
        Self {
            address,
            seen,
            task,
        }
    }

    /// Its URL, without TLS.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections it has got.
    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// The heads of the requests it has read.
    pub fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// The attempt that the last request was.
    pub fn attempts(&self) -> u32 {
        let seen = self.seen.lock().unwrap();
        let info = seen
            .requests
            .last()
            .and_then(|head| header(head, "amz-sdk-request"));
        let attempt = info.and_then(|info| info.split_once("attempt=")?.1.split(';').next());
        attempt.map_or(0, |attempt| attempt.parse().unwrap())
    }
}

/// What a connection must be able to do.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + marker::Send + 'static {
    /// Makes the coming close a reset.
    fn reset_on_close(&mut self);
}

impl Stream for TcpStream {
    fn reset_on_close(&mut self) {
        self.set_zero_linger().unwrap();
    }
}

impl<S: Stream> Stream for tokio_rustls::server::TlsStream<S> {
    fn reset_on_close(&mut self) {
        self.get_mut().0.reset_on_close();
    }
}

async fn serve<S: Stream>(mut stream: S, script: Option<Script>, seen: &Mutex<Seen>) {
    let Some(script) = script else {
        while read_request(&mut stream, seen).await {
            perform(&mut stream, ok(), seen).await;
        }
        return;
    };
    for step in script {
        if !perform(&mut stream, step, seen).await {
            return;
        }
    }
    // What the client still sends must not turn the close into a reset.
    let _ = stream.shutdown().await;
    let mut rest = [0; 1024];
    while matches!(stream.read(&mut rest).await, Ok(count) if count > 0) {}
}

/// Whether to go on.
async fn perform<S: Stream>(stream: &mut S, step: Step, seen: &Mutex<Seen>) -> bool {
    match step {
        Read => read_request(stream, seen).await,
        ReadSome(count) => stream.read_exact(&mut vec![0; count]).await.is_ok(),
        Send(bytes) => stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok(),
        Drip(bytes, pause) => {
            for byte in bytes {
                if stream.write_all(&[byte]).await.is_err() || stream.flush().await.is_err() {
                    return false;
                }
                tokio::time::sleep(pause).await;
            }
            true
        }
        Stall => {
            let mut rest = [0; 1024];
            while matches!(stream.read(&mut rest).await, Ok(count) if count > 0) {}
            false
        }
        Reset => {
            stream.reset_on_close();
            false
        }
    }
}

async fn read_request<S: Stream>(stream: &mut S, seen: &Mutex<Seen>) -> bool {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if !matches!(stream.read_buf(&mut bytes).await, Ok(count) if count > 0) {
            return false;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let length = header(&text, "content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + length {
        if !matches!(stream.read_buf(&mut bytes).await, Ok(count) if count > 0) {
            return false;
        }
    }
    seen.lock().unwrap().requests.push(text);
    true
}

/// A header of a request.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}
