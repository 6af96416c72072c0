//! The retry quota: a bucket of tokens that retries take from and successes fill, so that a client whose calls fail
//! soon stops adding to the load.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::Reason;

const CAPACITY: u32 = 500;
const RETRY_COST: u32 = 14;
const THROTTLING_COST: u32 = 5;
const SUCCESS_AT_ONCE: u32 = 1;

/// One client's bucket. Full at first.
#[derive(Debug)]
pub(crate) struct RetryQuota(AtomicU32);

/// Tokens that a retry has taken. Given back if the call is dropped before the retry is made.
#[derive(Debug)]
pub(crate) struct Permit {
    quota: Arc<RetryQuota>,
    cost: u32,
}

impl Permit {
    /// The retry is made now: what it costs, which comes back only with its success. A call that is given up half way, by its
    /// time limit or its caller, has cost the service as much as one that failed.
    pub(crate) fn spend(mut self) -> u32 {
        std::mem::take(&mut self.cost)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.quota.add(self.cost);
    }
}

impl RetryQuota {
    /// Takes what a retry costs. `None` if there is not enough.
    pub(crate) fn take(self: &Arc<Self>, reason: Reason) -> Option<Permit> {
        let cost = match reason {
            Reason::Throttling => THROTTLING_COST,
            Reason::Transient | Reason::ClockSkew => RETRY_COST,
        };
        let take = |tokens: u32| tokens.checked_sub(cost);
        let taken = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.ok().map(|_| Permit {
            quota: self.clone(),
            cost,
        })
    }

    /// A call succeeded: what its last retry cost comes back, or a token is added if it needed none.
    pub(crate) fn succeed(&self, cost: Option<u32>) {
        self.add(cost.unwrap_or(SUCCESS_AT_ONCE));
    }

    fn add(&self, tokens: u32) {
        // Most calls succeed at once while the bucket is full: they only read it.
        if tokens > 0 && self.0.load(Ordering::Relaxed) < CAPACITY {
            let add = |held: u32| Some((held + tokens).min(CAPACITY));
            let _ = self
                .0
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        }
    }
}

impl Default for RetryQuota {
    fn default() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(quota: &RetryQuota) -> u32 {
        quota.0.load(Ordering::Relaxed)
    }

    #[test]
    fn retries_cost_until_the_bucket_is_empty() {
        let quota = Arc::new(RetryQuota::default());
        for _ in 0..35 {
            let _ = quota.take(Reason::Transient).unwrap().spend();
        }
        assert_eq!(left(&quota), 10);
        assert!(quota.take(Reason::Transient).is_none());
        let _ = quota.take(Reason::Throttling).unwrap().spend();
        let _ = quota.take(Reason::Throttling).unwrap().spend();
        assert!(quota.take(Reason::Throttling).is_none());
    }

    #[test]
    fn success_gives_back_what_the_last_retry_took_or_one() {
        let quota = Arc::new(RetryQuota::default());
        let _ = quota.take(Reason::Transient).unwrap().spend();
        let last = quota.take(Reason::Throttling).unwrap().spend();
        assert_eq!((left(&quota), last), (481, 5));
        quota.succeed(Some(last));
        assert_eq!(left(&quota), 486);
        quota.succeed(None);
        assert_eq!(left(&quota), 487);
    }

    #[test]
    fn the_bucket_never_overflows() {
        let quota = Arc::new(RetryQuota::default());
        quota.succeed(None);
        assert_eq!(left(&quota), CAPACITY);
    }

    #[test]
    fn a_retry_that_was_never_made_gives_back_what_it_took() {
        let quota = Arc::new(RetryQuota::default());
        drop(quota.take(Reason::Transient));
        assert_eq!(left(&quota), CAPACITY);
        let _ = quota.take(Reason::Transient).unwrap().spend();
        assert_eq!(left(&quota), CAPACITY - RETRY_COST);
    }
}
