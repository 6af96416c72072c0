//! What can go wrong, and how often it is tried again: `cargo run -p connect-sdk --example errors_and_retries`

use std::time::Duration;

use connect_local_endpoint::{LocalEndpoint, samples};
use connect_sdk::config::Region;
use connect_sdk::config::retry::RetryConfig;
use connect_sdk::config::timeout::TimeoutConfig;
use connect_sdk::error::{ProvideErrorMetadata, SdkError};
use connect_sdk::operation::RequestId;
use connect_sdk::operation::list_associated_contacts::ListAssociatedContactsError;
use connect_sdk::{Client, Config};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let endpoint = LocalEndpoint::builder().samples().start().await?;
    let config = Config::builder()
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(endpoint.url())
        .credentials_provider(endpoint.credentials().clone())
        // Three attempts, a second between them at the most, five seconds for all of them together.
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(3)
                .with_max_backoff(Duration::from_secs(1)),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .operation_timeout(Duration::from_secs(5))
                .build(),
        );
    let client = Client::from_conf(config.build());
    let request = client
        .list_associated_contacts()
        .instance_id(samples::INSTANCE_ID);

    let Err(error) = request.clone().contact_id("nobody").send().await else {
        return Err("there is no such contact".into());
    };
    // Which error it is, what the service calls it, and what its support asks for.
    if let SdkError::ServiceError(service_error) = &error
        && let ListAssociatedContactsError::ResourceNotFoundException(reason) = service_error.err()
    {
        println!("not found: {}", reason.message().unwrap_or_default());
    }
    println!("code {:?}, request {:?}", error.code(), error.request_id());

    // Once the endpoint is gone, every attempt fails; the error says what the last one met.
    endpoint.shutdown().await;
    let Err(error) = request.contact_id(samples::CONTACT_ID).send().await else {
        return Err("nobody listens there any more".into());
    };
    println!("{error}");
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
