//! The runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_smithy_async::time::TimeSource;
use connect_local_endpoint::{EventSink, Key, LocalEndpoint, Tls, samples};
use connect_sdk::Client;
use connect_sdk::config::timeout::TimeoutConfig;
use connect_sdk::config::{Builder, Credentials, Environment, ProvideCredentials, from_env};
use connect_sdk::sender::{HttpSender, Proxy};
use connect_sdk::test_util::{TestResponse, TestSender};
use connect_tests::certificates::{Authority, Certificate};
use connect_tests::client::{self, large_tree};
use connect_tests::http2;
use connect_tests::script::{Read, Reset, Script, Server, Stall, Step, ok, response};

use crate::seen::Seen;
use crate::{
    DETAIL, ENDPOINT_PASSWORD, NOTE, PROXY_PASSWORD, REMARK, SECRET, SESSION_TOKEN,
    WEBHOOK_CREDENTIALS, WEBHOOK_SECRET,
};

fn credentials(id: &str, secret: &str) -> Credentials {
    Credentials::new(id, secret, Some(SESSION_TOKEN.to_owned()), None, "test")
}

/// A configuration with the secrets, and a short read limit.
fn config(url: &str) -> Builder {
    let limits = TimeoutConfig::builder().read_timeout(Duration::from_millis(250));
    client::config(url, credentials("AKIDRIGHT", SECRET)).timeout_config(limits.build())
}

/// One call under this configuration, and everything there is to print on its way.
async fn call(seen: &mut Seen, config: Builder) {
    seen.print(&config);
    let config = config.build();
    seen.print(&config);
    let client = Client::from_conf(config);
    seen.print(&client);
    seen.print(&client.config().to_builder());
    seen.print(&client.config().sender());
    seen.print(&client.config().credentials_provider());
    call_by(seen, &client).await;
}

async fn call_by(seen: &mut Seen, client: &Client) {
    let request = large_tree(client);
    seen.print(&request);
    seen.print(request.as_input());
    seen.print(&request.clone().customize().mutate_request(|_| ()));
    seen.print(&request.clone().into_paginator());
    seen.outcome(request.clone().send().await);
    if let Err(error) = request.send().await {
        seen.error(&connect_sdk::Error::from(error));
    }
}

/// A success, an error of the service, a wrong signature.
pub(crate) async fn local_endpoint(seen: &mut Seen) {
    let right = credentials("AKIDRIGHT", SECRET);
    let endpoint = LocalEndpoint::builder()
        .samples()
        .credentials(right.clone())
        .start()
        .await
        .unwrap();
    seen.print(&endpoint);
    seen.print(&right);
    call(seen, config(&endpoint.url())).await;
    let client = Client::from_conf(config(&endpoint.url()).build());
    seen.outcome(large_tree(&client).contact_id("nobody").send().await);
    seen.outcome(large_tree(&client).contact_id("").send().await);
    let wrong = credentials("AKIDRIGHT", &format!("{SECRET}-wrong"));
    call(seen, config(&endpoint.url()).credentials_provider(wrong)).await;
    endpoint.shutdown().await;
}

/// Keys with rights, TLS, an access log, and webhooks: one that takes an event, one that does not, one that is not there.
pub(crate) async fn callers_and_events(seen: &mut Seen) {
    let pair = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let (certificate, secret) = (pair.cert.pem(), pair.signing_key.serialize_pem());
    seen.signatures
        .extend(secret.lines().nth(1).map(str::to_owned));
    let tls = Tls::from_pem(certificate.as_bytes(), secret.as_bytes()).unwrap();
    seen.print(&tls);
    let broken = secret.replace("END", "ENDE");
    for (certificate, key) in [
        (&certificate, &broken),
        (&broken, &secret),
        (&secret, &certificate),
    ] {
        seen.error(&Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err());
    }
    let reader = Key::new(credentials("AKIDREADER", SECRET)).operations(["ListAssociatedContacts"]);
    seen.print(&reader);

    let webhook = Server::start(vec![
        vec![Read, ok()],
        vec![Read, response("400 No", "", "")],
    ])
    .await;
    let sink = |scheme: &str, address: SocketAddr| -> EventSink {
        let url = format!(
            "{scheme}://user:{WEBHOOK_SECRET}@{address}/{WEBHOOK_SECRET}?token={WEBHOOK_SECRET}"
        );
        url.parse().unwrap()
    };
    let gone = (Ipv4Addr::LOCALHOST, 1).into();
    for wrong in ["ftp://", "http://:", "https://ho st"] {
        let url = wrong.replace("//", &format!("//{WEBHOOK_SECRET}@"));
        seen.error(&url.parse::<EventSink>().unwrap_err());
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&log);
    let builder = || LocalEndpoint::builder().samples().key(reader.clone());
    let start = builder()
        .key(Key::new(credentials("AKIDRIGHT", SECRET)))
        .events(sink("http", webhook.address))
        .events(sink("https", gone))
        .access_log(move |access| kept.lock().unwrap().push(access.clone()));
    seen.print(&start);
    seen.print(&builder().tls(tls));
    let endpoint = start.start().await.unwrap();
    seen.print(&endpoint);
    seen.print(&endpoint.undelivered());
    let client = Client::from_conf(config(&endpoint.url()).build());
    for name in ["taken", "rejected"] {
        let task = client
            .start_task_contact()
            .instance_id(samples::INSTANCE_ID);
        seen.outcome(task.name(name).send().await);
    }
    let reading = config(&endpoint.url()).credentials_provider(credentials("AKIDREADER", SECRET));
    let client = Client::from_conf(reading.build());
    let stop = client.stop_contact().instance_id(samples::INSTANCE_ID);
    seen.outcome(stop.contact_id(samples::CONTACT_ID).send().await);
    endpoint.shutdown().await;
    let got = webhook.requests();
    assert!(got[0].contains(WEBHOOK_CREDENTIALS), "it was sent: {got:?}");
    for access in log.lock().unwrap().iter() {
        seen.print(access);
        seen.print(&access.to_string());
    }

    let twice = builder().key(reader.clone());
    seen.error(&twice.start().await.unwrap_err());
    let folder = builder().events(EventSink::file("/"));
    seen.error(&folder.start().await.unwrap_err());
}

fn denial(code: &str, body: &str) -> Step {
    let headers = format!("x-amzn-errortype: {code}\r\n");
    response("403 Forbidden", &headers, body)
}

/// Connections that break, responses that make no sense, and one that quotes what was signed, as AWS does.
pub(crate) async fn faults(seen: &mut Seen) {
    let quoting = format!(
        r#"{{"message":"The Canonical String for this request should have been\n'GET\n/\n\nx-amz-security-token:{SESSION_TOKEN}\n'"}}"#
    );
    let scripts: [Script; 7] = [
        vec![Read, Reset],
        vec![Read, Stall],
        vec![Read, response("500 Oops", "", "")],
        vec![Read, response("200 OK", "", "garbage")],
        vec![
            Read,
            response("301 Moved", "location: http://127.0.0.1:1/\r\n", ""),
        ],
        vec![Read, denial("ExpiredTokenException", "{}")],
        vec![Read, denial("InvalidSignatureException", &quoting)],
    ];
    for script in scripts {
        let server = Server::start(vec![script; 3]).await;
        call(seen, config(&server.url())).await;
        seen.signed(&server);
    }
    let server = Server::start(vec![vec![Read, Stall]]).await;
    let limits = TimeoutConfig::builder().operation_timeout(Duration::from_millis(100));
    call(seen, config(&server.url()).timeout_config(limits.build())).await;
    call(seen, config("http://127.0.0.1:1")).await;
}

/// Certificates that are not trusted, and calls over HTTP/1 and HTTP/2.
pub(crate) async fn over_tls(seen: &mut Seen) {
    let authority = Authority::new();
    seen.print(&authority.trusting().build());
    for certificate in [
        Certificate::of("127.0.0.1"),
        Certificate::of("127.0.0.1").expired(),
        Certificate::of("example.com"),
    ] {
        let server = Server::start_tls(Vec::new(), authority.issue(certificate)).await;
        let url = format!("https://{}", server.address);
        call(seen, config(&url).sender(authority.trusting().build())).await;
        seen.signed(&server);
    }
    let (server, url) = http2::Server::start(&authority, |number| match number {
        1 => http2::Reset,
        _ => http2::Respond,
    })
    .await;
    call(seen, config(&url).sender(authority.trusting().build())).await;
    assert_eq!(server.counts(), (1, 3));
}

/// A proxy with a password that rejects a tunnel, and one that passes plaintext on.
pub(crate) async fn through_proxies(seen: &mut Seen) {
    for (target, step) in [
        ("https://connect.example.com", response("407 No", "", "")),
        ("http://connect.example.com", ok()),
    ] {
        let server = Server::start(vec![vec![Read, step]; 2]).await;
        let url = format!("http://user:{PROXY_PASSWORD}@{}", server.address);
        let environment = Environment::from_pairs([("ALL_PROXY", url.as_str())]);
        let proxy = Proxy::from_environment(&environment);
        seen.print(&environment);
        seen.print(&proxy);
        let sender = HttpSender::builder().proxy(proxy);
        seen.print(&sender);
        call(seen, config(target).sender(sender.build())).await;
        assert_eq!(server.requests().len(), 2);
        seen.signed(&server);
    }
    for url in ["ftp://user:PASSWORD@host", "http://user:PASSWORD@ho st"] {
        let url = url.replace("PASSWORD", PROXY_PASSWORD);
        seen.error(&Proxy::all(&url).unwrap_err());
    }
}

/// Gives credentials for ten minutes, then fails.
#[derive(Debug, Default)]
struct Vault(AtomicUsize);

const BEGIN: Duration = Duration::from_secs(1_700_000_000);

impl ProvideCredentials for Vault {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let outcome = match self.0.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(Credentials::new(
                "AKIDVAULT",
                SECRET,
                Some(SESSION_TOKEN.to_owned()),
                Some(SystemTime::UNIX_EPOCH + BEGIN + Duration::from_secs(600)),
                "test",
            )),
            _ => Err(CredentialsError::provider_error("the vault is shut")),
        };
        future::ProvideCredentials::ready(outcome)
    }
}

/// A clock that goes on by ten seconds whenever it is looked at.
#[derive(Debug, Default)]
struct Hasty(AtomicUsize);

impl TimeSource for Hasty {
    fn now(&self) -> SystemTime {
        let looks = self.0.fetch_add(1, Ordering::Relaxed);
        let passed = Duration::from_secs(10) * u32::try_from(looks).unwrap();
        SystemTime::UNIX_EPOCH + BEGIN + passed
    }
}

/// Credentials that are used, cannot be refreshed, and expire.
pub(crate) async fn credentials_that_fail(seen: &mut Seen) {
    let server = Server::start(Vec::new()).await;
    let config = config(&server.url())
        .time_source(Hasty::default())
        .credentials_provider(Vault::default());
    let client = Client::from_conf(config.build());
    for _ in 0..10 {
        call_by(seen, &client).await;
    }
    seen.signed(&server);
}

/// Settings that hold secrets, or are wrong.
pub(crate) async fn configurations(seen: &mut Seen) {
    let with_password = format!("https://me:{ENDPOINT_PASSWORD}@example.com");
    call(seen, config(&with_password)).await;
    let unreadable = format!("https://me:{ENDPOINT_PASSWORD}@exa mple.com");
    call(seen, config(&unreadable)).await;
    let proxy = format!("http://user:{PROXY_PASSWORD}@127.0.0.1:1");
    let environment = Environment::from_pairs([
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDRIGHT"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", SESSION_TOKEN),
        ("AWS_ENDPOINT_URL", &with_password),
        ("HTTPS_PROXY", &proxy),
    ]);
    seen.print(&environment);
    call(seen, from_env(&environment).unwrap()).await;
    let wrong = format!("gopher://user:{PROXY_PASSWORD}@127.0.0.1:1");
    let environment = Environment::from_pairs([("HTTPS_PROXY", wrong.as_str())]);
    let sender = HttpSender::builder().environment(&environment);
    seen.print(&sender);
    let unreachable = config("https://connect.example.com");
    call(seen, unreachable.sender(sender.build())).await;
    let unsendable = Credentials::new("AKID\n", SECRET, None, None, "test");
    let nowhere = config("http://127.0.0.1:1");
    call(seen, nowhere.credentials_provider(unsendable)).await;
}

/// A sender for tests, and what it records.
pub(crate) async fn canned_responses(seen: &mut Seen) {
    let sender = TestSender::responding(|_| TestResponse::json(200, "{}"));
    call(seen, config("https://example.com").sender(sender.clone())).await;
    seen.print(&sender);
    seen.print(&sender.requests());
    for request in sender.requests() {
        seen.signature(request.header("authorization"));
    }
}

/// Members that the model calls sensitive: of an input, in the query; of an output and of an error, in the body.
pub(crate) async fn sensitive_members(seen: &mut Seen) {
    use crate::config::{Config, Region};
    let responses = [
        response("200 OK", "", &format!(r#"{{"Remark":"{REMARK}"}}"#)),
        response(
            "400 Bad Request",
            "x-amzn-errortype: InvalidParameterException\r\n",
            &format!(r#"{{"Message":"no","Detail":"{DETAIL}"}}"#),
        ),
        response("200 OK", "", &format!(r#"{{"Remark":["{REMARK}"]}}"#)),
        response("200 OK", "", &format!(r#"{{"Remark":"{REMARK}"#)),
    ];
    let scripts = responses.map(|response| vec![Read, response]);
    let server = Server::start(scripts.into()).await;
    let config = Config::builder()
        .region(Region::new("eu-central-1"))
        .endpoint_url(server.url())
        .credentials_provider(credentials("AKIDRIGHT", SECRET));
    let client = crate::Client::from_conf(config.build());
    let request = client
        .list_associated_contacts()
        .instance_id("i")
        .contact_id("c")
        .note(NOTE);
    seen.print(&request);
    seen.print(request.as_input());
    seen.print(&request.as_input().clone().build().unwrap());
    seen.print(&request.clone().into_paginator());
    for _ in 0..4 {
        let outcome = request.clone().send().await;
        if let Err(error) = &outcome {
            seen.print(&error.as_service_error());
        }
        seen.outcome(outcome);
    }
    assert!(server.requests()[0].contains(NOTE), "it was sent");
    seen.signed(&server);
}
