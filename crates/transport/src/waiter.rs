//! Waiting for a state: an operation called again and again until its outcome shows that it is reached.

use std::future::Future;
use std::time::Duration;

use crate::Handle;
use crate::error::SdkError;

/// What an outcome means for the state that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is reached.
    Success,
    /// It cannot be reached any more.
    Failure,
    /// Not yet.
    Retry,
    /// An error that the waiter does not know.
    Unknown,
}

/// Why a state was not reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaiterError<O, E> {
    /// It cannot be reached any more, as this outcome shows.
    #[error("{waiter} cannot be reached any more")]
    Failed {
        /// The waiter's name.
        waiter: &'static str,
        /// The outcome.
        answer: Box<Result<O, SdkError<E>>>,
    },
    /// The time was up.
    #[error("{waiter} was not reached in time, after {attempts} attempts")]
    TimedOut {
        /// The waiter's name.
        waiter: &'static str,
        /// How often it asked.
        attempts: u32,
    },
    /// A request failed in a way that the waiter does not know.
    #[error("{0}")]
    Call(#[source] SdkError<E>),
}

/// Calls until `judge` is satisfied, waiting ever longer between calls: from the least to the longest of `delay` (seconds), doubled each
/// time and with jitter, and never beyond `limit`.
///
/// # Errors
/// See [`WaiterError`].
pub async fn wait<O, E, F>(
    handle: &Handle,
    waiter: &'static str,
    delay: (u32, u32),
    limit: Duration,
    call: impl Fn() -> F,
    judge: impl Fn(&Result<O, SdkError<E>>) -> State,
) -> Result<Result<O, SdkError<E>>, WaiterError<O, E>>
where
    F: Future<Output = Result<O, SdkError<E>>>,
{
    let start = handle.now();
    let mut attempts = 0_u32;
    loop {
        attempts = attempts.saturating_add(1);
        let outcome = call().await;
        match (judge(&outcome), outcome) {
            (State::Success, outcome) => return Ok(outcome),
            (State::Failure, outcome) => {
                return Err(WaiterError::Failed {
                    waiter,
                    answer: Box::new(outcome),
                });
            }
            (State::Unknown, Err(error)) => return Err(WaiterError::Call(error)),
            (State::Retry | State::Unknown, _) => {}
        }
        let spent = handle.now().duration_since(start).unwrap_or_default();
        let left = limit.saturating_sub(spent);
        let pause = pause(delay, attempts, handle.random());
        if pause >= left {
            return Err(WaiterError::TimedOut { waiter, attempts });
        }
        handle.sleep(pause).await;
    }
}

/// `random` is in [0, 1): the pause lies between the least delay and its doublings so far.
fn pause((least, longest): (u32, u32), attempts: u32, random: f64) -> Duration {
    let doubled = f64::from(least) * 2_f64.powi(i32::try_from(attempts.min(31)).unwrap_or(31) - 1);
    let most = doubled.min(f64::from(longest.max(least)));
    Duration::from_secs_f64(f64::from(least) + random * (most - f64::from(least)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_no_further() {
        assert_eq!(pause((2, 120), 1, 0.9), Duration::from_secs(2));
        assert_eq!(pause((2, 120), 3, 0.5), Duration::from_secs(5));
        assert_eq!(pause((2, 120), 30, 0.5), Duration::from_secs(61));
        assert_eq!(pause((5, 1), 4, 0.9), Duration::from_secs(5));
    }
}
