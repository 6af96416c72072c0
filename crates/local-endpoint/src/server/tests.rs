mod hostile;

use std::net::SocketAddr;

use aws_credential_types::Credentials;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;
use crate::auth::testing::{Signer, credentials, header, now, send};

/// Returns the body it was sent; under `/wait`, once it may.
#[derive(Clone, Default)]
struct Echo(Arc<Gate>);

#[derive(Default)]
struct Gate {
    arrived: Notify,
    open: Notify,
}

impl Handler for Echo {
    async fn handle(&self, request: Request<Bytes>, _: Arc<Key>) -> Reply {
        if request.uri().path() == "/wait" {
            self.0.arrived.notify_one();
            self.0.open.notified().await;
        }
        Response::new(request.into_body()).into()
    }
}

struct Started {
    address: SocketAddr,
    echo: Echo,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn start() -> Started {
    start_for(100).await
}

async fn start_for(strangers: usize) -> Started {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let echo = Echo::default();
    let server = Server {
        handler: echo.clone(),
        authenticator: Authenticator::new([Key::new(credentials())]),
        clock: Clock(Arc::new(now)),
        access_log: AccessLog::default(),
        tls: None,
        body_limit: 1000,
        strangers,
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(server.run(listener, async { drop(stopped.await) }));
    Started {
        address,
        echo,
        stop,
        task,
    }
}

/// A signed request, on a connection that the server closes after it.
fn signed(method: &str, uri: &str, body: &str) -> String {
    Signer::default().last_text(method, uri, body)
}

#[tokio::test]
async fn a_signed_request_reaches_the_handler_and_every_response_has_its_id() {
    let server = start().await;
    let first = send(server.address, &signed("POST", "/", "hello")).await;
    assert!(
        first.starts_with("HTTP/1.1 200 OK\r\n") && first.ends_with("\r\n\r\nhello"),
        "{first}"
    );
    assert_eq!(header(&first, "content-type"), "application/json");
    let second = send(server.address, &signed("POST", "/", "hello")).await;
    assert_eq!(header(&first, REQUEST_ID).len(), 36);
    assert_ne!(header(&first, REQUEST_ID), header(&second, REQUEST_ID));
}

#[tokio::test]
async fn an_unsigned_request_does_not() {
    let server = start().await;
    let response = send(
        server.address,
        "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(
        response.starts_with("HTTP/1.1 403 Forbidden\r\n"),
        "{response}"
    );
    assert_eq!(
        header(&response, ERROR_TYPE),
        "MissingAuthenticationTokenException"
    );
    assert_eq!(header(&response, "content-type"), "application/json");
    assert_eq!(header(&response, REQUEST_ID).len(), 36);
    assert!(
        response.ends_with("{\"message\":\"Missing Authentication Token\"}"),
        "{response}"
    );
}

#[tokio::test]
async fn long_bodies_are_rejected_and_cut_ones_end_the_connection() {
    let server = start().await;
    let longest = send(server.address, &signed("POST", "/", &"x".repeat(1000))).await;
    assert!(longest.starts_with("HTTP/1.1 200 "), "{longest}");
    let response = send(server.address, &signed("POST", "/", &"x".repeat(1001))).await;
    assert!(response.starts_with("HTTP/1.1 413 "), "{response}");
    assert_eq!(
        header(&response, ERROR_TYPE),
        "RequestEntityTooLargeException"
    );

    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nshort")
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    // A response or none, but an end.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(
        send(server.address, &signed("POST", "/", "next"))
            .await
            .ends_with("next")
    );
}

#[tokio::test]
async fn what_is_no_http_does_no_harm() {
    let server = start().await;
    for garbage in [
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: \u{1}\r\n\r\n",
    ] {
        let response = send(server.address, garbage).await;
        assert!(
            response.is_empty() || response.starts_with("HTTP/1.1 400 "),
            "{response}"
        );
    }
    assert!(
        send(server.address, &signed("POST", "/", "next"))
            .await
            .ends_with("next")
    );
}

#[tokio::test]
async fn calls_under_way_finish_when_the_server_stops() {
    let server = start().await;
    let call =
        tokio::spawn(async move { send(server.address, &signed("POST", "/wait", "late")).await });
    server.echo.0.arrived.notified().await;
    server.stop.send(()).unwrap();
    // The listener is gone as soon as the server has taken notice.
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    server.echo.0.open.notify_one();
    assert!(call.await.unwrap().ends_with("late"));
    server.task.await.unwrap();
}

#[tokio::test]
async fn the_server_stops_when_it_is_dropped() {
    let server = start().await;
    drop(server.stop);
    server.task.await.unwrap();
}

/// Sends the beginning of a request, and reads until the server ends the connection: the response, and how long it took.
async fn held(address: SocketAddr, beginning: &str) -> (String, Duration) {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(beginning.as_bytes()).await.unwrap();
    let mut response = String::new();
    let ended = timeout(
        Duration::from_secs(600),
        stream.read_to_string(&mut response),
    )
    .await;
    ended.expect("the server ends the connection").unwrap();
    (response, begun.elapsed())
}

/// Time stands while there is something to do, and then jumps to the next limit.
#[tokio::test(start_paused = true)]
async fn nobody_holds_the_server_without_a_right_signature() {
    let server = start().await;
    let address = server.address;
    let post = |signer: Signer| {
        let request = signer.text("POST", "/", "a body that does not come");
        let head = request.split_inclusive("\r\n\r\n").next();
        head.unwrap().to_owned()
    };
    let unknown = Credentials::new("AKIDUNKNOWN", "secret", None, None, "test");
    let unsigned = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n".to_owned();
    let foreign = Signer {
        service: "s3",
        ..Signer::default()
    };
    let late = Signer {
        time: now() - Duration::from_secs(3600),
        ..Signer::default()
    };
    for (beginning, status, seconds) in [
        (String::new(), "", 30),
        ("POST / HT".to_owned(), "", 30),
        (unsigned, "403", 0),
        (post(Signer::of(unknown)), "403", 0),
        (post(foreign), "403", 0),
        (post(late), "403", 0),
        (post(Signer::default()), "408", 20),
    ] {
        let (response, elapsed) = held(address, &beginning).await;
        let code = response.split(' ').nth(1).unwrap_or_default();
        assert_eq!(
            (code, elapsed.as_secs()),
            (status, seconds),
            "{beginning}: {response}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_oldest_unknown_connection_gives_way() {
    let server = start_for(2).await;
    let address = server.address;
    let mut silent = Vec::new();
    for _ in 0..3 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let (response, elapsed) = held(address, &signed("POST", "/", "prompt")).await;
    assert!(response.ends_with("prompt"), "{response}");
    assert_eq!(elapsed.as_secs(), 1);
    // Who came last keeps its time, which begins when it is let in.
    let begun = Instant::now();
    for (stream, seconds) in silent.iter_mut().zip([0, 0, 30]) {
        assert_eq!(stream.read_to_end(&mut Vec::new()).await.unwrap(), 0);
        assert_eq!(begun.elapsed().as_secs(), seconds);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_with_a_right_signature_is_not_counted_and_not_cut() {
    let server = start_for(1).await;
    let address = server.address;
    let request = Signer::default().text("POST", "/", "hello");
    let mut kept = TcpStream::connect(address).await.unwrap();
    let mut response = [0; 15];
    kept.write_all(request.as_bytes()).await.unwrap();
    kept.read_exact(&mut response).await.unwrap();
    assert_eq!(&response, b"HTTP/1.1 200 OK");
    let (other, elapsed) = held(address, &signed("POST", "/", "other")).await;
    assert!(other.ends_with("other") && elapsed.is_zero(), "{other}");
    // It is idle for the longest that it may be.
    let begun = Instant::now();
    kept.read_to_end(&mut Vec::new()).await.unwrap();
    assert_eq!(begun.elapsed(), HEAD_LIMIT);
}

#[tokio::test]
async fn health_needs_no_signature_and_nothing_follows_it() {
    let server = start().await;
    let ask = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";
    let response = send(server.address, &ask.repeat(2)).await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert_eq!(response.matches("HTTP/1.1").count(), 1);
    assert_eq!(header(&response, "connection"), "close");
    let headed = send(server.address, &ask.replace("GET", "HEAD")).await;
    assert!(headed.starts_with("HTTP/1.1 200 "), "{headed}");
    let posted = send(server.address, &ask.replace("GET", "POST")).await;
    assert!(posted.starts_with("HTTP/1.1 403 "), "{posted}");
}
