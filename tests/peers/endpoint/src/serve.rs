//! Signed requests for pages of 10 contacts, served by the local endpoint or by bare hyper. A thread makes them, over several
//! connections, and its own processor time does not count.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use bytes::Bytes;
use connect_local_endpoint::LocalEndpoint;
use connect_local_endpoint::samples::INSTANCE_ID;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use peer_harness::{ACCESS_KEY_ID, Failure, REGION, SECRET_ACCESS_KEY};
use tokio::net::TcpListener;

use crate::database::Database;
use crate::pages::percentile;
use crate::process::cpu;

const CONNECTIONS: usize = 16;

pub(crate) fn serve(server: &str, database: Database, seconds: f64) -> Result<String, Failure> {
    let store = database.store()?;
    let stats = store.stats(1)?;
    let contact = stats.largest_trees.first().ok_or("no trees")?;
    let path = format!(
        "/contact/associated/{INSTANCE_ID}?contactId={}&maxResults=10",
        contact.contact_id
    );
    runtime()?.block_on(async {
        let endpoint = LocalEndpoint::builder()
            .store(store)
            .credentials(credentials())
            .access_log(|_| ())
            .start()
            .await?;
        let ours = endpoint.local_addr();
        let request = signed(ours, &path, SystemTime::now())?;
        if server == "ours" {
            return load(ours, request, seconds, database).await;
        }
        let body = blocking(move || Connection::open(ours)?.call(&request)).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let floor = listener.local_addr()?;
        tokio::spawn(serve_floor(listener, floor, body.into()));
        let request = signed(floor, &path, SystemTime::now())?;
        load(floor, request, seconds, database).await
    })
}

/// Makes one request again and again.
async fn load(
    address: SocketAddr,
    request: String,
    seconds: f64,
    database: Database,
) -> Result<String, Failure> {
    blocking(move || {
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(Connection::open(address)?);
        }
        let mut round = || {
            for connection in &mut connections {
                connection.send(&request)?;
            }
            for connection in &mut connections {
                connection.receive()?;
            }
            Ok::<_, Failure>(CONNECTIONS)
        };
        for _ in 0..50 {
            round()?;
        }
        let (started, before) = (Instant::now(), (database.cpu()?, cpu("thread-self")?));
        let mut calls = 0;
        while started.elapsed() < Duration::from_secs_f64(seconds) {
            calls += round()?;
        }
        let cpu = database.cpu()? - before.0 - (cpu("thread-self")? - before.1);
        let seconds = started.elapsed().as_secs_f64();
        Ok(format!(
            "{{\"calls\":{calls},\"seconds\":{seconds},\"cpu\":{cpu}}}\n"
        ))
    })
    .await
}

/// A fixed body for whoever signs right.
async fn serve_floor(listener: TcpListener, address: SocketAddr, body: Bytes) {
    while let Ok((stream, _)) = listener.accept().await {
        // As the endpoint does.
        let _ = stream.set_nodelay(true);
        let body = body.clone();
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let is_signed = is_signed(&request, address).unwrap_or_default();
                let mut response = Response::new(Full::new(body.clone()));
                if !is_signed {
                    *response.status_mut() = StatusCode::FORBIDDEN;
                }
                async { Ok::<_, Infallible>(response) }
            });
            // A connection that breaks is the caller's to notice.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Whether a request has the headers that one signed at its time has.
fn is_signed(request: &Request<Incoming>, address: SocketAddr) -> Option<bool> {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let time = basic_time(header("x-amz-date")?)?;
    let path = request.uri().path_and_query()?.as_str();
    let expected = headers(address, path, time).ok()?;
    let found = expected.iter().find(|(name, _)| name == "authorization")?;
    Some(found.1 == header("authorization")?)
}

/// A time of the form 20260314T080211Z.
fn basic_time(text: &str) -> Option<SystemTime> {
    let part = |from, to| text.get(from..to);
    let (date, time) = (
        [part(0, 4)?, part(4, 6)?, part(6, 8)?],
        [part(9, 11)?, part(11, 13)?, part(13, 15)?],
    );
    let text = format!("{}T{}Z", date.join("-"), time.join(":"));
    DateTime::from_str(&text, Format::DateTime)
        .ok()?
        .try_into()
        .ok()
}

/// The headers that sign a request.
fn headers(
    address: SocketAddr,
    path: &str,
    time: SystemTime,
) -> Result<Vec<(String, String)>, Failure> {
    let identity = credentials().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name("connect")
        .time(time)
        .settings(SigningSettings::default())
        .build()?
        .into();
    let (uri, body) = (format!("http://{address}{path}"), SignableBody::Bytes(&[]));
    let request = SignableRequest::new("GET", uri, std::iter::empty(), body)?;
    let (instructions, _) = sign(request, &params)?.into_parts();
    let headers = instructions.headers();
    Ok(headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

/// A request as it goes over the wire.
fn signed(address: SocketAddr, path: &str, time: SystemTime) -> Result<String, Failure> {
    let headers = headers(address, path, time)?;
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    Ok(format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\n"
    ))
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    fn call(&mut self, request: &str) -> Result<Vec<u8>, Failure> {
        self.send(request)?;
        self.receive()
    }

    fn send(&mut self, request: &str) -> Result<(), Failure> {
        Ok(self.0.get_mut().write_all(request.as_bytes())?)
    }

    /// The body of a response, which must be a success.
    fn receive(&mut self) -> Result<Vec<u8>, Failure> {
        let mut length = None;
        let mut status = String::new();
        self.0.read_line(&mut status)?;
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = Some(value.trim().parse()?);
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length.ok_or("no length")?];
        self.0.read_exact(&mut body)?;
        if status.starts_with("HTTP/1.1 200") {
            Ok(body)
        } else {
            Err(format!("{status}{}", String::from_utf8_lossy(&body)).into())
        }
    }
}

/// Goes back to the seed in a file, some times.
pub(crate) fn reset(file: &str, count: usize) -> Result<String, Failure> {
    runtime()?.block_on(async {
        let endpoint = LocalEndpoint::builder().seed(file).start().await?;
        let mut times = Vec::new();
        for _ in 0..count {
            let started = Instant::now();
            endpoint.reset().await?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
        Ok(format!("{{\"ms\":{}}}\n", percentile(times, 50)))
    })
}

fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "static")
}

/// As `connect serve` has it.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(act).await?
}
