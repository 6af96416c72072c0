//! How often operations may be called.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use connect_protocol::bucket::{TokenBucket, seconds};

use crate::rule::{self, RuleError};

/// A limit on calls: so many per second, and so many at once after a pause. Each operation is counted by itself and all
/// callers together, as Amazon Connect counts the calls of an account in a Region. Calls beyond get ThrottlingException.
///
/// It is read from `RATE/BURST`, for all operations, or from `OPERATION=RATE/BURST`, which goes before it:
///
/// ```
/// use connect_local_endpoint::{LocalEndpoint, Quota};
///
/// # fn main() -> Result<(), connect_local_endpoint::RuleError> {
/// // As Amazon Connect has it for most operations.
/// let builder = LocalEndpoint::builder().quota("2/5".parse()?);
/// let builder = builder.quota("SearchContacts=0.5/1".parse()?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Quota {
    pub(crate) operation: Option<String>,
    per_second: f64,
    burst: u32,
}

impl FromStr for Quota {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (operation, limit) = match text.split_once('=') {
            Some((name, limit)) => (Some(rule::operation(name)?), limit),
            None => (None, text),
        };
        let read = || {
            let (rate, burst) = limit.split_once('/')?;
            let (rate, burst) = (rate.parse::<f64>().ok()?, burst.parse::<u32>().ok()?);
            ((0.001..=1e9).contains(&rate) && burst > 0).then_some((rate, burst))
        };
        let what = "calls per second, at least 0.001, and calls at once, as 2/5";
        let (per_second, burst) = read().ok_or_else(|| RuleError::expected(what, limit))?;
        Ok(Self {
            operation,
            per_second,
            burst,
        })
    }
}

/// The buckets of operations that are limited.
#[derive(Debug, Default)]
pub(crate) struct Quotas(HashMap<&'static str, Mutex<TokenBucket>>);

impl Quotas {
    /// Of several quotas that an operation could have, the last of its own counts, else the last of all.
    pub(crate) fn new(quotas: &[Quota], operations: &[&'static str]) -> Self {
        let quota_of = |name: Option<&str>| {
            let mut quotas = quotas.iter().rev();
            quotas.find(|quota| quota.operation.as_deref() == name)
        };
        let buckets = operations.iter().filter_map(|name| {
            let quota = quota_of(Some(name)).or_else(|| quota_of(None))?;
            let bucket = TokenBucket::full(quota.per_second, quota.burst);
            Some((*name, Mutex::new(bucket)))
        });
        Self(buckets.collect())
    }

    /// Whether the operation may be called now; if so, the call is counted.
    pub(crate) fn admit(&self, operation: &str, now: SystemTime) -> bool {
        self.0.get(operation).is_none_or(|bucket| {
            let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
            bucket.take(seconds(now)).is_none()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::auth::testing::now;

    const OPERATIONS: &[&str] = &["One", "Other"];

    /// How many calls of an operation are admitted at a time.
    fn admitted(quotas: &Quotas, operation: &str, milliseconds: u64) -> usize {
        let now = now() + Duration::from_millis(milliseconds);
        (0..100)
            .take_while(|_| quotas.admit(operation, now))
            .count()
    }

    #[test]
    fn a_burst_then_the_rate_for_each_operation() {
        let quotas = ["9/9", "2/5", "Other=0.5/1"].map(|text| text.parse().unwrap());
        let quotas = Quotas::new(&quotas, OPERATIONS);
        for (operation, time, expected) in [
            ("One", 0, 5),
            ("Other", 0, 1),
            ("One", 400, 0),
            ("One", 501, 1),
            ("Other", 1900, 0),
            ("Other", 2001, 1),
            ("One", 99_000, 5),
        ] {
            let count = admitted(&quotas, operation, time);
            assert_eq!(count, expected, "{operation} after {time} ms");
        }
        let one = Quotas::new(&["One=2/5".parse().unwrap()], OPERATIONS);
        assert_eq!(
            (admitted(&one, "One", 0), admitted(&one, "Other", 0)),
            (5, 100)
        );
    }

    #[test]
    fn wrong_quotas_are_rejected() {
        for text in [
            "",
            "2",
            "/",
            "2/",
            "/5",
            "2/0",
            "0/5",
            "-1/5",
            "2/5/1",
            "2/5.5",
            "nan/5",
            "inf/5",
            "2/-5",
            "One=",
            "=2/5",
            "O ne=2/5",
            "One=2",
            "One=Two=2/5",
            "2/99999999999",
        ] {
            let error = text.parse::<Quota>().unwrap_err().to_string();
            assert!(error.starts_with("expected "), "{text}: {error}");
        }
    }
}
