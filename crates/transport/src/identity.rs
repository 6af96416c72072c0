//! Credentials and tokens: cached, refreshed ahead of their expiry, one refresh at a time.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::token::{ProvideToken, SharedTokenProvider};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::identity::{
    Identity, ResolveCachedIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::{BuildError, RuntimeComponents};
use aws_smithy_types::config_bag::ConfigBag;

use crate::error::{BoxError, LimitExceeded};
use crate::limits::{Limit, within};
use crate::random::SharedRandom;
use crate::sender::runtime_components;
use crate::sign::SigningKey;

/// How long a provider may take.
const LOAD_LIMIT: Duration = Duration::from_secs(10);
/// How long before their expiry credentials are refreshed, at most: a fifth of their life if that is less, and between
/// half of it and all of it, so that clients started together do not refresh together.
const REFRESH_AHEAD: Duration = Duration::from_secs(5 * 60);
/// The pause after an early refresh that brought nothing newer.
const REFRESH_PAUSE: Duration = Duration::from_secs(30);

/// Where identities come from.
#[derive(Debug, Clone)]
pub(crate) enum Provider {
    Credentials(SharedCredentialsProvider),
    Token(SharedTokenProvider),
}

/// An identity in use, with the signing key derived from it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) identity: Identity,
    pub(crate) signing_key: SigningKey,
}

impl Held {
    fn new(identity: Identity) -> Arc<Self> {
        Arc::new(Self {
            identity,
            signing_key: SigningKey::default(),
        })
    }

    fn holds(&self, now: SystemTime) -> bool {
        self.identity
            .expiration()
            .is_none_or(|expires| now < expires)
    }

    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        self.identity.data()
    }
}

/// Why there is no identity. Shared by all calls that waited for it.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum IdentityError {
    #[error("the provider of {what} failed")]
    Provider {
        what: &'static str,
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    #[error("{what}: {source}")]
    TooSlow {
        what: &'static str,
        source: LimitExceeded,
    },
    #[error("the {what} that the provider gave have expired")]
    Expired { what: &'static str },
}

/// The time as this client has it, for identities.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    pub(crate) clock: SharedTimeSource,
    pub(crate) sleep: SharedAsyncSleep,
    pub(crate) random: SharedRandom,
}

/// One provider's identities.
#[derive(Debug)]
pub(crate) struct Identities {
    provider: Provider,
    /// A cache of the caller's, asked in place of this one.
    foreign: Option<Foreign>,
    state: Mutex<State>,
    /// Held by the one who asks the provider.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Arc<Held>>,
    refresh_at: Option<SystemTime>,
    /// How often the provider was asked: who waited for their turn sees that someone else has just been there.
    asked: u64,
    last_error: Option<IdentityError>,
    /// What the service has called expired and a cache of the caller's may still give.
    rejected: Option<Arc<Held>>,
}

#[derive(Debug)]
struct Foreign {
    cache: SharedIdentityCache,
    resolver: SharedIdentityResolver,
    components: Result<RuntimeComponents, BuildError>,
    bag: ConfigBag,
}

impl Identities {
    pub(crate) fn new(
        provider: Provider,
        cache: Option<SharedIdentityCache>,
        times: &Times,
    ) -> Arc<Self> {
        let foreign = cache.map(|cache| Foreign {
            cache,
            resolver: match &provider {
                Provider::Credentials(provider) => SharedIdentityResolver::new(provider.clone()),
                Provider::Token(provider) => SharedIdentityResolver::new(provider.clone()),
            },
            components: runtime_components(times.sleep.clone(), times.clock.clone()),
            bag: ConfigBag::base(),
        });
        Arc::new(Self {
            provider,
            foreign,
            state: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An identity that holds now. That is for this machine's clock to say: who issued the identity may have another one than
    /// the service.
    pub(crate) async fn get(&self, times: &Times) -> Result<Arc<Held>, IdentityError> {
        let now = times.clock.now();
        if self.foreign.is_none()
            && let Some(held) = self.current(now)
        {
            return Ok(held);
        }
        // In a box, as its states would make every call's future larger.
        match &self.foreign {
            Some(foreign) => Box::pin(self.ask_foreign(foreign, now, times)).await,
            None => Box::pin(self.refresh(now, times)).await,
        }
    }

    /// What is held, if it holds and is not due for a refresh.
    fn current(&self, now: SystemTime) -> Option<Arc<Held>> {
        let state = self.state();
        let held = state.held.as_ref().filter(|held| held.holds(now))?;
        let due = state.refresh_at.is_some_and(|time| now >= time);
        (!due).then(|| held.clone())
    }

    async fn refresh(&self, now: SystemTime, times: &Times) -> Result<Arc<Held>, IdentityError> {
        let (held, asked) = {
            let state = self.state();
            (
                state.held.clone().filter(|held| held.holds(now)),
                state.asked,
            )
        };
        let Some(held) = held else {
            let _turn = self.turn.lock().await;
            if let Some(outcome) = self.outcome_since(asked) {
                return outcome;
            }
            return self.load(times).await;
        };
        // What is held still holds: one caller refreshes, the others go on with it.
        let Ok(_turn) = self.turn.try_lock() else {
            return Ok(held);
        };
        match self.load(times).await {
            Ok(fresh) => Ok(fresh),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot refresh {}, using those that still hold",
                    self.what()
                );
                self.state().refresh_at = Some(now + REFRESH_PAUSE);
                Ok(held)
            }
        }
    }

    /// What the provider said to someone who asked it after `asked` times, while this one waited for its turn.
    fn outcome_since(&self, asked: u64) -> Option<Result<Arc<Held>, IdentityError>> {
        let state = self.state();
        if state.asked == asked {
            return None;
        }
        match &state.last_error {
            Some(error) => Some(Err(error.clone())),
            None => state.held.clone().map(Ok),
        }
    }

    /// Makes the next call ask the provider: the service says that this identity has expired.
    pub(crate) fn reject(&self, rejected: &Arc<Held>) {
        let mut state = self.state();
        if state
            .held
            .as_ref()
            .is_some_and(|held| Arc::ptr_eq(held, rejected))
        {
            state.rejected = state.held.take();
        }
    }

    async fn load(&self, times: &Times) -> Result<Arc<Held>, IdentityError> {
        let (sleep, provided) = (&times.sleep, pin!(self.provide()));
        let provided = within(sleep, Limit::Credentials, Some(LOAD_LIMIT), provided).await;
        let loaded = match self.identity(provided) {
            Err(error @ IdentityError::TooSlow { .. }) => self.provider_fallback().ok_or(error),
            loaded => loaded,
        };
        // The provider may have taken its time.
        let now = times.clock.now();
        let loaded = loaded.and_then(|identity| self.unexpired(identity, now));
        let mut state = self.state();
        state.asked += 1;
        match loaded {
            Ok(held) => {
                let expires = held.identity.expiration();
                state.refresh_at = expires.map(|expires| refresh_at(now, expires, &times.random));
                state.held = Some(held.clone());
                state.last_error = None;
                tracing::debug!(refresh_at = ?state.refresh_at, "loaded {}", self.what());
                Ok(held)
            }
            Err(error) => {
                state.last_error = Some(error.clone());
                Err(error)
            }
        }
    }

    /// What a provider or cache gave within its time.
    fn identity(
        &self,
        given: Result<Result<Identity, BoxError>, LimitExceeded>,
    ) -> Result<Identity, IdentityError> {
        match given {
            Ok(given) => given.map_err(|error| self.failed(error)),
            Err(source) => Err(IdentityError::TooSlow {
                what: self.what(),
                source,
            }),
        }
    }

    async fn provide(&self) -> Result<Identity, BoxError> {
        Ok(match &self.provider {
            Provider::Credentials(provider) => provider.provide_credentials().await?.into(),
            Provider::Token(provider) => provider.provide_token().await?.into(),
        })
    }

    fn provider_fallback(&self) -> Option<Identity> {
        match &self.provider {
            Provider::Credentials(provider) => provider.fallback_on_interrupt().map(Into::into),
            Provider::Token(_) => None,
        }
    }

    async fn ask_foreign(
        &self,
        foreign: &Foreign,
        now: SystemTime,
        times: &Times,
    ) -> Result<Arc<Held>, IdentityError> {
        let components = foreign.components.as_ref();
        let components = components.map_err(|error| self.failed(error.to_string().into()))?;
        let (resolver, bag) = (foreign.resolver.clone(), &foreign.bag);
        let asked = foreign
            .cache
            .resolve_cached_identity(resolver, components, bag);
        let (sleep, asked) = (&times.sleep, pin!(asked));
        let given = within(sleep, Limit::Credentials, Some(LOAD_LIMIT), asked).await;
        let error = match self.identity(given) {
            Ok(identity) if self.is_rejected(&identity) => {
                return match self.current(now) {
                    Some(held) => Ok(held),
                    None => self.refresh(now, times).await,
                };
            }
            Ok(identity) => match self.unexpired(identity, times.clock.now()) {
                Ok(held) => return Ok(self.keep(held)),
                Err(error) => error,
            },
            Err(error) => error,
        };
        match self.state().held.clone().filter(|held| held.holds(now)) {
            Some(held) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the identity cache failed, using {} that still hold",
                    self.what()
                );
                Ok(held)
            }
            None => Err(error),
        }
    }

    /// Whether the caller's cache gave what the service has called expired: that cache cannot be cleared, so the provider is asked.
    fn is_rejected(&self, identity: &Identity) -> bool {
        let state = self.state();
        let rejected = state.rejected.as_ref().and_then(|held| held.credentials());
        rejected.is_some() && rejected == identity.data()
    }

    /// What the caller's cache gave; the signing key lives on while that is the same.
    fn keep(&self, new: Arc<Held>) -> Arc<Held> {
        let mut state = self.state();
        if let (Some(held), Some(_)) = (&state.held, new.credentials())
            && held.credentials() == new.credentials()
        {
            return held.clone();
        }
        state.held = Some(new.clone());
        new
    }

    fn unexpired(&self, identity: Identity, now: SystemTime) -> Result<Arc<Held>, IdentityError> {
        let held = Held::new(identity);
        if held.holds(now) {
            Ok(held)
        } else {
            Err(IdentityError::Expired { what: self.what() })
        }
    }

    fn failed(&self, error: BoxError) -> IdentityError {
        IdentityError::Provider {
            what: self.what(),
            source: error.into(),
        }
    }

    fn what(&self) -> &'static str {
        match self.provider {
            Provider::Credentials(_) => "credentials",
            Provider::Token(_) => "bearer tokens",
        }
    }
}

/// When to refresh what expires then.
fn refresh_at(now: SystemTime, expires: SystemTime, random: &SharedRandom) -> SystemTime {
    let life = expires.duration_since(now).unwrap_or_default();
    let ahead = REFRESH_AHEAD.min(life / 5);
    let planned = expires - ahead.mul_f64(0.5 + 0.5 * random.fraction());
    // A provider that gives what it has until it expires is not asked at every call.
    planned.max(now + REFRESH_PAUSE.min(life / 2))
}

#[cfg(test)]
mod tests;
