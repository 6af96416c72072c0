//! Whether an attempt is worth another, and when: standard mode as all AWS SDKs have it, and adaptive mode.

use std::time::Duration;

use aws_smithy_types::retry::{ErrorKind, ReconnectMode, RetryConfig, RetryMode, RetrySpec};
use connect_protocol::operation::{Operation, Retry};
use http::HeaderMap;

use crate::error::{CallError, ConnectorError, SdkError};
use crate::random::SharedRandom;

pub(crate) use adaptive::AdaptiveLimiter;
pub(crate) use quota::{Permit, RetryQuota};

mod adaptive;
mod quota;

/// The base of the delay after anything but throttling, at most.
const TRANSIENT_BASE: Duration = Duration::from_millis(50);
/// How much later than the own delay the service may ask a client to come back.
const MAX_EXTRA_DELAY: Duration = Duration::from_secs(5);

const THROTTLING_CODES: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];
const TRANSIENT_CODES: [&str; 2] = ["RequestTimeout", "RequestTimeoutException"];
const TRANSIENT_STATUSES: [u16; 4] = [500, 502, 503, 504];

/// Why an attempt is worth another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It passes by itself.
    Transient,
    /// The caller is too fast.
    Throttling,
    /// The request was signed at a wrong time; the right one is known now.
    ClockSkew,
}

impl Reason {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Throttling => "throttling",
            Self::ClockSkew => "clock skew",
        }
    }
}

/// Sorts a response that is no success.
fn classify_response(operation: &Operation, status: u16, code: Option<&str>) -> Option<Reason> {
    let modeled = code.and_then(|code| operation.errors.iter().find(|error| error.code == code));
    let known = |codes: &[&str]| code.is_some_and(|code| codes.contains(&code));
    match modeled.and_then(|error| error.retry) {
        Some(Retry::Throttling) => return Some(Reason::Throttling),
        _ if known(&THROTTLING_CODES) => return Some(Reason::Throttling),
        Some(Retry::Transient) => return Some(Reason::Transient),
        None => {}
    }
    if status == 429 && modeled.is_none() {
        return Some(Reason::Throttling);
    }
    (known(&TRANSIENT_CODES) || TRANSIENT_STATUSES.contains(&status)).then_some(Reason::Transient)
}

/// Whether a status alone is worth another attempt, and on another connection.
pub(crate) fn is_transient(status: http::StatusCode) -> bool {
    TRANSIENT_STATUSES.contains(&status.as_u16())
}

/// Why another attempt makes sense after this error, if it does.
pub(crate) fn classify(error: &CallError, operation: &Operation) -> Option<Reason> {
    match error {
        SdkError::DispatchFailure(failure) => {
            failure.as_connector_error().and_then(classify_connector)
        }
        SdkError::TimeoutError(_) => Some(Reason::Transient),
        SdkError::ServiceError(context) if context.err().skewed => Some(Reason::ClockSkew),
        SdkError::ServiceError(context) => {
            let code = context.err().metadata.code();
            classify_response(operation, context.raw().status().as_u16(), code)
        }
        // An error page that is too large is an error all the same.
        SdkError::ResponseError(context) => {
            classify_response(operation, context.raw().status().as_u16(), None)
        }
        SdkError::ConstructionFailure(_) => None,
    }
}

/// Sorts the error of a sender.
fn classify_connector(error: &ConnectorError) -> Option<Reason> {
    if error.is_io() || error.is_timeout() {
        return Some(Reason::Transient);
    }
    match error.as_other()? {
        ErrorKind::ThrottlingError => Some(Reason::Throttling),
        ErrorKind::TransientError | ErrorKind::ServerError => Some(Reason::Transient),
        _ => None,
    }
}

/// How long the service asks to wait: `x-amz-retry-after`, in milliseconds.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("x-amz-retry-after")?.to_str().ok()?;
    // `parse` would take a plus sign.
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| value.parse().ok().map(Duration::from_millis))
        .flatten()
}

/// How often and how soon.
#[derive(Debug, Clone)]
pub(crate) struct RetryPolicy {
    pub(crate) mode: RetryMode,
    pub(crate) max_attempts: u32,
    /// Close a connection whose server responded with a transient error.
    pub(crate) reconnect: bool,
    throttling_base: Duration,
    transient_base: Duration,
    max_backoff: Duration,
    jitter: bool,
}

impl RetryPolicy {
    pub(crate) fn new(config: &RetryConfig) -> Self {
        let throttling_base = config.initial_backoff();
        let transient_base = config
            .retry_spec()
            .map_or(TRANSIENT_BASE, RetrySpec::non_throttling_initial_backoff);
        Self {
            mode: config.mode(),
            max_attempts: config.max_attempts().max(1),
            reconnect: config.reconnect_mode() == ReconnectMode::ReconnectOnTransientError,
            throttling_base,
            transient_base: transient_base.min(throttling_base),
            max_backoff: config.max_backoff(),
            jitter: !config.use_static_exponential_base(),
        }
    }

    /// The delay before retry number `retry`, from 0.
    pub(crate) fn backoff(
        &self,
        reason: Reason,
        retry: u32,
        asked_for: Option<Duration>,
        random: &SharedRandom,
    ) -> Duration {
        let base = match reason {
            Reason::Throttling => self.throttling_base,
            Reason::Transient | Reason::ClockSkew => self.transient_base,
        };
        let doubled = 1_u32
            .checked_shl(retry)
            .and_then(|factor| base.checked_mul(factor));
        let limit = doubled.map_or(self.max_backoff, |delay| delay.min(self.max_backoff));
        let delay = if self.jitter {
            limit.mul_f64(random.fraction())
        } else {
            limit
        };
        match asked_for {
            Some(asked_for) => asked_for.clamp(delay, delay + MAX_EXTRA_DELAY),
            None => delay,
        }
    }
}

#[cfg(test)]
mod tests {
    use connect_protocol::endpoint::Endpoint;
    use connect_protocol::operation::{ModeledError, Service};
    use http::HeaderValue;

    use super::*;
    use crate::random::Random;

    static SERVICE: Service = Service {
        sdk_id: "Test",
        version: "1",
        signing_name: "test",
        endpoint: |_| Ok(Endpoint::new("https://h")),
    };
    static OPERATION: Operation = Operation {
        service: &SERVICE,
        name: "Test",
        auth: &[],
        errors: &[
            ModeledError::new("QuotaException", 429, None),
            ModeledError::new("LimitExceededException", 429, None),
            ModeledError::new("BusyException", 409, Some(Retry::Transient)),
            ModeledError::new("TooFastException", 400, Some(Retry::Throttling)),
        ],
        unsigned_payload: false,
        streaming_output: false,
        json_output: true,
        compressible: false,
        endpoint_params: &[],
    };

    #[test]
    fn responses_are_sorted_by_trait_then_code_then_status() {
        for (status, code, expected) in [
            (400, Some("ThrottlingException"), Some(Reason::Throttling)),
            (
                429,
                Some("LimitExceededException"),
                Some(Reason::Throttling),
            ),
            (429, Some("QuotaException"), None),
            (429, Some("Unheard"), Some(Reason::Throttling)),
            (429, None, Some(Reason::Throttling)),
            (409, Some("BusyException"), Some(Reason::Transient)),
            (400, Some("TooFastException"), Some(Reason::Throttling)),
            (400, Some("RequestTimeout"), Some(Reason::Transient)),
            (500, None, Some(Reason::Transient)),
            (502, Some("Unheard"), Some(Reason::Transient)),
            (503, Some("SlowDown"), Some(Reason::Throttling)),
            (504, None, Some(Reason::Transient)),
            (501, None, None),
            (404, Some("ResourceNotFoundException"), None),
            (301, None, None),
        ] {
            let reason = classify_response(&OPERATION, status, code);
            assert_eq!(reason, expected, "{status} {code:?}");
        }
    }

    #[test]
    fn every_code_of_the_lists_counts_whatever_its_status() {
        let throttling = "Throttling ThrottlingException ThrottledException RequestThrottledException \
            TooManyRequestsException ProvisionedThroughputExceededException TransactionInProgressException \
            RequestLimitExceeded BandwidthLimitExceeded LimitExceededException RequestThrottled SlowDown \
            PriorRequestNotComplete EC2ThrottledException";
        for code in throttling.split_whitespace() {
            let reason = classify_response(&OPERATION, 400, Some(code));
            assert_eq!(reason, Some(Reason::Throttling), "{code}");
        }
        for code in ["RequestTimeout", "RequestTimeoutException"] {
            let reason = classify_response(&OPERATION, 400, Some(code));
            assert_eq!(reason, Some(Reason::Transient), "{code}");
        }
    }

    #[derive(Debug)]
    struct Fraction(f64);

    impl Random for Fraction {
        fn next_u64(&self) -> u64 {
            (self.0 * (1u64 << 53) as f64) as u64 * (1 << 11)
        }
    }

    fn delay(reason: Reason, retry: u32, asked_for: Option<u64>, fraction: f64) -> u128 {
        let policy = RetryPolicy::new(&RetryConfig::standard());
        let random = SharedRandom::new(Fraction(fraction));
        let asked_for = asked_for.map(Duration::from_millis);
        let delay = policy.backoff(reason, retry, asked_for, &random);
        delay.as_millis()
    }

    #[test]
    fn delays_double_up_to_twenty_seconds() {
        let halves = |reason| [0, 1, 2, 3, 4, 5].map(|retry| delay(reason, retry, None, 0.5));
        assert_eq!(halves(Reason::Transient)[..4], [25, 50, 100, 200]);
        let throttling = [500, 1000, 2000, 4000, 8000, 10_000];
        assert_eq!(halves(Reason::Throttling), throttling);
        assert_eq!(delay(Reason::Transient, 63, None, 0.5), 10_000);
        assert_eq!(delay(Reason::Transient, 0, None, 0.0), 0);
    }

    #[test]
    fn the_service_can_ask_for_up_to_five_seconds_more() {
        assert_eq!(delay(Reason::Transient, 0, Some(3000), 0.5), 3000);
        assert_eq!(delay(Reason::Transient, 0, Some(30_000), 0.5), 5025);
        assert_eq!(delay(Reason::Throttling, 0, Some(3), 0.5), 500);
    }

    #[test]
    fn what_is_no_number_of_milliseconds_is_ignored() {
        let header = |value| {
            let mut headers = HeaderMap::new();
            headers.insert("x-amz-retry-after", HeaderValue::from_static(value));
            retry_after(&headers)
        };
        assert_eq!(header("1500"), Some(Duration::from_millis(1500)));
        for bad in ["", "-1", "+1", "1.5", "soon", "99999999999999999999999"] {
            assert_eq!(header(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_shorter_first_delay_counts_for_both() {
        let config = RetryConfig::standard().with_initial_backoff(Duration::from_millis(10));
        let policy = RetryPolicy::new(&config);
        let random = SharedRandom::new(Fraction(0.5));
        for reason in [Reason::Transient, Reason::Throttling] {
            let delay = policy.backoff(reason, 0, None, &random);
            assert_eq!(delay, Duration::from_millis(5));
        }
    }
}
