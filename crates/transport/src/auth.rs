//! How a call authenticates: the first of the operation's ways that the client has something for.

use std::sync::Arc;

use connect_protocol::operation::{Auth, Operation};

use crate::error::{CallError, ConnectorError, SdkError};
use crate::identity::{Held, IdentityError};
use crate::settings::Settings;

/// A way to authenticate, with what it takes.
pub(crate) enum Authentication {
    SigV4(Arc<Held>),
    Bearer(Arc<Held>),
    Anonymous,
}

/// The client has nothing to authenticate with.
#[derive(Debug, thiserror::Error)]
#[error(
    "the client has nothing to authenticate with: set `credentials_provider`{or_token}, or `allow_no_auth`"
)]
struct NotConfigured {
    or_token: &'static str,
}

/// Gets what the call authenticates with.
pub(crate) async fn authentication(
    settings: &Settings,
    operation: &Operation,
) -> Result<Authentication, CallError> {
    let times = &settings.times;
    let failed = |error: IdentityError| {
        SdkError::dispatch_failure(ConnectorError::other(error.into(), None))
    };
    if operation.auth.is_empty() {
        return Ok(Authentication::Anonymous);
    }
    for way in preferred(settings, operation) {
        match way {
            Auth::SigV4 => {
                if let Some(credentials) = &settings.credentials {
                    let held = credentials.get(times).await;
                    return held.map(Authentication::SigV4).map_err(failed);
                }
            }
            Auth::Bearer => {
                if let Some(tokens) = &settings.tokens {
                    let held = tokens.get(times).await;
                    return held.map(Authentication::Bearer).map_err(failed);
                }
            }
            Auth::Anonymous => return Ok(Authentication::Anonymous),
        }
    }
    if settings.allow_no_auth {
        return Ok(Authentication::Anonymous);
    }
    let bearer = operation.auth.contains(&Auth::Bearer);
    Err(SdkError::construction_failure(NotConfigured {
        or_token: if bearer { ", `token_provider`" } else { "" },
    }))
}

/// The operation's ways in the client's order of preference, then the model's.
fn preferred<'a>(
    settings: &'a Settings,
    operation: &'a Operation,
) -> impl Iterator<Item = &'a Auth> {
    let (preference, ways) = (&settings.auth_preference, operation.auth);
    let first = preference.iter().filter(|way| ways.contains(way));
    first.chain(ways.iter().filter(|way| !preference.contains(way)))
}
