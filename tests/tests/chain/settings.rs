//! Which of environment and profile counts, and what else is read.

use connect_tests::certificates::{Authority, Certificate};
use connect_tests::script::{Read, Server, header, response, send};

use crate::{KEYS, REGION, WORKED, file, outcome_of, path, run, signed_with};

#[tokio::test]
async fn the_region() {
    let profile = "[default]\nregion = ap-south-1\n";
    let all = [
        ("AWS_REGION", "eu-west-2"),
        ("AWS_DEFAULT_REGION", "us-west-2"),
    ];
    for (variables, expected) in [
        (&all[..], "eu-west-2"),
        (&all[1..], "us-west-2"),
        (&[], "ap-south-1"),
    ] {
        let server = Server::start(Vec::new()).await;
        let url = server.url();
        let fixed = [KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", url.as_str())];
        let variables = [&fixed[..], variables].concat();
        assert_eq!(run(&variables, profile).await, WORKED);
        assert_eq!(signed_with(&server).1, expected);
    }
}

/// A proxy that opens no tunnel: the error names the host that was asked for.
async fn host_asked_for(variables: &[(&str, &str)], profile: &str) -> String {
    let forbidden = vec![Read, response("403 Forbidden", "", "")];
    let proxy = Server::start(vec![forbidden]).await;
    let url = proxy.url();
    let fixed = [KEYS[0], KEYS[1], REGION, ("HTTPS_PROXY", url.as_str())];
    let outcome = run(&[&fixed[..], variables].concat(), profile).await;
    let rest = outcome
        .split_once("refused a tunnel to ")
        .map(|(_, rest)| rest);
    let host = rest.and_then(|rest| rest.split_once(":443 with status 403"));
    host.unwrap_or_else(|| panic!("{outcome}")).0.to_owned()
}

#[tokio::test]
async fn the_endpoint() {
    let mut servers = Vec::new();
    for _ in 0..4 {
        servers.push(Server::start(Vec::new()).await);
    }
    let urls: Vec<_> = servers.iter().map(Server::url).collect();
    let own = ("AWS_ENDPOINT_URL_CONNECT", urls[0].as_str());
    let general = ("AWS_ENDPOINT_URL", urls[1].as_str());
    let section = format!("services = local\nendpoint_url = {}\n", urls[3]);
    let services = format!(
        "[services local]\nconnect =\n  endpoint_url = {}\n",
        urls[2]
    );
    let with_section = format!("[default]\n{section}{services}");
    let without_section = format!("[default]\nendpoint_url = {}\n", urls[3]);
    // From the first of all to the last one alone.
    for (index, (variables, profile)) in [
        (&[own, general][..], &with_section),
        (&[general][..], &with_section),
        (&[][..], &with_section),
        (&[][..], &without_section),
    ]
    .into_iter()
    .enumerate()
    {
        let fixed = [KEYS[0], KEYS[1], REGION];
        let variables = [&fixed[..], variables].concat();
        assert_eq!(run(&variables, profile).await, WORKED, "{index}");
        let counts: Vec<_> = servers
            .iter()
            .map(|server| server.requests().len())
            .collect();
        let expected: Vec<_> = (0..4).map(|server| usize::from(server <= index)).collect();
        assert_eq!(counts, expected);
    }
    // All of them can be switched off together.
    let ignored = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    let host = host_asked_for(&[own, general, ignored], &with_section).await;
    assert_eq!(host, "connect.eu-west-2.amazonaws.com");
}

#[tokio::test]
async fn fips_and_dual_stack() {
    let (fips, dual) = (
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
    );
    for (variables, expected) in [
        (&[][..], "connect.eu-west-2.amazonaws.com"),
        (&[fips][..], "connect-fips.eu-west-2.amazonaws.com"),
        (&[dual][..], "connect.eu-west-2.api.aws"),
        (&[fips, dual][..], "connect-fips.eu-west-2.api.aws"),
    ] {
        assert_eq!(host_asked_for(variables, "").await, expected);
    }
    let profile = "[default]\nuse_fips_endpoint = true\n";
    let host = host_asked_for(&[], profile).await;
    assert_eq!(host, "connect-fips.eu-west-2.amazonaws.com");
}

#[tokio::test]
async fn retries_and_the_applications_name() {
    let server = Server::start(Vec::new()).await;
    let url = server.url();
    let variables = [
        KEYS[0],
        KEYS[1],
        REGION,
        ("AWS_ENDPOINT_URL", &url),
        ("AWS_MAX_ATTEMPTS", "7"),
        ("AWS_RETRY_MODE", "adaptive"),
        ("AWS_SDK_UA_APP_ID", "desk"),
    ];
    assert_eq!(run(&variables, "").await, WORKED);
    let request = &server.requests()[0];
    assert_eq!(header(request, "amz-sdk-request"), Some("attempt=1; max=7"));
    let agent = header(request, "user-agent").unwrap();
    assert!(
        agent.contains(" m/F,N ") && agent.ends_with(" app/desk"),
        "{agent}"
    );
}

#[tokio::test]
async fn a_ca_bundle_and_a_host_that_no_proxy_is_for() {
    let authority = Authority::new();
    let tls = authority.issue(Certificate::of("127.0.0.1"));
    let server = Server::start_tls(Vec::new(), tls).await;
    let (url, bundle) = (
        format!("https://{}", server.address),
        file(&authority.pem()),
    );
    let bundle = path(&bundle);
    let nobody = ("HTTPS_PROXY", "http://127.0.0.1:1");
    let variables = [
        KEYS[0],
        KEYS[1],
        REGION,
        nobody,
        ("NO_PROXY", "localhost,127.0.0.1"),
        ("AWS_ENDPOINT_URL", &url),
        ("AWS_CA_BUNDLE", &bundle),
    ];
    assert_eq!(run(&variables, "").await, WORKED);
    // Without the bundle the server is not trusted, and the proxy would be asked for the host but for NO_PROXY.
    let outcome = run(&variables[..6], "").await;
    assert!(
        outcome.contains("TLS handshake with 127.0.0.1 failed"),
        "{outcome}"
    );
    let outcome = run(&[&variables[..4], &variables[5..]].concat(), "").await;
    assert!(
        outcome.contains("cannot connect to 127.0.0.1:1"),
        "{outcome}"
    );
}

#[tokio::test]
async fn a_bundle_that_cannot_be_read_is_named() {
    // It is read when the tunnel is there and TLS begins.
    let tunnel = || vec![Read, send("HTTP/1.1 200 OK\r\n\r\n")];
    let proxy = Server::start(vec![tunnel(), tunnel()]).await;
    let url = proxy.url();
    let variables = [
        KEYS[0],
        KEYS[1],
        REGION,
        ("AWS_CA_BUNDLE", "/nonexistent.pem"),
        ("HTTPS_PROXY", &url),
    ];
    for outcome in [
        run(&variables, "").await,
        outcome_of("call_without_the_chain", &variables, "").await,
    ] {
        assert!(
            outcome.contains("AWS_CA_BUNDLE: /nonexistent.pem: "),
            "{outcome}"
        );
    }
}

#[tokio::test]
async fn the_proxy_is_found_without_the_chain_too() {
    let proxy = Server::start(vec![vec![Read, response("407 No", "", "")]]).await;
    let url = format!("http://user:pass-word@{}", proxy.address);
    let outcome = outcome_of("call_without_the_chain", &[("https_proxy", &url)], "").await;
    assert!(
        outcome.contains("refused a tunnel to connect.eu-west-2.amazonaws.com:443"),
        "{outcome}"
    );
    assert!(!outcome.contains("pass-word"), "{outcome}");
    assert!(header(&proxy.requests()[0], "proxy-authorization").is_some());
}
