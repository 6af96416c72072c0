//! How a call authenticates: the first of the operation's ways that the client has something for.

use std::sync::Arc;
use std::time::SystemTime;

use connect_protocol::operation::{Auth, Operation};

use crate::identity::{Held, IdentityError};
use crate::settings::Settings;

/// A way to authenticate, with what it takes.
pub(crate) enum Authentication {
    SigV4(Arc<Held>),
    Bearer(Arc<Held>),
    Anonymous,
}

/// Why there is none.
pub(crate) enum NoAuthentication {
    NotConfigured(NotConfigured),
    Provider(IdentityError),
}

/// The client has nothing to authenticate with.
#[derive(Debug, thiserror::Error)]
#[error(
    "the client has nothing to authenticate with: set `credentials_provider`{or_token}, or `allow_no_auth`"
)]
pub(crate) struct NotConfigured {
    or_token: &'static str,
}

/// Gets what the call authenticates with. `now` is the service's time.
pub(crate) async fn authentication(
    settings: &Settings,
    operation: &Operation,
    now: SystemTime,
) -> Result<Authentication, NoAuthentication> {
    let times = &settings.times;
    let provider = NoAuthentication::Provider;
    if operation.auth.is_empty() {
        return Ok(Authentication::Anonymous);
    }
    for way in preferred(settings, operation) {
        match way {
            Auth::SigV4 => {
                if let Some(credentials) = &settings.credentials {
                    return credentials
                        .get(now, times)
                        .await
                        .map(Authentication::SigV4)
                        .map_err(provider);
                }
            }
            Auth::Bearer => {
                if let Some(tokens) = &settings.tokens {
                    return tokens
                        .get(now, times)
                        .await
                        .map(Authentication::Bearer)
                        .map_err(provider);
                }
            }
            Auth::Anonymous => return Ok(Authentication::Anonymous),
        }
    }
    if settings.allow_no_auth {
        return Ok(Authentication::Anonymous);
    }
    let bearer = operation.auth.contains(&Auth::Bearer);
    Err(NoAuthentication::NotConfigured(NotConfigured {
        or_token: if bearer { ", `token_provider`" } else { "" },
    }))
}

/// The operation's ways in the client's order of preference, then the model's.
fn preferred(settings: &Settings, operation: &Operation) -> impl Iterator<Item = Auth> {
    let preference: Vec<Auth> = match &settings.auth_scheme_preference {
        None => Vec::new(),
        Some(preference) => preference
            .clone()
            .into_iter()
            .filter_map(|id| by_id(id.inner()))
            .collect(),
    };
    let of_operation = operation.auth.iter().copied();
    let (first, rest): (Vec<_>, Vec<_>) = if preference.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let wanted = preference
            .into_iter()
            .filter(|way| operation.auth.contains(way))
            .collect::<Vec<_>>();
        let rest = of_operation
            .clone()
            .filter(|way| !wanted.contains(way))
            .collect();
        (wanted, rest)
    };
    let unchanged = first.is_empty() && rest.is_empty();
    first
        .into_iter()
        .chain(rest)
        .chain(of_operation.filter(move |_| unchanged))
}

fn by_id(id: &str) -> Option<Auth> {
    match id.rsplit('#').next().unwrap_or(id) {
        "sigv4" => Some(Auth::SigV4),
        "httpBearerAuth" => Some(Auth::Bearer),
        "noAuth" | "no_auth" => Some(Auth::Anonymous),
        _ => None,
    }
}
