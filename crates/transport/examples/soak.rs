//! Calls without end against a server that fails one request in a hundred: no call may be lost, and memory must not grow.
//!
//! ```text
//! cargo run --release -p connect-transport --example soak -- --minutes 10 [--tasks 64] [--connections 32]
//! ```
//!
//! Prints a line every half minute and exits with 1 if a call failed or memory grew by more than a tenth after the first
//! tenth of the time.
#![allow(clippy::expect_used, reason = "a program of its own, which may end so")]

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use connect_protocol::endpoint::Endpoint;
use connect_protocol::http::{HttpResponse, Request};
use connect_protocol::json::ReadError;
use connect_protocol::operation::{Auth, Operation, Service};
use connect_transport::Handle;
use connect_transport::config::retry::RetryConfig;
use connect_transport::config::timeout::TimeoutConfig;
use connect_transport::config::{Config, Region};
use connect_transport::error::ErrorMetadata;
use connect_transport::sender::HttpSender;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

static SERVICE: Service = Service {
    sdk_id: "Soak",
    version: "1",
    signing_name: "soak",
    endpoint: |params| {
        let url = params.endpoint.unwrap_or_default();
        Ok(Endpoint::new(url.to_owned()))
    },
};
static CALL: Operation = Operation {
    service: &SERVICE,
    name: "Call",
    auth: &[Auth::SigV4],
    errors: &[],
    unsigned_payload: false,
    streaming_output: false,
    json_output: true,
    compressible: false,
    endpoint_params: &[],
};

/// How the server fails one request in a hundred.
const FAULTS: usize = 7;

#[derive(Default)]
struct Counts {
    requests: AtomicU64,
    faults: [AtomicU64; FAULTS],
    calls: AtomicU64,
    failed: AtomicU64,
}

async fn serve(mut stream: TcpStream, counts: &Counts) -> std::io::Result<()> {
    let body = "x".repeat(2000);
    let good = format!(
        "HTTP/1.1 200 OK\r\nx-amzn-requestid: r\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut bytes = Vec::with_capacity(4096);
    loop {
        bytes.clear();
        while !bytes.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        }
        counts.requests.fetch_add(1, Ordering::Relaxed);
        if fastrand::u32(..100) > 0 {
            stream.write_all(good.as_bytes()).await?;
            continue;
        }
        let fault = fastrand::usize(..FAULTS);
        counts.faults[fault].fetch_add(1, Ordering::Relaxed);
        match fault {
            0 => return stream.set_zero_linger(),
            1 => return stream.shutdown().await,
            2 => return stream.write_all(&good.as_bytes()[..40]).await,
            3 => return stream.write_all(&good.as_bytes()[..good.len() / 2]).await,
            4 => {
                let oops = b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n";
                stream.write_all(oops).await?;
            }
            5 => {
                let busy = b"HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy";
                stream.write_all(busy).await?;
            }
            _ => {
                // Longer than the read limit.
                tokio::time::sleep(Duration::from_millis(700)).await;
                return Ok(());
            }
        }
    }
}

/// Bytes of memory in use, as the system has it.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1);
    let pages = pages.and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or_default() * 4096
}

fn files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

fn argument(name: &str, default: f64) -> f64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    let value = arguments.nth(1);
    value.map_or(default, |value| value.parse().expect("a number"))
}

#[tokio::main]
async fn main() -> ExitCode {
    let duration = Duration::from_secs_f64(60.0 * argument("--minutes", 1.0));
    let tasks = argument("--tasks", 64.0) as usize;
    let connections = argument("--connections", 32.0) as usize;
    let counts: Arc<Counts> = Arc::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let counting = counts.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let counts = counting.clone();
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                let _ = serve(stream, &counts).await;
            });
        }
    });
    let limits = TimeoutConfig::builder().read_timeout(Duration::from_millis(500));
    let config = Config::builder()
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(Credentials::new("AKIDSOAK", "secret", None, None, "soak"))
        .sender(HttpSender::builder().max_connections(connections).build())
        // One in a hundred fails: six in a row do once in 10^12 calls.
        .retry_config(RetryConfig::standard().with_max_attempts(6))
        .timeout_config(limits.build());
    let client = Handle::new(&SERVICE, config.build());
    let (start, stop) = (Instant::now(), Arc::new(AtomicBool::new(false)));
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..tasks {
        let (client, stop, counts) = (client.clone(), stop.clone(), counts.clone());
        running.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let request = Request::new(http::Method::GET, "/soak?x=1".to_owned());
                let outcome = client.send(&CALL, Ok(request), None, length, metadata);
                let outcome = outcome.await;
                counts.calls.fetch_add(1, Ordering::Relaxed);
                if outcome.as_ref().ok() != Some(&2000) {
                    counts.failed.fetch_add(1, Ordering::Relaxed);
                    eprintln!("{outcome:?}");
                }
            }
        });
    }
    let grown = watch(start, duration, &counts).await;
    stop.store(true, Ordering::Relaxed);
    running.join_all().await;
    let failed = counts.failed.load(Ordering::Relaxed);
    println!(
        "{} calls, {failed} failed; memory grew by {:.1} %",
        counts.calls.load(Ordering::Relaxed),
        100.0 * grown
    );
    if failed > 0 || grown > 0.1 {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Prints how it goes until time is up. Returns by which part memory has grown since the first tenth of the time.
async fn watch(start: Instant, duration: Duration, counts: &Counts) -> f64 {
    let mut settled = None;
    let step = Duration::from_secs(30).min(duration / 10);
    while start.elapsed() < duration {
        tokio::time::sleep(step).await;
        let memory = resident();
        if start.elapsed() >= duration / 10 {
            settled.get_or_insert(memory);
        }
        let faults = counts.faults.each_ref();
        let faults = faults.map(|fault| fault.load(Ordering::Relaxed));
        println!(
            "{:>5.0} s: {} calls, {} requests, {} failed, faults {faults:?}, {:.1} MiB, {} files",
            start.elapsed().as_secs_f64(),
            counts.calls.load(Ordering::Relaxed),
            counts.requests.load(Ordering::Relaxed),
            counts.failed.load(Ordering::Relaxed),
            memory as f64 / f64::from(1 << 20),
            files(),
        );
    }
    settled.map_or(0.0, |settled| resident() as f64 / settled as f64 - 1.0)
}

fn length(response: &mut HttpResponse) -> Result<usize, ReadError> {
    Ok(response.bytes().len())
}

fn metadata(_: &HttpResponse, metadata: ErrorMetadata) -> ErrorMetadata {
    metadata
}
