//! Which of an operation's ways to authenticate a call takes: the first that the client has something for.

use aws_credential_types::Token;
use connect_transport::test_util::{TestResponse, TestSender};

use crate::Client;
use crate::config::Builder;

const TOKEN: &str = "a-bearer-token";

/// What a client has to authenticate with.
#[derive(Clone, Copy)]
struct Has {
    credentials: bool,
    token: bool,
}

impl Has {
    fn client(self) -> (Client, TestSender) {
        let (mut config, sender): (Builder, _) =
            crate::config_with([TestResponse::json(200, "{}")]);
        if !self.credentials {
            config.set_credentials_provider(None);
        }
        if self.token {
            config = config.token_provider(Token::new(TOKEN, None));
        }
        (Client::from_conf(config.build()), sender)
    }
}

/// How the one request that was sent authenticates.
fn way(sender: &TestSender) -> &'static str {
    match sender.requests().as_slice() {
        [] => "rejected",
        [request] => match request.header("authorization") {
            None => "anonymous",
            Some(value) if value.starts_with("AWS4-HMAC-SHA256 ") => "signed",
            Some(value) if value == format!("Bearer {TOKEN}") => "bearer",
            Some(other) => panic!("{other}"),
        },
        requests => panic!("{} requests", requests.len()),
    }
}

macro_rules! ways {
    ($has:expr, $($operation:ident),*) => {
        [$({
            let (client, sender) = $has.client();
            let outcome = client.$operation().send().await;
            let way = way(&sender);
            assert_eq!(outcome.is_err(), way == "rejected", "{outcome:?}");
            way
        }),*]
    };
}

#[tokio::test]
async fn the_first_way_that_the_client_has_something_for_is_taken() {
    let table = [
        (
            true,
            true,
            [
                "signed",
                "signed",
                "bearer",
                "bearer",
                "anonymous",
                "signed",
            ],
        ),
        (
            true,
            false,
            [
                "signed",
                "signed",
                "rejected",
                "signed",
                "anonymous",
                "signed",
            ],
        ),
        (
            false,
            true,
            [
                "bearer",
                "rejected",
                "bearer",
                "bearer",
                "anonymous",
                "bearer",
            ],
        ),
        (
            false,
            false,
            [
                "rejected",
                "rejected",
                "rejected",
                "rejected",
                "anonymous",
                "anonymous",
            ],
        ),
    ];
    for (credentials, token, expected) in table {
        let has = Has { credentials, token };
        let found = ways!(has, sign, sign_only, bear, bear_or_sign, open, maybe_sign);
        assert_eq!(
            found, expected,
            "credentials: {credentials}, token: {token}"
        );
    }
}
