//! Signs requests for tests.

use std::net::SocketAddr;
use std::time::UNIX_EPOCH;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::SessionTokenMode;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use http::{Request, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

pub(crate) const ID: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const URI: &str = "/contact/associated/arn%3Aaws%3Aconnect?contactId=a%20b&maxResults=5";

pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_773_475_331)
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(ID, SECRET, None, None, "test")
}

pub(crate) fn temporary() -> Credentials {
    Credentials::new(
        ID,
        SECRET,
        Some("the-token".into()),
        Some(now() + Duration::from_secs(60)),
        "test",
    )
}

/// How a request is signed; what is not said is right.
pub(crate) struct Signer {
    pub(crate) credentials: Credentials,
    pub(crate) region: &'static str,
    pub(crate) service: &'static str,
    pub(crate) time: SystemTime,
    pub(crate) presigned: bool,
    /// With a `date` header in place of `x-amz-date`.
    pub(crate) dated: bool,
}

impl Default for Signer {
    fn default() -> Self {
        Self {
            credentials: credentials(),
            region: "eu-central-1",
            service: "connect",
            time: now(),
            presigned: false,
            dated: false,
        }
    }
}

impl Signer {
    pub(crate) fn of(credentials: Credentials) -> Self {
        Self {
            credentials,
            ..Self::default()
        }
    }

    pub(crate) fn presigned() -> Self {
        Self {
            presigned: true,
            ..Self::default()
        }
    }

    /// The request as it goes over the wire.
    pub(crate) fn text(&self, method: &str, uri: &str, body: &str) -> String {
        let parts = self.sign(method, uri, body);
        let mut request = format!("{method} {} HTTP/1.1\r\n", parts.uri);
        for (name, value) in &parts.headers {
            request += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        request + &format!("content-length: {}\r\n\r\n{body}", body.len())
    }

    /// The same on a connection that the server closes after it.
    pub(crate) fn last_text(&self, method: &str, uri: &str, body: &str) -> String {
        let request = self.text(method, uri, body);
        request.replacen("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1)
    }

    pub(crate) fn get(&self) -> Parts {
        self.sign("GET", URI, "")
    }

    pub(crate) fn sign(&self, method: &str, uri: &str, body: &str) -> Parts {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:8080{uri}"))
            .header(header::HOST, "127.0.0.1:8080")
            .header("x-extra", "  two   spaces ")
            .body(())
            .unwrap();
        let mut settings = SigningSettings::default();
        settings.session_token_mode = SessionTokenMode::Include;
        if self.presigned {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(900));
        }
        if self.dated {
            let date = DateTime::from(self.time).fmt(Format::HttpDate).unwrap();
            request
                .headers_mut()
                .insert(header::DATE, date.parse().unwrap());
            settings.excluded_headers = Some(vec!["x-amz-date".into()]);
        }
        let identity = self.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.time)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let signable = SignableRequest::new(
            method,
            request.uri().to_string(),
            headers,
            SignableBody::Bytes(body.as_bytes()),
        );
        sign(signable.unwrap(), &params)
            .unwrap()
            .into_parts()
            .0
            .apply_to_request_http1x(&mut request);
        if self.dated {
            request.headers_mut().remove("x-amz-date");
        }
        // What a server sees: no host in the target, and headers that were added on the way.
        *request.uri_mut() = request
            .uri()
            .path_and_query()
            .unwrap()
            .as_str()
            .parse()
            .unwrap();
        request
            .headers_mut()
            .insert(header::USER_AGENT, "boto3".parse().unwrap());
        request.into_parts().0
    }
}

/// A header of a response.
pub(crate) fn header<'a>(response: &'a str, name: &str) -> &'a str {
    let mut headers = response.lines().filter_map(|line| line.split_once(": "));
    let header = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
    header.map_or("", |(_, value)| value)
}

/// Sends a request, and reads until the server ends the connection.
pub(crate) async fn send(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}
