//! HTTP on loopback: requests that the guard lets through get pages, and all responses the same headers.

use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::guard::Verdict;
use super::html;
use super::query::Query;
use super::site::Site;

/// How long a request may take to come, and an idle connection is kept.
const HEAD_LIMIT: Duration = Duration::from_secs(60);
/// The longest head of a request, in bytes.
const HEAD_SIZE: usize = 64 * 1024;
/// More connections than a browser makes.
const CONNECTIONS: usize = 64;
/// How long calls under way may take to finish when the server ends.
const GRACE: Duration = Duration::from_secs(2);
/// A pause after a failed accept, as when the process has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// For all responses, beside their policy.
const HEADERS: [(HeaderName, &str); 5] = [
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// What a URL leads to.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    /// What it may load and be in.
    pub(super) policy: &'static str,
    pub(super) body: String,
}

/// Serves until `stop` is done, on the thread of a [`LocalSet`](tokio::task::LocalSet).
pub(super) async fn serve(listener: TcpListener, site: Rc<Site>, stop: impl Future) {
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let is_full = connections.len() >= CONNECTIONS;
        let stream = tokio::select! {
            _ = &mut stop => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept(), if !is_full => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let site = Rc::clone(&site);
        let service = service_fn(move |request| {
            let site = Rc::clone(&site);
            async move { Ok::<_, Infallible>(respond(&site, request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_LIMIT)
            .max_buf_size(HEAD_SIZE)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        connections.spawn_local(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended early");
            }
        });
    }
    drop(listener);
    let _ = timeout(GRACE, graceful.shutdown()).await;
    connections.shutdown().await;
}

async fn respond(site: &Site, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, _) = request.into_parts();
    let (page, cookie) = match site.guard.judge(&head) {
        Verdict::Known => {
            let query = Query::of(head.uri.query());
            (site.page(head.uri.path(), &query).await, None)
        }
        Verdict::Enters(cookie) => (html::entered(), Some(cookie)),
        Verdict::Refused(status, why) => (html::refused(status, why), None),
    };
    let mut response = Response::new(Full::from(page.body));
    *response.status_mut() = page.status;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(page.content_type));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(page.policy),
    );
    if page.status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.insert(SET_COOKIE, cookie);
    }
    response
}
