//! The program of every peer on nothing but hyper, rustls, aws-sigv4 and serde_json: what a careful programmer writes by hand
//! who needs this one call and no retries, time limits, endpoint rules or errors to match on.

mod shapes;

use std::process::ExitCode;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use peer_harness::{
    ACCESS_KEY_ID, CONTACT_ID, Failure, INSTANCE_ID, Peer, REGION, SECRET_ACCESS_KEY,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shapes::Page;

/// All but the unreserved characters of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[derive(Clone)]
struct Floor {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    url: String,
    credentials: Credentials,
}

impl Peer for Floor {
    async fn new(url: &str) -> Result<Self, Failure> {
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        http.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        Ok(Self {
            client: Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .build(connector),
            url: url.to_owned(),
            credentials: Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "static"),
        })
    }

    async fn page(&self, summaries: i32) -> Result<usize, Failure> {
        let request = self.request(INSTANCE_ID, CONTACT_ID, summaries)?;
        let response = self.client.request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
        let page: Page = serde_json::from_slice(&body)?;
        Ok(page.contact_summary_list.len())
    }
}

impl Floor {
    /// A signed request.
    fn request(
        &self,
        instance_id: &str,
        contact_id: &str,
        max_results: i32,
    ) -> Result<Request<Empty<Bytes>>, Failure> {
        let uri = format!(
            "{}/contact/associated/{}?contactId={}&maxResults={max_results}",
            self.url,
            utf8_percent_encode(instance_id, ESCAPED),
            utf8_percent_encode(contact_id, ESCAPED),
        );
        let mut request = Request::get(&uri)
            .header("user-agent", "floor")
            .body(Empty::new())?;
        let identity = self.credentials.clone().into();
        let signing = SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("connect")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable =
            SignableRequest::new("GET", &uri, std::iter::empty(), SignableBody::Bytes(&[]))?;
        let (instructions, _) = sign(signable, &signing)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

fn main() -> ExitCode {
    peer_harness::main::<Floor>()
}
