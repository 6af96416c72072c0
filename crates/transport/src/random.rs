//! Randomness: jitter, invocation IDs, idempotency tokens.

use std::fmt;
use std::sync::Arc;

use connect_protocol::uuid::version_4;

/// A source of random numbers. It need not be cryptographic: nothing secret is made from it.
pub trait Random: fmt::Debug + Send + Sync {
    /// 64 uniformly distributed bits.
    fn next_u64(&self) -> u64;
}

/// A [`Random`] that clients share.
#[derive(Clone, Debug)]
pub struct SharedRandom(Arc<dyn Random>);

impl SharedRandom {
    /// Shares `random`.
    pub fn new(random: impl Random + 'static) -> Self {
        Self(Arc::new(random))
    }

    /// A number in [0, 1).
    pub(crate) fn fraction(&self) -> f64 {
        // The 53 bits that a double holds.
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A random (version 4) UUID in its usual form: 36 ASCII characters.
    pub(crate) fn uuid(&self) -> [u8; 36] {
        let bits = (u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64());
        version_4(bits.to_be_bytes())
    }
}

impl Default for SharedRandom {
    fn default() -> Self {
        Self::new(ThreadLocal)
    }
}

#[derive(Debug)]
struct ThreadLocal;

impl Random for ThreadLocal {
    fn next_u64(&self) -> u64 {
        fastrand::u64(..)
    }
}

/// The same numbers for the same seed.
#[cfg(any(test, feature = "test-util"))]
#[derive(Debug)]
pub struct SeededRandom(std::sync::Mutex<fastrand::Rng>);

#[cfg(any(test, feature = "test-util"))]
impl SeededRandom {
    /// A generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(std::sync::Mutex::new(fastrand::Rng::with_seed(seed)))
    }
}

#[cfg(any(test, feature = "test-util"))]
impl Random for SeededRandom {
    fn next_u64(&self) -> u64 {
        let mut random = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        random.u64(..)
    }
}

/// Where idempotency tokens come from.
#[derive(Clone, Debug)]
pub struct IdempotencyTokenProvider(Tokens);

#[derive(Clone, Debug)]
enum Tokens {
    Fixed(&'static str),
    Random(SharedRandom),
}

impl IdempotencyTokenProvider {
    /// Always the same token: for tests.
    pub fn fixed(token: &'static str) -> Self {
        Self(Tokens::Fixed(token))
    }

    /// Random UUIDs.
    pub fn random() -> Self {
        Self::from(SharedRandom::default())
    }

    /// A token for one call.
    pub fn make_idempotency_token(&self) -> String {
        match &self.0 {
            Tokens::Fixed(token) => (*token).to_owned(),
            Tokens::Random(random) => String::from_utf8_lossy(&random.uuid()).into_owned(),
        }
    }
}

impl From<&'static str> for IdempotencyTokenProvider {
    fn from(token: &'static str) -> Self {
        Self::fixed(token)
    }
}

impl From<SharedRandom> for IdempotencyTokenProvider {
    fn from(random: SharedRandom) -> Self {
        Self(Tokens::Random(random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Ones;

    impl Random for Ones {
        fn next_u64(&self) -> u64 {
            u64::MAX
        }
    }

    #[test]
    fn uuids_have_version_and_variant() {
        let uuid = SharedRandom::new(Ones).uuid();
        assert_eq!(uuid.as_slice(), b"ffffffff-ffff-4fff-bfff-ffffffffffff");
        let tokens = IdempotencyTokenProvider::random();
        let (a, b) = (
            tokens.make_idempotency_token(),
            tokens.make_idempotency_token(),
        );
        assert_ne!(a, b);
        assert_eq!((a.len(), &a[14..15]), (36, "4"));
    }

    #[test]
    fn fractions_stay_below_one() {
        assert!(SharedRandom::new(Ones).fraction() < 1.0);
    }
}
