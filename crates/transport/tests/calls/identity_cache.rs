//! A caller's own identity cache, in the configuration that programs share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityFuture, ResolveCachedIdentity, ResolveIdentity, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use connect_transport::test_util::Answer;

use crate::sdk_config::shared;
use crate::service::greet;
use crate::{client_from, good};

#[derive(Debug, Default)]
struct Counting(Arc<AtomicUsize>);

impl ResolveCachedIdentity for Counting {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        let asked = self.0.fetch_add(1, Ordering::Relaxed);
        IdentityFuture::new(async move {
            match asked {
                2.. => Err("the cache is on strike".into()),
                _ => resolver.resolve_identity(components, bag).await,
            }
        })
    }
}

#[tokio::test]
async fn an_identity_cache_is_asked_and_its_last_identity_outlives_it() {
    let cache = Counting::default();
    let asked = cache.0.clone();
    let config = shared().identity_cache(cache).build();
    let (client, sender) = client_from(&config, (0..4).map(|_| good()));
    for _ in 0..4 {
        greet(&client).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::Relaxed), 4);
    assert_eq!(sender.requests().len(), 4);
}

/// An identity cache that asks once and never again.
#[derive(Debug, Default)]
struct Stubborn(Mutex<Option<Identity>>);

impl ResolveCachedIdentity for Stubborn {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::new(async move {
            if let Some(known) = self.0.lock().unwrap().clone() {
                return Ok(known);
            }
            let identity = resolver.resolve_identity(components, bag).await?;
            *self.0.lock().unwrap() = Some(identity.clone());
            Ok(identity)
        })
    }
}

/// Gives another key each time.
#[derive(Debug, Default)]
struct Numbered(AtomicUsize);

impl ProvideCredentials for Numbered {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let key = format!("AKID{}", self.0.fetch_add(1, Ordering::Relaxed));
        future::ProvideCredentials::ready(Ok(Credentials::new(key, "s", None, None, "test")))
    }
}

#[tokio::test]
async fn what_the_service_calls_expired_is_replaced_though_an_identity_cache_still_gives_it() {
    let config = shared()
        .identity_cache(Stubborn::default())
        .credentials_provider(SharedCredentialsProvider::new(Numbered::default()));
    let expired = Answer::json(403, "").header("x-amzn-errortype", "ExpiredTokenException");
    let answers = [good(), expired, good(), good()];
    let (client, sender) = client_from(&config.build(), answers);
    for expected in [true, false, true, true] {
        assert_eq!(greet(&client).await.is_ok(), expected);
    }
    let requests = sender.requests();
    let keys = requests.iter().map(|request| {
        let authorization = request.header("authorization").unwrap();
        authorization.split(['=', '/']).nth(1).unwrap()
    });
    assert_eq!(
        keys.collect::<Vec<_>>(),
        ["AKID0", "AKID0", "AKID1", "AKID1"]
    );
}
