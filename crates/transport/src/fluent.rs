//! What a generated crate's fluent builders have in common.

/// Implements what a fluent builder has beside its setters and `send`, for a structure with the fields `handle`, `inner` and
/// `config_override`. Its name is followed by the client's method, the input's builder, and what `send` returns.
#[macro_export]
#[allow(
    clippy::crate_in_macro_def,
    reason = "the generated crate's own items are meant"
)]
macro_rules! fluent_builder {
    ($name:ident, $method:ident, $inner:ty => $output:ty, $error:ty) => {
        impl $name {
            // A member's setter may be called `new`.
            #[inline]
            pub(crate) fn _new(handle: $crate::Handle) -> Self {
                Self {
                    handle,
                    inner: ::std::default::Default::default(),
                    config_override: ::std::option::Option::None,
                }
            }

            /// The values set so far.
            #[inline]
            pub fn as_input(&self) -> &$inner {
                &self.inner
            }

            /// Lets settings and the request itself be changed for this call.
            #[inline]
            pub fn customize(
                self,
            ) -> $crate::client::customize::CustomizableOperation<$output, $error, Self> {
                $crate::client::customize::CustomizableOperation::new(self)
            }
        }

        impl $crate::client::customize::CustomizableSend<$output, $error> for $name {
            #[inline]
            async fn send(
                mut self,
                config_override: $crate::config::Builder,
            ) -> ::std::result::Result<$output, $crate::error::SdkError<$error>> {
                self.config_override =
                    ::std::option::Option::Some(::std::sync::Arc::new(config_override));
                self.send().await
            }
        }

        impl $inner {
            /// Sends a request with these values by a client.
            ///
            /// # Errors
            /// As those of the fluent builder's `send`.
            #[inline]
            pub async fn send_with(
                self,
                client: &crate::Client,
            ) -> ::std::result::Result<$output, $crate::error::SdkError<$error>> {
                let mut request = client.$method();
                request.inner = self;
                request.send().await
            }
        }
    };
}

/// Defines `decode_error`, which turns an error response into an operation's error: by its code, which is the variant's name unless
/// another stands behind it.
#[macro_export]
#[allow(
    clippy::crate_in_macro_def,
    reason = "the generated crate's own items are meant"
)]
macro_rules! decode_error {
    // An operation without errors of its own.
    ($error:ty {}) => {
        #[cold]
        pub(crate) fn decode_error(
            _: &$crate::__private::HttpResponse,
            meta: $crate::error::ErrorMetadata,
        ) -> $error {
            <$error>::generic(meta)
        }
    };
    ($error:ty { $($variant:ident $(= $code:literal)?),* $(,)? }) => {
        // Not inlined, unlike what each call runs: callers share one copy.
        #[cold]
        pub(crate) fn decode_error(
            response: &$crate::__private::HttpResponse,
            meta: $crate::error::ErrorMetadata,
        ) -> $error {
            let code = meta.code();
            let read: ::std::result::Result<$error, $crate::__private::ReadError> = $(
                if code == ::std::option::Option::Some($crate::__code!($variant $($code)?)) {
                    crate::types::error::$variant::_parse(response, &meta).map(<$error>::$variant)
                } else
            )* {
                return <$error>::generic(meta);
            };
            read.unwrap_or_else(|unread| {
                let meta = ::std::option::Option::Some(meta);
                $crate::error::CreateUnhandledError::create_unhandled_error(unread.into(), meta)
            })
        }
    };
}

#[doc(hidden)]
#[macro_export]
#[allow(
    clippy::crate_in_macro_def,
    reason = "the generated crate's own items are meant"
)]
macro_rules! __code {
    ($variant:ident) => {
        stringify!($variant)
    };
    ($variant:ident $code:literal) => {
        $code
    };
}
