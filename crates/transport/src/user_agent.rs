//! The user agent.

use std::fmt::Write;

use aws_smithy_types::retry::RetryMode;
use aws_types::app_name::AppName;
use aws_types::build_metadata::BUILD_METADATA;
use aws_types::sdk_ua_metadata::FrameworkMetadata;
use connect_protocol::operation::Service;
use http::HeaderValue;

/// `connect-rust/0.1.0 ua/2.1 api/connect#2017-08-08 os/linux lang/rust#1.95.0 m/E app/desk`
pub(crate) fn user_agent(
    service: &Service,
    mode: RetryMode,
    custom_endpoint: bool,
    frameworks: &[FrameworkMetadata],
    app_name: Option<&AppName>,
) -> HeaderValue {
    let mut text = format!("connect-rust/{} ua/2.1 api/", env!("CARGO_PKG_VERSION"));
    push_token(&mut text, &service.sdk_id.to_ascii_lowercase());
    text.push('#');
    push_token(&mut text, service.version);
    text.push_str(" os/");
    push_token(&mut text, std::env::consts::OS);
    let _ = write!(text, " lang/rust#{}", BUILD_METADATA.rust_version);
    // The letters that the AWS SDKs count features by: standard retries, adaptive retries, an endpoint of one's own.
    let adaptive = mode == RetryMode::Adaptive;
    text.push_str(if adaptive { " m/F" } else { " m/E" });
    if custom_endpoint {
        text.push_str(",N");
    }
    for framework in frameworks {
        text.push_str(" lib/");
        push_token(&mut text, framework.name());
        if let Some(version) = framework.version() {
            text.push('#');
            push_token(&mut text, version);
        }
    }
    if let Some(name) = app_name {
        text.push_str(" app/");
        push_token(&mut text, name.as_ref().get(..50).unwrap_or(name.as_ref()));
    }
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("connect-rust"))
}

/// Pushes the characters that a token may have; others become hyphens.
fn push_token(text: &mut String, token: &str) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!$%&'*+-.^_`|~".contains(c);
    text.extend(token.chars().map(|c| if allowed(c) { c } else { '-' }));
}

#[cfg(test)]
mod tests {
    use connect_protocol::endpoint::{Endpoint, EndpointError};

    use super::*;

    fn agent(frameworks: &[FrameworkMetadata], app_name: Option<&str>) -> String {
        let service = Service {
            sdk_id: "Some Service",
            version: "2017-08-08",
            signing_name: "service",
            endpoint: |_| Ok::<_, EndpointError>(Endpoint::new("https://h")),
        };
        let app_name = app_name.map(|name| AppName::new(name.to_owned()).unwrap());
        let agent = user_agent(
            &service,
            RetryMode::Adaptive,
            true,
            frameworks,
            app_name.as_ref(),
        );
        agent.to_str().unwrap().to_owned()
    }

    #[test]
    fn segments_are_in_order_and_clean() {
        let framework = FrameworkMetadata::new("frame", Some("1.2")).unwrap();
        let agent = agent(&[framework], Some("desk#1"));
        assert!(agent.starts_with("connect-rust/"), "{agent}");
        let api = " ua/2.1 api/some-service#2017-08-08 os/";
        assert!(agent.contains(api), "{agent}");
        let end = " m/F,N lib/frame#1.2 app/desk-1";
        assert!(agent.ends_with(end), "{agent}");
    }

    #[test]
    fn an_app_name_is_cut_at_fifty_characters() {
        let agent = agent(&[], Some(&"a".repeat(80)));
        let end = format!(" app/{}", "a".repeat(50));
        assert!(agent.ends_with(&end), "{agent}");
    }
}
