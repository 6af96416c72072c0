//! What hyper's errors mean for retries.

use std::error::Error;
use std::io;

use super::http1::ExchangeError;
use crate::error::ConnectorError;

pub(super) fn exchange_error(failed: ExchangeError) -> ConnectorError {
    let mut error = http_error(failed.error);
    error.unsent = failed.unsent && error.is_io();
    error
}

/// Sorts what hyper says went wrong, in a response's head or body.
pub(crate) fn http_error(error: hyper::Error) -> ConnectorError {
    #[cfg(feature = "http2")]
    if is_own_reset(&error) {
        return ConnectorError::user(error.into());
    }
    if error.is_user() {
        return ConnectorError::user(error.into());
    }
    let broken_off = error.is_incomplete_message() || error.is_canceled() || error.is_closed();
    if broken_off || network_failed(&error) {
        return ConnectorError::io(error.into());
    }
    ConnectorError::other(error.into(), None)
}

/// Whether an I/O error is the cause; hyper reports bad chunks as I/O errors too, by kinds that no network has.
fn network_failed(error: &(dyn Error + 'static)) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        #[cfg(feature = "http2")]
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            return is_transient(error);
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return !matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
            );
        }
        cause = error.source();
    }
    false
}

#[cfg(feature = "http2")]
fn h2_error(error: &hyper::Error) -> Option<&h2::Error> {
    error.source()?.downcast_ref()
}

/// Whether the server says that it has not looked at the request: after GOAWAY, h2 fails only the streams above the last one
/// that the server has looked at.
#[cfg(feature = "http2")]
pub(super) fn refused(error: &hyper::Error) -> bool {
    h2_error(error).is_some_and(|error| {
        error.is_remote()
            && (error.is_go_away() || error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

/// Whether this side has ended the stream, as hyper does where the request's body fails.
#[cfg(feature = "http2")]
fn is_own_reset(error: &hyper::Error) -> bool {
    h2_error(error)
        .is_some_and(|error| error.is_reset() && !error.is_remote() && !error.is_library())
}

/// Whether another attempt may succeed: the connection broke off, or the server ended it or the stream in good order.
#[cfg(feature = "http2")]
fn is_transient(error: &h2::Error) -> bool {
    let reasons = [
        h2::Reason::NO_ERROR,
        h2::Reason::REFUSED_STREAM,
        h2::Reason::CANCEL,
        h2::Reason::INTERNAL_ERROR,
        h2::Reason::ENHANCE_YOUR_CALM,
    ];
    error.is_io()
        || error
            .reason()
            .is_some_and(|reason| reasons.contains(&reason))
}
