//! Whether a request was signed by someone who may call: Signature Version 4, seen from the service.
//!
//! The signature is computed again over the request as it arrived, restricted to the headers that the caller says to
//! have signed, and compared in constant time. Denials have the codes that AWS gives them.

mod claim;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::request::Parts;
use subtle::ConstantTimeEq;

use self::claim::{Claim, TOKEN_HEADER, basic_format};
use crate::key::Key;

/// How far a signature's time may be from ours.
const WINDOW: Duration = Duration::from_secs(5 * 60);
const SERVICE: &str = "connect";
const TERMINATOR: &str = "aws4_request";

/// Why a caller is not served; always status 403.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denial {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Denial {
    fn missing() -> Self {
        Self {
            code: "MissingAuthenticationTokenException",
            message: "Missing Authentication Token".into(),
        }
    }

    fn incomplete(message: impl Into<String>) -> Self {
        Self {
            code: "IncompleteSignatureException",
            message: message.into(),
        }
    }

    fn unrecognized() -> Self {
        let message = "The security token included in the request is invalid.".into();
        Self {
            code: "UnrecognizedClientException",
            message,
        }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self {
            code: "InvalidSignatureException",
            message: message.into(),
        }
    }

    fn mismatch() -> Self {
        Self::invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method.",
        )
    }

    fn expired_token() -> Self {
        let message = "The security token included in the request is expired".into();
        Self {
            code: "ExpiredTokenException",
            message,
        }
    }

    fn access_denied() -> Self {
        let message = "User is not authorized to perform this operation.".into();
        Self {
            code: "AccessDeniedException",
            message,
        }
    }
}

/// Knows the keys of all callers. `Debug` shows key IDs and no secrets.
#[derive(Debug)]
pub(crate) struct Authenticator {
    keys: Vec<KnownKey>,
}

#[derive(Debug)]
struct KnownKey {
    key: Arc<Key>,
    identity: Identity,
}

impl Authenticator {
    /// Knows the holders of these keys.
    pub(crate) fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        let known = |key: Key| KnownKey {
            identity: key.credentials.clone().into(),
            key: Arc::new(key),
        };
        Self {
            keys: keys.into_iter().map(known).collect(),
        }
    }

    /// Checks at the time `now` what needs no body: that a signature is there, by a key that is known, and that it is for
    /// this service and time.
    pub(crate) fn precheck(&self, request: &Parts, now: SystemTime) -> Result<Claimed<'_>, Denial> {
        let claim = Claim::read(request)?;
        let mut keys = self.keys.iter();
        let known = keys.find(|known| known.key.id() == claim.access_key_id);
        let known = known.ok_or_else(Denial::unrecognized)?;
        check_token(
            known.key.credentials.session_token(),
            claim.session_token.as_deref(),
        )?;
        check_scope(&claim)?;
        check_time(&claim, now)?;
        if !claim
            .signed_headers
            .iter()
            .all(|name| request.headers.contains_key(name))
        {
            return Err(Denial::mismatch());
        }
        Ok(Claimed { claim, known })
    }
}

/// A request that may turn out to be signed by the key's holder.
pub(crate) struct Claimed<'a> {
    claim: Claim,
    known: &'a KnownKey,
}

impl Claimed<'_> {
    /// Checks the signature over the whole request, and that its key may do anything at all. Returns the caller's key.
    pub(crate) fn verify(
        &self,
        request: &Parts,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Arc<Key>, Denial> {
        let Self { claim, known } = self;
        let key = &known.key;
        let signature = signature(&known.identity, claim, request, body)?;
        if !bool::from(signature.as_bytes().ct_eq(claim.signature.as_bytes())) {
            return Err(Denial::mismatch());
        }
        if key.credentials.expiry().is_some_and(|expiry| expiry <= now) {
            return Err(Denial::expired_token());
        }
        if key.may_call() {
            Ok(Arc::clone(key))
        } else {
            Err(Denial::access_denied())
        }
    }
}

fn check_token(expected: Option<&str>, given: Option<&str>) -> Result<(), Denial> {
    let same = match (expected, given) {
        (None, None) => true,
        (Some(expected), Some(given)) => expected.as_bytes().ct_eq(given.as_bytes()).into(),
        _ => false,
    };
    if same {
        Ok(())
    } else {
        Err(Denial::unrecognized())
    }
}

fn check_scope(claim: &Claim) -> Result<(), Denial> {
    if claim.service != SERVICE {
        return Err(Denial::invalid(format!(
            "Credential should be scoped to correct service: '{SERVICE}'."
        )));
    }
    if claim.terminator != TERMINATOR {
        return Err(Denial::invalid(format!(
            "Credential should be scoped with a valid terminator: '{TERMINATOR}'."
        )));
    }
    if !basic_format(claim.time).starts_with(&format!("{}T", claim.date)) {
        return Err(Denial::invalid(
            "Date in Credential scope does not match the date of the request.",
        ));
    }
    if !claim.signed_headers.iter().any(|name| name == "host") {
        return Err(Denial::invalid(
            "'Host' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    Ok(())
}

fn check_time(claim: &Claim, now: SystemTime) -> Result<(), Denial> {
    let expiry = claim.time + claim.expires.unwrap_or(WINDOW);
    if expiry < now {
        let (then, limit) = (basic_format(expiry), basic_format(now));
        return Err(Denial::invalid(format!(
            "Signature expired: {then} is now earlier than {limit}"
        )));
    }
    if claim.time > now + WINDOW {
        let (then, limit) = (basic_format(claim.time), basic_format(now + WINDOW));
        return Err(Denial::invalid(format!(
            "Signature not yet current: {then} is still later than {limit}"
        )));
    }
    Ok(())
}

/// The signature that the request should have, in hexadecimal digits.
fn signature(
    identity: &Identity,
    claim: &Claim,
    request: &Parts,
    body: &[u8],
) -> Result<String, Denial> {
    let mut settings = SigningSettings::default();
    settings.expires_in = claim.expires;
    settings.signature_location = match claim.expires {
        Some(_) => SignatureLocation::QueryParams,
        None => SignatureLocation::Headers,
    };
    // The signer adds these of its own accord; the caller may have signed by `date`, or added the token afterwards.
    let added = ["x-amz-date", TOKEN_HEADER];
    let unsigned = added
        .into_iter()
        .filter(|name| !claim.signed_headers.iter().any(|signed| signed == name));
    settings.excluded_headers = Some(unsigned.map(Cow::Borrowed).collect());

    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        let signed = claim
            .signed_headers
            .iter()
            .any(|signed| signed == name.as_str());
        let by_signer = claim.expires.is_none() && added.contains(&name.as_str());
        if signed && !by_signer {
            let value = std::str::from_utf8(value.as_bytes()).map_err(|_| Denial::mismatch())?;
            headers.push((name.as_str(), value));
        }
    }
    // The host is signed as a header.
    let uri = format!("http://localhost{}{}", request.uri.path(), claim.query);
    let signable = SignableRequest::new(
        request.method.as_str(),
        uri,
        headers.into_iter(),
        SignableBody::Bytes(body),
    )
    .map_err(|_| Denial::mismatch())?;
    let params = v4::SigningParams::builder()
        .identity(identity)
        .region(&claim.region)
        .name(&claim.service)
        .time(claim.time)
        .settings(settings)
        .build()
        .map_err(|_| Denial::mismatch())?
        .into();
    let (_, signature) = sign(signable, &params)
        .map_err(|_| Denial::mismatch())?
        .into_parts();
    Ok(signature)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
