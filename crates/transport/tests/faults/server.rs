//! A server that misbehaves as told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What to do with a connection, step by step. After the last step it is closed.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Read a request's head and body.
    Read,
    /// Read so many bytes and no more.
    ReadSome(usize),
    Send(Vec<u8>),
    /// Send byte by byte, with a pause after each.
    Drip(Vec<u8>, Duration),
    /// Do nothing until the client gives up.
    Stall,
    /// Close with RST instead of FIN.
    Reset,
}

pub(crate) use Step::{Drip, Read, ReadSome, Reset, Send, Stall};

/// One connection's steps.
pub(crate) type Script = Vec<Step>;

pub(crate) fn send(text: impl Into<String>) -> Step {
    Send(text.into().into_bytes())
}

/// A complete response with this status line, headers (each with its line feed) and body.
pub(crate) fn response(status: &str, headers: &str, body: &str) -> Step {
    let length = body.len();
    send(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}"
    ))
}

pub(crate) fn ok() -> Step {
    response(
        "200 OK",
        "x-amzn-requestid: r-ok\r\ncontent-type: application/json\r\n",
        r#"{"Text":"hello"}"#,
    )
}

/// What has been seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    /// Heads of the requests.
    pub(crate) requests: Vec<String>,
    pub(crate) bodies: Vec<Vec<u8>>,
}

/// The server. Connections take the scripts in order; when there are none left, they get good responses.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(scripts: Vec<Script>) -> Self {
        Self::start_with(scripts, |stream| async { Some(stream) }).await
    }

    /// A server that first does something with each connection: a TLS handshake, say.
    pub(crate) async fn start_with<S, F>(
        scripts: Vec<Script>,
        accept: impl Fn(TcpStream) -> F + std::marker::Send + Sync + 'static,
    ) -> Self
    where
        S: Stream,
        F: Future<Output = Option<S>> + std::marker::Send + 'static,
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

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// The attempt that the last request was.
    pub(crate) fn attempts(&self) -> u32 {
        let seen = self.seen.lock().unwrap();
        let info = seen
            .requests
            .last()
            .and_then(|head| header(head, "amz-sdk-request"));
        let attempt = info.and_then(|info| info.strip_prefix("attempt=")?.split(';').next());
        attempt.map_or(0, |attempt| attempt.parse().unwrap())
    }

    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap().bodies.clone()
    }
}

/// What a connection must be able to do.
pub(crate) trait Stream:
    AsyncRead + AsyncWrite + Unpin + std::marker::Send + 'static
{
    /// Makes the coming close a reset.
    fn reset_on_close(&mut self);
}

impl Stream for TcpStream {
    fn reset_on_close(&mut self) {
        self.set_zero_linger().unwrap();
    }
}

impl Stream for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset_on_close(&mut self) {
        self.get_mut().0.set_zero_linger().unwrap();
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

/// Answers whether to go on.
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
    let mut body = bytes.split_off(head);
    let length = header(&text, "content-length").map_or(0, |length| length.parse().unwrap());
    while body.len() < length {
        if !matches!(stream.read_buf(&mut body).await, Ok(count) if count > 0) {
            return false;
        }
    }
    let mut seen = seen.lock().unwrap();
    seen.requests.push(text);
    seen.bodies.push(body);
    true
}

/// A header of a request.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}
