//! Faults on purpose, the same again for the same seed.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::rule::{self, RuleError};

/// The statuses of codes that need none to be given: those of the model, and what services return beside it.
const STATUSES: [(&str, u16); 19] = [
    ("AccessDeniedException", 403),
    ("ConflictException", 409),
    ("ContactNotFoundException", 410),
    ("DestinationNotAllowedException", 403),
    ("ExpiredTokenException", 403),
    ("IdempotencyException", 409),
    ("InternalFailure", 500),
    ("InternalServiceException", 500),
    ("InvalidParameterException", 400),
    ("InvalidRequestException", 400),
    ("LimitExceededException", 429),
    ("OutboundContactNotPermittedException", 403),
    ("RequestTimeoutException", 408),
    ("ResourceNotFoundException", 404),
    ("ServiceQuotaExceededException", 402),
    ("ServiceUnavailable", 503),
    ("SlowDown", 503),
    ("ThrottlingException", 429),
    ("TooManyRequestsException", 429),
];

/// Something that goes wrong with a share of the calls, of one operation or of all.
///
/// It is read from `[OPERATION:]KIND[=VALUE][@SHARE]`, where the share is above 0 and at most 1, which it is where none is
/// given. The kinds are
///
/// - `latency=200ms` or `latency=50ms..2s`: the operation begins later, all times of the range being equally likely;
/// - `error=CODE`, with the status that the code has, or `error=CODE/STATUS`: the operation is not carried out, and this error
///   is returned;
/// - `reset`: the connection is reset, of two calls one before the operation is carried out and one after it;
/// - `stall`: of two calls, one is not carried out and gets no response, and one gets half of its response's body. The
///   connection stays open until the caller closes it or the endpoint stops.
///
/// Of several rules, all that strike a call are applied, up to the first that is no latency. Which calls they strike depends
/// on the seed and the order of calls alone.
///
/// ```
/// use connect_local_endpoint::{Fault, LocalEndpoint};
///
/// # fn main() -> Result<(), connect_local_endpoint::RuleError> {
/// let builder = LocalEndpoint::builder()
///     .fault("StopContact:error=ThrottlingException@0.1".parse()?)
///     .fault("reset@0.01".parse()?)
///     .fault_seed(7);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Fault {
    text: String,
    pub(crate) operation: Option<String>,
    kind: Kind,
    share: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Latency(RangeInclusive<Duration>),
    Error { code: String, status: u16 },
    Reset,
    Stall,
}

/// As it was read.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Fault {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (rest, share) = match text.rsplit_once('@') {
            Some((rest, share)) => (rest, number(share, "a share above 0 and at most 1")?),
            None => (text, 1.0),
        };
        let (operation, rest) = match rest.split_once(':') {
            Some((name, rest)) => (Some(rule::operation(name)?), rest),
            None => (None, rest),
        };
        let kind = match rest.split_once('=') {
            Some(("latency", value)) => Kind::Latency(latency(value)?),
            Some(("error", value)) => error(value)?,
            None if rest == "reset" => Kind::Reset,
            None if rest == "stall" => Kind::Stall,
            _ => {
                let what = "latency=TIME, latency=TIME..TIME, error=CODE, reset or stall";
                return Err(RuleError::expected(what, rest));
            }
        };
        Ok(Self {
            text: text.to_owned(),
            operation,
            kind,
            share,
        })
    }
}

fn number(text: &str, what: &str) -> Result<f64, RuleError> {
    let number = text.parse().ok();
    let number = number.filter(|share| *share > 0.0 && *share <= 1.0);
    number.ok_or_else(|| RuleError::expected(what, text))
}

fn latency(text: &str) -> Result<RangeInclusive<Duration>, RuleError> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let time = |text: &str| {
        let (number, unit) = match text.strip_suffix("ms") {
            Some(number) => (number, 1e-3),
            None => (text.strip_suffix('s')?, 1.0),
        };
        Duration::try_from_secs_f64(number.parse::<f64>().ok()? * unit).ok()
    };
    let range = time(from).zip(time(to)).filter(|(from, to)| from <= to);
    let what = "a time as 200ms or 1.5s, or two as 50ms..2s";
    let (from, to) = range.ok_or_else(|| RuleError::expected(what, text))?;
    Ok(from..=to)
}

fn error(text: &str) -> Result<Kind, RuleError> {
    let (code, status) = match text.split_once('/') {
        Some((code, status)) => (code, status.parse().ok()),
        None => {
            let known = STATUSES.iter().find(|(code, _)| *code == text);
            (text, known.map(|(_, status)| *status))
        }
    };
    let status = status.filter(|status| (400..=599).contains(status));
    let is_name = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let what =
        "the code of an error that is known here, or CODE/STATUS with a status from 400 to 599";
    let status = status.filter(|_| is_name);
    let status = status.ok_or_else(|| RuleError::expected(what, text))?;
    Ok(Kind::Error {
        code: code.to_owned(),
        status,
    })
}

/// How a response ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As it should.
    #[default]
    Whole,
    /// Half of the body comes, and then nothing.
    Half,
    /// Nothing comes.
    Silence,
    /// The connection is reset instead.
    Reset,
}

/// What becomes of a call.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Strike {
    pub(crate) delay: Duration,
    /// An error's code and status, in place of the operation.
    pub(crate) error: Option<(String, u16)>,
    pub(crate) ending: Ending,
    /// Whether the operation is carried out.
    pub(crate) carried_out: bool,
}

/// How often each fault has struck so far: it counts on while the endpoint runs.
#[derive(Clone, Debug)]
pub struct Injected(Arc<Faults>);

impl Injected {
    /// The faults in the order in which they were given, each with the number of calls that it has struck.
    pub fn counts(&self) -> impl Iterator<Item = (&Fault, u64)> {
        let rules = self.0.rules.iter();
        rules.map(|(fault, count)| (fault, count.load(Ordering::Relaxed)))
    }
}

/// The faults of an endpoint.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    calls: AtomicU64,
    rules: Vec<(Fault, AtomicU64)>,
}

impl Faults {
    pub(crate) fn new(seed: u64, faults: Vec<Fault>) -> Self {
        let rules = faults.into_iter().map(|fault| (fault, AtomicU64::new(0)));
        Self {
            seed,
            calls: AtomicU64::new(0),
            rules: rules.collect(),
        }
    }

    /// What to count by.
    pub(crate) fn injected(self: &Arc<Self>) -> Injected {
        Injected(Arc::clone(self))
    }

    /// Decides about the next call.
    pub(crate) fn strike(&self, operation: &str) -> Strike {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let mut strike = Strike {
            carried_out: true,
            ..Strike::default()
        };
        for (index, (fault, count)) in self.rules.iter().enumerate() {
            let of_another = fault
                .operation
                .as_deref()
                .is_some_and(|name| name != operation);
            let [share, amount, coin] = draw(self.seed, call, index);
            if of_another || share >= fault.share {
                continue;
            }
            count.fetch_add(1, Ordering::Relaxed);
            let first = coin < 0.5;
            match &fault.kind {
                Kind::Latency(range) => {
                    let more = (*range.end() - *range.start()).mul_f64(amount);
                    strike.delay = strike.delay.saturating_add(*range.start() + more);
                    continue;
                }
                Kind::Error { code, status } => {
                    strike.error = Some((code.clone(), *status));
                    strike.carried_out = false;
                }
                Kind::Reset => (strike.ending, strike.carried_out) = (Ending::Reset, !first),
                Kind::Stall if first => {
                    (strike.ending, strike.carried_out) = (Ending::Silence, false);
                }
                Kind::Stall => strike.ending = Ending::Half,
            }
            break;
        }
        strike
    }
}

/// Numbers from 0 to 1 for one rule and one call, without a state that concurrent calls would share.
fn draw(seed: u64, call: u64, rule: usize) -> [f64; 3] {
    let mut hash = Sha256::new();
    for number in [seed, call, rule as u64] {
        hash.update(number.to_le_bytes());
    }
    let hash = hash.finalize();
    let mut numbers = hash.chunks_exact(8).map(|bytes| {
        let bits = bytes
            .iter()
            .fold(0, |bits, byte| bits << 8 | u64::from(*byte));
        // The 53 bits that a double holds.
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    });
    std::array::from_fn(|_| numbers.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use connect_sdk::server::ErrorResponse;
    use connect_sdk::types::error::{
        AccessDeniedException, ConflictException, ContactNotFoundException,
        DestinationNotAllowedException, IdempotencyException, InternalServiceException,
        InvalidParameterException, InvalidRequestException, LimitExceededException,
        OutboundContactNotPermittedException, ResourceNotFoundException,
        ServiceQuotaExceededException, ThrottlingException,
    };

    use super::*;

    fn faults(seed: u64, rules: &[&str]) -> Faults {
        Faults::new(
            seed,
            rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        )
    }

    fn strikes(seed: u64, rules: &[&str]) -> (Vec<Strike>, Vec<u64>) {
        let faults = Arc::new(faults(seed, rules));
        let strikes = (0..10_000).map(|_| faults.strike("StopContact")).collect();
        (
            strikes,
            faults.injected().counts().map(|(_, count)| count).collect(),
        )
    }

    #[test]
    fn shares_are_kept_and_counted_and_both_kinds_of_each_come() {
        let rules = [
            "TagContact:reset",
            "latency=10ms..30ms@0.5",
            "error=ThrottlingException@0.2",
            "StopContact:reset@0.2",
            "stall@0.2",
        ];
        let (strikes, counts) = strikes(1, &rules);
        // 0.2 of what is left of it by the one before.
        for (count, expected) in counts.iter().zip([0, 5000, 2000, 1600, 1280]) {
            assert!(count.abs_diff(expected) < 200, "{counts:?}");
        }
        let count = |is: &dyn Fn(&Strike) -> bool| {
            strikes.iter().filter(|strike| is(strike)).count() as u64
        };
        assert_eq!(
            count(&|strike| strike.error.is_some() && !strike.carried_out),
            counts[2]
        );
        for carried_out in [false, true] {
            let resets = count(&|strike| {
                strike.ending == Ending::Reset && strike.carried_out == carried_out
            });
            assert!(resets.abs_diff(800) < 100, "{resets}");
        }
        for ending in [Ending::Silence, Ending::Half] {
            let stalls = count(&|strike| {
                strike.ending == ending && strike.carried_out == (ending == Ending::Half)
            });
            assert!(stalls.abs_diff(640) < 100, "{stalls}");
        }
        let delays = strikes.iter().map(|strike| strike.delay.as_millis());
        let delays: Vec<_> = delays.filter(|delay| *delay > 0).collect();
        assert!(delays.iter().all(|delay| (10..=30).contains(delay)));
        assert!(delays.contains(&11) && delays.contains(&29));
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let rules = ["latency=0s..1s@0.5", "reset@0.3", "stall@0.3"];
        assert_eq!(strikes(7, &rules), strikes(7, &rules));
        assert_ne!(strikes(7, &rules), strikes(8, &rules));
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        for (text, operation, kind, share) in [
            ("reset", None, Kind::Reset, 1.0),
            (
                "StopContact:stall@0.25",
                Some("StopContact"),
                Kind::Stall,
                0.25,
            ),
            (
                "latency=200ms",
                None,
                Kind::Latency(Duration::from_millis(200)..=Duration::from_millis(200)),
                1.0,
            ),
            (
                "latency=50ms..1.5s@1",
                None,
                Kind::Latency(Duration::from_millis(50)..=Duration::from_millis(1500)),
                1.0,
            ),
            (
                "error=Strange/418@1e-3",
                None,
                Kind::Error {
                    code: "Strange".to_owned(),
                    status: 418,
                },
                0.001,
            ),
        ] {
            let fault: Fault = text.parse().unwrap();
            let read = (fault.operation.as_deref(), fault.kind.clone(), fault.share);
            assert_eq!(read, (operation, kind, share));
            assert_eq!(fault.to_string(), text);
        }
        for text in [
            "",
            "reset=1",
            "Reset",
            "stall@",
            "stall@0",
            "stall@1.01",
            "stall@nan",
            "stall@-1",
            ":stall",
            "a b:stall",
            "StopContact:",
            "latency",
            "latency=",
            "latency=5",
            "latency=-5ms",
            "latency=nans",
            "latency=infs",
            "latency=2s..1s",
            "latency=1s..",
            "latency=1s..2s..3s",
            "latency=1e300s",
            "error",
            "error=",
            "error=Strange",
            "error=Strange/200",
            "error=Strange/x",
            "error=/500",
            "error=Str\r\nange/500",
            "error=ThrottlingException/",
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with("expected "), "{text}: {error}");
            assert!(!error.contains(char::is_control), "{error}");
        }
    }

    #[test]
    fn the_model_s_errors_have_the_model_s_statuses() {
        macro_rules! errors {
            ($($name:ident)*) => { [$(ErrorResponse::from($name::builder().build())),*] };
        }
        for error in errors![
            AccessDeniedException ConflictException ContactNotFoundException DestinationNotAllowedException
            IdempotencyException InternalServiceException InvalidParameterException InvalidRequestException
            LimitExceededException OutboundContactNotPermittedException ResourceNotFoundException
            ServiceQuotaExceededException ThrottlingException
        ] {
            let row = (error.code(), error.status());
            assert!(STATUSES.contains(&row), "{row:?}");
        }
    }
}
