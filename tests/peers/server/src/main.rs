//! The server that every peer calls: HTTP/1.1 on a free port of loopback. It prints its URL and ends when its standard input
//! does, so that it never outlives who started it.
//!
//! It responds to every request with a page of ListAssociatedContacts, of 1 or of 100 contacts as `maxResults` says. Pages are put
//! together beforehand, and all connections are served by one thread: it shares the processors with the peer.

mod page;

use std::convert::Infallible;
use std::error::Error;
use std::io::Read as _;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[derive(Clone)]
struct Pages {
    one: Bytes,
    hundred: Bytes,
}

fn main() -> Result<(), Box<dyn Error>> {
    std::thread::spawn(|| {
        // Whatever ends the input ends the server.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(serve())
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let pages = Pages {
        one: page::page(1)?.into(),
        hundred: page::page(100)?.into(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let pages = pages.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let response = pages.response(request.uri());
                async { Ok::<_, Infallible>(response) }
            });
            // A connection that breaks is the peer's to notice.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

impl Pages {
    fn response(&self, uri: &Uri) -> Response<Full<Bytes>> {
        let mut query = uri.query().unwrap_or_default().split('&');
        let page = match query.find_map(|pair| pair.strip_prefix("maxResults=")) {
            Some("1") => &self.one,
            Some("100") => &self.hundred,
            _ => {
                let mut response = Response::new(Full::default());
                *response.status_mut() = StatusCode::BAD_REQUEST;
                return response;
            }
        };
        let mut response = Response::new(Full::new(page.clone()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let request_id = "4fd6b3a1-9d2c-4c5e-8b7a-0e1f2d3c4b5a";
        headers.insert("x-amzn-requestid", HeaderValue::from_static(request_id));
        response
    }
}
