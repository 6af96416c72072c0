//! What HTTP clients and identity caches of the AWS SDK's kind want to be called with.

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthScheme, AuthSchemeEndpointConfig, AuthSchemeId, Sign,
};
use aws_smithy_runtime_api::client::endpoint::{
    EndpointFuture, EndpointResolverParams, ResolveEndpoint,
};
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityFuture, ResolveCachedIdentity, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::retries::{RetryStrategy, ShouldAttempt};
use aws_smithy_runtime_api::client::runtime_components::{
    BuildError, GetIdentityResolver, RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;

use crate::error::BoxError;

pub(super) const NAME: &str = "connect-transport";

/// A clock and a timer, and all the components that must be there but have no part in it.
pub(crate) fn runtime_components(
    sleep: SharedAsyncSleep,
    time_source: SharedTimeSource,
) -> Result<RuntimeComponents, BuildError> {
    RuntimeComponentsBuilder::new(NAME)
        .with_auth_scheme(Unused)
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(Vec::new())))
        .with_endpoint_resolver(Some(Unused))
        .with_identity_cache(Some(Unused))
        .with_identity_resolver(AuthSchemeId::new(NAME), Identity::new((), None))
        .with_retry_strategy(Some(Unused))
        .with_sleep_impl(Some(sleep))
        .with_time_source(Some(time_source))
        .build()
}

/// A component that is never asked; if it were, it would fail.
#[derive(Debug)]
struct Unused;

const NOT_HERE: &str = "this component has no part in sending a request";

impl AuthScheme for Unused {
    fn scheme_id(&self) -> AuthSchemeId {
        AuthSchemeId::new(NAME)
    }

    fn identity_resolver(&self, _: &dyn GetIdentityResolver) -> Option<SharedIdentityResolver> {
        None
    }

    fn signer(&self) -> &dyn Sign {
        self
    }
}

impl Sign for Unused {
    fn sign_http_request(
        &self,
        _: &mut HttpRequest,
        _: &Identity,
        _: AuthSchemeEndpointConfig<'_>,
        _: &RuntimeComponents,
        _: &ConfigBag,
    ) -> Result<(), BoxError> {
        Err(NOT_HERE.into())
    }
}

impl ResolveEndpoint for Unused {
    fn resolve_endpoint<'a>(&'a self, _: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::ready(Err(NOT_HERE.into()))
    }
}

impl ResolveCachedIdentity for Unused {
    fn resolve_cached_identity<'a>(
        &'a self,
        _: SharedIdentityResolver,
        _: &'a RuntimeComponents,
        _: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::ready(Err(NOT_HERE.into()))
    }
}

impl RetryStrategy for Unused {
    fn should_attempt_initial_request(
        &self,
        _: &RuntimeComponents,
        _: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        Ok(ShouldAttempt::Yes)
    }

    fn should_attempt_retry(
        &self,
        _: &InterceptorContext,
        _: &RuntimeComponents,
        _: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        Ok(ShouldAttempt::No)
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::rt::sleep::TokioSleep;

    use super::*;

    #[test]
    fn all_required_components_are_there() {
        let sleep = SharedAsyncSleep::new(TokioSleep::new());
        let components = runtime_components(sleep, SharedTimeSource::default());
        assert!(components.is_ok(), "{components:?}");
    }
}
