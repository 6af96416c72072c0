//! Where credentials come from.

use connect_tests::script::{Read, Server, header, response};

use crate::{KEYS, REGION, WORKED, file, path, run, signed_with};

#[tokio::test]
async fn the_environment() {
    let server = Server::start(Vec::new()).await;
    let url = server.url();
    let variables = [KEYS[0], KEYS[1], REGION, ("AWS_ENDPOINT_URL", &url)];
    assert_eq!(run(&variables, "").await, WORKED);
    assert_eq!(signed_with(&server).0, "AKIDENVIRONMENT");
}

#[tokio::test]
async fn a_profile_and_what_it_runs() {
    let server = Server::start(Vec::new()).await;
    let given =
        file(r#"{"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "secret"}"#);
    let profiles = format!(
        "[default]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n\
         [profile other]\ncredential_process = /bin/cat {}\n",
        path(&given)
    );
    let url = server.url();
    let variables = [REGION, ("AWS_ENDPOINT_URL", &url)];
    assert_eq!(run(&variables, &profiles).await, WORKED);
    assert_eq!(signed_with(&server).0, "AKIDPROFILE");

    let server = Server::start(Vec::new()).await;
    let url = server.url();
    let variables = [REGION, ("AWS_ENDPOINT_URL", &url), ("AWS_PROFILE", "other")];
    assert_eq!(run(&variables, &profiles).await, WORKED);
    assert_eq!(signed_with(&server).0, "AKIDPROCESS");
}

#[tokio::test]
async fn a_container() {
    let given = r#"{"AccessKeyId":"AKIDCONTAINER","SecretAccessKey":"secret","Token":"token","Expiration":"2099-01-01T00:00:00Z"}"#;
    let json = "content-type: application/json\r\n";
    let container = Server::start(vec![vec![Read, response("200 OK", json, given)]]).await;
    let server = Server::start(Vec::new()).await;
    let uri = format!("{}/credentials", container.url());
    let url = server.url();
    let variables = [
        REGION,
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri),
        ("AWS_ENDPOINT_URL", &url),
    ];
    assert_eq!(run(&variables, "").await, WORKED);
    assert!(container.requests()[0].starts_with("GET /credentials "));
    assert_eq!(signed_with(&server).0, "AKIDCONTAINER");
    let request = &server.requests()[0];
    assert_eq!(header(request, "x-amz-security-token"), Some("token"));
}

/// The token service's client is AWS's own; its requests go through our sender.
#[tokio::test]
async fn a_role_by_web_identity() {
    let given = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
        <AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
        <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
        </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    let keys = response("200 OK", "content-type: text/xml\r\n", given);
    let tokens = Server::start(vec![vec![Read, keys]]).await;
    let server = Server::start(Vec::new()).await;
    let token = file("a.web.token");
    let (token, tokens_url, url) = (path(&token), tokens.url(), server.url());
    let variables = [
        REGION,
        ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/desk"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", &token),
        ("AWS_ENDPOINT_URL_STS", &tokens_url),
        ("AWS_ENDPOINT_URL", &url),
    ];
    assert_eq!(run(&variables, "").await, WORKED);
    assert!(tokens.requests()[0].starts_with("POST / "));
    assert_eq!(signed_with(&server).0, "AKIDROLE");
}

#[tokio::test]
async fn none_at_all() {
    let server = Server::start(Vec::new()).await;
    let url = server.url();
    let outcome = run(&[REGION, ("AWS_ENDPOINT_URL", &url)], "").await;
    let expected = "ListAssociatedContacts: the provider of credentials failed: ";
    assert!(outcome.starts_with(expected), "{outcome}");
    assert_eq!(server.requests().len(), 0);
}
